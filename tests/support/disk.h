/**
 * @file disk.h
 * @brief A disk that can be full, fail, or lose its power, under SQLite.
 *
 * It stands between SQLite and the file system, as the default VFS. What is written in its folder
 * goes to the file system at once, so that readers see it; beside that the disk keeps what would
 * be on its plate: the bytes as they were when the file was synchronised last, and each write
 * since. A power cut gives another folder the files as they would be found: what was synchronised
 * is there, of every later write nothing, all, a few sectors, or rubbish. A deleted file may come
 * back until its successor was synchronised.
 */
#ifndef TEST_DISK_H
#define TEST_DISK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct test_disk test_disk;

/** How calls fail. */
typedef enum test_fault {
    TEST_FAULT_NONE,
    TEST_FAULT_FULL, /**< writes find the disk full */
    TEST_FAULT_SYNC  /**< synchronising fails */
} test_fault;

/** A disk for the files in a folder; other files are as ever. Until test_disk_destroy(). */
test_disk *test_disk_create(const char *folder);
void test_disk_destroy(test_disk *disk);

/** From the call on that has this number (from 1), all that the fault is about fail; and no other.
 *  Counting starts anew. */
void test_disk_fail(test_disk *disk, test_fault fault, uint64_t from);

/** Calls so far that the fault is about. */
uint64_t test_disk_calls(const test_disk *disk);

/** Is called before every write, truncation, synchronisation and deletion; may cut the power. */
void test_disk_watch(test_disk *disk, void (*before)(void *ctx), void *ctx);

/** Puts the files as they would be found after a power cut into another folder; what is unsure is
 *  drawn by the seed. */
void test_disk_cut(const test_disk *disk, const char *into, uint64_t seed);

#endif /* TEST_DISK_H */
