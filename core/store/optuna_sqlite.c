/* Optuna's RDBStorage in an SQLite file: the tables of its schema 12, of 3.0 and newer. */
#include "store/optuna.h"

#include "base/json_read.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

enum { BUSY_MS = 2000 }; /* that a program which writes is waited for */

/* A file being read. */
typedef struct reading {
    const char *path;
    sqlite3 *db;
    clt_optuna_file *file;
    CLT_VEC(int64_t) study_ids; /* of file->studies */
    CLT_VEC(int64_t) trial_ids; /* rising, of trials and owners */
    CLT_VEC(clt_optuna_trial *) trials;
    CLT_VEC(clt_optuna_study *) owners;
    clt_error *err;
} reading;

static clt_status wrong(const reading *r, const char *what)
{
    return clt_fail(r->err, CLT_BAD_INPUT, "%s: damaged: %s", r->path, what);
}

static const char *text_at(sqlite3_stmt *q, int column)
{
    return (const char *)sqlite3_column_text(q, column);
}

/* Position of an id in a rising list; its length where it is not there. */
static size_t find_id(const int64_t *ids, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && ids[low] == id ? low : count;
}

static clt_optuna_study *study_of(const reading *r, sqlite3_stmt *q)
{
    size_t i = find_id(r->study_ids.items, r->study_ids.count, sqlite3_column_int64(q, 0));
    return i < r->study_ids.count ? r->file->studies.items[i] : NULL;
}

static clt_optuna_trial *trial_of(const reading *r, sqlite3_stmt *q, clt_optuna_study **owner)
{
    size_t i = find_id(r->trial_ids.items, r->trial_ids.count, sqlite3_column_int64(q, 0));
    *owner = i < r->trial_ids.count ? r->owners.items[i] : NULL;
    return i < r->trial_ids.count ? r->trials.items[i] : NULL;
}

/* NULL stands for a number that is not finite; its type says which. */
static double number_at(sqlite3_stmt *q, int column, int type)
{
    const char *text = text_at(q, type);
    if (text != NULL && strcmp(text, "INF_POS") == 0) {
        return (double)INFINITY;
    }
    if (text != NULL && strcmp(text, "INF_NEG") == 0) {
        return -(double)INFINITY;
    }
    int kind = sqlite3_column_type(q, column);
    bool number = kind == SQLITE_FLOAT || kind == SQLITE_INTEGER;
    return number ? sqlite3_column_double(q, column) : (double)NAN;
}

/* ---- Rows ----------------------------------------------------------------------------------- */

static clt_status add_study(reading *r, sqlite3_stmt *q)
{
    const char *name = text_at(q, 1);
    int64_t goals = sqlite3_column_int64(q, 2);
    if (name == NULL || goals < 1 || goals > 1000) {
        return wrong(r, "a study without a name or directions");
    }
    return clt_optuna_add_study(r->file, name, (size_t)goals) != NULL &&
                   CLT_PUSH(&r->study_ids, sqlite3_column_int64(q, 0))
               ? CLT_OK
               : clt_fail_memory(r->err);
}

static clt_status add_direction(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study = study_of(r, q);
    int64_t goal = sqlite3_column_int64(q, 1);
    const char *text = text_at(q, 2);
    if (study == NULL || goal < 0 || goal >= (int64_t)study->goal_count || text == NULL) {
        return wrong(r, "a direction of no goal");
    }
    study->maximize[goal] = strcmp(text, "MAXIMIZE") == 0;
    return CLT_OK;
}

static clt_status add_metrics(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study = study_of(r, q);
    clt_json_value *names;
    clt_error json = {0};
    const char *text = text_at(q, 1);
    if (study == NULL || text == NULL) {
        return wrong(r, "an attribute of no study");
    }
    if (clt_json_read(&r->file->arena, text, &names, &json) != CLT_OK ||
        names->type != CLT_JSON_ARRAY || names->count != study->goal_count) {
        return wrong(r, "names of metrics that are no list of them");
    }
    study->metrics = clt_arena_array(&r->file->arena, names->count, sizeof *study->metrics);
    size_t i = 0;
    for (const clt_json_value *v = names->first; study->metrics != NULL && v != NULL; v = v->next) {
        if (v->type != CLT_JSON_TEXT) {
            return wrong(r, "a metric whose name is no text");
        }
        study->metrics[i++] = v->text;
    }
    return study->metrics != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status note_attributes(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study = study_of(r, q);
    if (study != NULL) {
        study->has_attributes = true;
    }
    return CLT_OK;
}

static clt_status add_trial(reading *r, sqlite3_stmt *q)
{
    static const char *const states[] = {"RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"};
    clt_optuna_study *study = study_of(r, q);
    const char *state = text_at(q, 2);
    size_t i = 0;
    while (state != NULL && i < 5 && strcmp(states[i], state) != 0) {
        i++;
    }
    if (study == NULL || state == NULL || i == 5) {
        return wrong(r, study == NULL ? "a trial of no study" : "a trial in no state");
    }
    clt_optuna_trial *trial = clt_optuna_add_trial(r->file, study);
    if (trial == NULL || !CLT_PUSH(&r->trials, trial) || !CLT_PUSH(&r->owners, study) ||
        !CLT_PUSH(&r->trial_ids, sqlite3_column_int64(q, 1))) {
        return clt_fail_memory(r->err);
    }
    trial->state = (clt_optuna_state)i;
    trial->started_ms = clt_optuna_date(text_at(q, 3));
    trial->ended_ms = clt_optuna_date(text_at(q, 4));
    return CLT_OK;
}

static clt_status add_param(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study;
    clt_optuna_trial *trial = trial_of(r, q, &study);
    if (trial == NULL || text_at(q, 1) == NULL || text_at(q, 3) == NULL) {
        return wrong(r, "a parameter of no trial, or without a name or a distribution");
    }
    int kind = sqlite3_column_type(q, 2);
    bool number = kind == SQLITE_FLOAT || kind == SQLITE_INTEGER;
    const clt_optuna_param param = {clt_arena_copy(&r->file->arena, text_at(q, 1)),
                                    number ? sqlite3_column_double(q, 2) : (double)NAN,
                                    clt_arena_copy(&r->file->arena, text_at(q, 3))};
    return param.name != NULL && param.distribution != NULL && CLT_PUSH(&trial->params, param)
               ? CLT_OK
               : clt_fail_memory(r->err);
}

static clt_status add_value(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study;
    clt_optuna_trial *trial = trial_of(r, q, &study);
    int64_t goal = sqlite3_column_int64(q, 1);
    if (trial == NULL || goal < 0 || goal >= (int64_t)study->goal_count) {
        return wrong(r, "a value of no trial, or of no goal");
    }
    if (trial->values == NULL) {
        trial->values = clt_arena_array(&r->file->arena, study->goal_count, sizeof(double));
        for (size_t i = 0; trial->values != NULL && i < study->goal_count; i++) {
            trial->values[i] = (double)NAN;
        }
    }
    if (trial->values == NULL) {
        return clt_fail_memory(r->err);
    }
    trial->values[goal] = number_at(q, 2, 3);
    return CLT_OK;
}

static clt_status add_step(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study;
    clt_optuna_trial *trial = trial_of(r, q, &study);
    if (trial == NULL) {
        return wrong(r, "an intermediate value of no trial");
    }
    return clt_optuna_set_step(trial, sqlite3_column_int64(q, 1), number_at(q, 2, 3))
               ? CLT_OK
               : clt_fail_memory(r->err);
}

static clt_status add_why(reading *r, sqlite3_stmt *q)
{
    clt_optuna_study *study;
    clt_optuna_trial *trial = trial_of(r, q, &study);
    clt_json_value *value;
    clt_error json = {0};
    if (trial != NULL && text_at(q, 1) != NULL &&
        clt_json_read(&r->file->arena, text_at(q, 1), &value, &json) == CLT_OK &&
        value->type == CLT_JSON_TEXT) {
        trial->why = value->text;
    }
    return CLT_OK;
}

/* ---- The file ------------------------------------------------------------------------------- */

/* The queries, in the order in which they run. */
static const struct {
    const char *sql;
    clt_status (*add)(reading *r, sqlite3_stmt *q);
} queries[] = {
    {"SELECT study_id, study_name, (SELECT count(*) FROM study_directions d WHERE d.study_id = "
     "s.study_id) FROM studies s ORDER BY study_id",
     add_study},
    {"SELECT study_id, objective, direction FROM study_directions", add_direction},
    {"SELECT study_id, value_json FROM study_system_attributes WHERE key = 'study:metric_names'",
     add_metrics},
    {"SELECT DISTINCT study_id FROM study_user_attributes WHERE key NOT LIKE 'collet:%' "
     "UNION SELECT DISTINCT t.study_id FROM trial_user_attributes a JOIN trials t USING (trial_id) "
     "WHERE key NOT LIKE 'collet:%'",
     note_attributes},
    {"SELECT study_id, trial_id, state, datetime_start, datetime_complete FROM trials "
     "ORDER BY trial_id",
     add_trial},
    {"SELECT trial_id, param_name, param_value, distribution_json FROM trial_params "
     "ORDER BY param_id",
     add_param},
    {"SELECT trial_id, objective, value, value_type FROM trial_values", add_value},
    {"SELECT trial_id, step, intermediate_value, intermediate_value_type FROM "
     "trial_intermediate_values ORDER BY trial_id, step",
     add_step},
    {"SELECT trial_id, value_json FROM trial_user_attributes WHERE key = 'collet:failure'",
     add_why},
};

/* A file with a write-ahead log, or one that a crash has left half-written, is not read without
 * writing beside it. */
static clt_status fail_place(const reading *r)
{
    int code = sqlite3_extended_errcode(r->db);
    return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY
               ? clt_fail(
                     r->err, CLT_BAD_INPUT,
                     "%s: left half-written by a program that was cut short, which Optuna sets "
                     "right when it opens the file; and it cannot be written from here",
                     r->path)
               : clt_fail(
                     r->err, CLT_BAD_INPUT,
                     "%s: cannot be read here: it has a write-ahead log, and SQLite must write "
                     "beside such a file; copy it, with %s-wal if there is one, to a folder of "
                     "your own and import that copy",
                     r->path, r->path);
}

static clt_status fail_sqlite(const reading *r)
{
    const char *words = sqlite3_errmsg(r->db);
    switch (sqlite3_errcode(r->db)) {
    case SQLITE_NOMEM:
        return clt_fail_memory(r->err);
    case SQLITE_ERROR: /* a table or a column that there is not */
        return clt_fail(r->err, CLT_BAD_INPUT,
                        "%s: no storage of Optuna 3.0 or newer (%s); an older one is brought up to "
                        "date by \"optuna storage upgrade\"",
                        r->path, words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return clt_fail(r->err, CLT_BAD_INPUT,
                        "%s: another program is writing to it (%s); import it again later", r->path,
                        words);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return fail_place(r);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return wrong(r, words);
    default:
        return clt_fail(r->err, CLT_IO, "%s: cannot be read: %s", r->path, words);
    }
}

static clt_status for_each(reading *r, const char *sql,
                           clt_status (*add)(reading *r, sqlite3_stmt *q))
{
    sqlite3_stmt *q;
    if (sqlite3_prepare_v2(r->db, sql, -1, &q, NULL) != SQLITE_OK) {
        return fail_sqlite(r);
    }
    clt_status status = CLT_OK;
    int code;
    while (status == CLT_OK && (code = sqlite3_step(q)) != SQLITE_DONE) {
        status = code == SQLITE_ROW ? add(r, q) : fail_sqlite(r);
    }
    sqlite3_finalize(q);
    return status;
}

/* The pages must be whole: a half of a study would look like a study. */
static clt_status check_file(reading *r, sqlite3_stmt *q)
{
    const char *found = text_at(q, 0);
    if (found != NULL && strcmp(found, "ok") == 0) {
        return CLT_OK;
    }
    (void)wrong(r, found != NULL ? found : "unknown");
    for (char *at = r->err->text; (at = strchr(at, '\n')) != NULL;) { /* SQLite writes several */
        *at = ' ';
    }
    return r->err->status;
}

clt_status clt_optuna_read_sqlite(const char *path, clt_optuna_file *file, clt_error *err)
{
    reading r = {.path = path, .file = file, .err = err};
    clt_status status = CLT_OK;
    if (sqlite3_open_v2(path, &r.db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        status = r.db != NULL ? fail_sqlite(&r) : clt_fail_memory(err);
    }
    if (status == CLT_OK) {
        sqlite3_busy_timeout(r.db, BUSY_MS);
        (void)sqlite3_db_config(r.db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        (void)sqlite3_db_config(r.db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void)sqlite3_exec(r.db, "BEGIN", NULL, NULL, NULL); /* one snapshot */
        status = for_each(&r, "SELECT integrity_check FROM pragma_integrity_check(1)", check_file);
    }
    for (size_t i = 0; i < sizeof queries / sizeof queries[0] && status == CLT_OK; i++) {
        status = for_each(&r, queries[i].sql, queries[i].add);
    }
    (void)sqlite3_close(r.db);
    CLT_VEC_FINISH(&r.study_ids);
    CLT_VEC_FINISH(&r.trial_ids);
    CLT_VEC_FINISH(&r.trials);
    CLT_VEC_FINISH(&r.owners);
    return status;
}
