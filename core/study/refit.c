#include "study/refit.h"

#include "base/file.h"
#include "study/attempt_impl.h"
#include "study/change.h"
#include "study/demand.h"
#include "study/inputs.h"
#include "train/evaluate.h"
#include "train/predictor.h"
#include "train/saved.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One training under way. */
typedef struct refit {
    const clt_refit_setup *s;
    clt_refit *result;
    clt_source source;
    clt_train_setup train;
    clt_host model_host, optimizer_host;
    double *x; /* the trial's point */
    float *theta;
    uint64_t theta_count;
    bool no_memory;
    clt_str learnt;
    clt_arena arena;
} refit;

uint64_t clt_refit_epochs(const clt_trial_row *trial, const clt_metrics *metrics,
                          const clt_stopping *stopping, uint64_t epochs, uint32_t folds)
{
    const char *watched = metrics->names[stopping->metric];
    uint64_t sum = 0, part = 0, done = 0;
    clt_waiting waiting = {0};
    if (stopping->patience == 0) {
        return epochs;
    }
    for (size_t i = 0; i < trial->curve_count; i++) {
        const clt_point *p = &trial->curve[i];
        uint64_t of = (p->step - 1) / epochs;
        if (p->step == 0 || strcmp(p->metric, watched) != 0) {
            continue;
        }
        if (of != part) {
            sum += stopping->restore ? waiting.best_epoch : done;
            waiting = (clt_waiting){0};
            part = of;
        }
        done = (p->step - 1) % epochs + 1;
        (void)clt_stopping_take(stopping, &waiting, done, p->value);
    }
    sum += stopping->restore ? waiting.best_epoch : done;
    uint64_t mean = (sum + folds / 2) / folds;
    return mean > 0 ? mean : epochs; /* 0: there is no curve to go by */
}

/* ---- Training ------------------------------------------------------------------------------- */

/* The schedule is that of all epochs; the training ends where the trial's best epoch was. */
static bool on_epoch(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values)
{
    const refit *r = ctx;
    const clt_refit_setup *s = r->s;
    double loss = (double)NAN;
    for (uint32_t i = 0; i < metrics->count; i++) {
        loss = metrics->ids[i] == CLT_METRIC_TRAIN_LOSS ? values[i] : loss;
    }
    if (s->epoch != NULL) {
        s->epoch(s->hooks.ctx, epoch, r->result->epochs, loss);
    }
    return epoch < r->result->epochs;
}

static bool cancelled(void *ctx)
{
    const clt_host_hooks *hooks = &((const refit *)ctx)->s->hooks;
    return hooks->cancelled != NULL && hooks->cancelled(hooks->ctx);
}

static void fitted(void *ctx, const collet_layout *layout, const float *theta)
{
    refit *r = ctx;
    r->theta_count = layout->theta_count;
    r->theta = malloc(layout->theta_count * sizeof *r->theta);
    r->no_memory = r->theta == NULL;
    if (!r->no_memory) {
        memcpy(r->theta, theta, layout->theta_count * sizeof *r->theta);
    }
}

/* The trial's own training, but for the rows, and for what stops it. */
static clt_status prepare(refit *r, clt_error *err)
{
    const clt_plan *plan = r->s->plan;
    clt_train_setup *t = &r->train;
    uint32_t parts = (uint32_t)(r->source.division.count * (uint64_t)plan->study.repeats);
    if (clt_attempt_prepare(plan, &r->source, r->x, &r->arena, t, err) != CLT_OK ||
        clt_attempt_seed(plan, r->s->trial->number, &t->seed, err) != CLT_OK) {
        return err->status;
    }
    r->result->epochs =
        clt_refit_epochs(r->s->trial, &r->source.metrics, &t->stopping, t->epochs, parts);
    clt_host_init(&r->model_host, "model", t->model_id, &r->s->hooks);
    clt_host_init(&r->optimizer_host, "optimizer", t->optimizer_id, &r->s->hooks);
    t->model_host = &r->model_host;
    t->optimizer_host = &r->optimizer_host;
    t->stopping = (clt_stopping){0};
    t->data = r->source.data;
    t->split = &r->source.split;
    t->metrics = &r->source.metrics;
    t->on_epoch = on_epoch;
    t->cancelled = cancelled;
    t->fitted = fitted;
    t->ctx = r;
    return CLT_OK;
}

static clt_status train(refit *r, clt_error *err)
{
    clt_train_result result;
    const clt_division *d = &r->source.division;
    if (clt_source_enter_whole(&r->source, r->s->sample, err) != CLT_OK ||
        prepare(r, err) != CLT_OK || clt_train(&r->train, &result, err) != CLT_OK) {
        return err->status;
    }
    r->result->train_rows = r->source.split.train_count;
    r->result->sample_rows = d->used_count;
    r->result->all_rows = d->used_count + d->spare_count;
    switch (result.outcome) {
    case CLT_TRAIN_DIVERGED:
        err->status = CLT_TRIALS_FAILED;
        return clt_prefix(err, "refit of trial %" PRIu64, r->s->trial->number);
    case CLT_TRAIN_CANCELLED:
        return clt_fail(err, CLT_INTERRUPTED, "refit: interrupted; nothing was written");
    default:
        return r->no_memory ? clt_fail_memory(err) : CLT_OK;
    }
}

/* ---- Scoring -------------------------------------------------------------------------------- */

static void score_batch(void *ctx, const clt_predicted *predicted)
{
    clt_score_add(ctx, predicted->batch, predicted->out);
}

/* Scores the test rows, which stand in the place of those that validate. */
static clt_status score(refit *r, clt_predictor *predictor, clt_error *err)
{
    const clt_division *d = &r->source.division;
    clt_split *split = &r->source.split;
    clt_score sums = {0};
    r->result->metrics = r->source.metrics;
    r->result->test_rows = d->test_count;
    if (d->test_count == 0) {
        return CLT_OK;
    }
    memcpy(split->validation, d->test, d->test_count * sizeof *d->test);
    split->validation_count = d->test_count;
    if (clt_score_init(&sums, r->source.data, split, &r->source.metrics, err) != CLT_OK) {
        return err->status;
    }
    clt_score_begin(&sums);
    clt_status status =
        clt_predictor_run(predictor, d->test, d->test_count, score_batch, &sums, err);
    if (status == CLT_OK) {
        clt_score_values(&sums, (double)NAN, r->result->values);
    }
    clt_score_finish(&sums);
    return status;
}

/* ---- Writing -------------------------------------------------------------------------------- */

static collet_status add_bytes(void *ctx, const void *bytes, size_t n)
{
    clt_str *out = ctx;
    clt_str_add_bytes(out, bytes, n);
    return out->failed ? COLLET_E_NOMEM : COLLET_OK;
}

static clt_status save_dataset(refit *r, clt_error *err)
{
    const collet_dataset *dataset = r->source.dataset;
    collet_sink sink = {
        .struct_size = COLLET_SIZE(collet_sink), .ctx = &r->learnt, .write = add_bytes};
    collet_status code =
        COLLET_CAN(dataset, save) ? dataset->save(r->source.self, &sink) : COLLET_OK;
    return code >= 0 ? CLT_OK : clt_host_fail(&r->source.host, code, "save", err);
}

typedef CLT_VEC(clt_note) note_list;

static bool add_note(note_list *notes, const char *key, const char *value)
{
    return key != NULL && value != NULL && CLT_PUSH(notes, (clt_note){key, value});
}

static bool add_value(refit *r, note_list *notes, const char *of, const char *metric, double value)
{
    clt_str text = {0};
    clt_str_add_real(&text, value);
    bool ok = add_note(notes, clt_arena_printf(&r->arena, "%s.%s", of, metric),
                       text.failed ? NULL : clt_arena_copy(&r->arena, clt_str_text(&text)));
    clt_str_finish(&text);
    return ok;
}

static bool add_count(refit *r, note_list *notes, const char *key, uint64_t value)
{
    return add_note(notes, key, clt_arena_printf(&r->arena, "%" PRIu64, value));
}

/* Notes under way, of a file of the data each. */
typedef struct input_notes {
    refit *r;
    note_list *notes;
    bool ok;
} input_notes;

/* Under its absolute path: a model does not lie where its experiment does. */
static void add_input(void *ctx, const char *key, size_t key_length, const char *value,
                      size_t value_length)
{
    static const char data[] = CLT_INPUT "data ";
    input_notes *n = ctx;
    clt_arena *arena = &n->r->arena;
    if (strncmp(key, data, sizeof data - 1) != 0) {
        return;
    }
    const char *name = clt_arena_printf(arena, "%.*s", (int)(key_length - (sizeof data - 1)),
                                        key + sizeof data - 1);
    const char *path = name != NULL ? clt_path_join(arena, n->r->s->plan->folder, name) : NULL;
    const char *real = path != NULL ? clt_path_real(arena, path) : NULL;
    n->ok = n->ok && path != NULL &&
            add_note(n->notes, clt_arena_printf(arena, "%s%s", data, real != NULL ? real : path),
                     clt_arena_printf(arena, "%.*s", (int)value_length, value));
}

/* Where the model comes from, and how good it is. */
static bool make_notes(refit *r, note_list *notes)
{
    const clt_refit_setup *s = r->s;
    const clt_refit *done = r->result;
    const clt_component *model = clt_plan_component(s->plan, "model", r->x);
    bool ok = add_note(notes, "collet", COLLET_VERSION) && add_note(notes, "model", model->id) &&
              add_note(notes, "model_version", model->unit->version) &&
              add_note(notes, "study", s->study->name) &&
              add_count(r, notes, "trial", s->trial->number) &&
              add_count(r, notes, "epochs", done->epochs) &&
              add_count(r, notes, "train_rows", done->train_rows) &&
              add_count(r, notes, "test_rows", done->test_rows);
    for (size_t i = 0; i < s->trial->value_count && ok; i++) {
        bool again =
            i >= s->study->goal_count && !clt_demand_is_new(s->study, i - s->study->goal_count);
        ok = again || add_value(r, notes, "trial", s->plan->value_names[i], s->trial->values[i]);
    }
    for (uint32_t i = 0; i < done->metrics.count && done->test_rows > 0 && ok; i++) {
        ok = !clt_metric_judges(done->metrics.ids[i]) ||
             add_value(r, notes, "test", done->metrics.names[i], done->values[i]);
    }
    input_notes inputs = {r, notes, ok};
    clt_environment_each(s->inputs, add_input, &inputs);
    return inputs.ok;
}

/* Writes the model; where its folder has gone or filled up since the training began, elsewhere, so
 * that the training was not for nothing. It is a failure all the same. */
static clt_status save(const clt_saving *saving, const char *path, clt_arena *arena, clt_error *err)
{
    clt_error ignored = {0};
    const char *elsewhere =
        clt_arena_printf(arena, "/tmp/%s.%d", clt_path_name(path), (int)getpid());
    clt_status status = clt_saved_write(saving, path, err);
    bool of_the_file = status == CLT_IO || status == CLT_CANNOT_CREATE;
    if (of_the_file && elsewhere != NULL &&
        clt_saved_write(saving, elsewhere, &ignored) == CLT_OK) {
        char text[sizeof err->text];
        (void)snprintf(text, sizeof text, "%s", err->text);
        clt_fail(err, status, "%s; the model is in %s", text, elsewhere);
    }
    return status;
}

static clt_status write_file(refit *r, const clt_predictor *predictor, clt_error *err)
{
    const clt_plan *plan = r->s->plan;
    note_list notes = {0};
    clt_str experiment = {0};
    clt_plan_trial_ini(plan, r->x, r->train.seed, &experiment);
    clt_saving saving = {.experiment = clt_str_text(&experiment),
                         .task = &predictor->task,
                         .layout = predictor->layout,
                         .theta = predictor->theta,
                         .data = r->source.data,
                         .dataset_state =
                             clt_plan_component(plan, "data", NULL)->unit->state_version};
    clt_status status = save_dataset(r, err);
    if (status == CLT_OK && (experiment.failed || !make_notes(r, &notes))) {
        status = clt_fail_memory(err);
    }
    saving.learnt = clt_str_text(&r->learnt);
    saving.learnt_size = r->learnt.length;
    saving.notes = notes.items;
    saving.note_count = notes.count;
    status = status == CLT_OK ? save(&saving, r->s->path, &r->arena, err) : status;
    CLT_VEC_FINISH(&notes);
    clt_str_finish(&experiment);
    return status;
}

/* The model as it will be when the file is read. */
static clt_status conclude(refit *r, clt_error *err)
{
    const clt_train_setup *t = &r->train;
    const collet_data *data = r->source.data;
    clt_predictor predictor = {0};
    collet_task task = clt_task_of(data, CLT_PREDICT_ROWS);
    clt_status status =
        clt_predictor_open(&predictor, t->model, t->model_id, t->model_config, &task, data, err);
    if (status == CLT_OK && predictor.layout->theta_count != r->theta_count) {
        status =
            clt_fail(err, CLT_PLUGIN_FAILED,
                     "model \"%s\": made again, it has another number of parameters", t->model_id);
    }
    if (status == CLT_OK) {
        memcpy(predictor.theta, r->theta, r->theta_count * sizeof *r->theta);
        status = score(r, &predictor, err);
    }
    status = status == CLT_OK ? write_file(r, &predictor, err) : status;
    clt_predictor_close(&predictor);
    return status;
}

clt_status clt_refit_run(const clt_refit_setup *setup, clt_refit *result, clt_error *err)
{
    const clt_plan *plan = setup->plan;
    refit *r = calloc(1, sizeof *r);
    double *x = calloc(plan->space.dim_count + 1, sizeof *x);
    clt_status status = r != NULL && x != NULL ? clt_change_point(plan, setup->trial, x, err)
                                               : clt_fail_memory(err);
    *result = (clt_refit){0};
    if (status == CLT_OK) {
        *r = (refit){.s = setup, .result = result, .x = x};
        status = clt_source_open(&r->source, plan, &setup->hooks, err);
        status = status == CLT_OK ? train(r, err) : status;
        status = status == CLT_OK ? conclude(r, err) : status;
        clt_source_close(&r->source);
        clt_str_finish(&r->learnt);
        clt_arena_finish(&r->arena);
        free(r->theta);
    }
    free(x);
    free(r);
    return status;
}
