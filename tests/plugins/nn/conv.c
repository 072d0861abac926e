#include "nn/conv.h"
#include "support.h"

#include <collet/helpers.h>

enum { ROWS = 3 };

/* A convolution with random contents; sizes of all its parts follow from the shape. */
typedef struct fixture {
    nn_conv c;
    float *x, *w, *z, *dz, *dw, *dx, *packed, *turned, *scratch;
} fixture;

typedef struct shape {
    uint32_t height, width, channels, filters, kernel, stride;
    int padding;
} shape;

/* Sides odd and even, channels around the vector widths and the width of a panel, strides that do
 * and do not divide, kernels smaller than the stride and as large as the image. */
static const shape shapes[] = {{5, 7, 1, 1, 3, 1, NN_PAD_SAME},
                               {6, 6, 1, 16, 3, 1, NN_PAD_SAME},
                               {9, 5, 1, 5, 3, 2, NN_PAD_SAME},
                               {7, 8, 3, 4, 5, 1, NN_PAD_SAME},
                               {7, 7, 2, 33, 3, 2, NN_PAD_SAME},
                               {4, 5, 35, 3, 3, 1, NN_PAD_SAME},
                               {8, 6, 4, 17, 2, 2, NN_PAD_SAME},
                               {5, 5, 2, 3, 1, 1, NN_PAD_SAME},
                               {7, 6, 2, 3, 1, 3, NN_PAD_SAME},
                               {6, 5, 3, 2, 2, 3, NN_PAD_SAME},
                               {7, 5, 3, 8, 3, 1, 0},
                               {5, 5, 2, 7, 5, 1, 0},
                               {8, 8, 2, 3, 3, 3, 0},
                               {9, 8, 1, 3, 3, 1, 0},
                               {6, 7, 2, 3, 3, 1, 1},
                               {6, 7, 2, 3, 3, 2, 2},
                               {5, 4, 1, 2, 4, 3, 3},
                               {1, 1, 2, 3, 3, 1, 1},
                               {15, 31, 1, 40, 3, 1, NN_PAD_SAME},
                               /* by Winograd's transforms */
                               {8, 8, 16, 32, 3, 1, NN_PAD_SAME},
                               {9, 7, 8, 37, 3, 1, NN_PAD_SAME},
                               {6, 9, 35, 16, 3, 1, 0},
                               {5, 6, 21, 50, 3, 1, 2},
                               {24, 24, 8, 8, 3, 1, NN_PAD_SAME},
                               {3, 3, 9, 17, 3, 1, 0}};

static void create(fixture *f, const shape *s)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 3);
    f->c = (nn_conv){.height = s->height,
                     .width = s->width,
                     .channels = s->channels,
                     .filters = s->filters,
                     .kernel = s->kernel,
                     .stride = s->stride};
    ck_assert(nn_conv_plan(&f->c, s->padding));
    f->x = test_noise(ROWS * nn_conv_in(&f->c), &rng);
    f->w = test_noise(nn_conv_weights(&f->c), &rng);
    f->dz = test_noise(ROWS * nn_conv_out(&f->c), &rng);
    f->z = test_noise(ROWS * nn_conv_out(&f->c), &rng);
    f->dw = test_noise(nn_conv_weights(&f->c), &rng);
    f->dx = test_noise(ROWS * nn_conv_in(&f->c), &rng);
    f->packed = test_noise(nn_conv_packed(&f->c), &rng);
    f->turned = test_noise(nn_conv_turned(&f->c), &rng);
    f->scratch = test_noise(nn_conv_scratch(&f->c), &rng);
}

static void destroy(fixture *f)
{
    float *all[] = {f->x, f->w, f->z, f->dz, f->dw, f->dx, f->packed, f->turned, f->scratch};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        free(all[i]);
    }
}

static void forward(fixture *f)
{
    nn_conv_pack(&f->c, f->w, f->packed);
    nn_conv_forward(&f->c, ROWS, f->x, f->packed, f->z, f->scratch);
}

/* The definition. */
static double exact(const fixture *f, uint32_t row, uint32_t oy, uint32_t ox, uint32_t o)
{
    const nn_conv *c = &f->c;
    const float *x = f->x + row * nn_conv_in(c);
    double sum = 0;
    for (uint32_t ky = 0; ky < c->kernel; ky++) {
        for (uint32_t kx = 0; kx < c->kernel; kx++) {
            int64_t y = (int64_t)oy * c->stride + ky - c->top;
            int64_t at = (int64_t)ox * c->stride + kx - c->left;
            bool inside = y >= 0 && y < c->height && at >= 0 && at < c->width;
            for (uint32_t i = 0; inside && i < c->channels; i++) {
                sum += (double)x[((uint64_t)y * c->width + (uint64_t)at) * c->channels + i] *
                       (double)f->w[((ky * c->kernel + kx) * c->channels + i) * c->filters + o];
            }
        }
    }
    return sum;
}

START_TEST(a_convolution_is_what_its_definition_says)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        fixture f;
        create(&f, &shapes[i]);
        forward(&f);
        const float *z = f.z;
        for (uint32_t r = 0; r < ROWS; r++) {
            for (uint32_t p = 0; p < f.c.out_height * f.c.out_width; p++) {
                for (uint32_t o = 0; o < f.c.filters; o++, z++) {
                    double e = exact(&f, r, p / f.c.out_width, p % f.c.out_width, o);
                    ck_assert_msg(fabs((double)*z - e) < 1e-4,
                                  "shape %zu, image %u, pixel %u: %g, %g", i, r, p, (double)*z, e);
                }
            }
        }
        destroy(&f);
    }
}
END_TEST

/* sum of z dz, whose gradients are what backward computes */
static double value(fixture *f)
{
    double sum = 0;
    forward(f);
    for (size_t i = 0; i < ROWS * nn_conv_out(&f->c); i++) {
        sum += (double)f->z[i] * (double)f->dz[i];
    }
    return sum;
}

/* Each of numbers[n] in turn, or every few of many; value() is linear in it, so a large step costs
 * no exactness. */
static void check_numbers(fixture *f, float *numbers, const float *gradient, size_t n,
                          const char *name, size_t number)
{
    for (size_t i = 0; i < n; i += 1 + n / 50) {
        float saved = numbers[i];
        numbers[i] = saved + 0.5f;
        double more = value(f);
        numbers[i] = saved - 0.5f;
        double less = value(f);
        numbers[i] = saved;
        ck_assert_msg(fabs(more - less - (double)gradient[i]) < 2e-3, "shape %zu, %s[%zu]: %g, %g",
                      number, name, i, more - less, (double)gradient[i]);
    }
}

START_TEST(gradients_are_those_of_finite_differences)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        fixture f;
        create(&f, &shapes[i]);
        nn_conv_turn(&f.c, f.w, f.turned);
        nn_conv_backward(&f.c, ROWS, f.x, f.turned, f.dz, f.dw, false, f.dx, f.scratch);
        check_numbers(&f, f.w, f.dw, nn_conv_weights(&f.c), "w", i);
        check_numbers(&f, f.x, f.dx, ROWS * nn_conv_in(&f.c), "x", i);
        destroy(&f);
    }
}
END_TEST

START_TEST(images_in_groups_add_up_to_the_gradient_of_all)
{
    fixture f;
    create(&f, &shapes[3]);
    size_t n = nn_conv_weights(&f.c);
    float *parts = collet_zeros(n);
    nn_conv_turn(&f.c, f.w, f.turned);
    nn_conv_backward(&f.c, ROWS, f.x, f.turned, f.dz, f.dw, false, NULL, f.scratch);
    for (uint32_t r = 0; r < ROWS; r++) {
        nn_conv_backward(&f.c, 1, f.x + r * nn_conv_in(&f.c), f.turned,
                         f.dz + r * nn_conv_out(&f.c), parts, r > 0, NULL, f.scratch);
    }
    ck_assert_mem_eq(parts, f.dw, n * sizeof *parts);
    free(parts);
    destroy(&f);
}
END_TEST

START_TEST(padding_same_keeps_the_size_and_numbers_add_theirs)
{
    static const struct {
        uint32_t side, kernel, stride;
        int padding;
        uint32_t out, before;
    } cases[] = {{28, 3, 1, NN_PAD_SAME, 28, 1}, {28, 5, 1, NN_PAD_SAME, 28, 2},
                 {28, 2, 1, NN_PAD_SAME, 28, 0}, {7, 3, 2, NN_PAD_SAME, 4, 1},
                 {8, 3, 2, NN_PAD_SAME, 4, 0},   {28, 3, 1, 0, 26, 0},
                 {28, 5, 2, 2, 14, 2},           {5, 5, 1, 0, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nn_conv c = {
            cases[i].side, cases[i].side, 1, 1, cases[i].kernel, cases[i].stride, 0, 0, 0, 0};
        ck_assert(nn_conv_plan(&c, cases[i].padding));
        ck_assert_uint_eq(c.out_height, cases[i].out);
        ck_assert_uint_eq(c.out_width, cases[i].out);
        ck_assert_uint_eq(c.top, cases[i].before);
    }
}
END_TEST

START_TEST(an_image_smaller_than_the_kernel_has_no_plan)
{
    nn_conv c = {4, 9, 1, 1, 5, 1, 0, 0, 0, 0};
    ck_assert(!nn_conv_plan(&c, 0));
    ck_assert(nn_conv_plan(&c, 1));
}
END_TEST

TEST_MAIN("conv", a_convolution_is_what_its_definition_says,
          gradients_are_those_of_finite_differences, images_in_groups_add_up_to_the_gradient_of_all,
          padding_same_keeps_the_size_and_numbers_add_theirs,
          an_image_smaller_than_the_kernel_has_no_plan)
