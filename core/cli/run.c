/* collet run: runs an experiment, or goes on where it stopped. */
#include "cli/session.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/printable.h"
#include "base/shell.h"
#include "cli/nursery.h"
#include "cli/progress.h"
#include "plugin/guard.h"
#include "study/crew.h"
#include "study/study.h"

#include <stdio.h>
#include <unistd.h>

static const char *ending_text(clt_ending ending)
{
    switch (ending) {
    case CLT_ENDED_ALL:
        return "all trials done";
    case CLT_ENDED_RULE:
        return "ended by ";
    case CLT_ENDED_EXHAUSTED:
        return "the sampler has nothing left to try";
    case CLT_ENDED_SPACE:
        return "space exhausted: nothing new is proposed any more";
    case CLT_ENDED_TIME:
        return "the time is over";
    default:
        return "stopped; run it again to go on";
    }
}

/* A command to paste. A name that looks like a flag stands last, behind what ends the flags. */
static void add_show(const clt_args *args, const clt_opened *o, const char *before,
                     const char *flags, clt_str *out)
{
    bool is_flag = o->study.name[0] == '-';
    clt_str_add(out, before);
    clt_shell_add(out, args->program);
    clt_str_add(out, is_flag ? " show" : " show ");
    if (!is_flag) {
        clt_shell_add(out, o->study.name);
    }
    clt_str_add(out, " --store ");
    clt_shell_add(out, o->path);
    clt_str_add(out, flags);
    if (is_flag) {
        clt_str_add(out, " -- ");
        clt_shell_add(out, o->study.name);
    }
}

static void add_next_steps(const clt_args *args, const clt_opened *o, const clt_trial_row *best,
                           clt_str *out)
{
    clt_str flags = {0};
    clt_str_add(out, "\n");
    clt_printable_addf(out, "store: %s", o->path);
    add_show(args, o, "next:  ", "", out);
    clt_str_add(out, "\n");
    if (best != NULL) {
        clt_str_addf(&flags, " --trial %llu --ini", (unsigned long long)best->number);
        add_show(args, o, "       ", clt_str_text(&flags), out);
        clt_str_addf(out, " > %s.ini\n", o->study.goal_count > 1 ? "one" : "best");
    }
    clt_str_finish(&flags);
}

/* Where there are any. */
static void add_count(uint64_t count, const char *state, clt_str *out)
{
    if (count > 0) {
        clt_str_addf(out, ", %llu %s", (unsigned long long)count, state);
    }
}

static void add_summary(const clt_args *args, const clt_opened *o, clt_ending ending,
                        double seconds, clt_str *out)
{
    uint64_t counts[CLT_TRIAL_INTERRUPTED + 1] = {0}, dropped = 0;
    char time[64];
    const clt_trial_row *best = clt_best_trial(&o->list);
    for (size_t i = 0; i < o->list.count; i++) {
        ++*(o->list.rows[i].dropped ? &dropped : &counts[o->list.rows[i].state]);
    }
    clt_str_addf(out, "\n%s%s: %llu complete", ending_text(ending),
                 ending == CLT_ENDED_RULE ? o->study.ended.by : "",
                 (unsigned long long)counts[CLT_TRIAL_COMPLETE]);
    add_count(counts[CLT_TRIAL_PRUNED], "pruned", out);
    add_count(counts[CLT_TRIAL_PAUSED], "paused", out);
    add_count(dropped, "dropped", out);
    clt_str_addf(out, ", %llu failed, in %s\n", (unsigned long long)counts[CLT_TRIAL_FAILED],
                 clt_duration_text(seconds, time, sizeof time));
    clt_trials_outcome(&o->list, out);
    add_next_steps(args, o, best, out);
}

static clt_status print_result(const clt_args *args, clt_opened *o, const char *name,
                               clt_ending ending, double seconds, clt_error *err)
{
    clt_str out = {0};
    if (clt_open_study(o, name, args->json, err) != CLT_OK) {
        return err->status;
    }
    clt_mark_interrupted(o, false);
    if (args->json) {
        clt_json json = {.out = &out};
        clt_trials_json(&o->list, &json);
        clt_str_add(&out, "\n");
    } else {
        add_summary(args, o, ending, seconds, &out);
    }
    return clt_print(&out, err);
}

/* 75 or 130 where the run was stopped from outside. */
static clt_status exit_status(const clt_progress *p, clt_ending ending)
{
    return ending == CLT_ENDED_STOPPED ? clt_progress_status(p) : CLT_OK;
}

/* Beside the store, as an absolute path: a plugin may change the working directory. */
static const char *checkpoint_folder(clt_session *s, const char *store)
{
    const char *folder = clt_path_folder(&s->arena, store);
    const char *real = folder != NULL ? clt_path_absolute(&s->arena, folder) : NULL;
    const char *name = clt_arena_printf(&s->arena, "%s-checkpoints", clt_path_name(store));
    return real != NULL && name != NULL ? clt_path_join(&s->arena, real, name) : NULL;
}

/* Seconds that a run which is told to stop now may take, beyond what its trials may. */
static const double STOP_PATIENCE = 10;

static clt_status run_study(const clt_args *args, clt_session *s, clt_opened *o,
                            clt_progress *progress, clt_error *err)
{
    clt_ending ending = CLT_ENDED_ALL;
    const char *notes = clt_session_environment(s), *checkpoints = checkpoint_folder(s, o->path);
    double start = clt_clock();
    if (notes == NULL || checkpoints == NULL) {
        return clt_fail_memory(err);
    }
    int text = -1;
    const char **nursery = NULL;
    clt_status status = clt_nursery_arguments(s, args, &nursery, &text, err);
    if (status == CLT_OK) {
        clt_guard_set_patience(s->plan.limits.grace + CLT_STOP_TIME + STOP_PATIENCE);
        clt_study_setup setup = {.plan = &s->plan,
                                 .store = o->store,
                                 .fresh = args->fresh,
                                 .open = clt_sqlite_open_to_read,
                                 .accept_changes = args->accept_changes,
                                 .environment = notes,
                                 .checkpoints = checkpoints,
                                 .nursery = nursery,
                                 .watcher = clt_progress_watcher(progress)};
        status = clt_study_run(&setup, &o->arena, &o->study, &ending, err);
    }
    clt_progress_finish(progress);
    if (text >= 0) {
        close(text);
    }
    if (status == CLT_OK) {
        status = print_result(args, o, o->study.name, ending, clt_clock() - start, err);
    }
    return status == CLT_OK            ? exit_status(progress, ending)
           : status == CLT_INTERRUPTED ? clt_progress_status(progress)
                                       : status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_session session = {0};
    clt_opened opened = {0};
    clt_progress progress;
    clt_progress_init(&progress, args->json ? stderr : stdout);
    clt_status status = clt_session_read(&session, args->words[0], args, &opened.path, err);
    if (status == CLT_OK) {
        status = clt_open_to_run("run", args->words[0], opened.path, &opened.store, err);
    }
    status = status == CLT_OK ? run_study(args, &session, &opened, &progress, err) : status;
    clt_opened_finish(&opened);
    clt_session_finish(&session);
    return status;
}

static const clt_flag flags[] = {
    {"--accept-changes", 0, NULL, "go on though the data has changed since the study's last run",
     offsetof(clt_args, accept_changes)},
    CLT_FLAG_JSON("print the study as JSON at the end; progress goes to standard error"),
    {"--new", 0, NULL, "begin another study, under the next free name", offsetof(clt_args, fresh)},
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_STORE("the store; collet.db beside FILE unless given"),
    CLT_FLAG_END,
};

const clt_command clt_command_run = {
    "run",
    "FILE",
    "Runs the experiment in FILE, or goes on where it stopped",
    "Every finished trial is in the store at once. Ctrl-C ends the run after the trial under\n"
    "way, twice ends it now; run again to go on. The study is that of the same name in the store;\n"
    "ranges, limits and how a program is called may have changed since (docs/spaces.md); where\n"
    "anything else of FILE has, or the data it names, it is refused, unless --new. FILE may be -\n"
    "for standard input: the store is then that of the current folder, and the study, unless\n"
    "[study] has its name, is called experiment.\n",
    1,
    1,
    flags,
    run};
