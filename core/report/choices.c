#include "report/choices.h"

#include "base/vec.h"
#include "report/table.h"
#include "study/demand.h"

#include <string.h>

/* One component. */
typedef struct choice {
    const char *name;
    const clt_trial_row *best;
    uint64_t trials;
} choice;

typedef CLT_VEC(choice) choices;

static const char *chosen(const clt_trial_row *trial, const char *section)
{
    for (size_t p = 0; p < trial->param_count; p++) {
        if (strcmp(trial->params[p].name, section) == 0) {
            return trial->params[p].text;
        }
    }
    return NULL;
}

static bool better(const clt_trial_list *list, const clt_trial_row *a, const clt_trial_row *b)
{
    return list->study->goals[0].maximize ? a->values[0] > b->values[0]
                                          : a->values[0] < b->values[0];
}

/* Counts a trial; false when memory ran out. */
static bool count(choices *found, const clt_trial_list *list, const clt_trial_row *trial,
                  const char *name)
{
    for (size_t i = 0; i < found->count; i++) {
        choice *c = &found->items[i];
        if (strcmp(c->name, name) == 0) {
            c->trials++;
            c->best = better(list, trial, c->best) ? trial : c->best;
            return true;
        }
    }
    return CLT_PUSH(found, (choice){name, trial, 1});
}

/* Insertion sort, for they are few; of equals the one that came first stays on top. */
static void sort(choices *found, const clt_trial_list *list)
{
    for (size_t i = 1; i < found->count; i++) {
        choice moving = found->items[i];
        size_t k = i;
        for (; k > 0 && better(list, moving.best, found->items[k - 1].best); k--) {
            found->items[k] = found->items[k - 1];
        }
        found->items[k] = moving;
    }
}

static void write_table(const choices *found, const clt_trial_list *list, const char *section,
                        clt_str *out)
{
    clt_table table = {.columns = 4, .width = list->width};
    clt_table_add(&table, section);
    clt_table_addf(&table, "best %s", list->study->goals[0].metric);
    clt_table_add(&table, "trial");
    clt_table_add(&table, "trials");
    for (size_t i = 0; i < found->count; i++) {
        const choice *c = &found->items[i];
        clt_table_add(&table, c->name);
        clt_table_add_real(&table, c->best->values[0]);
        clt_table_addf(&table, "%llu", (unsigned long long)c->best->number);
        clt_table_addf(&table, "%llu", (unsigned long long)c->trials);
    }
    clt_str_add(out, "\n");
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed;
    clt_table_finish(&table);
}

void clt_choices_table(const clt_trial_list *list, const char *section, clt_str *out)
{
    choices found = {0};
    for (size_t i = 0; i < list->count; i++) {
        const clt_trial_row *t = &list->rows[i];
        const char *name = chosen(t, section);
        bool counts = clt_trial_counts(list->study, t);
        out->failed = out->failed || (counts && name != NULL && !count(&found, list, t, name));
    }
    if (found.count > 1 && !out->failed) {
        sort(&found, list);
        write_table(&found, list, section, out);
    }
    CLT_VEC_FINISH(&found);
}
