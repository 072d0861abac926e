#include "nn/narrow.h"
#include "support.h"

#include <collet/helpers.h>

enum { ROWS = 3 };

/* One channel and several, padded and not, filters that are no multiple of those taken at once,
 * lines and columns left over. */
static const struct {
    uint32_t height, width, channels, filters;
    int padding;
} shapes[] = {{8, 8, 1, 16, NN_PAD_SAME}, {9, 7, 1, 37, NN_PAD_SAME}, {6, 9, 3, 32, 0},
              {5, 6, 2, 17, 2},           {7, 7, 4, 20, 1},           {4, 4, 1, 16, 0}};

typedef struct fixture {
    nn_conv c;
    nn_pool p;
    float *x, *w, *dy, *y, *dw, *got_y, *got_dw, *z, *packed, *scratch;
    uint8_t *which, *got_which;
    size_t out, weights;
} fixture;

static void create(fixture *f, size_t s)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 5);
    f->c = (nn_conv){.height = shapes[s].height,
                     .width = shapes[s].width,
                     .channels = shapes[s].channels,
                     .filters = shapes[s].filters,
                     .kernel = 3,
                     .stride = 1};
    ck_assert(nn_conv_plan(&f->c, shapes[s].padding));
    f->p = (nn_pool){f->c.out_height, f->c.out_width, f->c.filters, 2};
    f->out = ROWS * nn_pool_out(&f->p);
    f->weights = nn_conv_weights(&f->c);
    f->x = test_noise(ROWS * nn_conv_in(&f->c), &rng);
    f->w = test_noise(f->weights, &rng);
    f->dy = test_noise(f->out, &rng);
    f->y = test_noise(f->out, &rng);
    f->got_y = test_noise(f->out, &rng);
    f->dw = test_noise(f->weights, &rng);
    f->got_dw = test_noise(f->weights, &rng);
    f->z = test_noise(ROWS * nn_conv_out(&f->c), &rng);
    f->packed = collet_zeros(nn_conv_packed(&f->c));
    f->scratch = test_noise(nn_conv_scratch(&f->c), &rng);
    f->which = calloc(f->out, 1);
    f->got_which = calloc(f->out, 1);
}

static void destroy(fixture *f)
{
    float *all[] = {f->x,     f->w,      f->dy, f->y,      f->dw,
                    f->got_y, f->got_dw, f->z,  f->packed, f->scratch};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]);
    }
    free(f->which);
    free(f->got_which);
}

static void check_equal(const float *a, const float *b, size_t n, const char *what, size_t shape)
{
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(fabs((double)a[i] - (double)b[i]) < 1e-4, "shape %zu, %s[%zu]: %g, %g", shape,
                      what, i, (double)a[i], (double)b[i]);
    }
}

START_TEST(one_pass_gives_what_convolution_and_pooling_give)
{
    fixture f;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        create(&f, s);
        ck_assert(nn_narrow_suits(&f.c, &f.p));
        nn_narrow_forward(&f.c, &f.p, ROWS, f.x, f.w, f.got_y, f.got_which, f.scratch);
        nn_conv_pack(&f.c, f.w, f.packed);
        nn_conv_forward(&f.c, ROWS, f.x, f.packed, f.z, f.scratch);
        nn_pool_max_forward(&f.p, ROWS, f.z, f.y, f.which);
        check_equal(f.got_y, f.y, f.out, "y", s);
        ck_assert_mem_eq(f.got_which, f.which, f.out);
        destroy(&f);
    }
}
END_TEST

START_TEST(its_gradient_is_that_of_pooling_and_convolution)
{
    fixture f;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        create(&f, s);
        for (size_t i = 0; i < f.out; i++) {
            f.which[i] = (uint8_t)(i * i % 7 % 4);
            f.dy[i] = i % 3 == 0 ? 0 : f.dy[i];
        }
        nn_narrow_backward(&f.c, &f.p, ROWS, f.x, f.dy, f.which, f.got_dw, f.scratch);
        nn_pool_max_backward(&f.p, ROWS, f.dy, f.which, f.z);
        nn_conv_backward(&f.c, ROWS, f.x, NULL, f.z, f.dw, false, NULL, f.scratch);
        check_equal(f.got_dw, f.dw, f.weights, "dw", s);
        destroy(&f);
    }
}
END_TEST

START_TEST(of_equal_numbers_the_first_wins)
{
    fixture f;
    create(&f, 0);
    memset(f.w, 0, f.weights * sizeof *f.w);
    nn_narrow_forward(&f.c, &f.p, ROWS, f.x, f.w, f.got_y, f.got_which, f.scratch);
    for (size_t i = 0; i < f.out; i++) {
        ck_assert_uint_eq(f.got_which[i], 0);
    }
    destroy(&f);
}
END_TEST

START_TEST(other_shapes_are_left_alone)
{
    const nn_pool p = {8, 8, 16, 2}, three = {8, 8, 16, 3};
    nn_conv c = {.height = 8, .width = 8, .channels = 1, .filters = 16, .kernel = 3, .stride = 1};
    ck_assert(nn_narrow_suits(&c, &p));
    ck_assert(!nn_narrow_suits(&c, &three));
    c.filters = 15;
    ck_assert(!nn_narrow_suits(&c, &p));
    c.filters = 16;
    c.stride = 2;
    ck_assert(!nn_narrow_suits(&c, &p));
    c.stride = 1;
    c.kernel = 5;
    ck_assert(!nn_narrow_suits(&c, &p));
}
END_TEST

TEST_MAIN("narrow", one_pass_gives_what_convolution_and_pooling_give,
          its_gradient_is_that_of_pooling_and_convolution, of_equal_numbers_the_first_wins,
          other_shapes_are_left_alone)
