#include "store.h"
#include "store/sqlite_impl.h"
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { COMMITS = 20000 };
#else
enum { COMMITS = 100000 };
#endif

enum { MIB = 1 << 20 };

static const struct {
    const char *pragma, *value;
} settings[] = {
    {"journal_mode", "wal"},          {"synchronous", "2"},     {"foreign_keys", "1"},
    {"trusted_schema", "0"},          {"cell_size_check", "1"}, {"wal_autocheckpoint", "0"},
    {"application_id", "1129075761"}, {"user_version", "7"},    {"mmap_size", "0"},
};

START_TEST(the_connection_that_writes_is_set_as_promised)
{
    test_place p;
    char sql[64];
    sqlite3_stmt *q;
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    (void)snprintf(sql, sizeof sql, "PRAGMA %s", settings[_i].pragma);
    ck_assert_int_eq(sqlite3_prepare_v2(((clt_sqlite *)store)->db, sql, -1, &q, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(q), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(q, 0), settings[_i].value);
    sqlite3_finalize(q);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

/* A snapshot of the store, held until it is closed. */
static sqlite3 *hold(const test_place *p)
{
    sqlite3 *db;
    if (sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN; SELECT count(*) FROM study", NULL, NULL, NULL) != SQLITE_OK) {
        _exit(1);
    }
    return db;
}

/* A process that always has a snapshot: the next is taken before the last is let go. */
static pid_t start_reader(const test_place *p)
{
    pid_t child = fork();
    if (child == 0) {
        for (sqlite3 *last = hold(p);;) {
            usleep(2000);
            sqlite3 *next = hold(p);
            sqlite3_close(last);
            last = next;
        }
    }
    return child;
}

static void end_reader(pid_t child)
{
    int status;
    if (child > 0) {
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status)); /* it read to the end */
    }
}

/* The longest that the log was, in bytes. */
static long long commit_many(const test_place *p, clt_store *store, int64_t study, int commits)
{
    clt_error err = {0};
    long long longest = 0;
    for (int i = 0; i < commits; i++) {
        clt_store_add_event(store, study, (clt_event){false, 0}, &err);
        ck_assert_msg(err.status == CLT_OK, "%s", err.text);
        if (i % 100 == 0) {
            long long size = test_store_size(p->path, "-wal");
            longest = size > longest ? size : longest;
        }
    }
    return longest;
}

START_TEST(the_log_stays_short_over_many_commits)
{
    bool read = _i == 1;
    test_place p;
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    clt_store *beside = test_store_open(&p, CLT_STORE_READ); /* open all the time, reads now */
    pid_t reader = read ? start_reader(&p) : 0;
    long long longest = commit_many(&p, store, study.id, read ? COMMITS : COMMITS / 5);
    ck_assert_msg(longest < (read ? 64 : 6) * (long long)MIB, "%lld bytes", longest);
    end_reader(reader);
    clt_store_close(beside);
    clt_store_close(store);
    ck_assert_int_eq(test_store_size(p.path, "-wal"), -1);
    test_place_remove(&p);
}
END_TEST

START_TEST(the_log_is_folded_at_the_end_though_a_reader_is_there)
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    clt_store *reader = test_store_open(&p, CLT_STORE_READ);
    ck_assert_uint_eq(test_store_check(reader, "one", 0), 0);
    ck_assert_int_eq(test_trial_store(store, study.id, 0, 1, &err), CLT_OK);
    clt_store_close(store);
    ck_assert_int_eq(test_store_size(p.path, "-wal"), 0);
    ck_assert_uint_eq(test_store_check(reader, "one", 1), 1);
    clt_store_close(reader);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN_LOOPS("log",
                {the_connection_that_writes_is_set_as_promised,
                 (int)(sizeof settings / sizeof settings[0])},
                {the_log_stays_short_over_many_commits, 2},
                {the_log_is_folded_at_the_end_though_a_reader_is_there, 1})
