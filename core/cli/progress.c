#include "cli/progress.h"
#include "cli/print.h"
#include "cli/terminal.h"

#include "base/clock.h"
#include "base/printable.h"
#include "plugin/guard.h"
#include "report/trials.h"
#include "study/demand.h"

#include <collet/plugin.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void clt_progress_init(clt_progress *p, FILE *lines)
{
    const char *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    *p = (clt_progress){.lines = lines, .start = clt_clock()};
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that goes must not end the study */
    p->signals = clt_guard_take_signals();
    p->live = isatty(STDERR_FILENO) && !dumb;
    p->colour = clt_terminal_colour(lines);
}

static void wipe(clt_progress *p)
{
    for (; p->drawn > 0; p->drawn--) {
        clt_put_own(stderr, "\r\033[K");
        clt_put_own(stderr, p->drawn > 1 ? "\033[A" : "");
    }
    (void)fflush(stderr);
}

void clt_progress_finish(clt_progress *p)
{
    wipe(p);
    CLT_VEC_FINISH(&p->running);
    CLT_VEC_FINISH(&p->paused);
    clt_front_finish(&p->front);
    if (p->stop == CLT_GO_ON) { /* else the exit status is settled, and the summary is short */
        clt_guard_give_signals_back();
    }
}

/* Is it the best so far, or on the front? */
static bool note(clt_progress *p, const clt_trial_row *trial)
{
    if (!clt_trial_counts(p->front.study, trial)) {
        return false;
    }
    double value = trial->values[0];
    if (p->front.study->goal_count > 1) {
        return clt_front_add(&p->front, trial);
    }
    bool better = p->goal.maximize ? value > p->best_value : value < p->best_value;
    better = better || !p->has_best;
    if (better) {
        p->has_best = true;
        p->best_value = value;
        p->best_number = trial->number;
    }
    return better;
}

/* Seconds until the end, by the pace of this run; NaN where nothing can be said yet. */
static double time_left(const clt_progress *p, double now)
{
    double spent = now - p->start, left = (double)NAN;
    if (p->trials > p->finished && p->here > 0) {
        double started = (double)p->here;
        for (size_t i = 0; i < p->running.count; i++) {
            const clt_live *live = &p->running.items[i];
            double part = live->epochs > 0 ? (double)live->epoch / (double)live->epochs : 0;
            started += (live->ended ? 1 : part) / (p->folds > 0 ? (double)p->folds : 1);
        }
        left = spent / started * ((double)(p->trials - p->finished + p->here) - started);
    }
    if (p->time_limit > 0 && !(left < p->time_limit - spent)) {
        left = p->time_limit - spent;
    }
    return left < 0 ? 0 : left;
}

/* One line of the block, cut to the terminal's width. */
static void put_line(clt_progress *p, const char *text, int columns)
{
    char line[200];
    clt_printable_copy(line, (size_t)columns < sizeof line ? (size_t)columns : sizeof line, text);
    clt_put_own(stderr, p->drawn > 0 ? "\n" : "");
    clt_put(stderr, "%s", line);
    p->drawn++;
}

static void draw_trial(clt_progress *p, const clt_live *live, double now, int columns)
{
    char line[200], fold[32] = "", step[64] = "", value[64] = "", time[64], metric[33];
    if (live->fold > 0) {
        (void)snprintf(fold, sizeof fold, " %s %u/%zu", p->repeated ? "run" : "fold", live->fold,
                       p->folds);
    }
    if (!isnan(live->value)) {
        clt_printable_copy(metric, sizeof metric, p->goal.metric);
        (void)snprintf(value, sizeof value, "  %s %.4g", metric, live->value);
    }
    if (live->epochs > 0) {
        (void)snprintf(step, sizeof step, " epoch %llu/%llu", (unsigned long long)live->epoch,
                       (unsigned long long)live->epochs);
    } else if (live->epoch > 0) {
        (void)snprintf(step, sizeof step, " step %llu", (unsigned long long)live->epoch);
    }
    (void)snprintf(line, sizeof line, "trial %-4llu%s%s%s  %s", (unsigned long long)live->number,
                   fold, step, value, clt_duration_text(now - live->start, time, sizeof time));
    put_line(p, line, columns);
}

static void draw_whole(clt_progress *p, double now, int columns)
{
    char line[200], of[32] = "", best[64] = "", time[64] = "", left_text[80] = "";
    double left = time_left(p, now);
    if (p->trials > 0) {
        (void)snprintf(of, sizeof of, "/%llu", (unsigned long long)p->trials);
    }
    if (p->has_best) {
        (void)snprintf(best, sizeof best, "  best %.6g (trial %llu)", p->best_value,
                       (unsigned long long)p->best_number);
    } else if (p->front.members.count > 0) {
        (void)snprintf(best, sizeof best, "  %zu on the front", p->front.members.count);
    }
    if (!isnan(left)) {
        (void)snprintf(left_text, sizeof left_text, "  %s left",
                       clt_duration_text(left, time, sizeof time));
    }
    (void)snprintf(line, sizeof line, "done %llu%s%s%s", (unsigned long long)p->finished, of, best,
                   left_text);
    put_line(p, line, columns);
}

static void draw(clt_progress *p)
{
    double now = clt_clock();
    struct winsize window = {.ws_row = 24, .ws_col = 80};
    if (!p->live || now - p->last_drawn < 0.1) {
        return;
    }
    p->last_drawn = now;
    (void)ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    int columns = window.ws_col > 0 ? window.ws_col : 80;
    size_t rows = window.ws_row > 4 ? window.ws_row - 3u : 1;
    wipe(p);
    for (size_t i = 0, drawn = 0; i < p->running.count && drawn < rows; i++) {
        if (!p->running.items[i].ended) {
            draw_trial(p, &p->running.items[i], now, columns);
            drawn++;
        }
    }
    draw_whole(p, now, columns);
    (void)fflush(stderr);
}

/* Where there are data: what becomes of their rows. */
static void add_rows(const clt_study_view *view, FILE *out)
{
    if (view->folds > view->repeats) {
        clt_put(out, "; %zu folds:", view->folds / (size_t)view->repeats);
    } else {
        clt_put(out, ";");
    }
    clt_put(out, " %llu rows to train on, %llu to validate", (unsigned long long)view->train_rows,
            (unsigned long long)view->validation_rows);
    if (view->test_rows > 0) {
        clt_put(out, ", %llu kept for a test", (unsigned long long)view->test_rows);
    }
}

/* "maximize accuracy", "minimize f1, f2", "minimize loss, maximize auc" */
static void add_goals(const clt_study_row *study, FILE *out)
{
    for (size_t g = 0; g < study->goal_count; g++) {
        const clt_goal *goal = &study->goals[g];
        bool same = g > 0 && goal->maximize == study->goals[g - 1].maximize;
        clt_put(out, "%s%s%s", g > 0 ? ", " : "",
                same             ? ""
                : goal->maximize ? "maximize "
                                 : "minimize ",
                goal->metric);
    }
}

/* A trial that is paused counts as done, and when it has gone on not once more. */
static bool count_once(clt_progress *p, const clt_trial_row *trial)
{
    if (trial->number < p->paused.count && p->paused.items[trial->number]) {
        return false;
    }
    bool paused = trial->state == CLT_TRIAL_PAUSED, room = true;
    while (paused && room && p->paused.count <= trial->number) {
        room = CLT_PUSH(&p->paused, false); /* without memory a count is wrong, no more */
    }
    if (paused && room) {
        p->paused.items[trial->number] = true;
    }
    return true;
}

/* ", parameters <= 100000" */
static void add_required(const clt_study_row *study, FILE *out)
{
    clt_str text = {0};
    if (study->demand_count > 0) {
        clt_broken_demands(study, NULL, &text);
        clt_put(out, ", with %s", clt_str_text(&text));
    }
    clt_str_finish(&text);
}

/* ", window 8": trials that may be under way at a time are part of what the study is. */
static void add_order(const clt_study_row *study, FILE *out)
{
    if (study->window > 0) {
        clt_put(out, ", window %llu", (unsigned long long)study->window);
    } else {
        clt_put(out, ", order free");
    }
}

/* A trial has as many processes as folds, and the window has as many trials. */
static void tell_idle(const clt_study_view *view, FILE *out)
{
    const unsigned long long window = view->study->window;
    const unsigned long long busy = window * (view->folds > 0 ? view->folds : 1);
    if (window > 0 && view->workers > busy && (view->trials == 0 || view->trials > window)) {
        clt_put_line(out,
                     "%u workers, of which a window of %llu keeps no more than %llu busy: more "
                     "with --new and [run] window = %u, or order = free",
                     view->workers, window, busy, view->workers);
    }
}

static void study_begun(void *ctx, const clt_study_view *view)
{
    clt_progress *p = ctx;
    p->goal = view->study->goals[0];
    p->front = (clt_front){.study = view->study};
    p->trials = view->trials;
    for (size_t i = 0; i < view->history_count; i++) {
        p->finished += view->history[i].state != CLT_TRIAL_RUNNING;
        if (view->history[i].state == CLT_TRIAL_PAUSED) {
            (void)count_once(p, &view->history[i]);
        }
        if (view->study->goal_count == 1) {
            (void)note(p, &view->history[i]);
        }
    }
    if (view->study->goal_count > 1) {
        const clt_trial_list known = {
            .study = view->study, .rows = view->history, .count = view->history_count};
        p->front = clt_front_of(&known);
    }
    p->time_limit = view->time_limit;
    p->folds = view->folds;
    p->repeated = view->repeats > 1;
    p->objective = clt_study_has_objective(view->study);
    clt_put(p->lines, "study \"%s\": ", view->study->name);
    add_goals(view->study, p->lines);
    add_required(view->study, p->lines);
    if (view->trials > 0) {
        clt_put(p->lines, ", %llu trial%s", (unsigned long long)view->trials,
                view->trials == 1 ? "" : "s");
    }
    add_order(view->study, p->lines);
    if (view->repeats > 1) {
        clt_put(p->lines, ", each run %llu times", (unsigned long long)view->repeats);
    }
    if (view->train_rows > 0) {
        add_rows(view, p->lines);
    }
    clt_put_own(p->lines, "\n");
    tell_idle(view, p->lines);
    if (p->finished > 0) {
        clt_put_line(p->lines, "goes on after %llu finished trial%s",
                     (unsigned long long)p->finished, p->finished == 1 ? "" : "s");
    }
    (void)fflush(p->lines);
}

static clt_live *find_live(clt_progress *p, uint64_t number, uint32_t fold)
{
    for (size_t i = 0; i < p->running.count; i++) {
        if (p->running.items[i].number == number && p->running.items[i].fold == fold) {
            return &p->running.items[i];
        }
    }
    return NULL;
}

static void forget_live(clt_progress *p, uint64_t number, uint32_t fold)
{
    clt_live *live = find_live(p, number, fold);
    if (live != NULL) {
        size_t after = (size_t)(p->running.items + p->running.count - (live + 1));
        memmove(live, live + 1, after * sizeof *live);
        p->running.count--;
    }
}

static void trial_begun(void *ctx, const clt_trial_row *trial, uint64_t epochs)
{
    clt_progress *p = ctx;
    clt_live live = {.number = trial->number,
                     .epochs = trial->fold > 0 && p->folds > 0 ? epochs / p->folds : epochs,
                     .fold = trial->fold,
                     .value = (double)NAN,
                     .start = clt_clock()};
    if (p->live && CLT_PUSH(&p->running, live)) {
        draw(p);
    }
}

static void epoch_done(void *ctx, const clt_trial_row *trial, uint64_t epoch, uint64_t epochs,
                       double goal_value)
{
    clt_progress *p = ctx;
    clt_live *live = find_live(p, trial->number, trial->fold);
    (void)epochs;
    if (live != NULL) {
        live->epoch = trial->fold > 0 ? epoch - (trial->fold - 1) * live->epochs : epoch;
        live->value = goal_value;
        draw(p);
    }
}

static void fold_done(void *ctx, const clt_trial_row *fold)
{
    clt_progress *p = ctx;
    clt_live *live = find_live(p, fold->number, fold->fold);
    if (live != NULL) {
        live->ended = true;
        draw(p);
    }
}

static void trial_again(void *ctx, const clt_trial_row *trial)
{
    clt_progress *p = ctx;
    forget_live(p, trial->number, trial->fold);
    wipe(p);
    clt_put_line(p->lines, "trial %-4llu %s: %s; it runs again", (unsigned long long)trial->number,
                 clt_failure_text(trial->failure), trial->why);
    (void)fflush(p->lines);
}

static void add_values(clt_progress *p, const clt_trial_row *trial, bool is_best)
{
    clt_put_own(p->lines, is_best && p->colour ? "\033[32m" : "");
    for (size_t g = 0; g < p->front.study->goal_count; g++) {
        clt_put(p->lines, "%s%s %-9.6g", g > 0 ? "  " : "", p->front.study->goals[g].metric,
                trial->values[g]);
    }
    clt_put_own(p->lines, is_best && p->colour ? "\033[0m" : "");
}

static void add_cut(clt_progress *p, const clt_trial_row *trial)
{
    clt_put(p->lines, "%s at %s %llu: ", clt_trial_state_text(trial->state),
            p->objective ? "step" : "epoch", (unsigned long long)trial->last_step);
    add_values(p, trial, false);
}

/* Which of the study's demands it breaks, if any. */
static void add_broken(const clt_progress *p, const clt_trial_row *trial)
{
    clt_str broken = {0};
    if (trial->state == CLT_TRIAL_COMPLETE && !clt_trial_meets(p->front.study, trial)) {
        clt_broken_demands(p->front.study, trial, &broken);
        clt_put(p->lines, "  does not meet %s", clt_str_text(&broken));
    }
    clt_str_finish(&broken);
}

static void trial_done(void *ctx, const clt_trial_row *trial)
{
    clt_progress *p = ctx;
    char time[64];
    bool first = count_once(p, trial);
    p->finished += first;
    p->here += first;
    for (uint32_t fold = 0; fold <= p->folds; fold++) {
        forget_live(p, trial->number, fold);
    }
    bool is_best = note(p, trial), several = p->front.study->goal_count > 1;
    wipe(p);
    clt_put(p->lines, "trial %-4llu ", (unsigned long long)trial->number);
    if (trial->state == CLT_TRIAL_COMPLETE) {
        add_values(p, trial, is_best);
    } else if (trial->state != CLT_TRIAL_FAILED) {
        add_cut(p, trial);
    } else {
        clt_put(p->lines, "%s (%s)", clt_trial_state_text(trial->state),
                clt_failure_text(trial->failure));
    }
    clt_put(p->lines, "  %s%s%s%s", clt_duration_text(trial->seconds, time, sizeof time),
            is_best ? several ? "  front" : "  best" : "", trial->why != NULL ? "  " : "",
            trial->why != NULL ? trial->why : "");
    add_broken(p, trial);
    clt_put_own(p->lines, "\n");
    (void)fflush(p->lines);
    if (clt_clock() - p->last_drawn > 0.05) { /* many a second are not to be read anyway */
        p->last_drawn = 0;
    }
    draw(p);
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    clt_progress *p = ctx;
    if (level >= COLLET_LOG_INFO) {
        wipe(p);
        clt_put_line(stderr, "%s: %s", unit, line);
    }
}

static clt_stop stop(void *ctx)
{
    clt_progress *p = ctx;
    char signal;
    while (p->signals >= 0 && read(p->signals, &signal, 1) == 1) {
        bool term = signal != SIGINT;
        p->terminated = p->terminated || term;
        p->stop = term || p->stop != CLT_GO_ON ? CLT_STOP_NOW : CLT_STOP_AFTER_TRIAL;
        wipe(p);
        clt_put_line(stderr, "%s",
                     p->stop == CLT_STOP_NOW
                         ? "stopping now"
                         : "stopping after the trials under way; once more to stop now");
    }
    return p->stop;
}

clt_status clt_progress_status(const clt_progress *p)
{
    return p->terminated || p->stop == CLT_STOP_AFTER_TRIAL ? CLT_STOPPED : CLT_INTERRUPTED;
}

clt_watcher clt_progress_watcher(clt_progress *p)
{
    return (clt_watcher){.ctx = p,
                         .study_begun = study_begun,
                         .trial_begun = trial_begun,
                         .epoch_done = epoch_done,
                         .fold_done = fold_done,
                         .trial_done = trial_done,
                         .trial_again = trial_again,
                         .log = log_line,
                         .stop = stop,
                         .wake = p->signals};
}
