#include "gradient.h"

#include <collet/helpers.h>

#include <string.h>

/* Where loss() names rows: it fills `named`, [theta_count] marks of floats that count. */
typedef struct sink {
    const collet_layout *layout;
    char *named;
} sink;

static collet_status take_rows(void *ctx, uint32_t segment, const uint32_t *rows, size_t count)
{
    sink *s = ctx;
    const collet_segment *part = &s->layout->segments[segment];
    ck_assert_uint_ne(part->flags & COLLET_SEGMENT_SPARSE, 0);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_lt(rows[i], part->rows);
        ck_assert(i == 0 || rows[i] > rows[i - 1]);
        memset(s->named + part->offset + (uint64_t)rows[i] * part->columns, 1, part->columns);
    }
    return COLLET_OK;
}

/* Zeroes rows of sparse segments that were not named; NaN in them shows that they are not read. */
static void forget_unnamed(const collet_layout *layout, const char *named, float *grad)
{
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        const collet_segment *s = &layout->segments[i];
        for (uint64_t k = s->offset; k < s->offset + (uint64_t)s->rows * s->columns; k++) {
            grad[k] = (s->flags & COLLET_SEGMENT_SPARSE) != 0 && !named[k] ? 0 : grad[k];
        }
    }
}

double test_loss(const test_point *p, float *grad)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 4);
    float value;
    sink s = {p->layout, calloc(p->layout->theta_count, 1)};
    const collet_touched touched = {
        .struct_size = COLLET_SIZE(collet_touched), .ctx = &s, .rows = take_rows};
    for (uint64_t i = 0; grad != NULL && i < p->layout->theta_count; i++) {
        grad[i] = NAN;
    }
    ck_assert_int_eq(p->model->loss(p->self, &rng, p->theta, p->batch, grad, &value,
                                    grad != NULL ? &touched : NULL),
                     0);
    if (grad != NULL) {
        forget_unnamed(p->layout, s.named, grad);
    }
    free(s.named);
    return (double)value;
}

/* The slope of the loss along direction[n] from theta + offset, by differences over +- step. */
static double slope(const test_point *p, uint64_t offset, size_t n, const double *direction,
                    double step)
{
    float *saved = collet_zeros(n);
    double difference = 0;
    memcpy(saved, p->theta + offset, n * sizeof *saved);
    for (int sign = -1; sign <= 1; sign += 2) {
        for (size_t i = 0; i < n; i++) {
            p->theta[offset + i] = (float)((double)saved[i] + sign * step * direction[i]);
        }
        difference += sign * test_loss(p, NULL);
    }
    memcpy(p->theta + offset, saved, n * sizeof *saved);
    free(saved);
    return difference / (2 * step);
}

static void check_segment(const test_point *p, const collet_segment *s, const float *grad)
{
    size_t n = (size_t)s->rows * s->columns;
    double *direction = calloc(n, sizeof *direction), norm = 0, expected = 0;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, s->offset);
    for (size_t i = 0; i < n; i++) {
        double g = (double)grad[s->offset + i];
        ck_assert_msg(isfinite(g), "%s: %s: float %zu was not written", p->what, s->name, i);
        norm += g * g;
    }
    norm = sqrt(norm);
    ck_assert_msg(norm > 1e-6, "%s: %s has no gradient", p->what, s->name);
    for (size_t i = 0; i < n; i++) {
        direction[i] = (double)grad[s->offset + i] / norm;
    }
    double found = slope(p, s->offset, n, direction, 1e-3);
    ck_assert_msg(fabs(found - norm) < 0.005 * norm + 5e-4, "%s: %s along its gradient: %g, not %g",
                  p->what, s->name, found, norm);
    /* A gradient that lacks a part is right along itself, but not along this. */
    for (size_t i = 0; i < n; i++) {
        direction[i] = (collet_bits(&rng) & 1) != 0 ? 1 : -1;
        expected += direction[i] * (double)grad[s->offset + i];
    }
    double step = 1e-3 / sqrt((double)n);
    found = slope(p, s->offset, n, direction, step < 1e-4 ? 1e-4 : step);
    ck_assert_msg(fabs(found - expected) < 0.04 * norm + 2e-3,
                  "%s: %s: slope %g, by the gradient %g", p->what, s->name, found, expected);
    free(direction);
}

void test_gradient(const test_point *p)
{
    float *grad = collet_zeros(p->layout->theta_count);
    test_loss(p, grad);
    for (uint32_t i = 0; i < p->layout->segment_count; i++) {
        if ((p->layout->segments[i].flags & COLLET_SEGMENT_BUFFER) == 0) {
            check_segment(p, &p->layout->segments[i], grad);
        }
    }
    free(grad);
}
