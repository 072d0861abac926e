/* Stores whose cells somebody has changed by SQL: an input is a list of changes to the known store
 * of corpus/store.sql, each of 4 bytes and what its value takes. Whatever the cells hold, reading
 * ends, with rows that make sense or with one line; and what reads well can be shown, written,
 * exported and gone on with. */
#include "fuzz.h"

#include "base/file.h"
#include "report/trials.h"
#include "store/sqlite.h"
#include "study/replay.h"

#include <sqlite3.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHANGES = 8, MOST_COLUMNS = 192 };

/* A column, by its table; and the store as it was. */
static char tables[MOST_COLUMNS][32], columns[MOST_COLUMNS][32];
static size_t column_count;
static clt_str original;

static void list_columns(sqlite3 *db)
{
    sqlite3_stmt *q;
    (void)sqlite3_prepare_v2(
        db,
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
        "WHERE t.type = 'table' ORDER BY t.name, c.cid",
        -1, &q, NULL);
    while (sqlite3_step(q) == SQLITE_ROW && column_count < MOST_COLUMNS) {
        (void)snprintf(tables[column_count], sizeof tables[0], "%s", sqlite3_column_text(q, 0));
        (void)snprintf(columns[column_count++], sizeof columns[0], "%s", sqlite3_column_text(q, 1));
    }
    (void)sqlite3_finalize(q);
}

/* The store as the program of today has it, brought up from what is in the tree. */
static void make_original(void)
{
    clt_error err = {0};
    clt_str sql = {0};
    clt_store *store = NULL;
    sqlite3 *db;
    char path[128];
    (void)snprintf(path, sizeof path, "%s", fuzz_path("original.db"));
    clt_file_read(SOURCE "/tests/fuzz/store.sql", 1 << 20, &sql, &err);
    fuzz_require(err.status == CLT_OK, err.text);
    fuzz_require(sqlite3_open(path, &db) == SQLITE_OK, "a file of SQLite can be made");
    fuzz_require(sqlite3_exec(db, clt_str_text(&sql), NULL, NULL, NULL) == SQLITE_OK,
                 sqlite3_errmsg(db));
    (void)sqlite3_close(db);
    clt_sqlite_open(path, CLT_STORE_WRITE, &store, &err);
    fuzz_require(err.status == CLT_OK, err.text);
    clt_store_close(store);
    fuzz_require(sqlite3_open(path, &db) == SQLITE_OK, "the store can be opened");
    list_columns(db);
    (void)sqlite3_close(db);
    clt_file_read(path, 1 << 24, &original, &err);
    fuzz_require(err.status == CLT_OK && column_count > 40, "the store can be read");
    clt_str_finish(&sql);
}

/* The bytes that are left. */
typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t take(input *in)
{
    if (in->size == 0) {
        return 0;
    }
    in->size--;
    return *in->data++;
}

static int64_t take_integer(input *in)
{
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        bits = bits << 8 | take(in);
    }
    return (int64_t)bits;
}

static void bind_value(sqlite3_stmt *q, uint8_t how, input *in)
{
    static const int64_t integers[] = {0,         1,          -1,         2,         3,
                                       5,         7,          255,        65536,     1000000,
                                       INT32_MAX, 2147483648, INT32_MIN,  INT64_MAX, INT64_MIN,
                                       1LL << 40, 4294967295, 4294967296, 1LL << 53, 1LL << 62};
    static const double reals[] = {0, -0.0, 0.5, 1e308, -1e308, 1e-320, HUGE_VAL, -HUGE_VAL, 1e18};
    char text[64];
    switch (how % 6) {
    case 0:
    case 1:
        (void)sqlite3_bind_int64(q, 1, integers[take(in) % (sizeof integers / sizeof *integers)]);
        return;
    case 2:
        (void)sqlite3_bind_int64(q, 1, take_integer(in));
        return;
    case 3:
        (void)sqlite3_bind_double(q, 1, reals[take(in) % (sizeof reals / sizeof *reals)]);
        return;
    case 4:
        (void)sqlite3_bind_null(q, 1);
        return;
    default: {
        size_t n = take(in) % sizeof text;
        for (size_t i = 0; i < n; i++) {
            text[i] = (char)take(in);
        }
        (void)sqlite3_bind_text(q, 1, text, (int)n, SQLITE_TRANSIENT);
    }
    }
}

/* One cell gets another value, or a row goes; what the schema itself refuses is left as it is. */
static void change(sqlite3 *db, input *in)
{
    char sql[256];
    sqlite3_stmt *q;
    size_t which = (size_t)take(in) % column_count;
    uint8_t row = take(in), how = take(in);
    const char *table = tables[which], *column = columns[which];
    if (how >= 240) {
        (void)snprintf(sql, sizeof sql,
                       "DELETE FROM \"%s\" WHERE \"%s\" = (SELECT \"%s\" FROM "
                       "\"%s\" LIMIT 1 OFFSET %u)",
                       table, column, column, table, row % 16U);
    } else {
        (void)snprintf(sql, sizeof sql,
                       "UPDATE \"%s\" SET \"%s\" = ?1 WHERE \"%s\" = (SELECT \"%s\" "
                       "FROM \"%s\" LIMIT 1 OFFSET %u)",
                       table, column, column, column, table, row % 16U);
    }
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK) {
        if (how < 240) {
            bind_value(q, how, in);
        }
        (void)sqlite3_step(q);
    }
    (void)sqlite3_finalize(q);
}

static void change_all(const char *path, input *in)
{
    sqlite3 *db;
    fuzz_require(sqlite3_open(path, &db) == SQLITE_OK, "the store can be opened");
    (void)sqlite3_exec(db,
                       "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;"
                       "PRAGMA foreign_keys = OFF",
                       NULL, NULL, NULL);
    for (int i = 0; i < MOST_CHANGES && in->size >= 3; i++) {
        change(db, in);
    }
    (void)sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    (void)sqlite3_close(db);
}

static void report(clt_store *store, const clt_study_row *study, const clt_trial_list *list)
{
    clt_str out = {0};
    clt_json json = {.out = &out};
    (void)store;
    (void)study;
    clt_trials_table(list, &out);
    clt_trials_outcome(list, &out);
    clt_trials_ending(list, &out);
    clt_environments_text(list, &out);
    clt_trials_csv(list, &out);
    clt_trials_json(list, &json);
    clt_str_finish(&out);
}

/* All that a study is made of; false with err where it cannot be read. */
static bool read_study(clt_store *store, clt_replay_setup *s, clt_arena *arena, clt_error *err)
{
    int64_t id = s->study->id;
    clt_trial_row *trials;
    clt_event *events;
    clt_stretch_row *stretches;
    clt_wish *wishes;
    clt_ancestor *ancestors;
    bool fine =
        clt_store_trials(store, id, true, arena, &trials, &s->count, err) == CLT_OK &&
        clt_store_events(store, id, arena, &events, &s->event_count, err) == CLT_OK &&
        clt_store_stretches(store, id, arena, &stretches, &s->stretch_count, err) == CLT_OK &&
        clt_store_wishes(store, id, arena, &wishes, &s->wish_count, err) == CLT_OK &&
        clt_store_ancestors(store, id, arena, &ancestors, &s->ancestor_count, err) == CLT_OK;
    if (fine) {
        s->trials = trials;
        s->events = events;
        s->stretches = stretches;
        s->wishes = wishes;
        s->ancestors = ancestors;
    }
    return fine;
}

/* Asks and tells all over again, as a run that goes on does. */
static void go_on(clt_replay_setup *setup, clt_arena *arena)
{
    clt_error err = {0};
    clt_ini ini;
    clt_plan plan = {0};
    clt_replay replay = {0};
    if (clt_ini_parse(arena, "x.ini", setup->study->experiment, &ini, &err) == CLT_OK &&
        clt_plan_make(&plan, &ini, fuzz_registry(), &err) == CLT_OK) {
        setup->plan = &plan;
        fuzz_check_error(clt_replay_decisions(setup, &replay, &err), &err);
    }
    clt_replay_finish(&replay);
    clt_plan_finish(&plan);
}

static void use_study(clt_store *store, const clt_study_row *study, clt_arena *arena)
{
    clt_error err = {0};
    clt_environment_row *environments;
    clt_trial_row *folds;
    size_t count;
    clt_replay_setup setup = {.study = study};
    clt_trial_list list = {.study = study};
    if (!read_study(store, &setup, arena, &err) ||
        clt_store_environments(store, study->id, arena, &environments, &list.environment_count,
                               &err) != CLT_OK) {
        fuzz_check_error(err.status, &err);
        return;
    }
    list.environments = environments;
    list.rows = setup.trials;
    list.count = setup.count;
    report(store, study, &list);
    for (uint64_t n = 0; n < 4 && err.status == CLT_OK; n++) {
        (void)clt_store_folds(store, study->id, n, arena, &folds, &count, &err);
    }
    fuzz_check_error(err.status, &err);
    go_on(&setup, arena);
}

static void use(const char *path)
{
    clt_store *store = NULL;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_str found = {0};
    clt_study_summary *rows;
    size_t count = 0;
    if (clt_sqlite_open(path, CLT_STORE_READ, &store, &err) == CLT_OK &&
        clt_store_list(store, &arena, &rows, &count, &err) == CLT_OK) {
        for (size_t i = 0; i < count; i++) {
            use_study(store, &rows[i].study, &arena);
        }
        (void)clt_store_verify(store, &found, &err);
    }
    fuzz_check_error(err.status, &err);
    clt_str_finish(&found);
    clt_store_close(store);
    clt_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[128];
    input in = {data, size};
    if (original.length == 0) {
        make_original();
    }
    (void)snprintf(path, sizeof path, "%s",
                   fuzz_file("input.db", (const uint8_t *)original.text, original.length));
    change_all(path, &in);
    use(path);
    (void)remove(path);
    return 0;
}
