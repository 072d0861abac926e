#include "nn/pool.h"
#include "support.h"

#include <collet/helpers.h>

enum { ROWS = 2 };

/* Sides that divide and that leave lines over; channels below, at and above the vector widths. */
static const nn_pool shapes[] = {{4, 6, 1, 2},  {5, 7, 3, 2},  {6, 4, 8, 2},   {7, 9, 19, 3},
                                 {8, 8, 16, 4}, {2, 2, 33, 2}, {16, 15, 2, 15}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

typedef struct fixture {
    const nn_pool *p;
    float *x, *y, *dy, *dx;
    uint8_t *which;
} fixture;

static void create(fixture *f, const nn_pool *p)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 6);
    size_t in = ROWS * nn_pool_in(p), out = ROWS * nn_pool_out(p);
    *f = (fixture){
        p, collet_zeros(in), collet_zeros(out), collet_zeros(out), collet_zeros(in), malloc(out)};
    for (size_t i = 0; i < in; i++) {
        f->x[i] = (float)collet_normal(&rng);
        f->dx[i] = 99; /* to be overwritten */
    }
    for (size_t i = 0; i < out; i++) {
        f->dy[i] = (float)collet_normal(&rng);
    }
}

static void destroy(fixture *f)
{
    free(f->x);
    free(f->y);
    free(f->dy);
    free(f->dx);
    free(f->which);
}

/* Where tap t of pixel i of y lies in x, both with their channel and image. */
static size_t tap(const nn_pool *p, size_t i, size_t t)
{
    size_t width = p->width / p->size, n = p->channels, o = i % n, pixel = i / n;
    size_t image = pixel / ((p->height / p->size) * width),
           at = pixel % ((p->height / p->size) * width);
    size_t y = at / width * p->size + t / p->size, x = at % width * p->size + t % p->size;
    return image * nn_pool_in(p) + (y * p->width + x) * n + o;
}

START_TEST(the_largest_of_each_square_is_taken_and_gets_the_gradient)
{
    for (size_t s = 0; s < SHAPES; s++) {
        fixture f;
        create(&f, &shapes[s]);
        double sent = 0, arrived = 0;
        nn_pool_max_forward(f.p, ROWS, f.x, f.y, f.which);
        nn_pool_max_backward(f.p, ROWS, f.dy, f.which, f.dx);
        for (size_t i = 0; i < ROWS * nn_pool_out(f.p); i++) {
            float largest = -INFINITY;
            for (size_t t = 0; t < f.p->size * f.p->size; t++) {
                largest = fmaxf(largest, f.x[tap(f.p, i, t)]);
            }
            ck_assert_msg(f.y[i] == largest, "shape %zu, %zu", s, i);
            ck_assert(f.x[tap(f.p, i, f.which[i])] == largest);
            ck_assert(f.dx[tap(f.p, i, f.which[i])] == f.dy[i]);
            sent += fabs((double)f.dy[i]);
        }
        for (size_t i = 0; i < ROWS * nn_pool_in(f.p); i++) {
            arrived += fabs((double)f.dx[i]);
        }
        ck_assert_msg(fabs(sent - arrived) < 1e-6 * sent, "shape %zu: others got gradient", s);
        destroy(&f);
    }
}
END_TEST

START_TEST(of_equals_the_first_is_the_largest)
{
    for (uint32_t channels = 1; channels <= 17; channels += 8) {
        const nn_pool p = {2, 2, channels, 2};
        fixture f;
        create(&f, &p);
        memset(f.x, 0, ROWS * nn_pool_in(&p) * sizeof *f.x);
        nn_pool_max_forward(&p, ROWS, f.x, f.y, f.which);
        for (size_t i = 0; i < ROWS * nn_pool_out(&p); i++) {
            ck_assert_uint_eq(f.which[i], 0);
        }
        destroy(&f);
    }
}
END_TEST

START_TEST(the_mean_of_each_square_is_taken_and_the_gradient_shared)
{
    for (size_t s = 0; s < SHAPES; s++) {
        fixture f;
        create(&f, &shapes[s]);
        size_t taps = f.p->size * f.p->size;
        double rest = 0;
        nn_pool_average_forward(f.p, ROWS, f.x, f.y);
        nn_pool_average_backward(f.p, ROWS, f.dy, f.dx);
        for (size_t i = 0; i < ROWS * nn_pool_out(f.p); i++) {
            double sum = 0;
            for (size_t t = 0; t < taps; t++) {
                sum += (double)f.x[tap(f.p, i, t)];
                ck_assert(fabs((double)f.dx[tap(f.p, i, t)] - (double)f.dy[i] / (double)taps) <
                          1e-6);
                f.dx[tap(f.p, i, t)] = 0;
            }
            ck_assert_msg(fabs((double)f.y[i] - sum / (double)taps) < 1e-6, "shape %zu, %zu", s, i);
        }
        for (size_t i = 0; i < ROWS * nn_pool_in(f.p); i++) {
            rest += fabs((double)f.dx[i]);
        }
        ck_assert_msg(rest == 0, "shape %zu: pixels outside all squares got gradient", s);
        destroy(&f);
    }
}
END_TEST

TEST_MAIN("pool", the_largest_of_each_square_is_taken_and_gets_the_gradient,
          of_equals_the_first_is_the_largest,
          the_mean_of_each_square_is_taken_and_the_gradient_shared)
