#include "study/environment.h"
#include "support.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_C "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"

/* What the changes between two environments read like, one a line. */
static const struct {
    const char *was, *is, *changes;
} rows[] = {
    {"", "", ""},
    {"a = 1\nb = 2\n", "b = 2\na = 1\n", ""},
    {"blas kernel = SkylakeX\n", "blas kernel = Haswell\n",
     "blas kernel: was SkylakeX, is Haswell\n"},
    {"a = 1 = 2\n", "a = 1 = 3\n", "a: was 1 = 2, is 1 = 3\n"},
    {"variable X = 1\n", "", "variable X: was 1, is not set\n"},
    {"", "variable X = 1\nvariable Y = \n",
     "variable X: was not set, is 1\nvariable Y: was not set, is \n"},
    {"path model mlp = /a\n", "path model mlp = /b\n", ""},
    {"library a.so = 1\nlibrary b.so = 1\n", "library b.so = 2\nlibrary c.so = 1\n",
     "library b.so: was 1, is 2\n"},
    {"", "glibc = 2.36\n", "glibc: was not recorded, is 2.36\n"},
    {"sha256 = " DIGEST_A "\n", "sha256 = " DIGEST_B "\n",
     "sha256: was aaaaaaaaaaaa, is bbbbbbbbbbbb\n"},
    {"sha256 = " DIGEST_A "\n", "sha256 = " DIGEST_C "\n",
     "sha256: was " DIGEST_A ", is " DIGEST_C "\n"},
    {"no entry at all\n", "nor\nthis", ""},
};

START_TEST(what_differs_is_named_and_nothing_else)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clt_arena arena = {0};
        clt_str text = {0};
        size_t count;
        const clt_change *changes =
            clt_environment_compare(rows[i].was, rows[i].is, &arena, &count);
        ck_assert_ptr_nonnull(changes);
        for (size_t k = 0; k < count; k++) {
            clt_change_text(&changes[k], &text);
            clt_str_add(&text, "\n");
        }
        ck_assert_str_eq(clt_str_text(&text), rows[i].changes);
        clt_str_finish(&text);
        clt_arena_finish(&arena);
    }
}
END_TEST

TEST_MAIN("study/environment", what_differs_is_named_and_nothing_else)
