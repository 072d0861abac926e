#include "store.h"

#include "base/file.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(test_place *p, const char *parent)
{
    (void)snprintf(p->folder, sizeof p->folder, "%s/collet-store-XXXXXX", parent);
    ck_assert_ptr_nonnull(mkdtemp(p->folder));
    (void)snprintf(p->path, sizeof p->path, "%s/s.db", p->folder);
}

void test_place_make(test_place *p)
{
    make(p, "/tmp");
}

void test_place_make_fast(test_place *p)
{
    make(p, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

void test_place_remove(const test_place *p)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", p->folder);
    ck_assert_int_eq(system(command), 0);
}

clt_store *test_store_open(const test_place *p, clt_store_mode mode)
{
    clt_store *store;
    clt_error err = {0};
    clt_sqlite_open(p->path, mode, &store, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    return store;
}

clt_study_row test_study_add(clt_store *store, const char *name)
{
    static const clt_goal goals[] = {{.metric = "accuracy", .maximize = true}, {.metric = "loss"}};
    clt_error err = {0};
    clt_study_row study = {.name = name,
                           .experiment = "[study]\n",
                           .source = "x.ini",
                           .identity = "a = b\n",
                           .environment = "",
                           .seed = 0xfedcba9876543210u,
                           .created_ms = 7,
                           .goals = goals,
                           .goal_count = 2};
    clt_store_add_study(store, &study, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    return study;
}

clt_trial_row test_trial(uint64_t number, uint32_t attempt, double values[2])
{
    static const clt_param params[] = {{"a", "0.30000000000000004", 0.1 + 0.2}, {"b", "relu", 2}};
    static const clt_point curve[] = {
        {1, "accuracy", 0.5}, {1, "loss", (double)INFINITY}, {2, "loss", 1}};
    values[0] = (double)number + 0.25;
    values[1] = 5e-324;
    return (clt_trial_row){.number = number,
                           .state = CLT_TRIAL_COMPLETE,
                           .attempt = attempt,
                           .started_ms = 11,
                           .seconds = 1.5,
                           .last_step = 2,
                           .params = params,
                           .param_count = 2,
                           .values = values,
                           .value_count = 2,
                           .curve = curve,
                           .curve_count = 3};
}

static clt_status in_group(clt_store *store, int64_t study, const clt_trial_row *trial,
                           clt_status (*write)(clt_store *, int64_t, const clt_trial_row *,
                                               clt_error *),
                           clt_error *err)
{
    clt_status status = clt_store_open_group(store, err);
    status = status == CLT_OK ? write(store, study, trial, err) : status;
    status = status == CLT_OK ? clt_store_commit(store, err) : status;
    if (status != CLT_OK) {
        clt_store_roll_back(store);
    }
    return status;
}

clt_status test_trial_store(clt_store *store, int64_t study, uint64_t number, uint32_t attempt,
                            clt_error *err)
{
    double values[2];
    clt_trial_row trial = test_trial(number, attempt, values);
    return in_group(store, study, &trial, clt_store_begin, err) == CLT_OK
               ? in_group(store, study, &trial, clt_store_finish, err)
               : err->status;
}

static void check_row(const clt_trial_row *row, uint64_t number)
{
    ck_assert_uint_eq(row->number, number);
    ck_assert_int_eq(row->state, CLT_TRIAL_COMPLETE);
    ck_assert_uint_eq(row->param_count, 2);
    ck_assert_uint_eq(row->value_count, 2);
    ck_assert_uint_eq(row->curve_count, 3);
    ck_assert(row->values[0] == (double)number + 0.25);
}

size_t test_store_check(clt_store *store, const char *name, size_t count)
{
    clt_arena arena = {0};
    clt_str findings = {0};
    clt_error err = {0};
    clt_study_row study;
    clt_trial_row *rows;
    size_t there;
    bool found;
    ck_assert_msg(clt_store_verify(store, &findings, &err) == CLT_OK, "%s", err.text);
    ck_assert_str_eq(clt_str_text(&findings), "");
    clt_store_find_study(store, name, &arena, &found, &study, &err);
    ck_assert_msg(found, "%s", err.text);
    clt_store_trials(store, study.id, true, &arena, &rows, &there, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    ck_assert_uint_ge(there, count);
    for (size_t i = 0; i < count; i++) {
        check_row(&rows[i], i);
    }
    clt_str_finish(&findings);
    clt_arena_finish(&arena);
    return there;
}

void test_store_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    (void)sqlite3_exec(db, sql, NULL, NULL, &message);
    ck_assert_msg(message == NULL, "%s", message);
    sqlite3_close(db);
}

void test_store_load(const char *path, const char *sql_file)
{
    clt_str text = {0};
    clt_error err = {0};
    clt_file_read(sql_file, 1 << 24, &text, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    test_store_sql(path, clt_str_text(&text));
    clt_str_finish(&text);
}

long long test_store_size(const char *path, const char *suffix)
{
    char name[256];
    struct stat info;
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &info) == 0 ? (long long)info.st_size : -1;
}
