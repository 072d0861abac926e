#include "train/trainer.h"

#include <math.h>
#include <string.h>

static clt_status evaluate(clt_trainer *t)
{
    const clt_split *split = t->s->split;
    clt_score_begin(&t->score);
    for (size_t from = 0; from < split->validation_count; from += t->max_rows) {
        size_t left = split->validation_count - from;
        uint32_t rows = left < t->max_rows ? (uint32_t)left : t->max_rows;
        const collet_batch *batch = clt_batch_gather(&t->batch, split->validation + from, rows);
        collet_batch hidden = *batch; /* what is to be found out is not shown */
        hidden.labels = NULL;
        hidden.targets = NULL;
        collet_status code = t->s->model->predict(t->model, t->theta, &hidden, t->out);
        if (code < 0) {
            return clt_host_fail(t->s->model_host, code, "predict", t->err);
        }
        clt_score_add(&t->score, batch, t->out);
    }
    return CLT_OK;
}

clt_status clt_trainer_end_epoch(clt_trainer *t, uint64_t epoch)
{
    const clt_train_setup *s = t->s;
    if (evaluate(t) != CLT_OK) {
        return t->err->status;
    }
    if (!isfinite(t->score.loss)) {
        return clt_trainer_diverged(t, "the validation loss", epoch);
    }
    clt_epoch_values point = {{0}};
    clt_score_values(&t->score, t->epoch_loss / (double)s->split->train_count, point.values);
    memcpy(t->result->values, point.values, sizeof point.values);
    t->result->epochs = epoch;
    if (s->slots != NULL && !CLT_PUSH(&t->curve, point)) {
        return clt_fail_memory(t->err);
    }
    if (s->on_epoch != NULL && !s->on_epoch(s->ctx, epoch, &t->metrics, point.values) &&
        epoch < s->epochs) {
        t->result->outcome = CLT_TRAIN_STOPPED;
    }
    if (!clt_trainer_is_over(t) && epoch < s->epochs) {
        clt_checkpoint_save(t);
    }
    return CLT_OK;
}
