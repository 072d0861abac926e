#include "cli/progress.h"

#include "base/clock.h"
#include "report/trials.h"

#include <collet/plugin.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void take_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

void clt_progress_init(clt_progress *p, FILE *lines)
{
    sigset_t set;
    take_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    *p = (clt_progress){.lines = lines, .value = (double)NAN, .start = clt_clock()};
    p->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    p->live = isatty(STDERR_FILENO) && !dumb;
    p->colour = isatty(fileno(lines)) && !dumb && (no_colour == NULL || no_colour[0] == '\0');
}

static void wipe(const clt_progress *p)
{
    if (p->live) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
}

void clt_progress_finish(clt_progress *p)
{
    sigset_t set;
    take_signals(&set);
    wipe(p);
    if (p->signals >= 0) {
        close(p->signals);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Is it the best so far? */
static void note(clt_progress *p, const clt_trial_row *trial)
{
    double value = trial->value_count > 0 ? trial->values[0] : (double)NAN;
    if (trial->state != CLT_TRIAL_COMPLETE || isnan(value)) {
        return;
    }
    bool better = p->goal.maximize ? value > p->best_value : value < p->best_value;
    if (!p->has_best || better) {
        p->has_best = true;
        p->best_value = value;
        p->best_number = trial->number;
    }
}

/* Seconds until the end, by the pace of this run; NaN where nothing can be said yet. */
static double time_left(const clt_progress *p, double now)
{
    double spent = now - p->start, left = (double)NAN;
    if (p->trials > p->finished && p->here > 0) {
        double share = p->epochs > 0 ? (double)p->epoch / (double)p->epochs : 0;
        double per_trial = (p->trial_start - p->start) / (double)p->here;
        left = per_trial * ((double)(p->trials - p->finished) - share);
    }
    if (p->time_limit > 0 && !(left < p->time_limit - spent)) {
        left = p->time_limit - spent;
    }
    return left < 0 ? 0 : left;
}

static void draw(clt_progress *p, const clt_trial_row *trial)
{
    double now = clt_clock(), left = time_left(p, now);
    char text[64];
    if (!p->live || (now - p->last_drawn < 0.1 && p->epoch < p->epochs)) {
        return;
    }
    p->last_drawn = now;
    (void)fprintf(stderr, "\r\033[Ktrial %llu", (unsigned long long)trial->number);
    (void)fprintf(stderr, "  epoch %llu/%llu", (unsigned long long)p->epoch,
                  (unsigned long long)p->epochs);
    if (!isnan(p->value)) {
        (void)fprintf(stderr, "  %s %.4g", p->goal.metric, p->value);
    }
    (void)fprintf(stderr, "  |  done %llu", (unsigned long long)p->finished);
    if (p->trials > 0) {
        (void)fprintf(stderr, "/%llu", (unsigned long long)p->trials);
    }
    if (p->has_best) {
        (void)fprintf(stderr, "  best %.4g", p->best_value);
    }
    if (!isnan(left)) {
        (void)fprintf(stderr, "  %s left", clt_duration_text(left, text, sizeof text));
    }
    (void)fflush(stderr);
}

static void study_begun(void *ctx, const clt_study_view *view)
{
    clt_progress *p = ctx;
    p->goal = view->study->goals[0];
    p->trials = view->trials;
    for (size_t i = 0; i < view->history_count; i++) {
        p->finished += view->history[i].state != CLT_TRIAL_RUNNING;
        note(p, &view->history[i]);
    }
    p->time_limit = view->time_limit;
    (void)fprintf(p->lines, "study \"%s\": %s %s", view->study->name,
                  p->goal.maximize ? "maximize" : "minimize", p->goal.metric);
    if (view->trials > 0) {
        (void)fprintf(p->lines, ", %llu trial%s", (unsigned long long)view->trials,
                      view->trials == 1 ? "" : "s");
    }
    (void)fprintf(p->lines, "; %llu rows to train on, %llu to validate\n",
                  (unsigned long long)view->train_rows, (unsigned long long)view->validation_rows);
    if (p->finished > 0) {
        (void)fprintf(p->lines, "goes on after %llu finished trial%s\n",
                      (unsigned long long)p->finished, p->finished == 1 ? "" : "s");
    }
    (void)fflush(p->lines);
}

static void trial_begun(void *ctx, const clt_trial_row *trial, uint64_t epochs)
{
    clt_progress *p = ctx;
    p->epoch = 0;
    p->epochs = epochs;
    p->value = (double)NAN;
    p->trial_start = clt_clock();
    draw(p, trial);
}

static void epoch_done(void *ctx, const clt_trial_row *trial, uint64_t epoch, uint64_t epochs,
                       double goal_value)
{
    clt_progress *p = ctx;
    p->epoch = epoch;
    p->epochs = epochs;
    p->value = goal_value;
    draw(p, trial);
}

static void trial_done(void *ctx, const clt_trial_row *trial)
{
    clt_progress *p = ctx;
    uint64_t best = p->has_best ? p->best_number : UINT64_MAX;
    char time[64];
    p->finished++;
    p->here++;
    note(p, trial);
    bool is_best = p->has_best && p->best_number != best;
    wipe(p);
    (void)fprintf(p->lines, "trial %-4llu ", (unsigned long long)trial->number);
    if (trial->state == CLT_TRIAL_COMPLETE) {
        (void)fprintf(p->lines, "%s%s %-9.6g%s", is_best && p->colour ? "\033[32m" : "",
                      p->goal.metric, trial->values[0], is_best && p->colour ? "\033[0m" : "");
    } else {
        (void)fprintf(p->lines, "%s", clt_trial_state_text(trial->state));
    }
    (void)fprintf(p->lines, "  %s%s%s%s\n", clt_duration_text(trial->seconds, time, sizeof time),
                  is_best ? "  best" : "", trial->why != NULL ? "  " : "",
                  trial->why != NULL ? trial->why : "");
    (void)fflush(p->lines);
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    clt_progress *p = ctx;
    if (level >= COLLET_LOG_INFO) {
        wipe(p);
        (void)fprintf(stderr, "%s: %s\n", unit, line);
    }
}

static clt_stop stop(void *ctx)
{
    clt_progress *p = ctx;
    struct signalfd_siginfo info;
    while (p->signals >= 0 && read(p->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        bool term = info.ssi_signo == SIGTERM;
        p->terminated = p->terminated || term;
        p->stop = term || p->stop != CLT_GO_ON ? CLT_STOP_NOW : CLT_STOP_AFTER_TRIAL;
        wipe(p);
        (void)fputs(p->stop == CLT_STOP_NOW ? "stopping now\n"
                                            : "stopping after this trial; once more to stop now\n",
                    stderr);
    }
    return p->stop;
}

clt_watcher clt_progress_watcher(clt_progress *p)
{
    return (clt_watcher){.ctx = p,
                         .study_begun = study_begun,
                         .trial_begun = trial_begun,
                         .epoch_done = epoch_done,
                         .trial_done = trial_done,
                         .log = log_line,
                         .stop = stop};
}
