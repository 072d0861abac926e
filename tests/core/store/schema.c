#include "store.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 7 }; /* the schema of this program */

/* Stores that earlier programs made; see tests/fixtures/store. */
static const struct {
    const char *file;
    int schema;
    uint64_t window;                    /* of study "old" */
    uint64_t complete, failed, running; /* of it */
    size_t points;                      /* of its curves */
    const char *why;                    /* its trial 0 failed */
} olds[] = {
    {SOURCE "/tests/fixtures/store/schema-1.sql", 1, 1, 2, 3, 1, 18,
     "the loss is not finite in epoch 1, step 9"},
    {SOURCE "/tests/fixtures/store/schema-2.sql", 2, 8, 1, 1, 2, 9,
     "the loss is not finite in epoch 1, step 9"},
    {SOURCE "/tests/fixtures/store/schema-3.sql", 3, 8, 2, 2, 2, 30,
     "the loss is not finite in epoch 1, step 9"},
    {SOURCE "/tests/fixtures/store/schema-4.sql", 4, 8, 7, 3, 2, 315,
     "fold 1: the loss is not finite in epoch 1, step 9"},
    {SOURCE "/tests/fixtures/store/schema-6.sql", 6, 8, 6, 5, 2, 90,
     "the loss is not finite in epoch 1, step 5"},
};

static clt_status open_status(const test_place *p, clt_store_mode mode, clt_error *err)
{
    clt_store *store;
    *err = (clt_error){0};
    clt_status status = clt_sqlite_open(p->path, mode, &store, err);
    clt_store_close(store);
    return status;
}

static void check_trials(clt_store *store, int64_t study, int i)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_trial_row *rows;
    size_t count, points = 0;
    clt_store_trials(store, study, true, &arena, &rows, &count, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    ck_assert_uint_eq(count, olds[i].complete + olds[i].failed + olds[i].running);
    ck_assert_str_eq(rows[0].why, olds[i].why);
    for (size_t t = 0; t < count; t++) {
        ck_assert_uint_eq(rows[t].number, t);
        ck_assert_uint_eq(rows[t].param_count, 4);
        ck_assert((rows[t].state == CLT_TRIAL_FAILED) == (rows[t].failure != CLT_FAIL_NONE));
        points += rows[t].curve_count;
    }
    ck_assert_uint_eq(points, olds[i].points);
    clt_arena_finish(&arena);
}

static void check_studies(clt_store *store, int i)
{
    clt_arena arena = {0};
    clt_str findings = {0};
    clt_error err = {0};
    clt_study_summary *rows;
    size_t count;
    ck_assert_int_eq(clt_store_verify(store, &findings, &err), CLT_OK);
    ck_assert_str_eq(clt_str_text(&findings), "");
    ck_assert_int_eq(clt_store_list(store, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(rows[0].study.name, "old");
    ck_assert_uint_eq(rows[0].study.window, olds[i].window);
    ck_assert_uint_eq(rows[0].complete, olds[i].complete);
    ck_assert_uint_eq(rows[0].failed, olds[i].failed);
    ck_assert_uint_eq(rows[0].running, olds[i].running);
    ck_assert_uint_eq(rows[1].study.goal_count, 2);
    check_trials(store, rows[0].study.id, i);
    clt_arena_finish(&arena);
    clt_str_finish(&findings);
}

/* The trial that was under way begins again, and ends. */
static void go_on(clt_store *store, int i)
{
    double values[2];
    clt_error err = {0};
    uint64_t next = olds[i].complete + olds[i].failed + olds[i].running - 1;
    clt_trial_row trial = test_trial(next, 2, values);
    trial.value_count = 1;
    ck_assert_msg(clt_store_begin(store, 1, &trial, &err) == CLT_OK, "%s", err.text);
    ck_assert_msg(clt_store_finish(store, 1, &trial, &err) == CLT_OK, "%s", err.text);
}

START_TEST(an_old_store_is_migrated_whole_and_goes_on)
{
    test_place p;
    clt_error err;
    test_place_make_fast(&p);
    test_store_load(p.path, olds[_i].file);
    if (olds[_i].schema < NOW) { /* a reader changes nothing, and says what does */
        ck_assert_int_eq(open_status(&p, CLT_STORE_READ, &err), CLT_NO_STORE);
        ck_assert_ptr_nonnull(
            strstr(err.text, "made by an older collet; \"collet run\" with this store brings it up "
                             "to date"));
    }
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    check_studies(store, _i);
    go_on(store, _i);
    clt_store_close(store);
    clt_store_close(test_store_open(&p, CLT_STORE_READ));
    test_place_remove(&p);
}
END_TEST

/* How a migration may fail: something of the new schema is there already. */
static const char *const obstacles[] = {
    "ALTER TABLE study ADD COLUMN window INTEGER", /* its first step */
    "ALTER TABLE trial ADD COLUMN log TEXT",       /* in its middle */
    "CREATE TABLE event (x)",                      /* its last step */
};

START_TEST(a_migration_that_fails_leaves_the_store_as_it_was)
{
    test_place p;
    clt_error err;
    test_place_make_fast(&p);
    test_store_load(p.path, olds[0].file);
    test_store_sql(p.path, obstacles[_i]);
    ck_assert_int_eq(open_status(&p, CLT_STORE_WRITE, &err), CLT_NO_STORE);
    ck_assert_msg(strstr(err.text, "cannot be brought from schema 1 to 7") != NULL, "%s", err.text);
    /* Without the obstacle it is the old store, and is migrated as ever. */
    test_store_sql(p.path, _i == 0   ? "ALTER TABLE study DROP COLUMN window"
                           : _i == 1 ? "ALTER TABLE trial DROP COLUMN log"
                                     : "DROP TABLE event");
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    check_studies(store, 0);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

/* What is no store of this program, by the SQL that makes it so. */
static const struct {
    const char *sql, *text;
} strangers[] = {
    {"PRAGMA user_version = 99", "made by a newer collet: its schema is 99"},
    {"PRAGMA user_version = 0", "damaged (schema 0, "},
    {"PRAGMA user_version = -3", "damaged (schema -3, "},
    {"PRAGMA application_id = 7", "an SQLite file of another program"},
    {"PRAGMA application_id = 0", "an SQLite file of another program"},
};

START_TEST(what_is_not_ours_is_refused)
{
    test_place p;
    clt_error err;
    test_place_make_fast(&p);
    test_store_load(p.path, olds[sizeof olds / sizeof olds[0] - 1].file);
    test_store_sql(p.path, strangers[_i].sql);
    for (int mode = CLT_STORE_READ; mode <= CLT_STORE_WRITE; mode++) {
        ck_assert_int_eq(open_status(&p, (clt_store_mode)mode, &err), CLT_NO_STORE);
        ck_assert_msg(strstr(err.text, strangers[_i].text) != NULL, "%s", err.text);
    }
    test_place_remove(&p);
}
END_TEST

START_TEST(an_empty_file_is_filled_by_a_run_only)
{
    test_place p;
    clt_error err;
    test_place_make_fast(&p);
    test_store_sql(p.path, "VACUUM");
    ck_assert_int_eq(open_status(&p, CLT_STORE_READ, &err), CLT_NO_STORE);
    ck_assert_ptr_nonnull(strstr(err.text, "no study in it; if it was copied while a run had it"));
    clt_store_close(test_store_open(&p, CLT_STORE_WRITE));
    clt_store_close(test_store_open(&p, CLT_STORE_READ));
    test_store_sql(
        p.path,
        "DROP TABLE edit; DROP TABLE stretch; DROP TABLE wish; DROP TABLE ancestor_value; DROP "
        "TABLE "
        "ancestor_param; "
        "DROP TABLE ancestor; DROP TABLE fold_curve; DROP TABLE fold; DROP TABLE event; DROP TABLE "
        "curve; DROP TABLE value; DROP TABLE param;"
        "DROP TABLE trial; DROP TABLE goal; DROP TABLE demand; DROP TABLE environment;"
        "DROP TABLE study");
    ck_assert_int_eq(open_status(&p, CLT_STORE_WRITE, &err), CLT_NO_STORE);
    ck_assert_msg(strstr(err.text, "damaged (schema 7, 0 tables)") != NULL, "%s", err.text);
    test_place_remove(&p);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

TEST_MAIN_LOOPS("schema", {an_old_store_is_migrated_whole_and_goes_on, COUNT(olds)},
                {a_migration_that_fails_leaves_the_store_as_it_was, COUNT(obstacles)},
                {what_is_not_ours_is_refused, COUNT(strangers)},
                {an_empty_file_is_filled_by_a_run_only, 1})
