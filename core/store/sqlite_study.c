#include "base/vec.h"
#include "store/sqlite_impl.h"

#include <math.h>
#include <string.h>

static clt_status add_goals(clt_sqlite *s, const clt_study_row *study, clt_error *err)
{
    for (size_t i = 0; i < study->goal_count; i++) {
        sqlite3_stmt *q;
        if (clt_sqlite_prepare(s, "INSERT INTO goal VALUES (?, ?, ?, ?, ?)", &q, err) != CLT_OK) {
            return err->status;
        }
        sqlite3_bind_int64(q, 1, study->id);
        sqlite3_bind_int64(q, 2, (int64_t)i);
        clt_sqlite_bind_text(q, 3, study->goals[i].metric);
        sqlite3_bind_int(q, 4, study->goals[i].maximize);
        if (study->goals[i].has_reference) {
            sqlite3_bind_double(q, 5, study->goals[i].reference);
        }
        if (clt_sqlite_finish(s, q, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

static clt_status add_demands(clt_sqlite *s, const clt_study_row *study, clt_error *err)
{
    for (size_t i = 0; i < study->demand_count; i++) {
        const clt_demand *demand = &study->demands[i];
        sqlite3_stmt *q;
        if (clt_sqlite_prepare(s, "INSERT INTO demand VALUES (?, ?, ?, ?, ?)", &q, err) != CLT_OK) {
            return err->status;
        }
        sqlite3_bind_int64(q, 1, study->id);
        sqlite3_bind_int64(q, 2, (int64_t)i);
        clt_sqlite_bind_text(q, 3, demand->metric);
        sqlite3_bind_int(q, 4, (int)demand->relation);
        sqlite3_bind_double(q, 5, demand->bound);
        if (clt_sqlite_finish(s, q, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

static clt_status insert_study(clt_sqlite *s, clt_study_row *study, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "INSERT INTO study (name, experiment, source, identity, environment, "
                           "seed, created_ms, window) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    const char *texts[] = {study->name, study->experiment, study->source, study->identity,
                           study->environment};
    for (int i = 0; i < 5; i++) {
        clt_sqlite_bind_text(q, i + 1, texts[i]);
    }
    sqlite3_bind_int64(q, 6, (int64_t)study->seed);
    sqlite3_bind_int64(q, 7, study->created_ms);
    sqlite3_bind_int64(q, 8, (int64_t)study->window);
    if (clt_sqlite_finish(s, q, err) != CLT_OK) {
        return err->status;
    }
    study->id = sqlite3_last_insert_rowid(s->db);
    return add_goals(s, study, err) == CLT_OK ? add_demands(s, study, err) : err->status;
}

clt_status clt_sqlite_add_study(clt_store *store, clt_study_row *study, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, insert_study(s, study, err), err)
               : err->status;
}

static clt_status update_ended(clt_sqlite *s, int64_t study, const clt_ended *ended, clt_error *err)
{
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(
            s, "UPDATE study SET ended_by = ?, ended_why = ?, ended_trials = ? WHERE id = ?", &q,
            err) != CLT_OK) {
        return err->status;
    }
    clt_sqlite_bind_text(q, 1, ended->by);
    clt_sqlite_bind_text(q, 2, ended->why);
    sqlite3_bind_int64(q, 3, (int64_t)ended->trials);
    sqlite3_bind_int64(q, 4, study);
    return clt_sqlite_finish(s, q, err);
}

clt_status clt_sqlite_note_ended(clt_store *store, int64_t study, const clt_ended *ended,
                                 clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    return clt_sqlite_enter(s, err) == CLT_OK
               ? clt_sqlite_leave(s, update_ended(s, study, ended, err), err)
               : err->status;
}

static clt_status read_goals(clt_sqlite *s, clt_study_row *study, clt_arena *arena, clt_error *err)
{
    enum { MOST = 16 };
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "SELECT metric, maximize, reference FROM goal WHERE study = ? "
                           "ORDER BY position",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    clt_goal *goals = clt_arena_array(arena, MOST, sizeof *goals);
    sqlite3_bind_int64(q, 1, study->id);
    study->goals = goals;
    study->goal_count = 0;
    int code = SQLITE_DONE;
    clt_status status = goals != NULL ? CLT_OK : clt_fail_memory(err);
    while (status == CLT_OK && (code = sqlite3_step(q)) == SQLITE_ROW && study->goal_count < MOST) {
        clt_goal goal = {clt_sqlite_text(q, 0, arena), sqlite3_column_int(q, 1) != 0,
                         sqlite3_column_type(q, 2) != SQLITE_NULL, clt_sqlite_real(q, 2)};
        status = !clt_sqlite_in_range(CLT_RANGE_GOAL_MAXIMIZE, q, 1)
                     ? clt_sqlite_fail_damaged(s, "a goal", err)
                 : goal.metric != NULL ? CLT_OK
                                       : clt_sqlite_fail_text(s, err);
        goals[study->goal_count++] = goal;
    }
    if (status == CLT_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_sqlite_release(q);
    if (status == CLT_OK && study->goal_count == 0) {
        status = clt_fail(err, CLT_NO_STORE,
                          "%s: damaged (study \"%s\" has no goal); restore it from a copy", s->path,
                          study->name);
    }
    return status;
}

static clt_status read_demands(clt_sqlite *s, clt_study_row *study, clt_arena *arena,
                               clt_error *err)
{
    enum { MOST = 16 };
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "SELECT metric, relation, bound FROM demand WHERE study = ? "
                           "ORDER BY position",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    clt_demand *demands = clt_arena_array(arena, MOST, sizeof *demands);
    clt_status status = demands != NULL ? CLT_OK : clt_fail_memory(err);
    int code = SQLITE_DONE;
    sqlite3_bind_int64(q, 1, study->id);
    study->demands = demands;
    study->demand_count = 0;
    while (status == CLT_OK && study->demand_count < MOST &&
           (code = sqlite3_step(q)) == SQLITE_ROW) {
        int64_t relation = sqlite3_column_int64(q, 1);
        clt_demand demand = {clt_sqlite_text(q, 0, arena), (clt_relation)relation,
                             clt_sqlite_real(q, 2)};
        demands[study->demand_count++] = demand;
        if (relation < CLT_AT_MOST || relation > CLT_ABOVE) {
            status = clt_fail(err, CLT_NO_STORE,
                              "%s: damaged (study \"%s\" requires what is not known); restore it "
                              "from a copy",
                              s->path, study->name);
        } else if (demand.metric == NULL) {
            status = clt_sqlite_fail_text(s, err);
        }
    }
    if (status == CLT_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_sqlite_release(q);
    return status;
}

/* Whatever else belongs to the row that was read. */
static clt_status complete_study(clt_sqlite *s, clt_study_row *study, clt_arena *arena,
                                 clt_error *err)
{
    return read_goals(s, study, arena, err) == CLT_OK ? read_demands(s, study, arena, err)
                                                      : err->status;
}

#define STUDY_COLUMNS                                                                              \
    "id, name, experiment, source, identity, environment, seed, created_ms, window, ended_by, "    \
    "ended_why, ended_trials"

static clt_study_row study_of(sqlite3_stmt *q, clt_arena *arena)
{
    return (clt_study_row){.id = sqlite3_column_int64(q, 0),
                           .name = clt_sqlite_text(q, 1, arena),
                           .experiment = clt_sqlite_text(q, 2, arena),
                           .source = clt_sqlite_text(q, 3, arena),
                           .identity = clt_sqlite_text(q, 4, arena),
                           .environment = clt_sqlite_text(q, 5, arena),
                           .seed = (uint64_t)sqlite3_column_int64(q, 6),
                           .created_ms = sqlite3_column_int64(q, 7),
                           .window = (uint64_t)sqlite3_column_int64(q, 8),
                           .ended = {.by = clt_sqlite_text(q, 9, arena),
                                     .why = clt_sqlite_text(q, 10, arena),
                                     .trials = (uint64_t)sqlite3_column_int64(q, 11)}};
}

/* Is the row of the query whole, and do its numbers make sense? */
static clt_status check_row(clt_sqlite *s, const clt_study_row *row, sqlite3_stmt *q,
                            clt_error *err)
{
    if (row->name == NULL || row->experiment == NULL || row->source == NULL ||
        row->identity == NULL || row->environment == NULL) {
        return clt_sqlite_fail_text(s, err);
    }
    return clt_sqlite_in_range(CLT_RANGE_STUDY_CREATED, q, 7) &&
                   clt_sqlite_in_range(CLT_RANGE_STUDY_WINDOW, q, 8) &&
                   clt_sqlite_in_range(CLT_RANGE_STUDY_ENDED, q, 11)
               ? CLT_OK
               : clt_sqlite_fail_damaged(s, "a number of a study", err);
}

clt_status clt_sqlite_find_study(clt_store *store, const char *name, clt_arena *arena, bool *found,
                                 clt_study_row *study, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    sqlite3_stmt *q;
    *found = false;
    if (clt_sqlite_prepare(s, "SELECT " STUDY_COLUMNS " FROM study WHERE name = ?", &q, err) !=
        CLT_OK) {
        return err->status;
    }
    clt_sqlite_bind_text(q, 1, name);
    int code = sqlite3_step(q);
    clt_status status = CLT_OK;
    if (code == SQLITE_ROW) {
        *found = true;
        *study = study_of(q, arena);
        status = check_row(s, study, q, err);
        status = status == CLT_OK ? complete_study(s, study, arena, err) : status;
    } else if (code != SQLITE_DONE) {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_sqlite_release(q);
    return status;
}

/* How many demands trial t does not meet; ?2 is how many goals there are. */
#define BROKEN_DEMANDS                                                                             \
    "(SELECT count(*) FROM demand d JOIN value w ON w.study = d.study AND w.number = t.number "    \
    "AND "                                                                                         \
    "w.position = ?2 + d.position WHERE d.study = t.study AND NOT CASE d.relation "                \
    "WHEN 0 THEN w.value <= d.bound WHEN 1 THEN w.value < d.bound "                                \
    "WHEN 2 THEN w.value >= d.bound ELSE w.value > d.bound END)"

/* Trials by state, and the best complete one by the first goal; of equals the first. */
static clt_status summarise(clt_sqlite *s, clt_study_summary *row, clt_error *err)
{
    bool maximize = row->study.goal_count > 0 && row->study.goals[0].maximize;
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s,
                           "SELECT t.number, t.state, v.value, " BROKEN_DEMANDS ", t.dropped"
                           " FROM trial t LEFT JOIN value v ON "
                           "v.study = t.study AND v.number = t.number AND v.position = 0 "
                           "WHERE t.study = ?1 ORDER BY t.number",
                           &q, err) != CLT_OK) {
        return err->status;
    }
    uint64_t *counts[] = {&row->running, &row->complete, &row->pruned, &row->failed, &row->paused};
    sqlite3_bind_int64(q, 1, row->study.id);
    sqlite3_bind_int64(q, 2, (int64_t)row->study.goal_count);
    int code;
    while ((code = sqlite3_step(q)) == SQLITE_ROW) {
        int64_t state = sqlite3_column_int64(q, 1);
        double value = clt_sqlite_real(q, 2);
        if (sqlite3_column_int64(q, 4) != 0) {
            row->dropped++;
            continue;
        }
        ++*counts[state >= 0 && state <= CLT_TRIAL_PAUSED ? state : CLT_TRIAL_FAILED];
        bool better = maximize ? value > row->best_value : value < row->best_value;
        bool meets = sqlite3_column_int64(q, 3) == 0;
        if (state == CLT_TRIAL_COMPLETE && meets && !isnan(value) && (!row->has_best || better)) {
            row->has_best = true;
            row->best_value = value;
            row->best_number = (uint64_t)sqlite3_column_int64(q, 0);
        }
    }
    clt_sqlite_release(q);
    return code == SQLITE_DONE ? CLT_OK : clt_sqlite_fail(s, "cannot be read", err);
}

clt_status clt_sqlite_list(clt_store *store, clt_arena *arena, clt_study_summary **rows,
                           size_t *count, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    CLT_VEC(clt_study_summary) found = {0};
    sqlite3_stmt *q;
    if (clt_sqlite_prepare(s, "SELECT " STUDY_COLUMNS " FROM study ORDER BY id", &q, err) !=
        CLT_OK) {
        return err->status;
    }
    int code;
    clt_status status = CLT_OK;
    while (status == CLT_OK && (code = sqlite3_step(q)) != SQLITE_DONE) {
        clt_study_summary row = {0};
        if (code != SQLITE_ROW) {
            status = clt_sqlite_fail(s, "cannot be read", err);
            break;
        }
        row.study = study_of(q, arena);
        status = check_row(s, &row.study, q, err);
        status = status == CLT_OK ? complete_study(s, &row.study, arena, err) : status;
        status = status == CLT_OK ? summarise(s, &row, err) : status;
        if (status == CLT_OK && !CLT_PUSH(&found, row)) {
            status = clt_fail_memory(err);
        }
    }
    clt_sqlite_release(q);
    *count = found.count;
    *rows = clt_arena_array(arena, found.count + 1, sizeof **rows);
    if (status == CLT_OK && *rows == NULL) {
        status = clt_fail_memory(err);
    }
    if (status == CLT_OK && found.count > 0) {
        memcpy(*rows, found.items, found.count * sizeof **rows);
    }
    CLT_VEC_FINISH(&found);
    return status;
}
