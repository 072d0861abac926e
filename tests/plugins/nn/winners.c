#include "nn/winners.h"
#include "support.h"

#include <collet/helpers.h>

enum { ROWS = 3 };

/* Padded and not, strides, squares that leave lines over, runs with and without a rest, more
 * filters than are listed at once. */
static const struct {
    uint32_t side, channels, filters, kernel, stride;
    int padding;
    uint32_t size;
} shapes[] = {{8, 8, 5, 3, 1, NN_PAD_SAME, 2},
              {9, 16, 33, 3, 1, NN_PAD_SAME, 2},
              {9, 32, 20, 3, 1, NN_PAD_SAME, 2},
              {9, 9, 4, 3, 2, NN_PAD_SAME, 2},
              {9, 11, 6, 2, 1, 0, 3},
              {10, 8, 3, 3, 3, 0, 2},
              {7, 10, 300, 3, 1, 2, 2},
              {11, 8, 3, 5, 2, 1, 2}};

static void check_equal(const float *a, const float *b, size_t n, const char *what, size_t shape)
{
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(fabs((double)a[i] - (double)b[i]) < 1e-3, "shape %zu, %s[%zu]: %g, %g", shape,
                      what, i, (double)a[i], (double)b[i]);
    }
}

/* The same by pooling's own gradient and the dense products. */
static void compare(const nn_conv *c, const nn_pool *p, size_t shape)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 5);
    size_t in = ROWS * nn_conv_in(c), out = ROWS * nn_pool_out(p), inner = ROWS * nn_conv_out(c);
    size_t n = nn_conv_weights(c);
    float *x = test_noise(in, &rng), *w = test_noise(n, &rng), *dy = test_noise(out, &rng),
          *z = test_noise(inner, &rng);
    float *turned = collet_zeros(nn_conv_turned(c)), *scratch = collet_zeros(nn_conv_scratch(c));
    float *room = test_noise(nn_winners_scratch(c), &rng), *by_filter = collet_zeros(n);
    float *dw = test_noise(n, &rng), *dx = test_noise(in, &rng), *sums = collet_zeros(n);
    float *got_dw = test_noise(n, &rng), *got_dx = test_noise(in, &rng);
    uint8_t *which = malloc(out);
    for (size_t i = 0; i < out; i++) {
        which[i] = (uint8_t)collet_below(&rng, (uint64_t)p->size * p->size);
        dy[i] = i % 3 == 0 ? 0 : dy[i];
    }
    nn_winners_by_filter(c, w, by_filter);
    nn_winners_backward(c, p, ROWS, x, by_filter, dy, which, sums, got_dx, room);
    nn_winners_from_filter(c, sums, got_dw);
    nn_pool_max_backward(p, ROWS, dy, which, z);
    nn_conv_turn(c, w, turned);
    nn_conv_backward(c, ROWS, x, turned, z, dw, false, dx, scratch);
    check_equal(got_dw, dw, n, "dw", shape);
    check_equal(got_dx, dx, in, "dx", shape);
    float *all[] = {x, w, dy, z, turned, scratch, room, by_filter, dw, dx, sums, got_dw, got_dx};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]);
    }
    free(which);
}

START_TEST(winners_alone_give_the_gradient_of_all)
{
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        nn_conv c = {.height = shapes[s].side,
                     .width = shapes[s].side - 1,
                     .channels = shapes[s].channels,
                     .filters = shapes[s].filters,
                     .kernel = shapes[s].kernel,
                     .stride = shapes[s].stride};
        ck_assert(nn_conv_plan(&c, shapes[s].padding));
        const nn_pool p = {c.out_height, c.out_width, c.filters, shapes[s].size};
        compare(&c, &p, s);
    }
}
END_TEST

TEST_MAIN("winners", winners_alone_give_the_gradient_of_all)
