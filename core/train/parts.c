#include "train/parts.h"

#include "base/hash.h"
#include "train/trainer.h"

uint64_t clt_part_seed(uint64_t seed, uint32_t part)
{
    uint64_t hash = clt_hash_u64(clt_hash_text(CLT_HASH_START, "part"), seed);
    return clt_hash_u64(hash, part) >> 11;
}

/* One run over the parts. */
typedef struct tour {
    const clt_parts_setup *s;
    clt_train_log log;
    uint64_t before; /* steps of the parts before this one */
} tour;

static bool on_epoch(void *ctx, uint64_t epoch, const clt_metrics *metrics, const double *values)
{
    const tour *t = ctx;
    const clt_train_setup *train = &t->s->train;
    return train->on_epoch(train->ctx, t->before + epoch, metrics, values);
}

static bool cancelled(void *ctx)
{
    const clt_train_setup *train = &((const tour *)ctx)->s->train;
    return train->cancelled(train->ctx);
}

static void fitted(void *ctx, const collet_layout *layout, const float *theta)
{
    const clt_train_setup *train = &((const tour *)ctx)->s->train;
    train->fitted(train->ctx, layout, theta);
}

/* The training of one part: the setup's, with the callbacks going through the tour. */
static clt_train_setup setup_of(tour *t, uint32_t part)
{
    clt_train_setup train = t->s->train;
    train.log = &t->log;
    train.part = part;
    train.part_count = t->s->count;
    train.seed = t->s->count > 1 ? clt_part_seed(train.seed, part) : train.seed;
    train.on_epoch = train.on_epoch != NULL ? on_epoch : NULL;
    train.cancelled = train.cancelled != NULL ? cancelled : NULL;
    train.fitted = train.fitted != NULL ? fitted : NULL;
    train.ctx = t;
    return train;
}

static void tell_end(const tour *t, uint32_t part)
{
    if (t->s->on_part != NULL) {
        t->s->on_part(t->s->train.ctx, part, &t->log.ends.items[part]);
    }
}

/* The finished parts of a checkpoint, told again. */
static uint32_t take_past(tour *t)
{
    const clt_train_setup *train = &t->s->train;
    const clt_epoch_values *values;
    size_t at = 0;
    clt_checkpoint_past(train->slots, &t->log);
    uint32_t parts = (uint32_t)t->log.ends.count;
    for (uint32_t p = 0; p < parts; p++) {
        t->before = (uint64_t)p * train->epochs;
        for (uint64_t e = 1; e <= t->log.ends.items[p].epochs; e++) {
            values = &t->log.curve.items[at++];
            if (train->on_epoch != NULL) {
                (void)on_epoch(t, e, train->metrics, values->values);
            }
        }
        tell_end(t, p);
    }
    return parts;
}

static clt_status train_part(tour *t, uint32_t part, clt_train_result *result, clt_error *err)
{
    clt_train_setup train = setup_of(t, part);
    t->before = (uint64_t)part * train.epochs;
    if (t->s->enter(t->s->train.ctx, part, &train, err) != CLT_OK ||
        clt_train(&train, result, err) != CLT_OK || result->outcome == CLT_TRAIN_DIVERGED ||
        result->outcome == CLT_TRAIN_CANCELLED) {
        return err->status;
    }
    clt_part_end end = {.epochs = result->epochs,
                        .counts = result->counts,
                        .samples = result->samples,
                        .seconds = result->seconds};
    for (uint32_t i = 0; i < CLT_MOST_METRICS; i++) {
        end.values[i] = result->values[i];
    }
    if (!CLT_PUSH(&t->log.ends, end)) {
        return clt_fail_memory(err);
    }
    tell_end(t, part);
    return CLT_OK;
}

/* Means over the parts. Of a single one they are its values, to the last bit. */
static void summarise(const tour *t, clt_train_result *r)
{
    size_t n = t->log.ends.count;
    clt_train_result sum = {.outcome = r->outcome, .epochs = t->before + r->epochs};
    sum.counts = n == 1 ? r->counts : 0;
    for (size_t p = 0; p < n; p++) {
        const clt_part_end *end = &t->log.ends.items[p];
        sum.samples += end->samples;
        sum.seconds += end->seconds;
        for (uint32_t i = 0; i < CLT_MOST_METRICS; i++) {
            sum.values[i] += end->values[i];
        }
    }
    for (uint32_t i = 0; i < CLT_MOST_METRICS && n > 0; i++) {
        sum.values[i] /= (double)n;
    }
    *r = sum;
}

clt_status clt_train_parts(const clt_parts_setup *setup, clt_train_result *result, clt_error *err)
{
    tour t = {.s = setup};
    clt_status status = CLT_OK;
    *result = (clt_train_result){.outcome = CLT_TRAIN_COMPLETE};
    for (uint32_t p = take_past(&t);
         p < setup->count && status == CLT_OK && result->outcome == CLT_TRAIN_COMPLETE; p++) {
        status = train_part(&t, p, result, err);
    }
    if (status == CLT_OK) {
        summarise(&t, result);
    }
    clt_train_log_finish(&t.log);
    return status;
}
