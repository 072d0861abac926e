#include "study/source.h"

#include "base/rng.h"
#include "study/fitting.h"

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

clt_status clt_source_open(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                           clt_error *err)
{
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    const clt_component *training = clt_plan_component(plan, "training", NULL);
    void *config;
    if (open_dataset(source, plan, data, hooks, err) != CLT_OK ||
        clt_plan_configure(plan, training, NULL, &source->arena, &config, err) != CLT_OK ||
        clt_fitting_metrics(source, plan, config, err) != CLT_OK) {
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
