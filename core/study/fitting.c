#include "study/fitting.h"

#include "config/option.h"
#include "study/goals.h"

#include <string.h>

/* Does the dataset have an option that says what its targets are? */
static bool has_task(const clt_component *data, const char *choice)
{
    bool has = false;
    for (uint32_t i = 0; i < data->options.count; i++) {
        const collet_option *option = clt_option_at(data->options, i);
        has = has || (option->type == COLLET_ENUM && strcmp(option->key, "task") == 0 &&
                      clt_choice_index(option->choices, choice) >= 0);
    }
    return has;
}

/* " (1, 2, 3, ...)" */
static void add_classes(const collet_data *data, clt_str *out)
{
    enum { SHOWN = 6 };
    for (uint32_t k = 0; data->class_names != NULL && k < data->classes && k < SHOWN; k++) {
        clt_str_addf(out, "%s%s", k > 0 ? ", " : " (", data->class_names[k]);
    }
    clt_str_add(out, data->class_names == NULL ? "" : data->classes > SHOWN ? ", ...)" : ")");
}

/* Where a metric is unknown because it is one of the other task, that is what to say. */
static clt_status explain(const clt_source *source, const clt_plan *plan, const char *metric,
                          clt_error *err)
{
    const bool classes = source->data->classes > 0;
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    const char *task = classes ? "regression" : "classification";
    const char *end = strstr(err->text, "there is no metric");
    clt_str text = {0};
    if (end == NULL || !clt_metric_is_other(source->data, metric)) {
        return err->status;
    }
    clt_str_add_bytes(&text, err->text, (size_t)(end - err->text));
    clt_str_addf(&text, "\"%s\" is a metric of %s, but the target of dataset \"%s\" ", metric, task,
                 data->id);
    if (classes) {
        clt_str_addf(&text, "has %u classes", source->data->classes);
        add_classes(source->data, &text);
    } else {
        clt_str_add(&text, "is a number");
    }
    if (has_task(data, task)) {
        clt_str_addf(&text, "; [data] task = %s takes it for %s", task,
                     classes ? "a number" : "classes");
    }
    clt_fail(err, CLT_BAD_INPUT, "%s", clt_str_text(&text));
    clt_str_finish(&text);
    return CLT_BAD_INPUT;
}

/* What is watched where nothing is named: the first goal that can get better from epoch to epoch.
 */
static const char *usual_watched(const clt_source *source, const clt_plan *plan)
{
    size_t g = 0;
    while (g < plan->goal_count && clt_metric_is_cost(plan->goals[g].metric)) {
        g++;
    }
    return g < plan->goal_count ? plan->goals[g].metric : source->metrics.names[0];
}

/* The metric that is watched, and which way is better: as the goal of that name has it, if any. */
static clt_status choose_watched(clt_source *source, const clt_plan *plan, const char *monitor,
                                 const char *const *names, size_t count, clt_error *err)
{
    const char *watched = monitor[0] != '\0' ? monitor : usual_watched(source, plan);
    if (clt_goal_check(plan, "training", "monitor", watched, names, count, err) != CLT_OK) {
        return explain(source, plan, watched, err);
    }
    if (clt_metric_is_cost(watched)) {
        const clt_entry *entry = clt_ini_find(plan->ini, "training", "monitor");
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s:%d: training.monitor: \"%s\" says what a model costs, which gets no "
                        "better with more epochs; watch, say, %s",
                        plan->ini->path, entry != NULL ? entry->line : 0, watched,
                        usual_watched(source, plan));
    }
    (void)clt_metrics_add(&source->metrics, source->data, watched);
    source->watched = (uint32_t)clt_metrics_find(&source->metrics, watched);
    source->watched_rises = clt_metric_rises(&source->metrics, source->watched);
    for (size_t g = plan->goal_count; g-- > 0;) {
        if (clt_metrics_find(&source->metrics, plan->goals[g].metric) == (int)source->watched) {
            source->watched_rises = plan->goals[g].maximize;
        }
    }
    return CLT_OK;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    bool is = false;
    for (size_t i = 0; i < count; i++) {
        is = is || strcmp(names[i], name) == 0;
    }
    return is;
}

clt_status clt_fitting_metrics(clt_source *source, const clt_plan *plan,
                               const clt_training_options *options, clt_error *err)
{
    const char *names[CLT_MOST_METRICS + 1];
    size_t count = 0;
    while ((names[count] = clt_metric_name(source->data, (uint32_t)count)) != NULL) {
        count++;
    }
    source->metrics = clt_metrics_of(source->data);
    if (clt_goals_check(plan, names, count, err) != CLT_OK) {
        size_t i = 0;
        while (i + 1 < plan->value_count && is_among(plan->value_names[i], names, count)) {
            i++;
        }
        return explain(source, plan, plan->value_names[i], err);
    }
    for (size_t i = 0; i < plan->value_count; i++) {
        (void)clt_metrics_add(&source->metrics, source->data, plan->value_names[i]);
    }
    return choose_watched(source, plan, options->monitor, names, count, err);
}

/* What an option needs of the data. */
typedef enum need { NEEDS_IMAGES, NEEDS_NUMBERS, NEEDS_TOKENS, NEEDS_CLASSES } need;

static const char *lacks(const collet_data *data, need what)
{
    switch (what) {
    case NEEDS_IMAGES:
        return data->form == COLLET_DATA_IMAGES ? NULL : "the data are no images";
    case NEEDS_NUMBERS:
        return data->form != COLLET_DATA_TOKENS ? NULL : "the data are sequences of tokens";
    case NEEDS_TOKENS:
        return data->form == COLLET_DATA_TOKENS ? NULL : "the data are no texts";
    default:
        return data->classes > 0 ? NULL : "the data have numbers to predict, and no classes";
    }
}

clt_status clt_fitting_check(const clt_source *source, const clt_plan *plan, clt_error *err)
{
    static const struct {
        const char *section, *key;
        need what;
    } needs[] = {
        {"augment", "shift", NEEDS_IMAGES},
        {"augment", "flip", NEEDS_IMAGES},
        {"augment", "rotate", NEEDS_IMAGES},
        {"augment", "zoom", NEEDS_IMAGES},
        {"augment", "crop", NEEDS_IMAGES},
        {"augment", "cutout", NEEDS_IMAGES},
        {"augment", "fill", NEEDS_IMAGES},
        {"augment", "noise", NEEDS_NUMBERS},
        {"augment", "mixup", NEEDS_NUMBERS},
        {"augment", "word_dropout", NEEDS_TOKENS},
        {"training", "label_smoothing", NEEDS_CLASSES},
    };
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        const clt_entry *entry = clt_ini_find(plan->ini, needs[i].section, needs[i].key);
        const char *lack = lacks(source->data, needs[i].what);
        if (entry != NULL && lack != NULL) {
            return clt_fail(err, CLT_BAD_INPUT, "%s:%d: %s.%s: %s", plan->ini->path, entry->line,
                            entry->section, entry->key, lack);
        }
    }
    return CLT_OK;
}

void clt_fitting_set(clt_train_setup *setup, const clt_source *source,
                     const clt_training_options *options, const clt_augment *augment)
{
    setup->feeding = (clt_feeding){*augment, options->label_smoothing};
    setup->stopping = (clt_stopping){.patience = (uint64_t)options->patience,
                                     .min_delta = options->min_delta,
                                     .metric = source->watched,
                                     .rises = source->watched_rises,
                                     .restore = options->patience > 0 && options->restore_best};
    setup->ema = options->ema;
}
