/**
 * @file store.h
 * @brief Stores for tests: in a folder of their own, with a study and trials that are known.
 */
#ifndef TEST_STORE_H
#define TEST_STORE_H

#include "store/sqlite.h"

#include <check.h>

/** A folder of its own, and a store in it that is not made yet. */
typedef struct test_place {
    char folder[64], path[96];
} test_place;

/** Makes the folder: in memory (/dev/shm) where speed matters and that exists, else in /tmp. */
void test_place_make(test_place *p);
void test_place_make_fast(test_place *p);

/** Removes it with what is in it. */
void test_place_remove(const test_place *p);

/** Opens the store there; aborts the test where that fails. */
clt_store *test_store_open(const test_place *p, clt_store_mode mode);

/** Adds a study with two goals. */
clt_study_row test_study_add(clt_store *store, const char *name);

/** A complete trial with two parameters, two values and three points. Its first value says which:
 *  number + 0.25. The rows that it points to are valid until the next call. */
clt_trial_row test_trial(uint64_t number, uint32_t attempt, double values[2]);

/** Begins and finishes such a trial in one group each, as a run does. */
clt_status test_trial_store(clt_store *store, int64_t study, uint64_t number, uint32_t attempt,
                            clt_error *err);

/** Aborts unless the store is sound and holds trials 0 to count - 1, complete, as test_trial()
 * makes them; further ones may be there. Returns how many there are. */
size_t test_store_check(clt_store *store, const char *study, size_t count);

/** Runs SQL on the file by another connection, which checks nothing; aborts where it fails. */
void test_store_sql(const char *path, const char *sql);

/** The same with the text of a file. */
void test_store_load(const char *path, const char *sql_file);

/** Size of the file path + suffix; -1 where there is none. */
long long test_store_size(const char *path, const char *suffix);

#endif /* TEST_STORE_H */
