#include "optim/optim.h"

#include <stdbool.h>

collet_status optim_create(const collet_host *host, const void *config, const collet_layout *layout,
                           unsigned arrays, void **self)
{
    optim_state *s = calloc(1, sizeof *s);
    bool whole = s != NULL;
    for (unsigned k = 0; whole && k < OPTIM_ARRAYS; k++) {
        bool kept = (arrays >> k & 1) != 0;
        s->a[k] = kept ? collet_zeros(layout->theta_count) : NULL;
        whole = !kept || s->a[k] != NULL;
    }
    if (!whole) {
        optim_destroy(s);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory for the state of the optimizer");
    }
    s->config = config;
    s->count = layout->theta_count;
    *self = s;
    return COLLET_OK;
}

void optim_destroy(void *self)
{
    optim_state *s = self;
    for (int k = 0; s != NULL && k < OPTIM_ARRAYS; k++) {
        free(s->a[k]);
    }
    free(s);
}

collet_status optim_save(void *self, const collet_sink *out)
{
    const optim_state *s = self;
    collet_status status = out->write(out->ctx, &s->number, sizeof s->number);
    for (int k = 0; status >= 0 && k < OPTIM_ARRAYS; k++) {
        if (s->a[k] != NULL) {
            status = out->write(out->ctx, s->a[k], s->count * sizeof(float));
        }
    }
    return status;
}

collet_status optim_load(void *self, const collet_source *in)
{
    optim_state *s = self;
    size_t bytes = sizeof s->number;
    for (int k = 0; k < OPTIM_ARRAYS; k++) {
        bytes += s->a[k] != NULL ? s->count * sizeof(float) : 0;
    }
    if (in->size != bytes) {
        return COLLET_E_STATE;
    }
    collet_status status = in->read(in->ctx, &s->number, sizeof s->number);
    for (int k = 0; status >= 0 && k < OPTIM_ARRAYS; k++) {
        if (s->a[k] != NULL) {
            status = in->read(in->ctx, s->a[k], s->count * sizeof(float));
        }
    }
    return status;
}

static optim_decay decay_of(double lr, double amount, int32_t kind)
{
    float c = (float)amount;
    return (optim_decay){.l2 = kind == OPTIM_L2 ? c : 0.0f,
                         .l1 = kind == OPTIM_L1 ? c : 0.0f,
                         .pull = kind == OPTIM_DECOUPLED ? (float)(lr * amount) : 0.0f,
                         .penalised = kind != OPTIM_DECOUPLED && amount > 0};
}

optim_run optim_run_at(const optim_state *state, const collet_update *update, uint32_t i,
                       double weight_decay, int32_t decay)
{
    const collet_span *span = collet_span_at(update, i);
    bool fixed = (span->flags & COLLET_SEGMENT_NO_DECAY) != 0;
    optim_run r = {.n = span->count,
                   .w = update->theta + span->begin,
                   .g = update->grad + span->begin,
                   .decay = decay_of(update->lr, fixed ? 0 : weight_decay, decay)};
    for (int k = 0; state != NULL && k < OPTIM_ARRAYS; k++) {
        r.a[k] = state->a[k] != NULL ? state->a[k] + span->begin : NULL;
    }
    return r;
}
