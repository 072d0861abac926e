/**
 * @file data/batch.h
 * @brief Rows gathered into the dense float batch that models compute on.
 */
#ifndef CLT_DATA_BATCH_H
#define CLT_DATA_BATCH_H

#include "base/error.h"

#include <collet/model.h>

#include <stdint.h>

/** A batch of up to max_rows rows; the memory is reused. Zero it before clt_batch_init(). */
typedef struct clt_batch {
    collet_batch view; /**< what models get */
    const collet_data *data;
    uint32_t max_rows;
    float *x;          /**< [max_rows][features], 64-byte aligned */
    int32_t *labels;   /**< [max_rows], or NULL */
    float *targets;    /**< [max_rows][target_count], or NULL */
    uint32_t *tokens;  /**< room for any max_rows rows' tokens, or NULL */
    uint64_t *offsets; /**< [max_rows + 1], or NULL */
} clt_batch;

/** Allocates a batch for data, which must outlive it. */
clt_status clt_batch_init(clt_batch *batch, const collet_data *data, uint32_t max_rows,
                          clt_error *err);

/** Frees it. */
void clt_batch_finish(clt_batch *batch);

/** Gathers rows[count], count <= max_rows, and returns the view, valid until the next gather.
 *  Bytes become numbers on the way. Rows of floats that stand in sequence are not copied. Rows of
 *  tokens are laid end to end; no row may come twice. */
const collet_batch *clt_batch_gather(clt_batch *batch, const uint32_t *rows, uint32_t count);

#endif /* CLT_DATA_BATCH_H */
