#include "study/source.h"

#include "base/pages.h"
#include "base/rng.h"
#include "study/fitting.h"

#include <stdlib.h>
#include <string.h>

/* A call of the dataset failed: its words, behind the line of the experiment that names it. */
static clt_status dataset_failed(clt_source *source, collet_status code, const char *call,
                                 clt_error *err)
{
    const clt_plan *plan = source->plan;
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    clt_host_fail(&source->host, code, call, err);
    err->status = CLT_BAD_INPUT;
    return clt_prefix(err, "%s:%d", plan->ini->path, plan->variables[data->use].line);
}
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
        return dataset_failed(source, code, "open", err);
    }
    source->dataset = dataset;
    return clt_data_check(source->data, component->id, err);
}

/* Attempts are forked from here. */
static void join_pages(const collet_data *data)
{
    if (data->x == NULL) {
        return;
    }
    size_t width = data->storage == COLLET_STORE_U8 ? sizeof(uint8_t) : sizeof(float);
    clt_pages_join(data->x, data->rows * data->features * width);
}

/* Lets the dataset learn scales, categories, a vocabulary from the rows of the split that train,
 * and from none of those that judge a trial. */
static clt_status fit_dataset(clt_source *source, clt_error *err)
{
    if (!COLLET_CAN(source->dataset, fit)) {
        return CLT_OK;
    }
    const uint64_t rows = source->data->rows, test_rows = source->data->test_rows;
    const uint32_t classes = source->data->classes, targets = source->data->target_count;
    const char *id = clt_plan_component(source->plan, "data", NULL)->id;
    collet_status code = source->dataset->fit(source->self, source->split.train,
                                              source->split.train_count, &source->data);
    if (code < 0) {
        return dataset_failed(source, code, "fit", err);
    }
    if (clt_data_check(source->data, id, err) != CLT_OK) {
        return err->status;
    }
    const collet_data *now = source->data;
    bool same = now->rows == rows && now->test_rows == test_rows && now->classes == classes &&
                now->target_count == targets;
    return same
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "dataset \"%s\": fit changed the number of rows, classes or targets", id);
}

/* Puts the line that is to blame before a failure of the division. */
static clt_status blame(const clt_source *source, clt_error *err)
{
    const clt_plan *plan = source->plan;
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

clt_status clt_source_enter(clt_source *source, uint32_t part, clt_error *err)
{
    bool first = source->entered == 0;
    if (source->entered == part + 1) {
        return CLT_OK;
    }
    source->entered = 0;
    clt_split_finish(&source->split);
    if (clt_division_split(&source->division, part, &source->split, err) != CLT_OK) {
        return blame(source, err);
    }
    if (fit_dataset(source, err) != CLT_OK) {
        return err->status;
    }
    source->division.data = source->data;
    if (first || COLLET_CAN(source->dataset, fit)) {
        join_pages(source->data);
    }
    source->entered = part + 1;
    return CLT_OK;
}

clt_status clt_source_enter_whole(clt_source *source, bool sample, clt_error *err)
{
    const clt_division *d = &source->division;
    const size_t spare = sample ? 0 : d->spare_count, count = d->used_count + spare;
    source->entered = 0;
    clt_split_finish(&source->split);
    source->split = (clt_split){.train = malloc(count * sizeof *d->used),
                                .validation = malloc((d->test_count + 1) * sizeof *d->test)};
    if (source->split.train == NULL || source->split.validation == NULL) {
        return clt_fail_memory(err);
    }
    memcpy(source->split.train, d->used, d->used_count * sizeof *d->used);
    memcpy(source->split.train + d->used_count, d->spare, spare * sizeof *d->spare);
    source->split.train_count = count;
    if (fit_dataset(source, err) != CLT_OK) {
        return err->status;
    }
    source->division.data = source->data;
    return CLT_OK;
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
    return clt_division_init(&source->division, source->data, &how, err) == CLT_OK
               ? clt_source_enter(source, 0, err)
               : blame(source, err);
}

static clt_status open_data(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                            clt_error *err)
{
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    const clt_component *training = clt_plan_component(plan, "training", NULL);
    void *config;
    source->plan = plan;
    if (open_dataset(source, plan, data, hooks, err) != CLT_OK ||
        clt_plan_configure(plan, training, NULL, &source->arena, &config, err) != CLT_OK ||
        clt_fitting_metrics(source, plan, config, err) != CLT_OK ||
        clt_fitting_check(source, plan, err) != CLT_OK) {
        return err->status;
    }
    return divide(source, plan, config, err);
}

clt_status clt_source_open(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                           clt_error *err)
{
    if (clt_plan_needs_objective(plan, err) != CLT_OK) {
        return err->status;
    }
    return plan->black_box ? clt_box_open(&source->box, plan, hooks, err)
                           : open_data(source, plan, hooks, err);
}

const char *const *clt_source_metrics(const clt_source *source, size_t *count)
{
    if (source->data == NULL) {
        *count = source->box.metrics->count;
        return source->box.metrics->names;
    }
    *count = source->metrics.count;
    return source->metrics.names;
}

void clt_source_close(clt_source *source)
{
    clt_box_close(&source->box);
    clt_split_finish(&source->split);
    clt_division_finish(&source->division);
    if (source->dataset != NULL) {
        source->dataset->close(source->self);
    }
    clt_arena_finish(&source->arena);
    *source = (clt_source){0};
}
