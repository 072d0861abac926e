/* What an experiment says that is allowed, and may not be meant. */
#include "study/plan_build.h"

#include <string.h>

enum { MOST_NOTES = 16 };

static bool is_among(const char *name, const char *const *names, size_t count)
{
    bool is = false;
    for (size_t i = 0; i < count; i++) {
        is = is || strcmp(names[i], name) == 0;
    }
    return is;
}

/* -1: better the smaller it is, 1: the larger; 0: not known. What a program calls "seconds" or
 * "parameters" may be anything. */
static int direction_of(const clt_plan *plan, const char *metric)
{
    static const char *const rises[] = {"accuracy", "balanced_accuracy", "macro_f1", "auc", "r2"};
    static const char *const falls[] = {"loss",       "log_loss",   "mse",     "mae",
                                        "train_loss", "parameters", "seconds", "predict_seconds"};
    size_t costs = plan->black_box ? 4 : 0;
    if (is_among(metric, rises, sizeof rises / sizeof rises[0])) {
        return 1;
    }
    return is_among(metric, falls, sizeof falls / sizeof falls[0] - costs) ? -1 : 0;
}

static clt_status add(clt_plan_build *b, const char **notes, const char *note)
{
    if (note != NULL && b->plan->note_count < MOST_NOTES) {
        notes[b->plan->note_count++] = note;
    }
    return note != NULL ? CLT_OK : clt_fail_memory(b->err);
}

static clt_status note_goals(clt_plan_build *b, const char **notes)
{
    clt_plan *plan = b->plan;
    clt_status status = CLT_OK;
    for (size_t g = 0; g < plan->goal_count && status == CLT_OK; g++) {
        const clt_goal *goal = &plan->goals[g];
        const char *key = goal->maximize ? "maximize" : "minimize";
        const clt_entry *entry = clt_ini_find(plan->ini, "study", key);
        int direction = direction_of(plan, goal->metric);
        if (direction == 0 || (direction > 0) == goal->maximize) {
            continue;
        }
        status = add(b, notes,
                     clt_arena_printf(&plan->arena,
                                      "%s:%d: study.%s: \"%s\" is better the %s it is; did you "
                                      "mean %s?",
                                      plan->ini->path, entry != NULL ? entry->line : 0, key,
                                      goal->metric, direction > 0 ? "larger" : "smaller",
                                      direction > 0 ? "maximize" : "minimize"));
    }
    return status;
}

/* Is it a list as other files have it, "[a, b]" or "a, b"? *length: without its brackets. */
static bool is_list(const char *text, const char **from, size_t *length)
{
    size_t n = strlen(text);
    bool brackets =
        n > 2 && (text[0] == '[' || text[0] == '{') && (text[n - 1] == ']' || text[n - 1] == '}');
    *from = text + brackets;
    *length = n - 2 * (size_t)brackets;
    return strchr(text, ',') != NULL && (brackets || strpbrk(text, "([{\"'") == NULL);
}

static clt_status note_params(clt_plan_build *b, const char **notes)
{
    clt_plan *plan = b->plan;
    clt_status status = CLT_OK;
    for (size_t i = 0; i < b->variables.count && status == CLT_OK; i++) {
        const clt_variable *v = &b->variables.items[i];
        const clt_entry *entry = clt_ini_find(plan->ini, v->section, v->name);
        const char *from;
        size_t length;
        bool plain = v->range.type == 0 && v->range.constant == NULL && entry != NULL &&
                     !entry->quoted && strcmp(v->section, CLT_PARAMS) == 0;
        if (plain && is_list(entry->value, &from, &length)) {
            status = add(b, notes,
                         clt_arena_printf(&plan->arena,
                                          "%s:%d: params.%s: \"%s\" is one plain value, the same "
                                          "in every trial; did you mean choice(%.*s)?",
                                          plan->ini->path, entry->line, v->name, entry->value,
                                          (int)length, from));
        }
    }
    return status;
}

clt_status clt_plan_add_notes(clt_plan_build *b)
{
    const char **notes = clt_arena_array(&b->plan->arena, MOST_NOTES, sizeof *notes);
    b->plan->notes = notes;
    if (notes == NULL) {
        return clt_fail_memory(b->err);
    }
    return note_goals(b, notes) == CLT_OK ? note_params(b, notes) : b->err->status;
}
