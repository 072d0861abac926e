/* Every number of every table, set to values that no run stores: readers hand it out within its
 * range or refuse it in one line, and what they refuse --verify tells of. */
#include "store.h"
#include "support.h"

#include <math.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const values[] = {"-1",
                                     "3",
                                     "2147483648",
                                     "4294967296",
                                     "4611686018427387904",
                                     "9223372036854775807",
                                     "-9223372036854775808",
                                     "9e999",
                                     "-1e308"};

enum { VALUES = sizeof values / sizeof values[0] };

/* A row in every table. */
static void make(const test_place *p)
{
    clt_error err = {0};
    clt_store *store = test_store_open(p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    ck_assert_int_eq(test_trial_store(store, study.id, 0, 1, &err), CLT_OK);
    ck_assert_int_eq(test_trial_store(store, study.id, 1, 1, &err), CLT_OK);
    clt_store_close(store);
    test_store_sql(p->path,
                   "INSERT INTO event VALUES (1, 1, 0, 0), (1, 2, 1, 0);"
                   "INSERT INTO environment VALUES (1, 1, 5, 'a = b');"
                   "INSERT INTO trial (study, number, state, attempt, started_ms, seconds, "
                   "last_step) VALUES (1, 2, 0, 1, 5, 0, 0);"
                   "INSERT INTO fold VALUES (1, 2, 1, 0.5);"
                   "INSERT INTO fold_curve VALUES (1, 2, 1, 0, 1, 'loss@1', 0.5);"
                   "INSERT INTO wish (study, position, text) VALUES (1, 1, 'x = 1');"
                   "INSERT INTO ancestor VALUES (1, 0, 3, 0, 'other, trial 3');"
                   "INSERT INTO ancestor_param VALUES (1, 0, 0, 'x', '1', 1);"
                   "INSERT INTO stretch VALUES (1, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 0);"
                   "INSERT INTO edit VALUES (1, 1, 5, 0, 0, 1, 'complete')");
}

static bool is_date(int64_t ms)
{
    return ms > -300000000000000 && ms < 300000000000000;
}

static void check_trial(const clt_trial_row *t)
{
    ck_assert(t->state >= CLT_TRIAL_RUNNING && t->state <= CLT_TRIAL_PAUSED && t->attempt > 0);
    ck_assert(is_date(t->started_ms) && fabs(t->seconds) <= 1e15);
    ck_assert(t->last_step <= INT64_MAX && t->wish <= INT64_MAX && t->twin <= INT64_MAX);
    ck_assert(t->failure >= CLT_FAIL_NONE && t->signal >= 0 && t->signal <= 4096);
    for (size_t i = 0; i < t->param_count; i++) {
        ck_assert(!isinf(t->params[i].value));
    }
    for (size_t i = 0; i < t->curve_count; i++) {
        ck_assert_uint_le(t->curve[i].step, INT64_MAX);
    }
}

/* All that a store hands out of its first study. */
static clt_status read_all(clt_store *store, clt_arena *arena, clt_error *err)
{
    clt_study_summary *list;
    clt_trial_row *trials, *folds;
    clt_event *events;
    clt_stretch_row *stretches;
    clt_environment_row *environments;
    clt_ancestor *ancestors;
    clt_wish *wishes;
    clt_edit *edits;
    size_t n[9] = {0};
    if (clt_store_list(store, arena, &list, &n[0], err) != CLT_OK || n[0] == 0) {
        return err->status;
    }
    const int64_t id = list[0].study.id;
    if (clt_store_trials(store, id, true, arena, &trials, &n[1], err) != CLT_OK ||
        clt_store_folds(store, id, 2, arena, &folds, &n[2], err) != CLT_OK ||
        clt_store_events(store, id, arena, &events, &n[3], err) != CLT_OK ||
        clt_store_stretches(store, id, arena, &stretches, &n[4], err) != CLT_OK ||
        clt_store_environments(store, id, arena, &environments, &n[5], err) != CLT_OK ||
        clt_store_ancestors(store, id, arena, &ancestors, &n[6], err) != CLT_OK ||
        clt_store_wishes(store, id, arena, &wishes, &n[7], err) != CLT_OK ||
        clt_store_edits(store, id, arena, &edits, &n[8], err) != CLT_OK) {
        return err->status;
    }
    ck_assert(is_date(list[0].study.created_ms) && list[0].study.window <= 65536);
    ck_assert_uint_le(list[0].study.ended.trials, INT64_MAX);
    for (size_t i = 0; i < n[1]; i++) {
        check_trial(&trials[i]);
    }
    for (size_t i = 0; i < n[2]; i++) {
        ck_assert(folds[i].fold > 0 && folds[i].last_step <= INT64_MAX);
    }
    for (size_t i = 0; i < n[3]; i++) {
        ck_assert_uint_le(events[i].number, INT64_MAX);
    }
    for (size_t i = 0; i < n[4]; i++) {
        ck_assert(stretches[i].slot <= INT64_MAX && stretches[i].number <= INT64_MAX &&
                  stretches[i].since <= INT64_MAX && stretches[i].until <= INT64_MAX);
    }
    for (size_t i = 0; i < n[5]; i++) {
        ck_assert(is_date(environments[i].since_ms));
    }
    return CLT_OK;
}

/* Sets one number in one row, where the schema lets it; reads; verifies. */
static void try_one(const test_place *p, const char *table, const char *column, const char *value,
                    int *refused)
{
    char sql[256];
    clt_arena arena = {0};
    clt_str findings = {0};
    clt_error err = {0}, verify_err = {0};
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(p->path, &db), SQLITE_OK);
    (void)snprintf(sql, sizeof sql,
                   "PRAGMA foreign_keys = OFF; UPDATE %s SET %s = %s WHERE (study, %s) IN (SELECT "
                   "study, max(%s) FROM %s)",
                   table, column, value, column, column, table);
    if (strcmp(table, "study") == 0) {
        (void)snprintf(sql, sizeof sql, "UPDATE study SET %s = %s", column, value);
    }
    bool set = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK && sqlite3_changes(db) > 0;
    (void)sqlite3_close(db);
    if (!set) {
        return; /* a whole number that has a fraction, a key that is there */
    }
    clt_store *store = test_store_open(p, CLT_STORE_READ);
    clt_status status = read_all(store, &arena, &err);
    ck_assert_int_eq(clt_store_verify(store, &findings, &verify_err), CLT_OK);
    if (status != CLT_OK) {
        ck_assert_msg(strstr(err.text, "damaged") != NULL, "%s: %s", sql, err.text);
        ck_assert_msg(findings.length > 0, "%s: \"%s\", and verified", sql, err.text);
        ++*refused;
    }
    clt_store_close(store);
    clt_str_finish(&findings);
    clt_arena_finish(&arena);
}

START_TEST(no_number_of_a_store_is_believed)
{
    test_place p, sound;
    char command[256];
    sqlite3 *db;
    sqlite3_stmt *q;
    int columns = 0, refused = 0;
    test_place_make_fast(&sound);
    test_place_make_fast(&p);
    make(&sound);
    ck_assert_int_eq(sqlite3_open(sound.path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db,
                                        "SELECT m.name, c.name FROM sqlite_schema m, "
                                        "pragma_table_info(m.name) c WHERE m.type = 'table' AND "
                                        "c.type IN ('INTEGER', 'REAL')",
                                        -1, &q, NULL),
                     SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW) {
        for (int v = 0; v < VALUES; v++) {
            (void)snprintf(command, sizeof command, "cp %s %s", sound.path, p.path);
            ck_assert_int_eq(system(command), 0);
            try_one(&p, (const char *)sqlite3_column_text(q, 0),
                    (const char *)sqlite3_column_text(q, 1), values[v], &refused);
        }
        columns++;
    }
    ck_assert_msg(columns > 50 && refused > columns, "%d columns, %d refused", columns, refused);
    (void)sqlite3_finalize(q);
    (void)sqlite3_close(db);
    test_place_remove(&p);
    test_place_remove(&sound);
}
END_TEST

TEST_MAIN("columns", no_number_of_a_store_is_believed)
