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

/* What convolutions are is said in conv.c, of these shapes too. */
START_TEST(pooled_it_gives_what_convolution_and_pooling_give)
{
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        clt_rng stream;
        collet_rng rng = test_rng(&stream, 5);
        nn_conv c = {.height = shapes[s].height,
                     .width = shapes[s].width,
                     .channels = shapes[s].channels,
                     .filters = shapes[s].filters,
                     .kernel = 3,
                     .stride = 1};
        ck_assert(nn_conv_plan(&c, shapes[s].padding) && nn_winograd_suits(&c));
        const nn_pool p = {c.out_height, c.out_width, c.filters, 2};
        const size_t out = ROWS * nn_pool_out(&p);
        float *x = test_noise(ROWS * nn_conv_in(&c), &rng);
        float *w = test_noise(nn_conv_weights(&c), &rng);
        float *packed = test_noise(nn_winograd_packed(&c), &rng);
        float *scratch = test_noise(nn_winograd_scratch(&c), &rng);
        float *z = test_noise(ROWS * nn_conv_out(&c), &rng), *y = test_noise(out, &rng);
        float *got = test_noise(out, &rng);
        uint8_t *which = calloc(out, 1), *got_which = calloc(out, 1);
        nn_winograd_pack(&c, w, packed);
        nn_winograd_forward(&c, ROWS, x, packed, z, scratch);
        nn_pool_max_forward(&p, ROWS, z, y, which);
        nn_winograd_pooled(&c, ROWS, x, packed, got, got_which, scratch);
        ck_assert_mem_eq(y, got, out * sizeof *y);
        ck_assert_mem_eq(which, got_which, out);
        float *all[] = {x, w, packed, scratch, z, y, got};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            free(all[i]);
        }
        free(which);
        free(got_which);
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
    nn_winograd_pooled(&c, 1, x, packed, y, which, scratch);
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
    nn_conv c = {.height = 8, .width = 8, .channels = 8, .filters = 16, .kernel = 3, .stride = 1};
    ck_assert(nn_winograd_suits(&c));
    c.channels = 7;
    ck_assert(!nn_winograd_suits(&c));
    c.channels = 8;
    c.stride = 2;
    ck_assert(!nn_winograd_suits(&c));
    c.stride = 1;
    c.kernel = 5;
    ck_assert(!nn_winograd_suits(&c));
}
END_TEST

TEST_MAIN("winograd", pooled_it_gives_what_convolution_and_pooling_give,
          of_equal_numbers_the_first_wins, other_shapes_are_left_alone)
