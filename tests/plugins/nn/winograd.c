#include "nn/winograd.h"
#include "support.h"

#include <collet/helpers.h>

enum { ROWS = 5 };

/* Padded and not, channels and filters that are no multiple of those taken at once, lines and
 * columns left over, more squares than a chunk. */
static const struct {
    uint32_t height, width, channels, filters;
    int padding;
} shapes[] = {{14, 14, 16, 32, NN_PAD_SAME},
              {9, 7, 8, 37, NN_PAD_SAME},
              {6, 9, 35, 16, 0},
              {5, 6, 21, 50, 2},
              {7, 7, 64, 64, 1},
              {4, 4, 9, 17, 0},
              {40, 40, 8, 16, NN_PAD_SAME}};

/* y and which of shape s both ways: y[0] by convolution and pooling, y[1] by Winograd's. */
static size_t both_ways(size_t s, float *y[2], uint8_t *which[2], float **sums)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 5);
    nn_conv c = {.height = shapes[s].height,
                 .width = shapes[s].width,
                 .channels = shapes[s].channels,
                 .filters = shapes[s].filters,
                 .kernel = 3,
                 .stride = 1};
    ck_assert(nn_conv_plan(&c, shapes[s].padding));
    const nn_pool p = {c.out_height, c.out_width, c.filters, 2};
    ck_assert(nn_winograd_suits(&c, &p));
    const size_t out = ROWS * nn_pool_out(&p);
    float *x = test_noise(ROWS * nn_conv_in(&c), &rng), *w = test_noise(nn_conv_weights(&c), &rng);
    float *packed = collet_zeros(nn_conv_packed(&c)),
          *turned = collet_zeros(nn_winograd_packed(&c));
    float *conv_scratch = collet_zeros(nn_conv_scratch(&c));
    float *scratch = test_noise(nn_winograd_scratch(&c), &rng);
    *sums = collet_zeros(ROWS * nn_conv_out(&c));
    for (int i = 0; i < 2; i++) {
        y[i] = test_noise(out, &rng);
        which[i] = calloc(out, 1);
    }
    nn_conv_pack(&c, w, packed);
    nn_conv_forward(&c, ROWS, x, packed, *sums, conv_scratch);
    nn_pool_max_forward(&p, ROWS, *sums, y[0], which[0]);
    nn_winograd_pack(&c, w, turned);
    nn_winograd_forward(&c, &p, ROWS, x, turned, y[1], which[1], scratch);
    float *all[] = {x, w, packed, turned, conv_scratch, scratch};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]);
    }
    return out;
}

START_TEST(sums_and_winners_are_those_of_convolution_and_pooling)
{
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        float *y[2], *sums;
        uint8_t *which[2];
        const size_t out = both_ways(s, y, which, &sums);
        size_t others = 0;
        for (size_t i = 0; i < out; i++) {
            const double tolerance = 3e-5 * sqrt(9.0 * shapes[s].channels);
            ck_assert_msg(fabs((double)y[0][i] - (double)y[1][i]) < tolerance,
                          "shape %zu, y[%zu]: %g, %g", s, i, (double)y[0][i], (double)y[1][i]);
            others += which[0][i] != which[1][i];
        }
        /* sums that are nearly equal may change places */
        ck_assert_msg(others <= out / 1000, "shape %zu: %zu of %zu winners differ", s, others, out);
        free(sums);
        for (int i = 0; i < 2; i++) {
            free(y[i]);
            free(which[i]);
        }
    }
}
END_TEST

START_TEST(of_equal_numbers_the_first_wins)
{
    nn_conv c = {.height = 6, .width = 6, .channels = 8, .filters = 16, .kernel = 3, .stride = 1};
    ck_assert(nn_conv_plan(&c, 0));
    const nn_pool p = {c.out_height, c.out_width, c.filters, 2};
    const size_t out = nn_pool_out(&p);
    float *x = collet_zeros(nn_conv_in(&c)), *packed = collet_zeros(nn_winograd_packed(&c));
    float *y = collet_zeros(out), *scratch = collet_zeros(nn_winograd_scratch(&c));
    uint8_t *which = malloc(out);
    memset(which, 9, out);
    nn_winograd_forward(&c, &p, 1, x, packed, y, which, scratch);
    for (size_t i = 0; i < out; i++) {
        ck_assert_uint_eq(which[i], 0);
    }
    free(x);
    free(packed);
    free(y);
    free(scratch);
    free(which);
}
END_TEST

START_TEST(other_shapes_are_left_alone)
{
    const nn_pool p = {8, 8, 16, 2}, three = {8, 8, 16, 3};
    nn_conv c = {.height = 8, .width = 8, .channels = 8, .filters = 16, .kernel = 3, .stride = 1};
    ck_assert(nn_winograd_suits(&c, &p));
    ck_assert(!nn_winograd_suits(&c, &three));
    c.channels = 7;
    ck_assert(!nn_winograd_suits(&c, &p));
    c.channels = 8;
    c.stride = 2;
    ck_assert(!nn_winograd_suits(&c, &p));
    c.stride = 1;
    c.kernel = 5;
    ck_assert(!nn_winograd_suits(&c, &p));
}
END_TEST

TEST_MAIN("winograd", sums_and_winners_are_those_of_convolution_and_pooling,
          of_equal_numbers_the_first_wins, other_shapes_are_left_alone)
