/**
 * @file support.h
 * @brief What many tests need: a unit from a plugin file with its default options, a stream.
 */
#ifndef TEST_SUPPORT_H
#define TEST_SUPPORT_H

#include "base/rng.h"
#include "plugin/host.h"
#include "plugin/loader.h"

#include <check.h>

/** A unit of a plugin file, ready to create instances. */
typedef struct test_unit {
    const collet_unit *unit;
    clt_host host;
    void *config; /**< defaults; set with test_set() */
} test_unit;

/** Loads the first unit of the file and fills its defaults; aborts the test where it cannot. */
void test_unit_load(test_unit *t, const char *path);

/** Sets an option as the experiment file would: test_set(&t, "units.2", "32"). */
void test_set(test_unit *t, const char *key, const char *text);

/** Frees the config. */
void test_unit_finish(test_unit *t);

/** A stream that starts anew at each call with the same number. */
collet_rng test_rng(clt_rng *rng, uint64_t number);

/** n numbers of the standard normal distribution, aligned as collet_zeros() does; to free(). */
float *test_noise(size_t n, const collet_rng *rng);

/** A test, and how often it runs: each time with the next number, from 0, in `_i`. */
typedef struct test_loop {
    const TTest *test;
    int count;
} test_loop;

/** Runs one suite of one case of tests; returns main()'s value. */
int test_main(const char *name, const TTest *const *tests, size_t count);
int test_main_loops(const char *name, const test_loop *loops, size_t count);

/** main() of a file of tests. */
#define TEST_MAIN(name, ...)                                                                       \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return test_main(name, tests, sizeof tests / sizeof tests[0]);                             \
    }

/** main() of a file of tests that run over tables: {test, rows} for each. */
#define TEST_MAIN_LOOPS(name, ...)                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        const test_loop loops[] = {__VA_ARGS__};                                                   \
        return test_main_loops(name, loops, sizeof loops / sizeof loops[0]);                       \
    }

#endif /* TEST_SUPPORT_H */
