/**
 * @file dataset.h
 * @brief A dataset plugin on a file that the test writes.
 */
#ifndef TEST_DATASET_H
#define TEST_DATASET_H

#include "support.h"

#include <collet/dataset.h>

/** An open dataset and the folder that its file is in. */
typedef struct test_dataset {
    test_unit unit;
    const collet_dataset *dataset;
    void *self;
    const collet_data *data;
    char folder[64], paths[2][128]; /* of "data" and of the test part */
} test_dataset;

/** Makes a folder of the test's own and loads the plugin file; its path will be the folder's file
 * or folder "data". d must not move. */
void test_dataset_init(test_dataset *d, const char *plugin);

/** Writes a file of the folder, "data" or another; folders on the way are made. */
void test_dataset_write(const test_dataset *d, const char *name, const char *text);

/** Sets options (key, value, ... NULL; test = a name in the folder) and opens the dataset; it must
 * succeed. */
void test_dataset_open(test_dataset *d, const char *const *options);

/** A file that no dataset wants: "data" and, unless it is NULL, "t"; options as above; and what is
 *  said of it, with D for the folder. data NULL: there is no file. */
typedef struct test_refusal {
    const char *data, *t, *options[8], *said;
} test_refusal;

/** Opens the plugin's dataset on it, which must fail with these words and leave nothing behind. */
void test_dataset_refuses(const char *plugin, const test_refusal *refusal);

/** Opens the dataset on `count` texts with a few bytes changed, put in or taken out: each is read,
 * and then passes the host's checks, or is refused with words. options as above. */
void test_dataset_mutants(const char *plugin, const char *text, const char *const *options,
                          int count);

/** Closes it and removes the folder. */
void test_dataset_finish(test_dataset *d);

#endif /* TEST_DATASET_H */
