#include "train/predictor.h"

#include "plugin/arithmetic.h"
#include "train/layout.h"

#include <collet/helpers.h>

collet_task clt_task_of(const collet_data *data, uint32_t max_rows)
{
    return (collet_task){
        .struct_size = COLLET_SIZE(collet_task),
        .type = data->classes > 0 ? COLLET_TASK_CLASSIFY : COLLET_TASK_REGRESS,
        .form = data->form,
        .features = data->features,
        .height = data->height,
        .width = data->width,
        .channels = data->channels,
        .vocabulary = data->vocabulary,
        .outputs = data->classes > 0 ? data->classes : data->target_count,
        .max_rows = max_rows,
    };
}

static clt_status make_model(clt_predictor *p, const char *id, const void *config, clt_error *err)
{
    collet_status code = p->model->create(clt_host_table(&p->host), config, &p->task, &p->self);
    if (code < 0) {
        p->self = NULL;
        return clt_host_fail(&p->host, code, "create", err);
    }
    p->layout = p->model->layout(p->self);
    return clt_layout_check(p->layout, err) == CLT_OK ? CLT_OK
                                                      : clt_prefix(err, "model \"%s\"", id);
}

clt_status clt_predictor_open(clt_predictor *p, const collet_model *model, const char *id,
                              const void *config, const collet_task *task, const collet_data *data,
                              clt_error *err)
{
    p->model = model;
    p->data = data;
    p->task = *task;
    p->task.max_rows = CLT_PREDICT_ROWS;
    clt_host_init(&p->host, "model", id, NULL);
    if (make_model(p, id, config, err) != CLT_OK ||
        clt_batch_init(&p->batch, data, CLT_PREDICT_ROWS, err) != CLT_OK) {
        return err->status;
    }
    p->theta = collet_zeros(p->layout->theta_count);
    p->out = collet_zeros((size_t)CLT_PREDICT_ROWS * p->task.outputs);
    return p->theta != NULL && p->out != NULL ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_predictor_run(clt_predictor *p, const uint32_t *rows, size_t count,
                             void (*take)(void *ctx, const clt_predicted *predicted), void *ctx,
                             clt_error *err)
{
    uint32_t numbers[CLT_PREDICT_ROWS];
    for (size_t from = 0; from < count; from += CLT_PREDICT_ROWS) {
        size_t left = count - from;
        uint32_t n = left < CLT_PREDICT_ROWS ? (uint32_t)left : CLT_PREDICT_ROWS;
        for (uint32_t i = 0; i < n; i++) {
            numbers[i] = rows != NULL ? rows[from + i] : (uint32_t)(from + i);
        }
        const collet_batch *batch = clt_batch_gather(&p->batch, numbers, n);
        collet_batch hidden = *batch; /* what is to be found out is not shown */
        hidden.labels = NULL;
        hidden.targets = NULL;
        unsigned long before = clt_denormals_flush(); /* as in the training */
        collet_status code = p->model->predict(p->self, p->theta, &hidden, p->out);
        clt_denormals_restore(before);
        if (code < 0) {
            return clt_host_fail(&p->host, code, "predict", err);
        }
        take(ctx, &(clt_predicted){batch, p->out, p->task.outputs});
    }
    return CLT_OK;
}

void clt_predictor_close(clt_predictor *p)
{
    if (p->self != NULL) {
        p->model->destroy(p->self);
    }
    clt_batch_finish(&p->batch);
    free(p->theta);
    free(p->out);
}
