#include "study/predict.h"

#include "data/split.h"

#include <math.h>
#include <string.h>

/* What the dataset learnt, being read. */
typedef struct reader {
    const char *at;
    uint64_t left;
} reader;

static collet_status read_bytes(void *ctx, void *bytes, size_t n)
{
    reader *r = ctx;
    if (n > r->left) {
        return COLLET_E_STATE;
    }
    if (n > 0) {
        memcpy(bytes, r->at, n);
    }
    r->at += n;
    r->left -= n;
    return COLLET_OK;
}

/* Is the experiment of the file a plain one that trains, by plugins as they were? */
static clt_status check_plan(const clt_saved *saved, const clt_plan *plan, clt_error *err)
{
    if (plan->black_box || plan->space.dim_count > 0) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: its experiment searches, or trains no model: no model came of it",
                        saved->path);
    }
    const clt_component *model = clt_plan_component(plan, "model", NULL);
    const clt_component *data = clt_plan_component(plan, "data", NULL);
    const char *version = clt_tensors_note(&saved->file, "model_version");
    if (version == NULL || strcmp(version, model->unit->version) != 0) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: was trained with model \"%s\" of version \"%.40s\"; here it is of "
                        "version \"%s\"",
                        saved->path, model->id, version != NULL ? version : "",
                        model->unit->version);
    }
    if (data->unit->state_version != saved->dataset_state) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: dataset \"%s\" wrote state version %u into it; here it reads %u",
                        saved->path, data->id, saved->dataset_state, data->unit->state_version);
    }
    return CLT_OK;
}

/* Leaves labels out: there is nothing to compare with. */
static void hide_goal(clt_predict *p)
{
    p->shift = p->data.target_shift;
    p->scale = p->data.target_scale;
    p->data.classes = p->data.target_count = 0;
    p->data.test_rows = 0;
    p->data.labels = NULL;
    p->data.targets = NULL;
}

/* Copies as much of the table as the plugin knows. */
static void take_input(clt_predict *p, const collet_data *data)
{
    size_t size = data->struct_size < sizeof p->data ? data->struct_size : sizeof p->data;
    memcpy(&p->data, data, size);
}

static clt_status check_input(const clt_predict *p, const char *path, clt_error *err)
{
    const collet_data *d = &p->data;
    const collet_task *t = &p->saved->task;
    bool same = d->form == t->form && d->features == t->features && d->height == t->height &&
                d->width == t->width && d->channels == t->channels &&
                d->vocabulary == t->vocabulary &&
                (d->target_shift == NULL || d->target_count == t->outputs);
    if (same) {
        return CLT_OK;
    }
    return t->form == COLLET_DATA_IMAGES && d->form == t->form
               ? clt_fail(err, CLT_BAD_INPUT,
                          "%s: images of %u x %u with %u channels; the model has learnt from %u x "
                          "%u with %u",
                          path, d->height, d->width, d->channels, t->height, t->width, t->channels)
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s: rows of %u features, %u tokens; the model has learnt from %u "
                          "features, %u tokens",
                          path, d->features, d->vocabulary, t->features, t->vocabulary);
}

static clt_status open_rows(clt_predict *p, const clt_plan *plan, const char *path,
                            const clt_host_hooks *hooks, clt_error *err)
{
    const clt_component *component = clt_plan_component(plan, "data", NULL);
    const collet_dataset *dataset = component->unit->vtable;
    const collet_data *data = NULL;
    reader r = {p->saved->learnt->bytes, p->saved->learnt->size};
    collet_source source = {.struct_size = COLLET_SIZE(collet_source),
                            .state_version = p->saved->dataset_state,
                            .ctx = &r,
                            .read = read_bytes,
                            .size = r.left};
    void *config;
    if (!COLLET_CAN(dataset, apply)) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: dataset \"%s\" cannot read rows to predict from a file",
                        p->saved->path, component->id);
    }
    if (clt_plan_configure(plan, component, NULL, &p->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    clt_host_init(&p->host, "dataset", component->id, hooks);
    collet_status code =
        dataset->apply(clt_host_table(&p->host), config, path, &source, &p->self, &data);
    if (code < 0) {
        p->self = NULL;
        clt_host_fail(&p->host, code, "apply", err);
        err->status = CLT_BAD_INPUT;
        return code == COLLET_E_STATE ? clt_prefix(err, "%s", p->saved->path) : err->status;
    }
    p->dataset = dataset;
    if (clt_input_check(data, component->id, err) != CLT_OK) {
        return err->status;
    }
    take_input(p, data);
    if (check_input(p, path, err) != CLT_OK) {
        return err->status;
    }
    hide_goal(p);
    return CLT_OK;
}

clt_status clt_predict_open(clt_predict *p, const clt_saved *saved, const clt_plan *plan,
                            const char *path, const clt_host_hooks *hooks, clt_error *err)
{
    void *config;
    p->saved = saved;
    if (check_plan(saved, plan, err) != CLT_OK || open_rows(p, plan, path, hooks, err) != CLT_OK) {
        return err->status;
    }
    const clt_component *model = clt_plan_component(plan, "model", NULL);
    if (clt_plan_configure(plan, model, NULL, &p->arena, &config, err) != CLT_OK ||
        clt_predictor_open(&p->predictor, model->unit->vtable, model->id, config, &saved->task,
                           &p->data, err) != CLT_OK) {
        return err->status;
    }
    return clt_saved_theta(saved, p->predictor.layout, p->predictor.theta, err);
}

clt_status clt_predict_run(clt_predict *p, void (*take)(void *ctx, const clt_predicted *predicted),
                           void *ctx, clt_error *err)
{
    return clt_predictor_run(&p->predictor, NULL, p->data.rows, take, ctx, err);
}

uint32_t clt_predict_read(const clt_predict *p, const float *out, double *values)
{
    uint32_t n = p->saved->task.outputs, best = 0;
    double sum = 0;
    if (p->saved->task.type != COLLET_TASK_CLASSIFY) {
        for (uint32_t k = 0; k < n; k++) {
            bool scaled = p->shift != NULL && p->scale != NULL;
            values[k] = scaled ? (double)out[k] * (double)p->scale[k] + (double)p->shift[k]
                               : (double)out[k];
        }
        return 0;
    }
    for (uint32_t k = 1; k < n; k++) {
        best = out[k] > out[best] ? k : best;
    }
    for (uint32_t k = 0; k < n; k++) {
        values[k] = exp((double)out[k] - (double)out[best]);
        sum += values[k];
    }
    for (uint32_t k = 0; k < n; k++) {
        values[k] /= sum;
    }
    return best;
}

void clt_predict_close(clt_predict *p)
{
    clt_predictor_close(&p->predictor);
    if (p->self != NULL && p->dataset != NULL) {
        p->dataset->close(p->self);
    }
    clt_arena_finish(&p->arena);
}
