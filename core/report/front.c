#include "report/front.h"

#include "math/hypervolume.h"
#include "report/table.h"
#include "study/demand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool read_values(const clt_front *front, const clt_trial_row *trial,
                        double values[CLT_FRONT_GOALS])
{
    bool counts = clt_trial_counts(front->study, trial);
    for (size_t g = 0; counts && g < front->study->goal_count; g++) {
        values[g] = front->study->goals[g].maximize ? -trial->values[g] : trial->values[g];
    }
    return counts;
}

/* Is a nowhere worse than b, and somewhere better? */
static bool dominates(const clt_front *front, const double *a, const double *b)
{
    bool better = false;
    for (size_t g = 0; g < front->study->goal_count; g++) {
        if (a[g] > b[g]) {
            return false;
        }
        better = better || a[g] < b[g];
    }
    return better;
}

bool clt_front_add(clt_front *front, const clt_trial_row *trial)
{
    clt_front_member added = {.number = trial->number};
    size_t kept = 0;
    if (!read_values(front, trial, added.values)) {
        return false;
    }
    for (size_t i = 0; i < front->members.count; i++) {
        if (dominates(front, front->members.items[i].values, added.values)) {
            return false; /* then it dominates none: nothing was moved yet */
        }
        if (!dominates(front, added.values, front->members.items[i].values)) {
            front->members.items[kept++] = front->members.items[i];
        }
    }
    front->members.count = kept;
    front->failed = !CLT_PUSH(&front->members, added) || front->failed;
    return true;
}

static int by_values(const void *left, const void *right)
{
    const clt_front_member *a = left, *b = right;
    for (size_t g = 0; g < CLT_FRONT_GOALS; g++) {
        if (a->values[g] != b->values[g]) {
            return a->values[g] < b->values[g] ? -1 : 1;
        }
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_number(const void *left, const void *right)
{
    const clt_front_member *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static void sort(clt_front *front, int (*order)(const void *left, const void *right))
{
    if (front->members.count > 0) {
        qsort(front->members.items, front->members.count, sizeof *front->members.items, order);
    }
}

/* Of two goals, with the members sorted by their values: one is on the front where its second value
 * is lower than any before, or where it equals such a one. */
static void sweep(clt_front *front)
{
    size_t kept = 0;
    for (size_t i = 0; i < front->members.count; i++) {
        const clt_front_member *m = &front->members.items[i];
        const clt_front_member *last = kept > 0 ? &front->members.items[kept - 1] : NULL;
        if (last == NULL || m->values[1] < last->values[1] ||
            (m->values[0] == last->values[0] && m->values[1] == last->values[1])) {
            front->members.items[kept++] = *m;
        }
    }
    front->members.count = kept;
}

/* Two goals may have all of a study on their front, which must not take the square of the time. */
static void find_two(clt_front *front, const clt_trial_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        clt_front_member member = {.number = list->rows[i].number};
        if (read_values(front, &list->rows[i], member.values)) {
            front->failed = !CLT_PUSH(&front->members, member) || front->failed;
        }
    }
    sort(front, by_values);
    sweep(front);
    sort(front, by_number);
}

clt_front clt_front_of(const clt_trial_list *list)
{
    clt_front front = {.study = list->study};
    if (list->study->goal_count == 2) {
        find_two(&front, list);
        return front;
    }
    for (size_t i = 0; i < list->count; i++) {
        (void)clt_front_add(&front, &list->rows[i]);
    }
    return front;
}

bool clt_front_has(const clt_front *front, uint64_t number)
{
    const clt_front_member wanted = {.number = number};
    return front->members.count > 0 && bsearch(&wanted, front->members.items, front->members.count,
                                               sizeof wanted, by_number) != NULL;
}

void clt_front_finish(clt_front *front)
{
    CLT_VEC_FINISH(&front->members);
}

/* The worst value of a goal among complete trials, own sign; NaN where there is none. */
static double worst_of(const clt_trial_list *list, size_t goal)
{
    double worst = (double)NAN;
    for (size_t i = 0; i < list->count; i++) {
        const clt_trial_row *t = &list->rows[i];
        bool has = t->state == CLT_TRIAL_COMPLETE && !t->dropped && goal < t->value_count;
        if (has) {
            double value = t->values[goal];
            worst = list->study->goals[goal].maximize ? fmin(worst, value) : fmax(worst, value);
        }
    }
    return worst;
}

clt_front_volume clt_front_measure(const clt_trial_list *list, clt_front *front)
{
    const clt_study_row *study = list->study;
    const size_t m = study->goal_count, n = front->members.count;
    clt_front_volume v = {.there = m > 1 && n > 0, .given = study->goals[0].has_reference};
    double turned[CLT_FRONT_GOALS];
    double *points = v.there ? malloc(n * m * sizeof *points) : NULL;
    if (points == NULL) {
        front->failed = front->failed || v.there;
        v.there = false;
        return v;
    }
    for (size_t g = 0; g < m; g++) {
        v.reference[g] = v.given ? study->goals[g].reference : worst_of(list, g);
        turned[g] = study->goals[g].maximize ? -v.reference[g] : v.reference[g];
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(points + i * m, front->members.items[i].values, m * sizeof *points);
    }
    v.volume = clt_hypervolume(points, n, m, turned);
    front->failed = front->failed || isnan(v.volume);
    free(points);
    return v;
}

static void add_volume(const clt_front_volume *v, const clt_study_row *study, clt_str *out)
{
    if (!v->there) {
        return;
    }
    clt_str_addf(out, "hypervolume: %.6g, up to", v->volume);
    for (size_t g = 0; g < study->goal_count; g++) {
        clt_str_addf(out, "%s %s %.6g", g > 0 ? "," : "", study->goals[g].metric, v->reference[g]);
    }
    clt_str_add(out, v->given ? " ([study] reference)\n" : " (the worst of each)\n");
}

void clt_front_table(const clt_trial_list *list, clt_str *out)
{
    clt_front front = clt_front_of(list);
    size_t count = front.members.count;
    clt_table table = {.columns = 1 + front.study->goal_count, .width = list->width};
    sort(&front, by_values);
    clt_table_add(&table, "trial");
    for (size_t g = 0; g < front.study->goal_count; g++) {
        clt_table_add(&table, front.study->goals[g].metric);
    }
    for (size_t i = 0; i < count; i++) {
        const clt_front_member *m = &front.members.items[i];
        clt_table_addf(&table, "%llu", (unsigned long long)m->number);
        for (size_t g = 0; g < front.study->goal_count; g++) {
            clt_table_add_real(&table,
                               front.study->goals[g].maximize ? -m->values[g] : m->values[g]);
        }
    }
    clt_str_addf(out, "front: %zu trial%s that no other beats\n", count, count == 1 ? "" : "s");
    clt_table_write(&table, out);
    clt_front_volume volume = clt_front_measure(list, &front);
    add_volume(&volume, list->study, out);
    out->failed = out->failed || table.failed || front.failed;
    clt_table_finish(&table);
    clt_front_finish(&front);
}
