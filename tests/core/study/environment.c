#include "study/environment.h"
#include "study/inputs.h"
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
    {"input data d.csv = 8 bytes, sha256 " DIGEST_A "\n",
     "input data d.csv = 9 bytes, sha256 " DIGEST_B "\n",
     "input d.csv: was 8 bytes (sha256 aaaaaaaaaaaa), is 9 bytes (sha256 bbbbbbbbbbbb)\n"},
    {"input data a = 1 byte, sha256 " DIGEST_A "\ninput data b = not there\n",
     "input data b = 1 byte, sha256 " DIGEST_A "\ninput data c = 1 byte, sha256 " DIGEST_A "\n",
     "input a: was 1 byte (sha256 aaaaaaaaaaaa), is not there\n"
     "input b: was not there, is 1 byte (sha256 aaaaaaaaaaaa)\n"
     "input c: was not there, is 1 byte (sha256 aaaaaaaaaaaa)\n"},
    {"a = 1\n", "a = 1\ninput data a = 1 byte, sha256 " DIGEST_A "\n", ""},
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

START_TEST(programs_and_data_are_told_apart_and_counted)
{
    static const char was[] = "input data a = 1\ninput data b = 1\ninput data c = 1\n"
                              "input data d = 1\ninput objective p = 1\nz = 1\n";
    static const char is[] = "input data a = 2\ninput data b = 2\ninput data c = 2\n"
                             "input data d = 2\ninput objective p = 2\nz = 2\n";
    clt_arena arena = {0};
    clt_str text = {0};
    size_t count;
    const clt_change *changes = clt_inputs_compare(was, is, &arena, &count);
    ck_assert_uint_eq(count, 5);
    ck_assert_uint_eq(clt_inputs_count(changes, count, false), 4);
    clt_inputs_text(changes, count, false, &text);
    ck_assert_str_eq(clt_str_text(&text),
                     "a: was 1, is 2; b: was 1, is 2; c: was 1, is 2; and 1 more");
    clt_str_clear(&text);
    clt_inputs_text(changes, count, true, &text);
    ck_assert_str_eq(clt_str_text(&text), "p: was 1, is 2");
    ck_assert_uint_ne(clt_inputs_hash(1, was), clt_inputs_hash(1, is));
    ck_assert_uint_eq(clt_inputs_hash(1, "z = 1\n"), clt_inputs_hash(1, "z = 2\n"));
    clt_str_finish(&text);
    clt_arena_finish(&arena);
}
END_TEST

TEST_MAIN("study/environment", programs_and_data_are_told_apart_and_counted,
          what_differs_is_named_and_nothing_else)
