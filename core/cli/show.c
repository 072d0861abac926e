/* collet show: studies; the trials of one; one trial. */
#include "cli/session.h"
#include "cli/terminal.h"

#include "base/clock.h"
#include "base/printable.h"
#include "base/process.h"
#include "report/choices.h"
#include "report/folds.h"
#include "report/learning.h"
#include "report/others.h"
#include "report/table.h"
#include "study/attempt.h"
#include "study/change.h"
#include "study/demand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A study as a line; of trials under way that nobody runs it is said that they were interrupted. */
static void add_summary(clt_table *table, const clt_study_summary *row, bool run)
{
    char date[32];
    const clt_goal *goal = &row->study.goals[0];
    clt_table_add(table, row->study.name);
    clt_table_addf(table, "%llu", (unsigned long long)row->complete);
    clt_table_addf(table, "%llu", (unsigned long long)row->failed);
    clt_table_addf(table, "%llu%s", (unsigned long long)row->running,
                   row->running > 0 && !run ? " interrupted" : "");
    if (row->study.goal_count > 1) {
        clt_table_addf(table, "%zu goals", row->study.goal_count);
    } else if (row->has_best) {
        clt_table_addf(table, "%s %.6g (trial %llu)", goal->metric, row->best_value,
                       (unsigned long long)row->best_number);
    } else {
        clt_table_addf(table, "%s -", goal->metric);
    }
    clt_table_add(table, clt_date_text(row->study.created_ms, date, sizeof date));
}

static void studies_table(clt_store *store, const clt_study_summary *rows, size_t count,
                          clt_str *out)
{
    static const char *const heads[] = {"study", "complete", "failed", "running", "best", "begun"};
    clt_table table = {.columns = 6, .width = clt_terminal_width(stdout)};
    for (size_t i = 0; i < 6; i++) {
        clt_table_add(&table, heads[i]);
    }
    for (size_t i = 0; i < count; i++) {
        add_summary(&table, &rows[i], clt_store_is_run(store, rows[i].study.id));
    }
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed;
    clt_table_finish(&table);
}

static void studies_json(clt_store *store, const clt_study_summary *rows, size_t count,
                         clt_str *out)
{
    clt_json json = {.out = out};
    clt_json_open(&json, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        clt_json_open(&json, NULL, '{');
        clt_json_text(&json, "study", rows[i].study.name);
        clt_json_int(&json, "complete", (int64_t)rows[i].complete);
        clt_json_int(&json, "pruned", (int64_t)rows[i].pruned);
        clt_json_int(&json, "paused", (int64_t)rows[i].paused);
        clt_json_int(&json, "failed", (int64_t)rows[i].failed);
        bool run = clt_store_is_run(store, rows[i].study.id);
        clt_json_int(&json, "running", run ? (int64_t)rows[i].running : 0);
        clt_json_int(&json, "interrupted", run ? 0 : (int64_t)rows[i].running);
        if (rows[i].dropped > 0) {
            clt_json_int(&json, "dropped", (int64_t)rows[i].dropped);
        }
        if (rows[i].has_best && rows[i].study.goal_count == 1) {
            clt_json_int(&json, "best", (int64_t)rows[i].best_number);
            clt_json_real(&json, rows[i].study.goals[0].metric, rows[i].best_value);
        }
        clt_json_close(&json, '}');
    }
    clt_json_close(&json, ']');
    clt_str_add(out, "\n");
}

static clt_status show_studies(const clt_args *args, clt_opened *opened, clt_error *err)
{
    clt_study_summary *rows;
    size_t count;
    clt_str out = {0};
    if (clt_store_list(opened->store, &opened->arena, &rows, &count, err) != CLT_OK) {
        return err->status;
    }
    if (args->json) {
        studies_json(opened->store, rows, count, &out);
    } else {
        studies_table(opened->store, rows, count, &out);
    }
    return clt_print(&out, err);
}

static clt_status show_study(const clt_args *args, const clt_opened *opened, clt_error *err)
{
    clt_str out = {0};
    if (args->json) {
        clt_json json = {.out = &out};
        clt_trials_json(&opened->list, &json);
        clt_str_add(&out, "\n");
        return clt_print(&out, err);
    }
    if (args->environment) {
        clt_environments_text(&opened->list, &out);
        return clt_print(&out, err);
    }
    clt_trial_list list = opened->list;
    list.width = clt_terminal_width(stdout);
    clt_trials_table(&list, &out);
    clt_choices_table(&list, "model", &out);
    clt_choices_table(&list, "optimizer", &out);
    clt_trials_outcome(&list, &out);
    clt_trials_ending(&list, &out);
    return clt_print(&out, err);
}

/* Class, signal, reason and last words. */
static void add_failure(const clt_trial_row *trial, clt_str *out)
{
    char name[32];
    clt_printable_addf(out, "failure: %s: %s", clt_failure_text(trial->failure),
                       clt_failure_meaning(trial->failure));
    if (trial->signal != 0) {
        clt_printable_addf(out, "signal: %s", clt_signal_text(trial->signal, name, sizeof name));
    }
    clt_printable_addf(out, "why: %s", trial->why);
    clt_str_addf(out, "attempts: %u\n", trial->attempt);
    for (const char *line = trial->log; line != NULL && *line != '\0';) {
        size_t n = strcspn(line, "\n");
        clt_str_addf(out, "%s%.*s\n", line == trial->log ? "last lines:\n  " : "  ", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

/* A line an epoch, or a report; what is said of a fold as a whole stands in its table. */
static void add_curve(const clt_trial_row *trial, const char *step_name, bool has_folds,
                      clt_str *out)
{
    size_t fold, length;
    bool open = false;
    for (size_t i = 0; i < trial->curve_count; i++) {
        const clt_point *p = &trial->curve[i];
        if (has_folds && clt_fold_point(p, &fold, &length)) {
            continue;
        }
        if (!open || trial->curve[i - 1].step != p->step) {
            clt_str_addf(out, "%s%s %-4llu", open ? "\n" : "", step_name,
                         (unsigned long long)p->step);
        }
        open = true;
        clt_str_add(out, "  ");
        clt_printable_add(out, p->metric);
        clt_str_addf(out, " %.6g", p->value);
    }
    clt_str_add(out, open ? "\n" : "");
}

/* Metrics that came with the values, in one line. */
static void add_others(const clt_study_row *study, const clt_trial_row *trial, clt_str *out)
{
    size_t count;
    const clt_point *points = clt_others_points(study, trial, &count);
    const char *before = "other metrics: ";
    for (size_t i = 0; i < count; i++) {
        if (clt_others_is(study, points[i].metric)) {
            clt_str_add(out, before);
            clt_printable_add(out, points[i].metric);
            clt_str_addf(out, " %.6g", points[i].value);
            before = ", ";
        }
    }
    clt_str_add(out, before[0] == ',' ? "\n" : "");
}

/* Of the goals, then of what is required, and what of that is not met. */
static void add_values(const clt_study_row *study, const clt_trial_row *trial, clt_str *out)
{
    for (size_t i = 0; i < trial->value_count; i++) {
        size_t demand = i - study->goal_count;
        bool goal = i < study->goal_count;
        if (goal || clt_demand_is_new(study, demand)) {
            clt_printable_add(out, goal ? study->goals[i].metric : study->demands[demand].metric);
            clt_str_add(out, " ");
            clt_str_add_real(out, trial->values[i]);
            clt_str_add(out, "\n");
        }
    }
    if (trial->value_count > 0 && !clt_trial_meets(study, trial)) {
        clt_str_add(out, "does not meet ");
        clt_broken_demands(study, trial, out);
        clt_str_add(out, "\n");
    }
    add_others(study, trial, out);
}

/* "fold", or what stands in its place. */
static const char *fold_name(const clt_study_row *study)
{
    return strstr(study->identity, "study.repeats = ") != NULL ? "run" : "fold";
}

static void trial_text(const clt_opened *opened, const clt_trial_row *trial, clt_str *out)
{
    bool objective = clt_study_has_objective(&opened->study);
    clt_arena arena = {0};
    clt_folds folds = clt_folds_of(trial, &arena);
    clt_printable_addf(out, "trial %llu of %s: %s, %llu %s%s, %.1f s",
                       (unsigned long long)trial->number, opened->study.name, clt_trial_word(trial),
                       (unsigned long long)trial->last_step, objective ? "step" : "epoch",
                       trial->last_step == 1 ? "" : "s", trial->seconds);
    clt_trial_edits(&opened->list, trial, out);
    if (trial->wish > 0) {
        clt_str_addf(out, "enqueued: setting %llu\n", (unsigned long long)trial->wish);
    }
    if (trial->twin > 0) {
        clt_str_addf(out, "not run: its result is that of trial %llu\n",
                     (unsigned long long)trial->twin - 1);
    }
    if (trial->state == CLT_TRIAL_FAILED) {
        add_failure(trial, out);
    }
    add_values(&opened->study, trial, out);
    clt_str_add(out, "parameters:\n");
    clt_trial_params(trial, out);
    if (folds.count > 0) {
        clt_str_add(out, "\n");
        clt_folds_table(&folds, fold_name(&opened->study), out);
        clt_str_add(out, "\n");
    }
    add_curve(trial, objective ? "step" : "epoch", folds.count > 0, out);
    clt_arena_finish(&arena);
}

/* What is read first, then what is drawn. */
static clt_status print_trial(const clt_opened *opened, const clt_trial_row *trial,
                              const clt_stretch_row *stretches, size_t stretch_count,
                              clt_error *err)
{
    const clt_plot_style style = {clt_terminal_unicode(), clt_terminal_colour(stdout)};
    const char *step_name = clt_study_has_objective(&opened->study) ? "step" : "epoch";
    clt_str text = {0}, drawn = {0};
    trial_text(opened, trial, &text);
    clt_learning_plots(&opened->list, trial, stretches, stretch_count, step_name,
                       fold_name(&opened->study), style, &drawn);
    clt_status status = clt_print(&text, err);
    status = status == CLT_OK ? clt_print_exact(&drawn, err) : status;
    clt_str_finish(&drawn);
    return status;
}

/* Into a file it goes to the letter: it is to run again. */
static clt_status print_ini(clt_str *out, clt_error *err)
{
    return isatty(STDOUT_FILENO) ? clt_print(out, err) : clt_print_exact(out, err);
}

/* The experiment that runs this trial alone. */
static clt_status trial_ini(const clt_args *args, clt_opened *opened, const clt_trial_row *trial,
                            clt_str *out, clt_error *err)
{
    clt_session session = {0};
    uint64_t seed;
    double *x = NULL;
    clt_status status = clt_session_stored(&session, opened, args, err);
    if (status == CLT_OK) {
        x = calloc(session.plan.space.dim_count + 1u, sizeof *x);
        status = x != NULL ? clt_change_point(&session.plan, trial, x, err) : clt_fail_memory(err);
    }
    status = status == CLT_OK ? clt_attempt_seed(&session.plan, trial->number, &seed, err) : status;
    if (status == CLT_OK) {
        clt_printable_addf(out, "; trial %llu of study \"%s\"", (unsigned long long)trial->number,
                           opened->study.name);
        clt_plan_trial_ini(&session.plan, x, seed, out);
    }
    free(x);
    clt_session_finish(&session);
    return status;
}

static clt_status show_trial(const clt_args *args, clt_opened *opened, clt_error *err)
{
    char *end;
    unsigned long long number = strtoull(args->trial, &end, 10);
    const clt_trial_row *trial = NULL;
    for (size_t i = 0; i < opened->list.count; i++) {
        trial = opened->list.rows[i].number == number ? &opened->list.rows[i] : trial;
    }
    if (trial == NULL || *end != '\0' || args->trial[0] < '0' || args->trial[0] > '9') {
        return clt_fail(err, CLT_USAGE,
                        "show: study \"%s\" has no trial \"%s\"; it has %zu, from 0",
                        opened->study.name, args->trial, opened->list.count);
    }
    clt_str out = {0};
    clt_stretch_row *stretches;
    size_t stretch_count;
    clt_status status = clt_store_stretches(opened->store, opened->study.id, &opened->arena,
                                            &stretches, &stretch_count, err);
    if (status != CLT_OK) {
        return status;
    }
    if (args->ini) {
        status = trial_ini(args, opened, trial, &out, err);
    } else if (args->json) {
        clt_json json = {.out = &out};
        clt_trial_json(&opened->list, trial, NULL, &json);
        clt_str_add(&out, "\n");
    } else {
        status = print_trial(opened, trial, stretches, stretch_count, err);
    }
    if (status != CLT_OK) {
        clt_str_finish(&out);
        return status;
    }
    return args->ini ? print_ini(&out, err) : clt_print(&out, err);
}

/* Checks a store; what is found is printed, and makes the exit status. */
static clt_status verify(const clt_opened *opened, clt_error *err)
{
    clt_str findings = {0}, out = {0};
    clt_study_summary *rows;
    size_t count;
    uint64_t trials = 0;
    clt_arena arena = {0};
    clt_status status = clt_store_verify(opened->store, &findings, err);
    bool sound = status == CLT_OK && findings.length == 0;
    if (sound) {
        status = clt_store_list(opened->store, &arena, &rows, &count, err);
    }
    for (size_t i = 0; sound && status == CLT_OK && i < count; i++) {
        trials += rows[i].running + rows[i].complete + rows[i].pruned + rows[i].failed +
                  rows[i].paused + rows[i].dropped;
    }
    if (sound && status == CLT_OK) {
        clt_str_addf(&out, "%s: sound: %zu stud%s, %llu trial%s\n", opened->path, count,
                     count == 1 ? "y" : "ies", (unsigned long long)trials, trials == 1 ? "" : "s");
    } else if (status == CLT_OK) {
        clt_str_add(&out, clt_str_text(&findings));
    }
    if (status == CLT_OK && clt_print(&out, err) == CLT_OK && !sound) {
        status = clt_fail(err, CLT_NO_STORE, "%s: damaged; restore it from a copy", opened->path);
    }
    clt_str_finish(&findings);
    clt_arena_finish(&arena);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened opened = {0};
    if (args->word_count == 0 && (args->trial != NULL || args->ini)) {
        return clt_fail(err, CLT_USAGE, "show: --trial needs the name of its study");
    }
    if (args->word_count == 0 && args->environment) {
        return clt_fail(err, CLT_USAGE, "show: --environment needs the name of its study");
    }
    if (args->ini && args->trial == NULL) {
        return clt_fail(err, CLT_USAGE, "show: --ini needs --trial N");
    }
    clt_status status = clt_open_store(&opened, args, err);
    if (status == CLT_OK && args->verify) {
        status = verify(&opened, err);
    } else if (status == CLT_OK && args->word_count == 0) {
        status = show_studies(args, &opened, err);
    } else if (status == CLT_OK) {
        status = clt_open_study(&opened, args->words[0], args->trial != NULL || args->json, err);
        if (status == CLT_OK) {
            clt_mark_interrupted(&opened, clt_store_is_run(opened.store, opened.study.id));
            status = args->trial != NULL ? show_trial(args, &opened, err)
                                         : show_study(args, &opened, err);
        }
    }
    clt_opened_finish(&opened);
    return status;
}

static const clt_flag flags[] = {
    {"--environment", 0, NULL, "where STUDY was run: versions, processor, plugins",
     offsetof(clt_args, environment)},
    {"--ini", 0, NULL, "with --trial: the experiment that runs it alone", offsetof(clt_args, ini)},
    CLT_FLAG_JSON("print JSON"),
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_STORE("the store; collet.db unless given"),
    {"--trial", 0, "N", "show one trial with its learning curve", offsetof(clt_args, trial)},
    {"--verify", 0, NULL, "check the store: is it whole, does it make sense",
     offsetof(clt_args, verify)},
    CLT_FLAG_END,
};

const clt_command clt_command_show = {
    "show",
    "[STUDY]",
    "Shows the studies of a store, or the trials of a study and the best of them",
    "",
    0,
    1,
    flags,
    run};
