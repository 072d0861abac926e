/* collet replay: derives every decision of a study again, and on request its trials. */
#include "cli/session.h"

#include "cli/nursery.h"
#include "cli/progress.h"
#include "report/replay.h"
#include "study/change.h"

#include <stdio.h>
#include <unistd.h>

/* A replay under way. */
typedef struct player {
    const clt_args *args;
    clt_session session;
    clt_opened opened;
    clt_progress progress; /* its signals */
    clt_replay replay;
    clt_replay_setup setup;
    uint64_t alike; /* runs that agreed, up to the last that was told of */
} player;

/* Nothing of an imported study can be had again: neither who proposed nor what was run is here. */
static clt_status check_own(const clt_opened *o, clt_error *err)
{
    if (!clt_change_imported(o->study.identity)) {
        return CLT_OK;
    }
    return clt_fail(err, CLT_USAGE,
                    "replay: study \"%s\" was imported from Optuna, whose samplers made its "
                    "proposals and whose file does not say what ran its trials: neither can be had "
                    "again here",
                    o->study.name);
}

static clt_status read_study(player *p, clt_error *err)
{
    clt_event *events = NULL;
    clt_stretch_row *stretches;
    clt_wish *wishes;
    clt_ancestor *ancestors;
    clt_opened *o = &p->opened;
    if (clt_open_store(o, p->args, err) != CLT_OK ||
        clt_open_study(o, p->args->words[0], true, err) != CLT_OK || check_own(o, err) != CLT_OK) {
        return err->status;
    }
    if (clt_store_events(o->store, o->study.id, &o->arena, &events, &p->setup.event_count, err) !=
            CLT_OK ||
        clt_store_stretches(o->store, o->study.id, &o->arena, &stretches, &p->setup.stretch_count,
                            err) != CLT_OK ||
        clt_store_wishes(o->store, o->study.id, &o->arena, &wishes, &p->setup.wish_count, err) !=
            CLT_OK ||
        clt_store_ancestors(o->store, o->study.id, &o->arena, &ancestors, &p->setup.ancestor_count,
                            err) != CLT_OK ||
        clt_session_stored(&p->session, o, p->args, err) != CLT_OK) {
        return err->status;
    }
    p->setup.events = events;
    p->setup.stretches = stretches;
    p->setup.wishes = wishes;
    p->setup.ancestors = ancestors;
    p->setup.plan = &p->session.plan;
    p->setup.study = &o->study;
    p->setup.trials = o->list.rows;
    p->setup.count = o->list.count;
    return CLT_OK;
}

/* The trial of --trial; UINT64_MAX: all. */
static clt_status read_number(const player *p, uint64_t *only, clt_error *err)
{
    const clt_trial_row *trial;
    *only = UINT64_MAX;
    if (p->args->trial == NULL) {
        return CLT_OK;
    }
    if (clt_find_trial(&p->opened, p->args, "replay", &trial, err) != CLT_OK) {
        return err->status;
    }
    if (trial->state == CLT_TRIAL_RUNNING) {
        return clt_fail(err, CLT_USAGE,
                        "replay: trial %llu of study \"%s\" is not finished: there is nothing to "
                        "compare with",
                        (unsigned long long)trial->number, p->opened.study.name);
    }
    *only = trial->number;
    return CLT_OK;
}

/* One line a trial, as soon as it is known. */
static void trial_done(void *ctx, const clt_trial_row *trial)
{
    player *p = ctx;
    bool alike = p->replay.runs_alike > p->alike;
    p->alike = p->replay.runs_alike;
    clt_put_line(p->progress.lines, "trial %-4llu %s", (unsigned long long)trial->number,
                 alike ? "agrees" : "differs");
    (void)fflush(p->progress.lines);
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    const clt_watcher w = clt_progress_watcher(&((player *)ctx)->progress);
    w.log(w.ctx, unit, level, line);
}

static clt_stop stop(void *ctx)
{
    const clt_watcher w = clt_progress_watcher(&((player *)ctx)->progress);
    return w.stop(w.ctx);
}

static clt_status run_trials(player *p, clt_error *err)
{
    int text = -1;
    uint64_t only;
    const char **nursery = NULL;
    clt_status status = read_number(p, &only, err);
    status = status == CLT_OK ? clt_nursery_arguments(&p->session, p->args, &nursery, &text, err)
                              : status;
    if (status == CLT_OK) {
        clt_progress_init(&p->progress, p->args->json ? stderr : stdout);
        p->setup.nursery = nursery;
        p->setup.watcher.wake = p->progress.signals;
        status = clt_replay_trials(&p->setup, only, &p->replay, err);
        (void)stop(p); /* a signal while data was opened is not taken yet */
        status = status == CLT_INTERRUPTED ? clt_progress_status(&p->progress) : status;
        clt_progress_finish(&p->progress);
    }
    if (text >= 0) {
        close(text);
    }
    return status;
}

static clt_status print(player *p, clt_error *err)
{
    clt_str out = {0};
    clt_replay_report report = {.study = &p->opened.study,
                                .trials = p->setup.count,
                                .replay = &p->replay,
                                .environments = p->opened.list.environments,
                                .environment_count = p->opened.list.environment_count,
                                .edits = p->opened.list.edits,
                                .edit_count = p->opened.list.edit_count,
                                .here = clt_session_environment(&p->session)};
    if (report.here == NULL) {
        return clt_fail_memory(err);
    }
    if (p->args->json) {
        clt_json json = {.out = &out};
        clt_replay_json(&report, &json);
        clt_str_add(&out, "\n");
    } else {
        clt_replay_text(&report, &out);
    }
    return clt_print(&out, err);
}

static clt_status play(player *p, clt_error *err)
{
    bool trials = p->args->all || p->args->trial != NULL;
    uint64_t ignored;
    if (read_study(p, err) != CLT_OK || read_number(p, &ignored, err) != CLT_OK) {
        return err->status;
    }
    p->setup.watcher =
        (clt_watcher){.ctx = p, .trial_done = trial_done, .log = log_line, .stop = stop};
    clt_status status = clt_replay_decisions(&p->setup, &p->replay, err);
    status = status == CLT_OK && trials ? run_trials(p, err) : status;
    status = status == CLT_OK ? print(p, err) : status;
    return status == CLT_OK && !clt_replay_agrees(&p->replay) ? CLT_DIFFERS : status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    player p = {.args = args};
    clt_status status = args->all && args->trial != NULL
                            ? clt_fail(err, CLT_USAGE, "replay: say which: --all or --trial N")
                            : play(&p, err);
    clt_replay_finish(&p.replay);
    clt_opened_finish(&p.opened);
    clt_session_finish(&p.session);
    return status;
}

static const clt_flag flags[] = {
    {"--all", 0, NULL, "run every finished trial again as well", offsetof(clt_args, all)},
    CLT_FLAG_JSON("print JSON"),
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_STORE("the store; collet.db unless given"),
    {"--trial", 0, "N", "run trial N again as well", offsetof(clt_args, trial)},
    CLT_FLAG_END,
};

const clt_command clt_command_replay = {
    "replay",
    "STUDY",
    "Derives every decision of a study again from its store, and compares it bit for bit",
    "The sampler is made afresh, asked and told in the order on record, and what it proposes is\n"
    "compared with what was run. Trials that are run again are compared in all their values and\n"
    "their whole learning curve. Nothing is written; no run should write to the store meanwhile.\n"
    "Of an imported study nothing can be derived again: it has no sampler and no objective here.\n"
    "The exit code is 0 where every bit agrees and 1 where one does not; what differs is listed\n"
    "with what of the environment has changed since.\n",
    1,
    1,
    flags,
    run};
