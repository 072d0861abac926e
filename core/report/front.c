#include "report/front.h"

#include "report/table.h"

#include <math.h>
#include <stdlib.h>

static bool read_values(const clt_front *front, const clt_trial_row *trial,
                        double values[CLT_FRONT_GOALS])
{
    bool whole = trial->state == CLT_TRIAL_COMPLETE && trial->value_count == front->goal_count;
    for (size_t g = 0; whole && g < front->goal_count; g++) {
        values[g] = front->goals[g].maximize ? -trial->values[g] : trial->values[g];
        whole = !isnan(values[g]);
    }
    return whole;
}

/* Is a nowhere worse than b, and somewhere better? */
static bool dominates(const clt_front *front, const double *a, const double *b)
{
    bool better = false;
    for (size_t g = 0; g < front->goal_count; g++) {
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

clt_front clt_front_of(const clt_trial_list *list)
{
    clt_front front = {.goals = list->study->goals, .goal_count = list->study->goal_count};
    for (size_t i = 0; i < list->count; i++) {
        (void)clt_front_add(&front, &list->rows[i]);
    }
    return front;
}

bool clt_front_has(const clt_front *front, uint64_t number)
{
    bool has = false;
    for (size_t i = 0; i < front->members.count && !has; i++) {
        has = front->members.items[i].number == number;
    }
    return has;
}

void clt_front_finish(clt_front *front)
{
    CLT_VEC_FINISH(&front->members);
}

static int by_first_goal(const void *left, const void *right)
{
    const clt_front_member *a = left, *b = right;
    for (size_t g = 0; g < CLT_FRONT_GOALS; g++) {
        if (a->values[g] != b->values[g]) {
            return a->values[g] < b->values[g] ? -1 : 1;
        }
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

void clt_front_table(const clt_trial_list *list, clt_str *out)
{
    clt_front front = clt_front_of(list);
    size_t count = front.members.count;
    clt_table table = {.columns = 1 + front.goal_count};
    if (count > 0) {
        qsort(front.members.items, count, sizeof *front.members.items, by_first_goal);
    }
    clt_table_add(&table, "trial");
    for (size_t g = 0; g < front.goal_count; g++) {
        clt_table_add(&table, front.goals[g].metric);
    }
    for (size_t i = 0; i < count; i++) {
        const clt_front_member *m = &front.members.items[i];
        clt_table_addf(&table, "%llu", (unsigned long long)m->number);
        for (size_t g = 0; g < front.goal_count; g++) {
            clt_table_add_real(&table, front.goals[g].maximize ? -m->values[g] : m->values[g]);
        }
    }
    clt_str_addf(out, "front: %zu trial%s that no other beats\n", count, count == 1 ? "" : "s");
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed || front.failed;
    clt_table_finish(&table);
    clt_front_finish(&front);
}
