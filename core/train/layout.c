#include "train/layout.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };
static const uint64_t MOST_FLOATS = (uint64_t)1 << 34; /* 64 GiB of theta */

const collet_segment *clt_segment_at(const collet_layout *layout, uint32_t i)
{
    return (const collet_segment *)(const void *)((const char *)layout->segments +
                                                  (size_t)i * layout->segment_size);
}

static uint64_t floats_of(const collet_segment *segment)
{
    return (uint64_t)segment->rows * segment->columns;
}

clt_status clt_layout_check(const collet_layout *layout, clt_error *err)
{
    if (layout == NULL || !COLLET_HAS(layout, segments) ||
        layout->segment_size < sizeof(collet_segment) || layout->segments == NULL ||
        layout->segment_count == 0) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "the layout is missing or has no segments");
    }
    if (layout->theta_count > MOST_FLOATS || layout->theta_count % ALIGN != 0) {
        return clt_fail(
            err, CLT_PLUGIN_FAILED,
            "the layout's theta_count is %llu; it must be a multiple of %d, at most %llu",
            (unsigned long long)layout->theta_count, ALIGN, (unsigned long long)MOST_FLOATS);
    }
    uint64_t end = 0;
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        const collet_segment *s = clt_segment_at(layout, i);
        uint64_t count = floats_of(s);
        if (s->offset < end || s->offset % ALIGN != 0 || count == 0 ||
            count > layout->theta_count || s->offset > layout->theta_count - count) {
            return clt_fail(err, CLT_PLUGIN_FAILED,
                            "the layout's segment %u (\"%s\": %u x %u at %llu) overlaps the one "
                            "before, is empty, not at a multiple of %d or beyond theta_count %llu",
                            i, s->name != NULL ? s->name : "", s->rows, s->columns,
                            (unsigned long long)s->offset, ALIGN,
                            (unsigned long long)layout->theta_count);
        }
        end = s->offset + count;
    }
    return CLT_OK;
}

static clt_status sink_fail(clt_spans *spans, const char *what, uint32_t number)
{
    spans->failed = true;
    return clt_fail(&spans->error, CLT_PLUGIN_FAILED, "touched: %s %u", what, number);
}

/* Appends a row, or lengthens the last span by it. */
static bool add_row(clt_spans *spans, const collet_segment *s, uint32_t segment, uint32_t row)
{
    uint64_t begin = s->offset + (uint64_t)row * s->columns;
    size_t count = spans->sparse.count;
    collet_span *last = count > 0 ? &spans->sparse.items[count - 1] : NULL;
    if (last != NULL && last->segment == segment && last->begin + last->count == begin) {
        last->count += s->columns;
        return true;
    }
    spans->rising = spans->rising && (last == NULL || last->begin < begin);
    return CLT_PUSH(&spans->sparse, (collet_span){begin, s->columns, s->flags, segment});
}

static collet_status take_rows(void *ctx, uint32_t segment, const uint32_t *rows, size_t count)
{
    clt_spans *spans = ctx;
    if (segment >= spans->layout->segment_count ||
        (clt_segment_at(spans->layout, segment)->flags & COLLET_SEGMENT_SPARSE) == 0) {
        sink_fail(spans, "there is no sparse segment", segment);
        return COLLET_E_INVALID;
    }
    const collet_segment *s = clt_segment_at(spans->layout, segment);
    for (size_t i = 0; i < count; i++) {
        if (rows[i] >= s->rows) {
            sink_fail(spans, "the segment has no row", rows[i]);
            return COLLET_E_INVALID;
        }
        if (!add_row(spans, s, segment, rows[i])) {
            spans->failed = true;
            clt_fail_memory(&spans->error);
            return COLLET_E_NOMEM;
        }
    }
    return COLLET_OK;
}

/* Appends a segment to the dense spans, or lengthens the last one: the gap between is zero, its
 * gradient too, so it may be stepped over as if it were part of it. */
static clt_status add_dense(clt_spans *spans, const collet_segment *s, uint32_t index,
                            clt_error *err)
{
    collet_span *last = spans->dense.count > 0 ? &spans->dense.items[spans->dense.count - 1] : NULL;
    if (last != NULL && last->flags == s->flags && last->segment + 1 == index) {
        last->count = s->offset + floats_of(s) - last->begin;
        return CLT_OK;
    }
    collet_span span = {s->offset, floats_of(s), s->flags, index};
    return CLT_PUSH(&spans->dense, span) ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_spans_init(clt_spans *spans, const collet_layout *layout, clt_error *err)
{
    *spans = (clt_spans){
        .layout = layout,
        .touched = {.struct_size = COLLET_SIZE(collet_touched), .ctx = spans, .rows = take_rows}};
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        const collet_segment *s = clt_segment_at(layout, i);
        bool sparse = (s->flags & COLLET_SEGMENT_SPARSE) != 0;
        bool buffer = (s->flags & COLLET_SEGMENT_BUFFER) != 0;
        spans->has_sparse = spans->has_sparse || sparse;
        spans->has_buffer = spans->has_buffer || buffer;
        if (!sparse && !buffer && add_dense(spans, s, i, err) != CLT_OK) {
            return err->status;
        }
    }
    return CLT_OK;
}

void clt_spans_finish(clt_spans *spans)
{
    CLT_VEC_FINISH(&spans->dense);
    CLT_VEC_FINISH(&spans->step);
    CLT_VEC_FINISH(&spans->sparse);
}

void clt_spans_clear(clt_spans *spans)
{
    spans->sparse.count = 0;
    spans->rising = true;
}

static int by_begin(const void *a, const void *b)
{
    uint64_t x = ((const collet_span *)a)->begin, y = ((const collet_span *)b)->begin;
    return (x > y) - (x < y);
}

/* Dense and sparse spans in one rising order; room is there. */
static void merge(clt_spans *spans)
{
    const collet_span *dense = spans->dense.items, *sparse = spans->sparse.items;
    const collet_span *dense_end = dense + spans->dense.count;
    const collet_span *sparse_end = sparse + spans->sparse.count;
    collet_span *out = spans->step.items;
    while (dense < dense_end || sparse < sparse_end) {
        bool take = sparse == sparse_end || (dense < dense_end && dense->begin < sparse->begin);
        *out++ = take ? *dense++ : *sparse++;
    }
    spans->step.count = (size_t)(out - spans->step.items);
}

clt_status clt_spans_take(clt_spans *spans, const collet_span **items, uint32_t *count,
                          clt_error *err)
{
    if (spans->failed) {
        *err = spans->error;
        return err->status;
    }
    *items = spans->dense.items;
    *count = (uint32_t)spans->dense.count;
    if (!spans->has_sparse) {
        return CLT_OK;
    }
    if (!spans->rising) {
        qsort(spans->sparse.items, spans->sparse.count, sizeof(collet_span), by_begin);
    }
    size_t both = spans->dense.count + spans->sparse.count;
    if (!clt_vec_reserve((void **)&spans->step.items, &spans->step.capacity, both,
                         sizeof(collet_span))) {
        return clt_fail_memory(err);
    }
    for (size_t i = 1; i < spans->sparse.count; i++) {
        const collet_span *span = &spans->sparse.items[i];
        if (span->begin < span[-1].begin + span[-1].count) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "touched: a row of segment %u was named twice",
                            span->segment);
        }
    }
    merge(spans);
    *items = spans->step.items;
    *count = (uint32_t)both;
    return CLT_OK;
}

void clt_spans_copy_buffers(const clt_spans *spans, const float *grad, float *theta)
{
    for (uint32_t i = 0; spans->has_buffer && i < spans->layout->segment_count; i++) {
        const collet_segment *s = clt_segment_at(spans->layout, i);
        if ((s->flags & COLLET_SEGMENT_BUFFER) != 0) {
            memcpy(theta + s->offset, grad + s->offset, floats_of(s) * sizeof *theta);
        }
    }
}
