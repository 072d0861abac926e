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

/* Puts the line that is to blame before a failure of the division. */
static clt_status blame(const clt_source *source, const clt_plan *plan, clt_error *err)
{
    const char *key = source->division.key;
    const clt_entry *entry = key != NULL ? clt_ini_find(plan->ini, "training", key) : NULL;
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    if (key == NULL) {
        return clt_prefix(err, "%s:%d: dataset \"%s\"", plan->ini->path,
                          plan->variables[data->use].line, data->id);
    }
    return entry != NULL ? clt_prefix(err, "%s:%d: training.%s", plan->ini->path, entry->line, key)
                         : clt_prefix(err, "%s: training.%s", plan->ini->path, key);
}

/* Divides the rows and enters the first part. */
static clt_status divide(clt_source *source, const clt_plan *plan, const clt_training_options *t,
                         clt_error *err)
{
    clt_dividing how = {.validation = t->validation,
                        .test = t->test,
                        .rows = (uint64_t)t->rows,
                        .folds = (uint32_t)t->folds,
                        .repeats = (uint32_t)t->repeats,
                        .stratify = t->stratify != 0,
                        .seed = (uint64_t)plan->study.seed};
    const clt_entry *idle =
        clt_ini_find(plan->ini, "training", t->folds > 0 ? "validation" : "repeats");
    if (idle != NULL) {
        return clt_fail(err, CLT_BAD_INPUT, "%s:%d: training.%s: it has no meaning %s folds",
                        plan->ini->path, idle->line, idle->key, t->folds > 0 ? "with" : "without");
    }
    if (clt_division_init(&source->division, source->data, &how, err) != CLT_OK ||
        clt_source_enter(source, 0, err) != CLT_OK) {
        return blame(source, plan, err);
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
        clt_plan_configure(plan, training, NULL, &source->arena, &config, err) != CLT_OK ||
        clt_fitting_metrics(source, plan, config, err) != CLT_OK ||
        clt_fitting_check(source, plan, err) != CLT_OK) {
        return err->status;
    }
    return divide(source, plan, config, err);
}

clt_status clt_source_enter(clt_source *source, uint32_t part, clt_error *err)
{
    clt_split_finish(&source->split);
    return clt_division_split(&source->division, part, &source->split, err);
}

void clt_source_close(clt_source *source)
{
    clt_split_finish(&source->split);
    clt_division_finish(&source->division);
    if (source->dataset != NULL) {
        source->dataset->close(source->self);
    }
    clt_arena_finish(&source->arena);
    *source = (clt_source){0};
}
