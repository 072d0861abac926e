#include "nn/projection.h"
#include "support.h"

#include <collet/helpers.h>

enum { ROWS = 4, VOCABULARY = 40 };

/* Filters that are no multiple of those taken at once, one width and several, sequences that are
 * empty, shorter than a window, and longer than a strip of nn/textconv.h. */
static const struct {
    uint32_t dim, filters, first, widths;
} shapes[] = {{64, 100, 3, 3}, {5, 16, 1, 1}, {12, 17, 2, 2}, {16, 33, 6, 2}};
static const uint64_t offsets[ROWS + 1] = {0, 300, 300, 302, 420};

typedef struct fixture {
    nn_textconv conv;
    nn_projection projection;
    nn_index index;
    nn_textconv_weights weights;
    collet_batch batch;
    uint32_t tokens[420];
    float *e, *y[2];
    uint64_t *place[2];
    size_t out;
} fixture;

static void create(fixture *f, size_t s)
{
    const uint32_t dim = shapes[s].dim, filters = shapes[s].filters, widths = shapes[s].widths;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 7);
    *f = (fixture){.out = (size_t)ROWS * widths * filters};
    ck_assert_int_eq(nn_textconv_init(&f->conv, dim, filters, shapes[s].first, widths), 0);
    ck_assert_int_eq(nn_projection_init(&f->projection, &f->conv, VOCABULARY), 0);
    ck_assert_int_eq(nn_index_init(&f->index, VOCABULARY), 0);
    for (uint32_t i = 0; i < widths; i++) {
        f->weights.w[i] = test_noise((size_t)filters * (shapes[s].first + i) * dim, &rng);
        f->weights.b[i] = test_noise(filters, &rng);
    }
    for (size_t t = 0; t < sizeof f->tokens / sizeof *f->tokens; t++) {
        f->tokens[t] = (uint32_t)collet_below(&rng, VOCABULARY);
    }
    f->batch = (collet_batch){.rows = ROWS, .tokens = f->tokens, .offsets = offsets};
    f->e = test_noise((size_t)VOCABULARY * dim, &rng);
    for (int i = 0; i < 2; i++) {
        f->y[i] = test_noise(f->out, &rng);
        f->place[i] = calloc(f->out, sizeof *f->place[i]);
    }
    ck_assert_int_eq(nn_index_build(&f->index, &f->batch), 0);
}

static void destroy(fixture *f)
{
    for (uint32_t i = 0; i < f->conv.widths; i++) {
        free(f->weights.w[i]);
        free(f->weights.b[i]);
    }
    nn_textconv_finish(&f->conv);
    nn_projection_finish(&f->projection);
    nn_index_finish(&f->index);
    free(f->e);
    for (int i = 0; i < 2; i++) {
        free(f->y[i]);
        free(f->place[i]);
    }
}

START_TEST(windows_are_those_of_the_plain_convolution)
{
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        fixture f;
        create(&f, s);
        nn_textconv_forward(&f.conv, &f.batch, f.e, &f.weights, f.y[0], f.place[0]);
        /* twice: what a batch leaves behind is of no consequence to the next */
        for (int times = 0; times < 2; times++) {
            ck_assert_int_eq(nn_projection_forward(&f.projection, &f.batch, &f.index, f.e,
                                                   &f.weights, f.y[1], f.place[1]),
                             0);
        }
        for (size_t i = 0; i < f.out; i++) {
            const double size = sqrt((double)shapes[s].dim * shapes[s].first);
            ck_assert_msg(fabs((double)f.y[0][i] - (double)f.y[1][i]) < 1e-5 * size,
                          "shape %zu, y[%zu]: %g, %g", s, i, (double)f.y[0][i], (double)f.y[1][i]);
            ck_assert_msg(f.place[0][i] == f.place[1][i], "shape %zu, place[%zu]: %llu, %llu", s, i,
                          (unsigned long long)f.place[0][i], (unsigned long long)f.place[1][i]);
        }
        destroy(&f);
    }
}
END_TEST

START_TEST(it_pays_where_words_come_again)
{
    fixture f;
    create(&f, 0);
    ck_assert(nn_projection_pays(&f.projection, &f.batch, &f.index));
    const uint64_t few[ROWS + 1] = {0, 10, 20, 30, 40};
    for (uint32_t t = 0; t < 40; t++) {
        f.tokens[t] = t;
    }
    f.batch.offsets = few;
    ck_assert_int_eq(nn_index_build(&f.index, &f.batch), 0);
    ck_assert_uint_eq(f.index.count, 40);
    ck_assert(!nn_projection_pays(&f.projection, &f.batch, &f.index));
    destroy(&f);
}
END_TEST

TEST_MAIN("projection", windows_are_those_of_the_plain_convolution, it_pays_where_words_come_again)
