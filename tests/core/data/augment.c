#include "data/feed.h"
#include "support.h"

#include <math.h>
#include <string.h>

enum { HEIGHT = 3, WIDTH = 4, PIXELS = HEIGHT * WIDTH, ROWS = 6, CLASSES = 3 };

static const float picture[PIXELS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const clt_picture plain = {HEIGHT, WIDTH, 1, CLT_FILL_BLACK, 0};

typedef struct move_case {
    clt_fill fill;
    int64_t dy, dx;
    bool mirror;
    float out[PIXELS];
} move_case;

static const move_case moves[] = {
    {CLT_FILL_BLACK, 0, 0, false, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
    {CLT_FILL_BLACK, 0, 0, true, {4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9}},
    {CLT_FILL_BLACK, 1, -1, false, {0, 5, 6, 7, 0, 9, 10, 11, 0, 0, 0, 0}},
    {CLT_FILL_EDGE, 1, -1, false, {5, 5, 6, 7, 9, 9, 10, 11, 9, 9, 10, 11}},
    {CLT_FILL_REFLECT, 1, -1, false, {6, 5, 6, 7, 10, 9, 10, 11, 6, 5, 6, 7}},
    {CLT_FILL_BLACK, 0, 1, true, {3, 2, 1, 0, 7, 6, 5, 0, 11, 10, 9, 0}},
    {CLT_FILL_BLACK, 99, 0, false, {0}},
    {CLT_FILL_EDGE, 99, -99, false, {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}},
};

START_TEST(pictures_are_moved_by_whole_pixels)
{
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        clt_picture p = plain;
        float out[PIXELS];
        int32_t places[WIDTH];
        p.fill = moves[i].fill;
        clt_warp_move(&p, moves[i].dy, moves[i].dx, moves[i].mirror, picture, out, places);
        ck_assert_mem_eq(out, moves[i].out, sizeof out);
    }
}
END_TEST

START_TEST(a_turn_without_angle_moves_as_well)
{
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        const move_case *c = &moves[i];
        const float m[4] = {c->mirror ? -1.0f : 1.0f, 0, 0, 1};
        clt_picture p = plain;
        float out[PIXELS];
        p.fill = c->fill;
        clt_warp_turn(&p, m, (float)c->dy, (float)(c->mirror ? -c->dx : c->dx), picture, out);
        for (int k = 0; k < PIXELS; k++) {
            ck_assert_float_eq_tol(out[k], c->out[k], 1e-5f);
        }
    }
}
END_TEST

START_TEST(pictures_are_turned_about_their_middle)
{
    static const float square[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const float turned[9] = {7, 4, 1, 8, 5, 2, 9, 6, 3}; /* by a quarter */
    static const float between[9] = {1.5f, 2.5f, 3,    4.5f, 5.5f,
                                     6,    7.5f, 8.5f, 9}; /* half a pixel */
    const float quarter[4] = {0, 1, -1, 0}, none[4] = {1, 0, 0, 1};
    const clt_picture p = {3, 3, 1, CLT_FILL_EDGE, 0};
    float out[9];
    clt_warp_turn(&p, quarter, 0, 0, square, out);
    ck_assert_mem_eq(out, turned, sizeof out);
    clt_warp_turn(&p, none, 0, 0.5f, square, out);
    ck_assert_mem_eq(out, between, sizeof out);
}
END_TEST

START_TEST(a_square_is_cut_out_as_far_as_it_lies_in_the_picture)
{
    static const float corner[PIXELS] = {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const float middle[PIXELS] = {0, 0, 3, 4, 0, 0, 7, 8, 9, 10, 11, 12};
    float out[PIXELS];
    memcpy(out, picture, sizeof out);
    clt_warp_cut(&plain, 0, 0, 2, out);
    ck_assert_mem_eq(out, corner, sizeof out);
    clt_warp_cut(&plain, 1, 1, 2, out);
    ck_assert_mem_eq(out, middle, sizeof out);
}
END_TEST

START_TEST(channels_stay_together)
{
    static const float in[8] = {1, 10, 2, 20, 3, 30, 4, 40};
    static const float mirrored[8] = {2, 20, 1, 10, 4, 40, 3, 30},
                       left[8] = {2, 20, 7, 7, 4, 40, 7, 7};
    const clt_picture p = {2, 2, 2, CLT_FILL_BLACK, 7};
    float out[8];
    int32_t places[2];
    clt_warp_move(&p, 0, 0, true, in, out, places);
    ck_assert_mem_eq(out, mirrored, sizeof out);
    clt_warp_move(&p, 0, 1, false, in, out, places);
    ck_assert_mem_eq(out, left, sizeof out);
}
END_TEST

/* ---- Feeds ---------------------------------------------------------------------------------- */

static float x[ROWS * PIXELS];
static int32_t labels[ROWS] = {0, 1, 2, 0, 1, 2};
static uint32_t train[4] = {0, 1, 2, 3}, validation[2] = {4, 5};
static const clt_split split = {train, 4, validation, 2};

static collet_data images(void)
{
    for (int i = 0; i < ROWS * PIXELS; i++) {
        x[i] = (float)(i % 17) + (float)(i / PIXELS); /* each row another picture */
    }
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_IMAGES,
                         .storage = COLLET_STORE_F32,
                         .classes = CLASSES,
                         .rows = ROWS,
                         .features = PIXELS,
                         .height = HEIGHT,
                         .width = WIDTH,
                         .channels = 1,
                         .scale = 1,
                         .x = x,
                         .labels = labels};
}

/* A feed and what it draws on. */
typedef struct fed {
    collet_data data;
    clt_batch batch;
    clt_feed feed;
} fed;

static void start(fed *f, const clt_feeding *feeding, uint64_t seed)
{
    clt_error err = {0};
    f->data = images();
    f->batch = (clt_batch){0};
    ck_assert_int_eq(clt_batch_init(&f->batch, &f->data, ROWS, &err), CLT_OK);
    ck_assert_int_eq(clt_feed_init(&f->feed, &f->batch, &split, feeding, seed, &err), CLT_OK);
}

static void finish(fed *f)
{
    clt_feed_finish(&f->feed);
    clt_batch_finish(&f->batch);
}

START_TEST(a_feed_that_changes_nothing_hands_over_the_rows)
{
    fed f;
    clt_feeding none = {0};
    start(&f, &none, 1);
    const collet_batch *batch = clt_feed_gather(&f.feed, train, 3, 1);
    ck_assert_ptr_eq(batch, &f.batch.view);
    ck_assert_ptr_null(batch->targets);
    finish(&f);
}
END_TEST

/* What a row looks like in an epoch, in a batch of these rows. */
static void look(const clt_feeding *feeding, uint64_t seed, uint64_t epoch, const uint32_t *rows,
                 uint32_t count, uint32_t wanted, float out[PIXELS + CLASSES])
{
    fed f;
    start(&f, feeding, seed);
    const collet_batch *batch = clt_feed_gather(&f.feed, rows, count, epoch);
    memset(out, 0, (PIXELS + CLASSES) * sizeof *out);
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i] == wanted) {
            memcpy(out, batch->x + i * PIXELS, PIXELS * sizeof *out);
            if (batch->targets != NULL) {
                memcpy(out + PIXELS, batch->targets + i * CLASSES, CLASSES * sizeof *out);
            }
        }
    }
    finish(&f);
}

START_TEST(a_row_looks_the_same_in_any_batch_and_order_and_differs_from_epoch_to_epoch)
{
    static const uint32_t some[3] = {3, 1, 0}, others[4] = {0, 2, 1, 3}, alone[1] = {1};
    static const clt_feeding ways[] = {
        {{.shift = 2, .flip = 0.5}, 0},
        {{.rotate = 30, .zoom = 0.3, .fill = 2}, 0.1},
        {{.noise = 0.5}, 0},
        {{.cutout = 2, .shift = 1, .noise = 0.1}, 0},
        {{.crop = 0.6, .flip = 0.5}, 0},
        {{.crop = 0.3, .rotate = 10, .shift = 1}, 0},
        {{.mixup = 0.4, .shift = 2}, 0.1},
        {{.mixup = 3}, 0},
    };
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        float a[PIXELS + CLASSES], b[PIXELS + CLASSES];
        bool differs = false, seeds = false;
        for (uint64_t epoch = 1; epoch <= 20; epoch++) {
            look(&ways[w], 5, epoch, some, 3, 1, a);
            look(&ways[w], 5, epoch, others, 4, 1, b);
            ck_assert_mem_eq(a, b, sizeof a);
            look(&ways[w], 5, epoch, alone, 1, 1, b);
            ck_assert_mem_eq(a, b, sizeof a);
            look(&ways[w], 6, epoch, alone, 1, 1, b);
            seeds = seeds || memcmp(a, b, sizeof a) != 0;
            look(&ways[w], 5, epoch + 1, alone, 1, 1, b);
            differs = differs || memcmp(a, b, sizeof a) != 0;
        }
        ck_assert(differs && seeds);
    }
    for (int i = 0; i < PIXELS; i++) { /* the data are as they were */
        ck_assert_float_eq(x[PIXELS + i], (float)((PIXELS + i) % 17) + 1);
    }
}
END_TEST

START_TEST(labels_are_softened)
{
    fed f;
    clt_feeding soft = {.smoothing = 0.3};
    start(&f, &soft, 1);
    const collet_batch *batch = clt_feed_gather(&f.feed, train, 4, 1);
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < CLASSES; k++) {
            float expected = k == labels[train[i]] ? 0.8f : 0.1f; /* 0.7 + 0.3 / 3 */
            ck_assert_float_eq_tol(batch->targets[i * CLASSES + k], expected, 1e-6f);
        }
    }
    ck_assert_ptr_nonnull(batch->labels);
    finish(&f);
}
END_TEST

START_TEST(mixed_rows_and_labels_keep_the_same_share_and_partners_train)
{
    clt_feeding mixing = {.augment = {.mixup = 1}};
    for (uint64_t epoch = 1; epoch <= 50; epoch++) {
        float out[PIXELS + CLASSES];
        bool explained = false;
        look(&mixing, 3, epoch, train, 4, 1, out);
        ck_assert_float_eq_tol(out[PIXELS] + out[PIXELS + 1] + out[PIXELS + 2], 1, 1e-6f);
        for (int j = 0; j < 4 && !explained; j++) { /* of which training row is it a mixture? */
            float own = j == 1 ? 1 : out[PIXELS + 1], other = j == 1 ? 0 : out[PIXELS + labels[j]];
            explained = fabsf(own + other - 1) < 1e-6f;
            for (int p = 0; p < PIXELS; p++) {
                float mixture = own * x[PIXELS + p] + (1 - own) * x[j * PIXELS + p];
                explained = explained && fabsf(out[p] - mixture) < 1e-4f;
            }
        }
        ck_assert(explained);
    }
}
END_TEST

/* Mean and variance of n draws. */
static void moments(double (*draw)(clt_rng *rng), int n, double *mean, double *variance)
{
    clt_rng rng;
    double sum = 0, squares = 0;
    clt_rng_init(&rng, 1, "test", 0);
    for (int i = 0; i < n; i++) {
        double value = draw(&rng);
        sum += value;
        squares += value * value;
    }
    *mean = sum / n;
    *variance = squares / n - *mean * *mean;
}

static double beta_small(clt_rng *rng)
{
    return clt_augment_share(0.2, rng);
}

static double beta_large(clt_rng *rng)
{
    return clt_augment_share(4, rng);
}

static double one_noise(clt_rng *rng)
{
    static const float zero[1] = {0};
    const clt_augment how = {.noise = 2};
    const collet_data data = {.form = COLLET_DATA_TABLE, .features = 1};
    float out[1];
    clt_augment_row(&how, &data, rng, zero, out, NULL);
    return (double)out[0];
}

START_TEST(shares_and_noise_have_the_moments_that_they_should)
{
    double mean, variance;
    moments(beta_small, 20000, &mean, &variance); /* 1 / (4 (2 alpha + 1)) */
    ck_assert_double_eq_tol(mean, 0.5, 0.01);
    ck_assert_double_eq_tol(variance, 1 / (4 * 1.4), 0.005);
    moments(beta_large, 20000, &mean, &variance);
    ck_assert_double_eq_tol(mean, 0.5, 0.01);
    ck_assert_double_eq_tol(variance, 1.0 / 36, 0.002);
    moments(one_noise, 20000, &mean, &variance);
    ck_assert_double_eq_tol(mean, 0, 0.06);
    ck_assert_double_eq_tol(variance, 4, 0.15);
}
END_TEST

START_TEST(a_share_of_the_pictures_is_mirrored)
{
    clt_feeding flips = {.augment = {.flip = 0.25}};
    static const uint32_t row[1] = {0};
    int mirrored = 0;
    for (uint64_t epoch = 1; epoch <= 2000; epoch++) {
        float out[PIXELS + CLASSES];
        look(&flips, 9, epoch, row, 1, 0, out);
        mirrored += out[0] == x[WIDTH - 1];
    }
    ck_assert_int_gt(mirrored, 430);
    ck_assert_int_lt(mirrored, 570);
}
END_TEST

/* A picture whose numbers are those of its columns, or of its rows. */
static void slope(bool columns, float out[PIXELS])
{
    for (int i = 0; i < PIXELS; i++) {
        out[i] = (float)(columns ? i % WIDTH : i / WIDTH);
    }
}

START_TEST(a_crop_shows_a_part_of_the_picture_in_the_size_of_the_whole)
{
    const clt_augment how = {.crop = 0.75, .flip = 0.5};
    collet_data data = images();
    float in[PIXELS], out[PIXELS], least = 1, lowest = WIDTH, highest = 0;
    int32_t places[WIDTH];
    double sum = 0;
    for (uint64_t epoch = 0; epoch < 400; epoch++) {
        float sides[2];
        for (int columns = 0; columns < 2; columns++) {
            int length = columns ? WIDTH : HEIGHT, step = columns ? 1 : WIDTH;
            clt_rng rng = clt_augment_stream(1, epoch, 7);
            slope(columns, in);
            clt_augment_row(&how, &data, &rng, in, out, places);
            float first = out[0], last = out[PIXELS - 1],
                  way = (last - first) / (float)(length - 1);
            ck_assert_float_eq_tol(out[step] - out[0], way,
                                   1e-4f); /* a straight line remains one */
            ck_assert(fminf(first, last) > -1e-4f && fmaxf(first, last) < (float)length - 0.999f);
            sides[columns] = fabsf(way);
            lowest = fminf(lowest, fminf(first, last));
            highest = fmaxf(highest, columns ? fmaxf(first, last) : 0);
        }
        float area = sides[0] * sides[1], stretch = sides[1] / sides[0];
        ck_assert(area > 0.249f && area < 1.001f && stretch > 0.749f && stretch < 1.334f);
        least = fminf(least, area);
        sum += (double)area;
    }
    ck_assert_float_lt(least, 0.3f); /* all areas and places are taken */
    ck_assert(sum / 400 > 0.56 && sum / 400 < 0.66);
    ck_assert(lowest < 0.02f && highest > WIDTH - 1.05f);
}
END_TEST

/* ---- Texts ---------------------------------------------------------------------------------- */

enum { LONG = 1000 };

static uint32_t tokens[3 + 1 + LONG];
static uint64_t offsets[5] = {0, 3, 4, 4, 4 + LONG};
static int32_t kinds[4] = {0, 1, 0, 1};

static collet_data texts(void)
{
    for (uint32_t i = 0; i < 4 + LONG; i++) {
        tokens[i] = i;
    }
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_TOKENS,
                         .storage = COLLET_STORE_F32,
                         .classes = 2,
                         .rows = 4,
                         .vocabulary = 4 + LONG,
                         .scale = 1,
                         .tokens = tokens,
                         .offsets = offsets,
                         .labels = kinds};
}

/* The tokens that a row keeps in an epoch, in a batch of these rows. */
static uint64_t keep(double p, uint64_t epoch, const uint32_t *rows, uint32_t count, uint32_t row,
                     uint32_t out[LONG])
{
    const clt_feeding feeding = {.augment = {.word_dropout = p}};
    clt_error err = {0};
    uint64_t kept = 0;
    fed f = {.data = texts()};
    ck_assert_int_eq(clt_batch_init(&f.batch, &f.data, ROWS, &err), CLT_OK);
    ck_assert_int_eq(clt_feed_init(&f.feed, &f.batch, &split, &feeding, 3, &err), CLT_OK);
    const collet_batch *batch = clt_feed_gather(&f.feed, rows, count, epoch);
    ck_assert_uint_eq(batch->offsets[0], 0);
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i] == row) {
            kept = batch->offsets[i + 1] - batch->offsets[i];
            memcpy(out, batch->tokens + batch->offsets[i], kept * sizeof *out);
        }
    }
    finish(&f);
    return kept;
}

START_TEST(words_are_left_out_in_each_epoch_anew_whatever_the_batch)
{
    static const uint32_t some[3] = {0, 3, 2}, others[4] = {1, 2, 3, 0};
    uint32_t a[LONG], b[LONG];
    uint64_t n = keep(0.3, 1, some, 3, 3, a), m = keep(0.3, 1, others, 4, 3, b), before = n;
    ck_assert_uint_eq(n, m);
    ck_assert_mem_eq(a, b, n * sizeof *a);
    ck_assert(n > 640 && n < 760);
    for (uint64_t i = 1; i < n; i++) { /* in their order */
        ck_assert_uint_lt(a[i - 1], a[i]);
    }
    n = keep(0.3, 2, some, 3, 3, b);
    ck_assert(n != before || memcmp(a, b, n * sizeof *a) != 0);
    for (uint32_t i = 0; i < 4 + LONG; i++) { /* the data are as they were */
        ck_assert_uint_eq(tokens[i], i);
    }
}
END_TEST

START_TEST(of_a_text_with_words_at_least_one_is_left_and_each_may_be)
{
    static const uint32_t all[4] = {0, 1, 2, 3};
    uint32_t out[LONG], last[3] = {0};
    for (uint64_t epoch = 0; epoch < 300; epoch++) {
        ck_assert_uint_eq(keep(0.999, epoch, all, 4, 1, out), 1);
        ck_assert_uint_eq(keep(0.999, epoch, all, 4, 2, out), 0);
        ck_assert_uint_ge(keep(0.999, epoch, all, 4, 0, out), 1);
        last[out[0]]++;
    }
    ck_assert(last[0] > 50 && last[1] > 50 && last[2] > 50);
}
END_TEST

TEST_MAIN("augment", pictures_are_moved_by_whole_pixels, a_turn_without_angle_moves_as_well,
          pictures_are_turned_about_their_middle,
          a_square_is_cut_out_as_far_as_it_lies_in_the_picture, channels_stay_together,
          a_feed_that_changes_nothing_hands_over_the_rows,
          a_row_looks_the_same_in_any_batch_and_order_and_differs_from_epoch_to_epoch,
          labels_are_softened, mixed_rows_and_labels_keep_the_same_share_and_partners_train,
          shares_and_noise_have_the_moments_that_they_should, a_share_of_the_pictures_is_mirrored,
          a_crop_shows_a_part_of_the_picture_in_the_size_of_the_whole,
          words_are_left_out_in_each_epoch_anew_whatever_the_batch,
          of_a_text_with_words_at_least_one_is_left_and_each_may_be)
