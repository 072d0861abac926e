/* collet refit: the winner of a study, trained on all rows that may train, in one file. */
#include "cli/session.h"

#include "base/clock.h"
#include "base/file.h"
#include "study/inputs.h"
#include "study/refit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static clt_status choose_trial(const clt_opened *o, const clt_args *args,
                               const clt_trial_row **trial, clt_error *err)
{
    if (args->trial == NULL && o->study.goal_count > 1) {
        return clt_fail(err, CLT_USAGE,
                        "refit: study \"%s\" has %zu goals, so there is no best trial; name one of "
                        "its front (collet show) with --trial N",
                        o->study.name, o->study.goal_count);
    }
    if (args->trial == NULL) {
        *trial = clt_best_trial(&o->list);
        return *trial != NULL
                   ? CLT_OK
                   : clt_fail(err, CLT_BAD_INPUT, "refit: study \"%s\" has no complete trial yet%s",
                              o->study.name,
                              o->study.demand_count > 0
                                  ? " that meets what it requires; name another with --trial N"
                                  : "");
    }
    if (clt_find_trial(o, args, "refit", trial, err) != CLT_OK) {
        return err->status;
    }
    if ((*trial)->dropped) {
        return clt_fail(err, CLT_USAGE,
                        "refit: trial %llu of study \"%s\" was dropped; \"collet trial %s %llu "
                        "--restore\" takes that back",
                        (unsigned long long)(*trial)->number, o->study.name, o->study.name,
                        (unsigned long long)(*trial)->number);
    }
    bool ended = (*trial)->state == CLT_TRIAL_COMPLETE || (*trial)->state == CLT_TRIAL_PRUNED;
    return ended ? CLT_OK
                 : clt_fail(err, CLT_USAGE, "refit: trial %llu of study \"%s\" %s: %s",
                            (unsigned long long)(*trial)->number, o->study.name,
                            (*trial)->state == CLT_TRIAL_FAILED ? "failed" : "is not finished",
                            (*trial)->why != NULL ? (*trial)->why : "there is no result of it");
}

/* What is shown while the model trains, on standard error: on a terminal one line that changes,
 * elsewhere nothing, which scripts need not filter. */
typedef struct progress {
    bool quiet, live, drawn;
    double start;
} progress;

static void wipe(progress *p)
{
    if (p->drawn) {
        clt_put_own(stderr, "\r\033[K");
    }
    p->drawn = false;
}

static void epoch_done(void *ctx, uint64_t epoch, uint64_t epochs, double train_loss)
{
    progress *p = ctx;
    char time[64], loss[64] = "";
    if (p->quiet || !p->live) {
        return;
    }
    if (!isnan(train_loss)) {
        (void)snprintf(loss, sizeof loss, "  train_loss %.6g", train_loss);
    }
    wipe(p);
    clt_put(stderr, "epoch %llu/%llu%s  %s", (unsigned long long)epoch, (unsigned long long)epochs,
            loss, clt_duration_text(clt_clock() - p->start, time, sizeof time));
    (void)fflush(stderr);
    p->drawn = true;
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    if (level >= COLLET_LOG_WARN) {
        wipe(ctx);
        clt_put_line(stderr, "%s: %s", unit, line);
    }
}

static void add_values(const clt_refit *refit, clt_str *out)
{
    const char *comma = "";
    for (uint32_t i = 0; i < refit->metrics.count; i++) {
        if (clt_metric_judges(refit->metrics.ids[i])) {
            clt_str_addf(out, "%s%s %.6g", comma, refit->metrics.names[i], refit->values[i]);
            comma = ", ";
        }
    }
}

/* Where the trials had a sample of the rows: which rows these were. */
static void add_sample(const clt_refit *refit, clt_str *out)
{
    if (refit->sample_rows == refit->all_rows) {
        return;
    }
    if (refit->train_rows == refit->all_rows) {
        clt_str_addf(out, " (all but the test rows; the study's trials had %llu of them)",
                     (unsigned long long)refit->sample_rows);
    } else {
        clt_str_addf(out, " (those of the study's trials; there are %llu)",
                     (unsigned long long)refit->all_rows);
    }
}

static void print_text(const clt_refit_setup *s, const clt_refit *refit, clt_str *out)
{
    clt_str_addf(out, "trial %llu: trained on %llu rows, %llu epoch%s",
                 (unsigned long long)s->trial->number, (unsigned long long)refit->train_rows,
                 (unsigned long long)refit->epochs, refit->epochs == 1 ? "" : "s");
    add_sample(refit, out);
    clt_str_add(out, "\n");
    if (refit->test_rows > 0) {
        clt_str_addf(out, "test:  ");
        add_values(refit, out);
        clt_str_addf(out, " (%llu rows)\n", (unsigned long long)refit->test_rows);
    } else {
        clt_str_add(out, "test:  no rows were set aside; [training] test = 0.2 would\n");
    }
    clt_str_addf(out, "model: %s\n", s->path);
}

static void print_json(const clt_refit_setup *s, const clt_refit *refit, clt_str *out)
{
    clt_json json = {.out = out};
    clt_json_open(&json, NULL, '{');
    clt_json_text(&json, "study", s->study->name);
    clt_json_int(&json, "trial", (int64_t)s->trial->number);
    clt_json_int(&json, "epochs", (int64_t)refit->epochs);
    clt_json_int(&json, "train_rows", (int64_t)refit->train_rows);
    clt_json_int(&json, "sample_rows", (int64_t)refit->sample_rows);
    clt_json_int(&json, "test_rows", (int64_t)refit->test_rows);
    clt_json_open(&json, "test", '{');
    for (uint32_t i = 0; i < refit->metrics.count && refit->test_rows > 0; i++) {
        if (clt_metric_judges(refit->metrics.ids[i])) {
            clt_json_real(&json, refit->metrics.names[i], refit->values[i]);
        }
    }
    clt_json_close(&json, '}');
    clt_json_text(&json, "model", s->path);
    clt_json_close(&json, '}');
    clt_str_add(out, "\n");
}

/* In the current folder, whatever the study is called. */
static const char *default_path(clt_opened *o, uint64_t trial)
{
    char *path = clt_arena_printf(&o->arena, "%s-trial%llu.safetensors", o->study.name,
                                  (unsigned long long)trial);
    for (char *at = path; at != NULL && (at = strchr(at, '/')) != NULL;) {
        *at = '_';
    }
    return path;
}

/* Says where the data is not what the study has seen last. */
static clt_status say_inputs(const clt_opened *o, const char *inputs, clt_arena *arena,
                             clt_error *err)
{
    size_t count, last = o->list.environment_count;
    const char *was = last > 0 ? o->list.environments[last - 1].text : "";
    const clt_change *changes = clt_inputs_compare(was, inputs, arena, &count);
    clt_str text = {0};
    if (changes == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_inputs_count(changes, count, false) > 0) {
        clt_inputs_text(changes, count, false, &text);
        clt_put_line(stderr, "refit: the data has changed since study \"%s\" ran: %s",
                     o->study.name, clt_str_text(&text));
    }
    clt_str_finish(&text);
    return CLT_OK;
}

/* --rows: all, as without it, or sample. */
static clt_status read_rows(const clt_args *args, bool *sample, clt_error *err)
{
    *sample = args->rows != NULL && strcmp(args->rows, "sample") == 0;
    return args->rows == NULL || *sample || strcmp(args->rows, "all") == 0
               ? CLT_OK
               : clt_fail(err, CLT_USAGE,
                          "refit: --rows is all or sample, not \"%s\": sample means the rows of "
                          "[training] rows",
                          args->rows);
}

static clt_status refit(const clt_args *args, clt_opened *o, clt_session *session, clt_error *err)
{
    const char *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    progress shown = {.quiet = args->quiet, .live = isatty(STDERR_FILENO) && !dumb};
    clt_refit_setup setup = {.plan = &session->plan,
                             .study = &o->study,
                             .hooks = {.ctx = &shown, .log = log_line},
                             .epoch = epoch_done};
    clt_refit done;
    clt_str out = {0};
    if (read_rows(args, &setup.sample, err) != CLT_OK || clt_open_store(o, args, err) != CLT_OK ||
        clt_open_study(o, args->words[0], true, err) != CLT_OK ||
        choose_trial(o, args, &setup.trial, err) != CLT_OK ||
        clt_session_stored(session, o, args, err) != CLT_OK) {
        return err->status;
    }
    if (session->plan.black_box) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "refit: study \"%s\" evaluates an objective: there is no model to train",
                        o->study.name);
    }
    setup.inputs = clt_inputs_here(&session->plan);
    if (setup.inputs == NULL) {
        return clt_fail_memory(err);
    }
    setup.path = args->output != NULL ? args->output : default_path(o, setup.trial->number);
    if (setup.path == NULL) {
        return clt_fail_memory(err);
    }
    if (clt_file_try(setup.path, err) != CLT_OK) {
        return err->status; /* before the training, not after it */
    }
    if (say_inputs(o, setup.inputs, &o->arena, err) != CLT_OK) {
        return err->status;
    }
    shown.start = clt_clock();
    clt_status status = clt_refit_run(&setup, &done, err);
    wipe(&shown);
    if (status != CLT_OK) {
        return status;
    }
    (args->json ? print_json : print_text)(&setup, &done, &out);
    return clt_print(&out, err);
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened opened = {0};
    clt_session session = {0};
    clt_status status = refit(args, &opened, &session, err);
    clt_session_finish(&session);
    clt_opened_finish(&opened);
    return status;
}

static const clt_flag flags[] = {
    CLT_FLAG_JSON("print JSON"),
    {"--output", 'o', "FILE", "the model's file; STUDY-trialN.safetensors unless given",
     offsetof(clt_args, output)},
    CLT_FLAG_PLUGIN_PATH,
    {"--quiet", 'q', NULL, "do not show progress on standard error", offsetof(clt_args, quiet)},
    {"--rows", 0, "all|sample", "sample: only those rows that [training] rows gave the trials",
     offsetof(clt_args, rows)},
    CLT_FLAG_STORE("the store; collet.db unless given"),
    {"--trial", 0, "N", "trial N in place of the best one", offsetof(clt_args, trial)},
    CLT_FLAG_END,
};

const clt_command clt_command_refit = {
    "refit",
    "STUDY",
    "Trains the best trial of a study on all rows but the test rows, and writes the model",
    "The seed is the trial's, and so are the epochs; where it stopped early, as many as its best\n"
    "one. Where [training] rows gave the trials a sample, the rest trains now as well, unless\n"
    "--rows sample. The score on the test rows, which no trial has seen, is printed and noted in "
    "the file.\n"
    "The file is in the safetensors format: the parameters, what the dataset learnt, and the\n"
    "experiment that trained them. It appears whole or not at all.\n",
    1,
    1,
    flags,
    run};
