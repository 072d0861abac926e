#include "study/source.h"

#include "base/rng.h"
#include "study/goals.h"

static clt_status open_dataset(clt_source *source, const clt_plan *plan,
                               const clt_component *component, const clt_host_hooks *hooks,
                               clt_error *err)
{
    void *config;
    if (clt_plan_configure(plan, component, NULL, &source->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    const collet_dataset *dataset = component->unit->vtable;
    clt_rng rng;
    clt_rng_init(&rng, (uint64_t)plan->study.seed, "data", 0);
    collet_rng view = clt_rng_view(&rng);
    clt_host_init(&source->host, "dataset", component->id, hooks);
    collet_status code =
        dataset->open(clt_host_table(&source->host), config, &view, &source->self, &source->data);
    if (code < 0) {
        clt_host_fail(&source->host, code, "open", err);
        err->status = CLT_BAD_INPUT;
        return clt_prefix(err, "%s:%d", plan->ini->path, plan->variables[component->use].line);
    }
    source->dataset = dataset;
    return clt_data_check(source->data, component->id, err);
}

/* The metrics that trials report: those that cost nothing, and every goal. */
static clt_status choose_metrics(clt_source *source, const clt_plan *plan, clt_error *err)
{
    const char *names[2 * CLT_MOST_METRICS];
    size_t count = 0;
    while ((names[count] = clt_metric_name(source->data, (uint32_t)count)) != NULL) {
        count++;
    }
    source->metrics = clt_metrics_of(source->data);
    if (clt_goals_check(plan, names, count, err) != CLT_OK) {
        return err->status;
    }
    for (size_t g = 0; g < plan->goal_count; g++) {
        (void)clt_metrics_add(&source->metrics, source->data, plan->goals[g].metric);
    }
    return CLT_OK;
}

clt_status clt_source_open(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                           clt_error *err)
{
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    const clt_component *training = clt_plan_component(plan, "training", NULL);
    void *config;
    if (open_dataset(source, plan, data, hooks, err) != CLT_OK ||
        choose_metrics(source, plan, err) != CLT_OK ||
        clt_plan_configure(plan, training, NULL, &source->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    const clt_training_options *t = config;
    if (clt_split_init(&source->split, source->data, t->validation, (uint64_t)t->rows,
                       (uint64_t)plan->study.seed, err) != CLT_OK) {
        return clt_prefix(err, "%s: [training]", plan->ini->path);
    }
    return CLT_OK;
}

void clt_source_close(clt_source *source)
{
    clt_split_finish(&source->split);
    if (source->dataset != NULL) {
        source->dataset->close(source->self);
    }
    clt_arena_finish(&source->arena);
    *source = (clt_source){0};
}
