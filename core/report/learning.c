#include "report/learning.h"

#include "base/printable.h"
#include "report/folds.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST_FOR_MEDIAN = 3 };

/* What is drawn of a goal. */
typedef struct picture {
    const clt_trial_list *list;
    const clt_trial_row *trial;
    const char *metric;
    bool folds;
    clt_plot_curve own, beside;
    const clt_trial_row *best; /**< whose curve is beside; NULL: the median of `complete` trials */
    size_t complete;
    CLT_VEC(uint64_t) pauses;
    clt_str *out;
} picture;

/* Appends a trial's curve of the metric. With folds: the values of folds. */
static void take(picture *p, const clt_trial_row *trial, clt_plot_curve *curve)
{
    size_t fold, length;
    for (size_t i = 0; i < trial->curve_count; i++) {
        const clt_point *point = &trial->curve[i];
        bool is_fold = p->folds && clt_fold_point(point, &fold, &length);
        bool counts =
            is_fold ? strlen(p->metric) == length && strncmp(point->metric, p->metric, length) == 0
                    : !p->folds && strcmp(point->metric, p->metric) == 0;
        if (counts &&
            !CLT_PUSH(curve, (clt_plot_point){is_fold ? fold : point->step, point->value})) {
            p->out->failed = true;
        }
    }
}

/* ---- The median of the others --------------------------------------------------------------- */

/* By step, then by value, NaN last. */
static int compare_points(const void *a, const void *b)
{
    const clt_plot_point *p = a, *q = b;
    if (p->step != q->step || isnan(p->value) || isnan(q->value)) {
        return p->step != q->step ? (p->step > q->step) - (p->step < q->step)
                                  : (isnan(p->value) != 0) - (isnan(q->value) != 0);
    }
    return (p->value > q->value) - (p->value < q->value);
}

/* Points of many trials become one a step, in place. */
static void make_median(clt_plot_curve *curve)
{
    size_t made = 0;
    if (curve->count > 0) {
        qsort(curve->items, curve->count, sizeof *curve->items, compare_points);
    }
    for (size_t i = 0, end; i < curve->count; i = end) {
        const clt_plot_point *at = &curve->items[i];
        size_t n = 0;
        for (end = i; end < curve->count && curve->items[end].step == at->step; end++) {
            n += isnan(curve->items[end].value) == 0;
        }
        double median = n > 0 ? at[(n - 1) / 2].value / 2 + at[n / 2].value / 2 : (double)NAN;
        curve->items[made++] = (clt_plot_point){at->step, median};
    }
    curve->count = made;
}

static void take_beside(picture *p)
{
    const clt_trial_row *best = clt_best_trial(p->list);
    p->complete = 0;
    for (size_t i = 0; i < p->list->count; i++) {
        const clt_trial_row *t = &p->list->rows[i];
        p->complete +=
            t->state == CLT_TRIAL_COMPLETE && !t->dropped && t != p->trial && t->curve_count > 0;
    }
    bool median = p->complete >= FEWEST_FOR_MEDIAN && !p->folds &&
                  (best == p->trial || p->trial->state == CLT_TRIAL_PRUNED);
    p->best = median || best == p->trial ? NULL : best;
    for (size_t i = 0; median && i < p->list->count; i++) {
        const clt_trial_row *t = &p->list->rows[i];
        if (t->state == CLT_TRIAL_COMPLETE && !t->dropped && t != p->trial) {
            take(p, t, &p->beside);
        }
    }
    if (median) {
        make_median(&p->beside);
    } else if (p->best != NULL) {
        take(p, p->best, &p->beside);
    }
}

/* ---- Text ----------------------------------------------------------------------------------- */

static void add_title(const picture *p, bool unicode)
{
    clt_printable_add(p->out, p->metric);
    clt_str_addf(p->out, " of trial %" PRIu64 "%s", p->trial->number, unicode ? "" : " (*)");
    if (clt_plot_count(&p->beside) == 0) {
        clt_str_add(p->out, "\n");
        return;
    }
    if (p->best != NULL) {
        clt_str_addf(p->out, " and the best, trial %" PRIu64, p->best->number);
    } else {
        clt_str_addf(p->out, " and the median of %zu complete trials", p->complete);
    }
    clt_str_add(p->out, unicode ? " (dotted)\n" : " (.)\n");
}

static void add_few(const picture *p, const char *step_name)
{
    for (size_t i = 0; i < p->own.count; i++) {
        if (isfinite(p->own.items[i].value)) {
            clt_printable_add(p->out, p->metric);
            clt_str_add(p->out, ": no plot, a single point: ");
            clt_str_add_real(p->out, p->own.items[i].value);
            clt_str_addf(p->out, " at %s %" PRIu64 "\n", step_name, p->own.items[i].step);
            return;
        }
    }
    clt_printable_addf(p->out, "%s: no plot, %s", p->metric,
                       p->own.count > 0 ? "no value is finite" : "nothing was reported");
}

/* Where it was paused: where it has gone on, and where it waits now. */
static void find_pauses(picture *p, const clt_stretch_row *stretches, size_t count)
{
    const clt_trial_row *t = p->trial;
    for (size_t i = 0; i < count; i++) {
        if (stretches[i].number == t->number && stretches[i].since > 0 &&
            !CLT_PUSH(&p->pauses, stretches[i].since)) {
            p->out->failed = true;
        }
    }
    if (t->state == CLT_TRIAL_PAUSED && !CLT_PUSH(&p->pauses, t->last_step)) {
        p->out->failed = true;
    }
}

static void add_pauses(const picture *p, const char *step_name)
{
    for (size_t i = 0; i < p->pauses.count; i++) {
        if (i == 0) {
            clt_str_addf(p->out, "paused at %s", step_name);
        }
        clt_str_addf(p->out, "%s %" PRIu64, i > 0 ? "," : "", p->pauses.items[i]);
    }
    clt_str_add(p->out, p->trial->state == CLT_TRIAL_PAUSED ? ", where it waits\n"
                        : p->pauses.count > 0               ? "\n"
                                                            : "");
}

static void add_plot(picture *p, const char *metric, const char *step_name, clt_plot_style style)
{
    p->metric = metric;
    take(p, p->trial, &p->own);
    take_beside(p);
    clt_str_add(p->out, "\n");
    if (clt_plot_count(&p->own) < 2) {
        add_few(p, step_name);
    } else {
        const clt_plot plot = {.style = style,
                               .step_name = step_name,
                               .own = &p->own,
                               .beside = &p->beside,
                               .marks = p->pauses.items,
                               .mark_count = p->pauses.count};
        add_title(p, style.unicode);
        clt_plot_write(&plot, p->out);
    }
    CLT_VEC_FINISH(&p->own);
    CLT_VEC_FINISH(&p->beside);
}

void clt_learning_plots(const clt_trial_list *list, const clt_trial_row *trial,
                        const clt_stretch_row *stretches, size_t stretch_count,
                        const char *step_name, const char *fold_name, clt_plot_style style,
                        clt_str *out)
{
    clt_arena arena = {0};
    picture p = {.list = list, .trial = trial, .out = out};
    p.folds = clt_folds_of(trial, &arena).count > 0;
    find_pauses(&p, stretches, stretch_count);
    if (trial->curve_count == 0 && trial->state != CLT_TRIAL_FAILED) {
        clt_str_add(out, "no learning curve: nothing was reported on the way\n");
    }
    for (size_t g = 0; trial->curve_count > 0 && g < list->study->goal_count; g++) {
        add_plot(&p, list->study->goals[g].metric, p.folds ? fold_name : step_name, style);
    }
    add_pauses(&p, step_name);
    CLT_VEC_FINISH(&p.pauses);
    clt_arena_finish(&arena);
}
