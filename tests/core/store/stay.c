/* What becomes of results when the files of a store are moved, removed or replaced under a run. */
#include "store.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is done to the store at $s, what the next result is answered with, and where all results are
 * then, "" for nowhere new. */
static const struct {
    const char *deed, *words, *place;
} cases[] = {
    {"mv $s $s.new", "moved to", ".new"},
    {"rm -f $s*", "removed while it was in use", "-rescued"},
    {"rm -f $s* && : > $s-rescued", "-rescued-2", "-rescued-2"},
    {"rm -f $s* && echo hello > $s", "replaced by another file", "-rescued"},
    {"rm -f $s-wal", "its log", ""},
    {"mv $s-wal $s-away", "its log", ""},
};

static void deed(const test_place *p, const char *command)
{
    char line[512];
    (void)snprintf(line, sizeof line, "s=%s; %s", p->path, command);
    ck_assert_int_eq(system(line), 0);
}

static void check_results(const test_place *p, const char *end, size_t complete)
{
    test_place there = *p;
    (void)snprintf(there.path, sizeof there.path, "%s%s", p->path, end);
    clt_store *store = test_store_open(&there, CLT_STORE_READ);
    ck_assert_uint_eq(test_store_check(store, "one", complete), 3);
    clt_store_close(store);
}

START_TEST(no_success_is_told_of_a_file_that_is_not_there)
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    ck_assert_int_eq(test_trial_store(store, study.id, 0, 1, &err), CLT_OK);
    ck_assert_int_eq(test_trial_store(store, study.id, 1, 1, &err), CLT_OK);
    deed(&p, cases[_i].deed);
    /* what comes next, that a trial begins, is saved with the others, and not acknowledged */
    clt_status status = test_trial_store(store, study.id, 2, 1, &err);
    ck_assert_int_eq(status, CLT_NO_STORE);
    ck_assert_msg(strstr(err.text, cases[_i].words) != NULL, "%s", err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    ck_assert_int_eq(test_trial_store(store, study.id, 3, 1, &err), CLT_NO_STORE);
    clt_store_close(store);
    check_results(&p, cases[_i].place, 2);
    test_place_remove(&p);
}
END_TEST

START_TEST(what_has_the_name_now_is_left_alone)
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *first = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(first, "one");
    deed(&p, "rm -f $s*");
    clt_store *second = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row other = test_study_add(second, "one");
    ck_assert_int_eq(test_trial_store(first, study.id, 0, 1, &err), CLT_NO_STORE);
    clt_store_close(first);
    err = (clt_error){0};
    for (uint64_t n = 0; n < 3; n++) {
        ck_assert_msg(test_trial_store(second, other.id, n, 1, &err) == CLT_OK, "%s", err.text);
    }
    clt_store_close(second);
    check_results(&p, "", 3);
    test_place_remove(&p);
}
END_TEST

START_TEST(a_lock_that_was_removed_is_taken_again)
{
    test_place p;
    clt_store *second;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    deed(&p, "rm $s-lock");
    for (uint64_t n = 0; n < 3; n++) {
        ck_assert_msg(test_trial_store(store, study.id, n, 1, &err) == CLT_OK, "%s", err.text);
    }
    ck_assert_int_eq(clt_sqlite_open(p.path, CLT_STORE_WRITE, &second, &err), CLT_NO_STORE);
    ck_assert_ptr_nonnull(strstr(err.text, "in use by process"));
    clt_store_close(store);
    check_results(&p, "", 3);
    test_place_remove(&p);
}
END_TEST

START_TEST(readers_know_whether_a_study_is_run)
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row one = test_study_add(store, "one"), two = test_study_add(store, "two");
    ck_assert_int_eq(test_trial_store(store, one.id, 0, 1, &err), CLT_OK);
    clt_store *reader = test_store_open(&p, CLT_STORE_READ);
    ck_assert(clt_store_is_run(reader, one.id));
    ck_assert(!clt_store_is_run(reader, two.id));
    clt_store_close(store);
    ck_assert(!clt_store_is_run(reader, one.id));
    clt_store_close(reader);
    test_place_remove(&p);
}
END_TEST

static mode_t mode_of(const test_place *p, const char *end)
{
    char path[128];
    struct stat info;
    (void)snprintf(path, sizeof path, "%s%s", p->path, end);
    ck_assert_int_eq(stat(path, &info), 0);
    return info.st_mode & 0777;
}

START_TEST(files_are_private_and_keep_the_mode_that_they_have)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
    test_place p;
    test_place_make_fast(&p);
    mode_t before = umask(0);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    (void)test_study_add(store, "one");
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        ck_assert_msg(mode_of(&p, ends[i]) == 0600, "%s: %o", ends[i], mode_of(&p, ends[i]));
    }
    clt_store_close(store);
    deed(&p, "chmod 640 $s; rm -f $s-lock");
    store = test_store_open(&p, CLT_STORE_WRITE);
    (void)test_study_add(store, "two");
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        ck_assert_msg(mode_of(&p, ends[i]) == 0640, "%s: %o", ends[i], mode_of(&p, ends[i]));
    }
    clt_store_close(store);
    (void)umask(before);
    test_place_remove(&p);
}
END_TEST

START_TEST(a_copy_made_beside_a_run_is_whole)
{
    test_place p, copy;
    clt_error err = {0};
    test_place_make_fast(&p);
    copy = p;
    (void)snprintf(copy.path, sizeof copy.path, "%s/copy.db", p.folder);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    for (uint64_t n = 0; n < 3; n++) {
        ck_assert_int_eq(test_trial_store(store, study.id, n, 1, &err), CLT_OK);
    }
    clt_store *reader = test_store_open(&p, CLT_STORE_READ);
    ck_assert_msg(clt_store_backup(reader, copy.path, &err) == CLT_OK, "%s", err.text);
    ck_assert_int_eq(test_trial_store(store, study.id, 3, 1, &err), CLT_OK);
    ck_assert_int_eq(clt_store_backup(reader, copy.path, &err), CLT_CANNOT_CREATE);
    ck_assert_ptr_nonnull(strstr(err.text, "there is a file already"));
    clt_store_close(reader);
    clt_store_close(store);
    ck_assert_uint_eq(mode_of(&copy, ""), 0600);
    store = test_store_open(&copy, CLT_STORE_WRITE);
    ck_assert_uint_eq(test_store_check(store, "one", 3), 3);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

/* A copy of the file alone, as people make it, after what a second brings. */
START_TEST(the_file_alone_has_what_was_stored_before)
{
    test_place p, copy;
    clt_error err = {0};
    test_place_make_fast(&p);
    copy = p;
    (void)snprintf(copy.path, sizeof copy.path, "%s/copy.db", p.folder);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    for (uint64_t n = 0; n < 3; n++) {
        ck_assert_int_eq(test_trial_store(store, study.id, n, 1, &err), CLT_OK);
    }
    usleep(1100000);
    ck_assert_msg(clt_store_tend(store, &err) == CLT_OK, "%s", err.text);
    deed(&p, "cp $s ${s%s.db}copy.db");
    clt_store *reader = test_store_open(&copy, CLT_STORE_READ);
    ck_assert_uint_eq(test_store_check(reader, "one", 3), 3);
    clt_store_close(reader);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN_LOOPS(
    "stay", {no_success_is_told_of_a_file_that_is_not_there, (int)(sizeof cases / sizeof cases[0])},
    {what_has_the_name_now_is_left_alone, 1}, {a_lock_that_was_removed_is_taken_again, 1},
    {readers_know_whether_a_study_is_run, 1},
    {files_are_private_and_keep_the_mode_that_they_have, 1}, {a_copy_made_beside_a_run_is_whole, 1},
    {the_file_alone_has_what_was_stored_before, 1})
