#include "data/split.h"
#include "data/batch.h"
#include "support.h"

#include <math.h>
#include <string.h>

enum { ROWS = 1000, TEST_ROWS = 100, CLASSES = 3 };

static uint8_t bytes[ROWS][2];
static int32_t labels[ROWS];

static collet_data make_data(void)
{
    for (int i = 0; i < ROWS; i++) {
        labels[i] = i % 10 == 0 ? 2 : i % 2; /* one class is rare */
        bytes[i][0] = (uint8_t)i;
        bytes[i][1] = (uint8_t)(i / 4);
    }
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_TABLE,
                         .storage = COLLET_STORE_U8,
                         .classes = CLASSES,
                         .rows = ROWS,
                         .test_rows = TEST_ROWS,
                         .features = 2,
                         .scale = 0.5f,
                         .shift = 1,
                         .x = bytes,
                         .labels = labels};
}

START_TEST(parts_do_not_overlap_and_spare_the_test_rows)
{
    collet_data data = make_data();
    clt_split split;
    clt_error err = {0};
    int seen[ROWS] = {0}, rare = 0;
    ck_assert_int_eq(clt_split_init(&split, &data, 0.2, 0, 7, &err), CLT_OK);
    for (size_t i = 0; i < split.train_count; i++) {
        seen[split.train[i]]++;
    }
    for (size_t i = 0; i < split.validation_count; i++) {
        seen[split.validation[i]]++;
        rare += labels[split.validation[i]] == 2;
        ck_assert(i == 0 || split.validation[i] > split.validation[i - 1]);
    }
    for (int i = 0; i < ROWS; i++) {
        ck_assert_int_eq(seen[i], i < ROWS - TEST_ROWS ? 1 : 0);
    }
    ck_assert_uint_eq(split.validation_count, 180);
    ck_assert_int_eq(rare, 18); /* of 90: class by class */
    clt_split_finish(&split);
}
END_TEST

START_TEST(the_split_depends_on_the_seed_alone)
{
    collet_data data = make_data();
    clt_split a, b, c;
    clt_error err = {0};
    clt_split_init(&a, &data, 0.2, 300, 7, &err);
    clt_split_init(&b, &data, 0.2, 300, 7, &err);
    clt_split_init(&c, &data, 0.2, 300, 8, &err);
    ck_assert_uint_eq(a.train_count + a.validation_count, 300);
    ck_assert_mem_eq(a.train, b.train, a.train_count * sizeof *a.train);
    ck_assert_int_ne(memcmp(a.train, c.train, a.train_count * sizeof *a.train), 0);
    clt_split_finish(&a);
    clt_split_finish(&b);
    clt_split_finish(&c);
}
END_TEST

START_TEST(bytes_become_numbers_on_the_way)
{
    static const uint32_t rows[3] = {5, 900, 8};
    collet_data data = make_data();
    clt_batch batch;
    clt_error err = {0};
    ck_assert_int_eq(clt_batch_init(&batch, &data, 4, &err), CLT_OK);
    const collet_batch *view = clt_batch_gather(&batch, rows, 3);
    ck_assert_uint_eq(view->rows, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_float_eq(view->x[2 * i], (float)bytes[rows[i]][0] * 0.5f + 1);
        ck_assert_int_eq(view->labels[i], labels[rows[i]]);
    }
    clt_batch_finish(&batch);
}
END_TEST

START_TEST(sloppy_datasets_are_refused)
{
    collet_data data = make_data();
    clt_error err = {0};
    ck_assert_int_eq(clt_data_check(&data, "mine", &err), CLT_OK);
    labels[7] = 3;
    ck_assert_int_eq(clt_data_check(&data, "mine", &err), CLT_BAD_INPUT);
    ck_assert_str_eq(err.text, "dataset \"mine\": row 7 has the label 3; there are classes 0 to 2");
    data = make_data();
    data.test_rows = ROWS;
    ck_assert_int_eq(clt_data_check(&data, "mine", &err), CLT_BAD_INPUT);
    static float x[4] = {1, 2, 3, (float)NAN}, y[2] = {1, 2};
    collet_data numbers = {.struct_size = COLLET_SIZE(collet_data),
                           .form = COLLET_DATA_TABLE,
                           .storage = COLLET_STORE_F32,
                           .rows = 2,
                           .features = 2,
                           .target_count = 1,
                           .scale = 1,
                           .x = x,
                           .targets = y};
    ck_assert_int_eq(clt_data_check(&numbers, "mine", &err), CLT_BAD_INPUT);
    ck_assert_str_eq(err.text, "dataset \"mine\": feature 1 of row 1 is not a finite number");
}
END_TEST

TEST_MAIN("split", parts_do_not_overlap_and_spare_the_test_rows,
          the_split_depends_on_the_seed_alone, bytes_become_numbers_on_the_way,
          sloppy_datasets_are_refused)
