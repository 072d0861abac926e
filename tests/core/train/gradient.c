#include "train/gradient.h"
#include "support.h"

#include <math.h>
#include <string.h>

/* Weights, biases without decay, two touched rows of a sparse segment; what is in no span (an
 * untouched row, a buffer) is left alone. */
enum { COUNT = 160, INSIDE = 37 + 5 + 2 * 9 };
static const collet_span spans[] = {{0, 37, 0, 0},
                                    {48, 5, COLLET_SEGMENT_NO_DECAY, 1},
                                    {73, 9, COLLET_SEGMENT_SPARSE, 2},
                                    {91, 9, COLLET_SEGMENT_SPARSE, 2}};

typedef struct state {
    float theta[COUNT], grad[COUNT];
} state;

static void start(state *s)
{
    for (int i = 0; i < COUNT; i++) {
        s->theta[i] = 0.1f * (float)(i % 7 - 3);
        s->grad[i] = 0.3f * (float)((i * 5) % 11 - 5);
    }
}

/* Index of the span that float i lies in, or -1. */
static int span_of(int i)
{
    for (int k = 0; k < 4; k++) {
        if ((uint64_t)i >= spans[k].begin && (uint64_t)i < spans[k].begin + spans[k].count) {
            return k;
        }
    }
    return -1;
}

static bool shape(clt_shaping shaping, state *s)
{
    return clt_gradient_shape(&shaping, spans, 4, s->theta, s->grad);
}

static double norm_of(const state *s)
{
    double sum = 0;
    for (int i = 0; i < COUNT; i++) {
        sum += span_of(i) >= 0 ? (double)s->grad[i] * (double)s->grad[i] : 0;
    }
    return sqrt(sum);
}

START_TEST(nothing_asked_is_nothing_done)
{
    state s, same;
    start(&s);
    same = s;
    s.grad[3] = same.grad[3] = NAN;
    ck_assert(shape((clt_shaping){0}, &s));
    ck_assert_mem_eq(&s, &same, sizeof s);
}
END_TEST

START_TEST(each_number_is_what_the_definition_says)
{
    static const clt_shaping rows[] = {
        {.l1 = 0.01},     {.l2 = 0.5},        {.l1 = 0.01, .l2 = 0.5}, {.clip_value = 0.7},
        {.clip_norm = 2}, {.clip_norm = 1e6}, {.clip_value = 1e-20},   {0.01, 0.5, 0.7, 2},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        const clt_shaping *r = &rows[row];
        state s;
        double want[COUNT], sum = 0;
        start(&s);
        for (int i = 0; i < COUNT; i++) {
            double w = (double)s.theta[i], g = (double)s.grad[i];
            int k = span_of(i);
            bool decays = k >= 0 && (spans[k].flags & COLLET_SEGMENT_NO_DECAY) == 0;
            g += decays ? r->l2 * w + r->l1 * ((w > 0) - (w < 0)) : 0;
            g = r->clip_value > 0 && k >= 0 ? fmax(-r->clip_value, fmin(r->clip_value, g)) : g;
            want[i] = g;
            sum += k >= 0 ? g * g : 0;
        }
        double factor = r->clip_norm > 0 && sqrt(sum) > r->clip_norm ? r->clip_norm / sqrt(sum) : 1;
        ck_assert(shape(*r, &s));
        for (int i = 0; i < COUNT; i++) {
            double expected = span_of(i) >= 0 ? factor * want[i] : want[i];
            ck_assert_msg(fabs((double)s.grad[i] - expected) < 1e-6 * (fabs(expected) + 1e-20),
                          "row %d, %d: %g, %g", (int)row, i, (double)s.grad[i], expected);
        }
    }
}
END_TEST

START_TEST(the_norm_is_that_of_the_spans)
{
    state s;
    start(&s);
    ck_assert_double_eq_tol(clt_gradient_norm(spans, 4, s.grad), norm_of(&s), 1e-12);
    s.grad[150] = INFINITY; /* in no span */
    ck_assert_double_eq_tol(clt_gradient_norm(spans, 4, s.grad), norm_of(&s), 1e-12);
    ck_assert(shape((clt_shaping){.clip_norm = 0.25}, &s));
    ck_assert_double_eq_tol(norm_of(&s), 0.25, 1e-7);
    for (int i = 0; i < COUNT; i++) {
        s.grad[i] = 1e30f; /* its square is no float */
    }
    ck_assert_double_eq_tol(clt_gradient_norm(spans, 4, s.grad) / 1e30, sqrt(INSIDE), 1e-6);
    ck_assert_double_eq(clt_gradient_norm(spans, 0, s.grad), 0);
}
END_TEST

START_TEST(what_is_not_finite_is_told_and_never_hidden)
{
    state s;
    start(&s);
    s.grad[74] = NAN;
    ck_assert(!shape((clt_shaping){.clip_norm = 1}, &s));
    ck_assert(shape((clt_shaping){.clip_value = 1}, &s));
    ck_assert(isnan(s.grad[74]));
    start(&s);
    s.grad[2] = -INFINITY;
    ck_assert(!shape((clt_shaping){.clip_norm = 1}, &s));
    ck_assert(shape((clt_shaping){.clip_value = 1, .clip_norm = 1}, &s));
    ck_assert(isfinite(s.grad[2]) && s.grad[2] < 0);
}
END_TEST

TEST_MAIN("gradient", nothing_asked_is_nothing_done, each_number_is_what_the_definition_says,
          the_norm_is_that_of_the_spans, what_is_not_finite_is_told_and_never_hidden)
