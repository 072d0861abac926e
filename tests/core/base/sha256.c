#include "base/sha256.h"
#include "support.h"

#include <string.h>

/* Of a text repeated, from FIPS 180-4's examples and, at the borders of a block, from coreutils. */
static const struct {
    const char *text;
    int times;
    const char *digest;
} rows[] = {
    {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
    {"a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
    {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

START_TEST(digests_are_those_of_the_standard)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clt_sha256 sha;
        char text[CLT_SHA256_TEXT];
        clt_sha256_init(&sha);
        for (int k = 0; k < rows[i].times; k++) {
            clt_sha256_add(&sha, rows[i].text, strlen(rows[i].text));
        }
        clt_sha256_finish(&sha, text);
        ck_assert_str_eq(text, rows[i].digest);
    }
}
END_TEST

/* However it is parted, and with and without the processor's own instructions. */
START_TEST(the_way_that_bytes_are_added_does_not_matter)
{
    unsigned char bytes[1000];
    char whole[CLT_SHA256_TEXT], parted[CLT_SHA256_TEXT];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * i);
    }
    for (size_t step = 1; step < 200; step++) {
        clt_sha256 a, b;
        size_t n = sizeof bytes - step;
        clt_sha256_init(&a);
        clt_sha256_init(&b);
        b.native = false;
        clt_sha256_add(&a, bytes, n);
        for (size_t at = 0; at < n; at += step) {
            clt_sha256_add(&b, bytes + at, n - at < step ? n - at : step);
        }
        clt_sha256_finish(&a, whole);
        clt_sha256_finish(&b, parted);
        ck_assert_str_eq(whole, parted);
    }
}
END_TEST

START_TEST(a_file_that_cannot_be_read_has_no_digest)
{
    char text[CLT_SHA256_TEXT];
    ck_assert_str_eq(clt_sha256_file("/dev/null", text), rows[0].digest);
    ck_assert_str_eq(clt_sha256_file("/nowhere/at/all", text), "");
    ck_assert_str_eq(clt_sha256_file("/", text), "");
}
END_TEST

TEST_MAIN("base/sha256", digests_are_those_of_the_standard,
          the_way_that_bytes_are_added_does_not_matter, a_file_that_cannot_be_read_has_no_digest)
