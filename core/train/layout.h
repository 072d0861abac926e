/**
 * @file train/layout.h
 * @brief A model's layout, checked, and the runs of theta that the optimizer may move.
 */
#ifndef CLT_TRAIN_LAYOUT_H
#define CLT_TRAIN_LAYOUT_H

#include "base/error.h"
#include "base/vec.h"

#include <collet/optimizer.h>

/** Spans of one step. Dense ones never change; those of sparse segments are the rows that the
 *  batch touched. Zero it before clt_spans_init(). */
typedef struct clt_spans {
    const collet_layout *layout;
    CLT_VEC(collet_span) dense;  /**< neighbours with equal flags are one */
    CLT_VEC(collet_span) step;   /**< dense and touched, rising; what the optimizer gets */
    CLT_VEC(collet_span) sparse; /**< touched rows of this batch, neighbours as one */
    bool rising;                 /**< sparse spans are in order so far */
    bool has_sparse, has_buffer;
    bool failed; /**< a call of the sink was wrong; error holds why */
    clt_error error;
    collet_touched touched; /**< the sink that loss() is given */
} clt_spans;

/** Segment i, by the stride that the layout states. */
const collet_segment *clt_segment_at(const collet_layout *layout, uint32_t i);

/** Checks a layout: segments rise, do not overlap, start at multiples of 16, fit theta_count.
 *  CLT_PLUGIN_FAILED without the unit's name. */
clt_status clt_layout_check(const collet_layout *layout, clt_error *err);

/** Makes the spans of a checked layout. spans must not move afterwards. */
clt_status clt_spans_init(clt_spans *spans, const collet_layout *layout, clt_error *err);

/** Frees them. */
void clt_spans_finish(clt_spans *spans);

/** Forgets the rows of the batch before. */
void clt_spans_clear(clt_spans *spans);

/** The spans of this step in items and count: the dense ones and the touched rows, rising. */
clt_status clt_spans_take(clt_spans *spans, const collet_span **items, uint32_t *count,
                          clt_error *err);

/** Copies the buffers (running means) that loss() left in grad to theta. */
void clt_spans_copy_buffers(const clt_spans *spans, const float *grad, float *theta);

#endif /* CLT_TRAIN_LAYOUT_H */
