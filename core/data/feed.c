#include "data/feed.h"

#include <collet/helpers.h>

#include <stdlib.h>
#include <string.h>

void clt_feed_finish(clt_feed *feed)
{
    clt_batch_finish(&feed->partners);
    free(feed->partner_rows);
    free(feed->x);
    free(feed->mixed);
    free(feed->targets);
    free(feed->places);
    *feed = (clt_feed){0};
}

static uint32_t outputs_of(const collet_data *data)
{
    return data->classes > 0 ? data->classes : data->target_count;
}

static bool allocate(clt_feed *f, clt_error *err)
{
    size_t rows = f->batch->max_rows, width = f->data->width + 1u;
    bool mixes = f->how.mixup > 0, changes = mixes || clt_augment_changes(&f->how);
    bool softens = mixes || f->smoothing > 0;
    f->x = changes ? collet_zeros(rows * f->data->features) : NULL;
    f->places = changes ? malloc(width * sizeof *f->places) : NULL;
    f->targets = softens ? collet_zeros(rows * outputs_of(f->data)) : NULL;
    f->mixed = mixes ? collet_zeros(rows * f->data->features) : NULL;
    f->partner_rows = mixes ? malloc(rows * sizeof *f->partner_rows) : NULL;
    return (!changes || (f->x != NULL && f->places != NULL)) && (!softens || f->targets != NULL) &&
           (!mixes || (f->mixed != NULL && f->partner_rows != NULL &&
                       clt_batch_init(&f->partners, f->data, (uint32_t)rows, err) == CLT_OK));
}

clt_status clt_feed_init(clt_feed *feed, clt_batch *batch, const clt_split *split,
                         const clt_feeding *feeding, uint64_t seed, clt_error *err)
{
    *feed = (clt_feed){.batch = batch,
                       .data = batch->data,
                       .split = split,
                       .how = feeding->augment,
                       .smoothing = batch->data->classes > 0 ? feeding->smoothing : 0,
                       .seed = seed};
    if (!allocate(feed, err)) {
        clt_feed_finish(feed);
        return clt_fail_memory(err);
    }
    return CLT_OK;
}

/* Rows of x to out, each augmented by its stream. */
static void augment(const clt_feed *f, const float *x, const uint32_t *rows, uint32_t count,
                    uint64_t epoch, float *out)
{
    size_t n = f->data->features;
    if (!clt_augment_changes(&f->how)) {
        memcpy(out, x, count * n * sizeof *out);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        clt_rng rng = clt_augment_stream(f->seed, epoch, rows[i]);
        clt_augment_row(&f->how, f->data, &rng, x + i * n, out + i * n, f->places);
    }
}

/* Adds share of a row's label or numbers to out[outputs]. */
static void add_target(const clt_feed *f, const collet_batch *batch, uint32_t i, float share,
                       float *out)
{
    uint32_t n = outputs_of(f->data);
    if (batch->labels == NULL) {
        for (uint32_t k = 0; k < n; k++) {
            out[k] += share * batch->targets[(size_t)i * n + k];
        }
        return;
    }
    float smoothing = (float)f->smoothing;
    for (uint32_t k = 0; k < n; k++) {
        out[k] += share * smoothing / (float)n;
    }
    out[batch->labels[i]] += share * (1 - smoothing);
}

/* out[n] = share * out + (1 - share) * other */
COLLET_SIMD static void blend(float *restrict out, const float *restrict other, size_t n,
                              float share)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = share * out[i] + (1 - share) * other[i];
    }
}

/* Softened labels of rows that are not mixed. */
static void soften(const clt_feed *f, const collet_batch *batch)
{
    uint32_t n = outputs_of(f->data);
    memset(f->targets, 0, (size_t)batch->rows * n * sizeof *f->targets);
    for (uint32_t i = 0; i < batch->rows; i++) {
        add_target(f, batch, i, 1, f->targets + (size_t)i * n);
    }
}

/* Draws partners and mixes x and targets. A stream of its own: what augments a row is the same
 * with mixup and without. */
static void mix(clt_feed *f, const collet_batch *batch, const uint32_t *rows, uint64_t epoch)
{
    uint32_t n = outputs_of(f->data);
    clt_rng rng;
    for (uint32_t i = 0; i < batch->rows; i++) {
        clt_rng_init(&rng, f->seed, "mixup", epoch << 32 | rows[i]);
        f->partner_rows[i] = f->split->train[clt_rng_below(&rng, f->split->train_count)];
    }
    const collet_batch *others = clt_batch_gather(&f->partners, f->partner_rows, batch->rows);
    augment(f, others->x, f->partner_rows, batch->rows, epoch, f->mixed);
    memset(f->targets, 0, (size_t)batch->rows * n * sizeof *f->targets);
    for (uint32_t i = 0; i < batch->rows; i++) {
        clt_rng_init(&rng, f->seed, "mixup.share", epoch << 32 | rows[i]);
        float share = (float)clt_augment_share(f->how.mixup, &rng);
        size_t at = (size_t)i * f->data->features;
        blend(f->x + at, f->mixed + at, f->data->features, share);
        add_target(f, batch, i, share, f->targets + (size_t)i * n);
        add_target(f, others, i, 1 - share, f->targets + (size_t)i * n);
    }
}

/* Leaves words out of the batch, which is gathered anew each time, where they lie. */
static void drop_words(clt_feed *f, const uint32_t *rows, uint32_t count, uint64_t epoch)
{
    clt_batch *b = f->batch;
    uint64_t from = 0, used = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t n = b->offsets[i + 1] - from;
        clt_rng rng = clt_augment_stream(f->seed, epoch, rows[i]);
        memmove(b->tokens + used, b->tokens + from, n * sizeof *b->tokens);
        from += n;
        used += clt_augment_drop(f->how.word_dropout, &rng, b->tokens + used, n);
        b->offsets[i + 1] = used;
    }
}

const collet_batch *clt_feed_gather(clt_feed *f, const uint32_t *rows, uint32_t count,
                                    uint64_t epoch)
{
    const collet_batch *batch = clt_batch_gather(f->batch, rows, count);
    if (f->how.word_dropout > 0 && f->data->form == COLLET_DATA_TOKENS) {
        drop_words(f, rows, count, epoch);
    }
    if (f->x == NULL && f->targets == NULL) {
        return batch;
    }
    f->view = *batch;
    if (f->x != NULL) {
        augment(f, batch->x, rows, count, epoch, f->x);
        f->view.x = f->x;
    }
    if (f->how.mixup > 0) {
        mix(f, batch, rows, epoch);
    } else if (f->targets != NULL) {
        soften(f, batch);
    }
    f->view.targets = f->targets != NULL ? f->targets : batch->targets;
    return &f->view;
}
