#include "support.h"

#include <collet/helpers.h>

/* The known-answer vectors that Random123 publishes for philox4x32 with 10 rounds. */
START_TEST(philox_gives_the_published_vectors)
{
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } rows[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t out[4];
        clt_philox(rows[i].counter, rows[i].key, out);
        ck_assert_mem_eq(out, rows[i].expected, sizeof out);
    }
}
END_TEST

START_TEST(a_stream_is_the_same_however_it_is_read)
{
    clt_rng one, other;
    uint64_t whole[9], parts[9];
    clt_rng_init(&one, 7, "sampler", 3);
    clt_rng_init(&other, 7, "sampler", 3);
    clt_rng_fill(&one, whole, 9);
    clt_rng_fill(&other, parts, 1);
    clt_rng_fill(&other, parts + 1, 4);
    clt_rng_fill(&other, parts + 5, 4);
    ck_assert_mem_eq(whole, parts, sizeof whole);
}
END_TEST

START_TEST(streams_of_other_names_differ)
{
    static const struct {
        uint64_t seed;
        const char *purpose;
        uint64_t number;
    } names[] = {{7, "sampler", 3}, {8, "sampler", 3}, {7, "samples", 3}, {7, "sampler", 4}};
    uint64_t first[4];
    for (size_t i = 0; i < 4; i++) {
        clt_rng rng;
        clt_rng_init(&rng, names[i].seed, names[i].purpose, names[i].number);
        clt_rng_fill(&rng, &first[i], 1);
        for (size_t k = 0; k < i; k++) {
            ck_assert_uint_ne(first[i], first[k]);
        }
    }
}
END_TEST

/* Chi-square over 16 cells, 15 degrees of freedom: 37.7 is exceeded once in a thousand; the stream
 * is fixed, so the test is too. */
START_TEST(numbers_below_n_are_even)
{
    clt_rng rng;
    double counts[16] = {0}, chi = 0;
    clt_rng_init(&rng, 1, "even", 0);
    for (int i = 0; i < 160000; i++) {
        counts[clt_rng_below(&rng, 16)]++;
    }
    for (int i = 0; i < 16; i++) {
        chi += (counts[i] - 10000) * (counts[i] - 10000) / 10000;
    }
    ck_assert_double_lt(chi, 37.7);
}
END_TEST

START_TEST(normal_numbers_have_mean_0_and_variance_1)
{
    clt_rng rng;
    double sum = 0, squares = 0;
    collet_rng view = test_rng(&rng, 5);
    for (int i = 0; i < 100000; i++) {
        double z = collet_normal(&view);
        sum += z;
        squares += z * z;
    }
    ck_assert_double_eq_tol(sum / 100000, 0, 0.01);
    ck_assert_double_eq_tol(squares / 100000, 1, 0.015);
}
END_TEST

TEST_MAIN("rng", philox_gives_the_published_vectors, a_stream_is_the_same_however_it_is_read,
          streams_of_other_names_differ, numbers_below_n_are_even,
          normal_numbers_have_mean_0_and_variance_1)
