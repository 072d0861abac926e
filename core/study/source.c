#include "study/source.h"

#include "base/pages.h"
#include "base/rng.h"
#include "train/train.h"

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
    const collet_data before = *source->data;
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
    bool same = now->rows == before.rows && now->test_rows == before.test_rows &&
                now->classes == before.classes && now->target_count == before.target_count;
    return same
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "dataset \"%s\": fit changed the number of rows, classes or targets", id);
}

static clt_status open_data(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                            clt_error *err)
{
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    const clt_component *training = clt_plan_component(plan, "training", NULL);
    void *config;
    source->plan = plan;
    if (open_dataset(source, plan, data, hooks, err) != CLT_OK ||
        clt_plan_configure(plan, training, NULL, &source->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    const clt_training_options *t = config;
    if (clt_split_init(&source->split, source->data, t->validation, (uint64_t)t->rows,
                       (uint64_t)plan->study.seed, err) != CLT_OK) {
        return clt_prefix(err, "%s: [training]", plan->ini->path);
    }
    if (fit_dataset(source, err) != CLT_OK) {
        return err->status;
    }
    join_pages(source->data);
    return CLT_OK;
}

clt_status clt_source_open(clt_source *source, const clt_plan *plan, const clt_host_hooks *hooks,
                           clt_error *err)
{
    return plan->black_box ? clt_box_open(&source->box, plan, hooks, err)
                           : open_data(source, plan, hooks, err);
}

const char *const *clt_source_metrics(const clt_source *source, size_t *count)
{
    if (source->data == NULL) {
        *count = source->box.metrics->count;
        return source->box.metrics->names;
    }
    const clt_metrics *metrics = clt_metrics_of(source->data);
    *count = metrics->count;
    return metrics->names;
}

void clt_source_close(clt_source *source)
{
    clt_box_close(&source->box);
    clt_split_finish(&source->split);
    if (source->dataset != NULL) {
        source->dataset->close(source->self);
    }
    clt_arena_finish(&source->arena);
    *source = (clt_source){0};
}
