#include "data/batch.h"

#include <collet/helpers.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Images ahead that are asked for: enough that one has come when its turn is there. */
enum { SOON = 6 };

void clt_batch_finish(clt_batch *batch)
{
    free(batch->x);
    free(batch->labels);
    free(batch->targets);
    free(batch->tokens);
    free(batch->offsets);
    *batch = (clt_batch){0};
}

/* The most tokens that any max_rows different rows can have, or somewhat more. */
static size_t most_tokens(const collet_data *data, uint32_t max_rows)
{
    uint64_t longest = 0, all = data->offsets[data->rows];
    for (uint64_t i = 0; i < data->rows; i++) {
        uint64_t length = data->offsets[i + 1] - data->offsets[i];
        longest = length > longest ? length : longest;
    }
    return (size_t)(longest < all / max_rows ? longest * max_rows : all);
}

/* Memory for what the form of the data asks for; false when there is none. */
static bool allocate(clt_batch *batch)
{
    const collet_data *data = batch->data;
    size_t rows = batch->max_rows;
    if (data->form == COLLET_DATA_TOKENS) {
        batch->tokens = malloc((most_tokens(data, batch->max_rows) + 1) * sizeof *batch->tokens);
        batch->offsets = calloc(rows + 1, sizeof *batch->offsets);
    } else {
        batch->x = collet_zeros(rows * data->features);
    }
    batch->labels = data->classes > 0 ? calloc(rows, sizeof *batch->labels) : NULL;
    batch->targets = data->target_count > 0 ? collet_zeros(rows * data->target_count) : NULL;
    return (batch->x != NULL || (batch->tokens != NULL && batch->offsets != NULL)) &&
           (data->classes == 0 || batch->labels != NULL) &&
           (data->target_count == 0 || batch->targets != NULL);
}

clt_status clt_batch_init(clt_batch *batch, const collet_data *data, uint32_t max_rows,
                          clt_error *err)
{
    *batch = (clt_batch){.data = data, .max_rows = max_rows};
    if (!allocate(batch)) {
        clt_batch_finish(batch);
        return clt_fail_memory(err);
    }
    batch->view = (collet_batch){.struct_size = COLLET_SIZE(collet_batch),
                                 .tokens = batch->tokens,
                                 .offsets = batch->offsets,
                                 .labels = batch->labels,
                                 .targets = batch->targets};
    return CLT_OK;
}

/* out[n] = bytes[n] * scale + shift */
COLLET_SIMD static void convert(const uint8_t *restrict bytes, float *restrict out, size_t n,
                                float scale, float shift)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)bytes[i] * scale + shift;
    }
}

/* Asks for a row that is wanted soon: rows come in random order, from all over memory. */
static void fetch(const void *row, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        __builtin_prefetch((const char *)row + i);
    }
}

static int in_sequence(const uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (rows[i] != rows[i - 1] + 1) {
            return 0;
        }
    }
    return 1;
}

/* Fills view.x from [rows][features] of either storage. */
static void gather_x(clt_batch *batch, const uint32_t *rows, uint32_t count)
{
    const collet_data *data = batch->data;
    size_t width = data->features;
    const float *floats = data->x;
    batch->view.x = batch->x;
    if (data->storage == COLLET_STORE_F32 && count > 0 && in_sequence(rows, count) &&
        ((uintptr_t)(floats + rows[0] * width) & 63) == 0) {
        batch->view.x = floats + rows[0] * width;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        float *out = batch->x + i * width;
        if (data->storage == COLLET_STORE_F32) {
            memcpy(out, floats + rows[i] * width, width * sizeof *out);
        } else {
            const uint8_t *bytes = (const uint8_t *)data->x + rows[i] * width;
            if (i + SOON < count) {
                fetch((const uint8_t *)data->x + rows[i + SOON] * width, width);
            }
            convert(bytes, out, width, data->scale, data->shift);
        }
    }
}

/* Fills tokens and offsets. */
static void gather_tokens(clt_batch *batch, const uint32_t *rows, uint32_t count)
{
    const collet_data *data = batch->data;
    const uint64_t *offsets = data->offsets;
    uint64_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t from = offsets[rows[i]], length = offsets[rows[i] + 1] - from;
        if (i + 2 < count) {
            const uint64_t *soon = offsets + rows[i + 2];
            fetch(data->tokens + soon[0], (soon[1] - soon[0]) * sizeof *data->tokens);
        }
        memcpy(batch->tokens + used, data->tokens + from, length * sizeof *batch->tokens);
        used += length;
        batch->offsets[i + 1] = used;
    }
}

const collet_batch *clt_batch_gather(clt_batch *batch, const uint32_t *rows, uint32_t count)
{
    const collet_data *data = batch->data;
    if (data->form == COLLET_DATA_TOKENS) {
        gather_tokens(batch, rows, count);
    } else {
        gather_x(batch, rows, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (batch->labels != NULL) {
            batch->labels[i] = data->labels[rows[i]];
        }
        if (batch->targets != NULL) {
            memcpy(batch->targets + (size_t)i * data->target_count,
                   data->targets + (size_t)rows[i] * data->target_count,
                   data->target_count * sizeof *batch->targets);
        }
    }
    batch->view.rows = count;
    return &batch->view;
}
