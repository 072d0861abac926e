#include "nn/norm.h"
#include "support.h"

#include <collet/helpers.h>

/* Rows below, at and above the parts that are summed; channels likewise. */
static const struct {
    size_t rows;
    uint32_t n;
} shapes[] = {{5, 1}, {64, 3}, {65, 16}, {200, 65}, {131, 130}};
enum { SHAPES = sizeof shapes / sizeof shapes[0], MOST = 200 * 130, MOST_CHANNELS = 130 };

typedef struct fixture {
    size_t rows;
    uint32_t n;
    float x[MOST], y[MOST], dy[MOST], d[MOST];
    float mean[MOST_CHANNELS], variance[MOST_CHANNELS], scale[MOST_CHANNELS], dscale[MOST_CHANNELS];
} fixture;

/* Channel i has mean i and a deviation of its own. */
static fixture *create(size_t s)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 8);
    fixture *f = calloc(1, sizeof *f);
    ck_assert_ptr_nonnull(f);
    f->rows = shapes[s].rows;
    f->n = shapes[s].n;
    for (size_t i = 0; i < f->rows * f->n; i++) {
        double channel = (double)(i % f->n);
        f->x[i] = (float)(channel + (1 + 0.1 * channel) * collet_normal(&rng));
        f->dy[i] = (float)collet_normal(&rng);
    }
    for (uint32_t i = 0; i < f->n; i++) {
        f->scale[i] = (float)(0.5 + collet_uniform(&rng));
    }
    return f;
}

static void forward(fixture *f)
{
    nn_norm_statistics(f->rows, f->n, f->x, f->mean, f->variance);
    nn_norm_forward(f->rows, f->n, f->x, f->mean, f->variance, f->scale, f->y);
}

START_TEST(what_comes_out_has_mean_0_and_the_scale_as_deviation)
{
    for (size_t s = 0; s < SHAPES; s++) {
        fixture *f = create(s);
        forward(f);
        for (uint32_t i = 0; i < f->n; i++) {
            double sum = 0, squares = 0, rows = (double)f->rows;
            for (size_t r = 0; r < f->rows; r++) {
                double y = (double)f->y[r * f->n + i];
                sum += y;
                squares += y * y;
            }
            ck_assert_msg(fabs(sum / rows) < 1e-4, "shape %zu: mean %g", s, sum / rows);
            ck_assert_double_eq_tol(sqrt(squares / rows), (double)f->scale[i], 1e-3);
        }
        free(f);
    }
}
END_TEST

START_TEST(statistics_keep_their_digits_over_many_rows_far_from_0)
{
    enum { MANY = 100000 };
    float *x = collet_zeros(MANY), mean, variance;
    for (size_t i = 0; i < MANY; i++) {
        x[i] = 1000.0f + (float)(i % 5); /* variance 2 */
    }
    nn_norm_statistics(MANY, 1, x, &mean, &variance);
    ck_assert_double_eq_tol((double)mean, 1002, 1e-4);
    ck_assert_double_eq_tol((double)variance, 2, 1e-4);
    free(x);
}
END_TEST

static double value(fixture *f)
{
    double sum = 0;
    forward(f);
    for (size_t i = 0; i < f->rows * f->n; i++) {
        sum += (double)f->y[i] * (double)f->dy[i];
    }
    return sum;
}

static void check(fixture *f, float *number, double gradient, const char *name)
{
    const float step = 0.02f, saved = *number;
    *number = saved + step;
    double up = (double)*number, more = value(f);
    *number = saved - step;
    double slope = (more - value(f)) / (up - (double)*number);
    *number = saved;
    ck_assert_msg(fabs(slope - gradient) < 0.01 + 0.01 * fabs(gradient), "%zu x %u, %s: %g, %g",
                  f->rows, f->n, name, slope, gradient);
}

START_TEST(gradients_are_those_of_finite_differences)
{
    for (size_t s = 0; s < SHAPES; s++) {
        fixture *f = create(s);
        size_t count = f->rows * f->n;
        forward(f);
        memcpy(f->d, f->dy, count * sizeof *f->d);
        nn_norm_backward(f->rows, f->n, f->x, f->mean, f->variance, f->scale, f->d, f->dscale);
        for (size_t i = 0; i < count; i += 1 + count / 40) {
            check(f, &f->x[i], (double)f->d[i], "x");
        }
        for (uint32_t i = 0; i < f->n; i++) {
            check(f, &f->scale[i], (double)f->dscale[i], "scale");
        }
        free(f);
    }
}
END_TEST

START_TEST(running_statistics_follow_by_a_tenth_and_are_unbiased)
{
    float mean = 10, variance = 2, from_mean = 0, from_variance = 1, to_mean, to_variance;
    nn_norm_follow(5, 1, &mean, &variance, &from_mean, &from_variance, &to_mean, &to_variance);
    ck_assert_double_eq_tol((double)to_mean, 1, 1e-6);
    ck_assert_double_eq_tol((double)to_variance, 0.9 + 0.1 * 2.5, 1e-6);
    nn_norm_follow(1, 1, &mean, &variance, &from_mean, &from_variance, &to_mean, &to_variance);
    ck_assert_double_eq_tol((double)to_variance, 1.1, 1e-6); /* one row: nothing to divide by */
}
END_TEST

TEST_MAIN("norm", what_comes_out_has_mean_0_and_the_scale_as_deviation,
          statistics_keep_their_digits_over_many_rows_far_from_0,
          gradients_are_those_of_finite_differences,
          running_statistics_follow_by_a_tenth_and_are_unbiased)
