#include "data/batch.h"

#include <collet/helpers.h>

#include <stdlib.h>
#include <string.h>

void clt_batch_finish(clt_batch *batch)
{
    free(batch->x);
    free(batch->labels);
    free(batch->targets);
    *batch = (clt_batch){0};
}

clt_status clt_batch_init(clt_batch *batch, const collet_data *data, uint32_t max_rows,
                          clt_error *err)
{
    *batch = (clt_batch){.data = data, .max_rows = max_rows};
    batch->x = collet_zeros((size_t)max_rows * data->features);
    batch->labels = data->classes > 0 ? calloc(max_rows, sizeof *batch->labels) : NULL;
    batch->targets =
        data->target_count > 0 ? collet_zeros((size_t)max_rows * data->target_count) : NULL;
    if (batch->x == NULL || (data->classes > 0 && batch->labels == NULL) ||
        (data->target_count > 0 && batch->targets == NULL)) {
        clt_batch_finish(batch);
        return clt_fail_memory(err);
    }
    batch->view = (collet_batch){.struct_size = COLLET_SIZE(collet_batch),
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
static void fetch(const uint8_t *row, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        __builtin_prefetch(row + i);
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
            if (i + 2 < count) {
                fetch((const uint8_t *)data->x + rows[i + 2] * width, width);
            }
            convert(bytes, out, width, data->scale, data->shift);
        }
    }
}

const collet_batch *clt_batch_gather(clt_batch *batch, const uint32_t *rows, uint32_t count)
{
    const collet_data *data = batch->data;
    gather_x(batch, rows, count);
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
