#include "data/division.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 103, OWN_TEST = 7, CLASSES = 3, FOLDS = 5 };

static uint8_t bytes[ROWS];
static int32_t labels[ROWS];
static float targets[ROWS];
static const char *const names[CLASSES] = {"a", "b", "c"};

/* Classes of about half, a third and a sixth of the rows. */
static collet_data make_data(void)
{
    for (int i = 0; i < ROWS; i++) {
        labels[i] = i % 6 == 0 ? 2 : i % 2;
    }
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_TABLE,
                         .storage = COLLET_STORE_U8,
                         .classes = CLASSES,
                         .rows = ROWS,
                         .features = 1,
                         .scale = 1,
                         .x = bytes,
                         .labels = labels,
                         .class_names = names};
}

static clt_dividing usual(void)
{
    return (clt_dividing){.validation = 0.2, .repeats = 1, .stratify = true, .seed = 7};
}

static void divide(clt_division *division, const collet_data *data, const clt_dividing *how)
{
    clt_error err = {0};
    clt_division_init(division, data, how, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
}

static void enter(const clt_division *division, uint32_t part, clt_split *split)
{
    clt_error err = {0};
    ck_assert_int_eq(clt_division_split(division, part, split, &err), CLT_OK);
}

/* Marks who is where: train 1, validation 2, test 4. */
static void mark(const clt_division *division, const clt_split *split, int seen[ROWS])
{
    memset(seen, 0, ROWS * sizeof *seen);
    for (size_t i = 0; i < split->train_count; i++) {
        seen[split->train[i]] += 1;
    }
    for (size_t i = 0; i < split->validation_count; i++) {
        seen[split->validation[i]] += 2;
        ck_assert(i == 0 || split->validation[i] > split->validation[i - 1]);
    }
    for (size_t i = 0; i < division->test_count; i++) {
        seen[division->test[i]] += 4;
    }
}

/* Rows of each class that validate, and all of them. */
static void count_classes(const clt_split *split, size_t counts[CLASSES + 1])
{
    memset(counts, 0, (CLASSES + 1) * sizeof *counts);
    for (size_t i = 0; i < split->validation_count; i++) {
        counts[labels[split->validation[i]]]++;
        counts[CLASSES]++;
    }
}

START_TEST(every_row_validates_once_a_repeat_and_folds_are_alike)
{
    collet_data data = make_data();
    clt_dividing how = usual();
    clt_division d;
    size_t least[CLASSES + 1], most[CLASSES + 1] = {0};
    int seen[ROWS], times[ROWS] = {0};
    how.folds = FOLDS;
    how.repeats = 2;
    divide(&d, &data, &how);
    ck_assert_uint_eq(d.count, 2 * FOLDS);
    memset(least, 0xff, sizeof least);
    for (uint32_t part = 0; part < d.count; part++) {
        clt_split split;
        size_t counts[CLASSES + 1];
        enter(&d, part, &split);
        mark(&d, &split, seen);
        count_classes(&split, counts);
        for (int i = 0; i < ROWS; i++) {
            ck_assert(seen[i] == 1 || seen[i] == 2); /* either trains or validates */
            times[i] += seen[i] == 2;
        }
        for (int k = 0; k <= CLASSES; k++) {
            least[k] = counts[k] < least[k] ? counts[k] : least[k];
            most[k] = counts[k] > most[k] ? counts[k] : most[k];
        }
        clt_split_finish(&split);
    }
    for (int i = 0; i < ROWS; i++) {
        ck_assert_int_eq(times[i], 2);
    }
    for (int k = 0; k <= CLASSES; k++) {
        ck_assert_uint_le(most[k] - least[k], 1);
    }
    clt_division_finish(&d);
}
END_TEST

START_TEST(a_sample_its_test_rows_and_what_it_leaves_out_are_all_rows)
{
    collet_data data = make_data();
    clt_dividing how = usual();
    clt_division d;
    int times[ROWS] = {0};
    how.rows = ROWS / 2;
    how.test = 0.2;
    divide(&d, &data, &how);
    ck_assert_uint_eq(d.used_count + d.test_count, ROWS / 2);
    for (size_t i = 0; i < d.used_count; i++) {
        times[d.used[i]]++;
    }
    for (size_t i = 0; i < d.test_count; i++) {
        times[d.test[i]]++;
    }
    for (size_t i = 0; i < d.spare_count; i++) {
        times[d.spare[i]]++;
    }
    for (int i = 0; i < ROWS; i++) {
        ck_assert_int_eq(times[i], 1);
    }
    clt_division_finish(&d);
}
END_TEST

START_TEST(a_repeat_divides_differently_and_a_part_comes_out_the_same_again)
{
    collet_data data = make_data();
    clt_dividing how = usual();
    clt_division d;
    clt_split first, second, again;
    how.folds = FOLDS;
    how.repeats = 2;
    divide(&d, &data, &how);
    enter(&d, 1, &first);
    enter(&d, FOLDS + 1, &second);
    enter(&d, 1, &again);
    ck_assert_mem_eq(first.train, again.train, first.train_count * sizeof *first.train);
    ck_assert_mem_eq(first.validation, again.validation,
                     first.validation_count * sizeof *first.validation);
    ck_assert_int_ne(memcmp(first.validation, second.validation,
                            first.validation_count * sizeof *first.validation),
                     0);
    clt_split_finish(&first);
    clt_split_finish(&second);
    clt_split_finish(&again);
    clt_division_finish(&d);
}
END_TEST

START_TEST(no_part_sees_a_test_row)
{
    const struct {
        uint64_t own, rows;
        double test;
        uint32_t folds;
        size_t expected;
    } cases[] = {
        {0, 0, 0.2, 0, 20}, /* 103 rows: a fifth of 43, 42 and 18, rounded: 9 + 8 + 4 */
        {0, 0, 0.2, FOLDS, 20},
        {OWN_TEST, 0, 0, FOLDS, OWN_TEST},
        {OWN_TEST, 0, 0, 0, OWN_TEST},
        {0, 50, 0.2, FOLDS, 10},
        {0, 0, 0, FOLDS, 0},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        collet_data data = make_data();
        clt_dividing how = usual();
        clt_division d;
        int seen[ROWS];
        data.test_rows = cases[c].own;
        how.rows = cases[c].rows;
        how.test = cases[c].test;
        how.folds = cases[c].folds;
        divide(&d, &data, &how);
        ck_assert_uint_ge(d.test_count + 1, cases[c].expected); /* rounded class by class */
        ck_assert_uint_le(d.test_count, cases[c].expected + 1);
        for (uint32_t part = 0; part < d.count; part++) {
            clt_split split;
            enter(&d, part, &split);
            mark(&d, &split, seen);
            for (int i = 0; i < ROWS; i++) {
                ck_assert_int_le(seen[i], 4);
                ck_assert_int_ne(seen[i], 3);
            }
            ck_assert_uint_eq(split.train_count + split.validation_count, d.used_count);
            clt_split_finish(&split);
        }
        clt_division_finish(&d);
    }
}
END_TEST

START_TEST(without_stratification_classes_are_as_they_come)
{
    collet_data data = make_data();
    clt_dividing how = usual();
    clt_division d;
    size_t counts[CLASSES + 1], rare[FOLDS], alike = 1;
    how.folds = FOLDS;
    how.stratify = false;
    divide(&d, &data, &how);
    for (uint32_t part = 0; part < FOLDS; part++) {
        clt_split split;
        enter(&d, part, &split);
        count_classes(&split, counts);
        rare[part] = counts[2];
        ck_assert(counts[CLASSES] == ROWS / FOLDS || counts[CLASSES] == ROWS / FOLDS + 1);
        alike += part > 0 && rare[part] + 1 >= rare[0] && rare[part] <= rare[0] + 1;
        clt_split_finish(&split);
    }
    ck_assert_uint_lt(alike, FOLDS);
    clt_division_finish(&d);
}
END_TEST

START_TEST(numbers_are_divided_too)
{
    collet_data data = make_data();
    clt_dividing how = usual();
    clt_division d;
    clt_split split;
    data.classes = 0;
    data.labels = NULL;
    data.target_count = 1;
    data.targets = targets;
    how.folds = 2;
    how.test = 0.1;
    divide(&d, &data, &how);
    ck_assert_uint_eq(d.test_count, 10);
    enter(&d, 1, &split);
    ck_assert_uint_eq(split.validation_count, 46);
    clt_split_finish(&split);
    clt_division_finish(&d);
}
END_TEST

START_TEST(what_cannot_be_divided_is_refused)
{
    const struct {
        clt_dividing how;
        uint64_t own;
        int32_t one_class; /* all rows are of it; -1: not so */
        const char *key, *text;
    } cases[] = {
        {{.rows = 4, .folds = 5}, 0, -1, "folds", "4 rows are fewer than folds = 5"},
        {{.folds = 1},
         0,
         -1,
         "folds",
         "1 fold leaves nothing to train on; write 2 or more, or 0 for a hold-out"},
        {{.folds = 20, .stratify = true},
         0,
         -1,
         "folds",
         "class 2 \"c\" has 18 rows, fewer than folds = 20; write fewer folds, or stratify = off"},
        {{.validation = 0.1},
         0,
         1,
         NULL,
         "every row in use is of class 1 \"b\": there is nothing to tell apart"},
        {{.test = 0.1},
         OWN_TEST,
         -1,
         "test",
         "the dataset has 7 test rows of its own; leave test out"},
        {{.test = 0.001}, 0, -1, "test", "103 rows with test = 0.001 leave 0 to test"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        collet_data data = make_data();
        clt_dividing how = cases[c].how;
        clt_division d;
        clt_error err = {0};
        data.test_rows = cases[c].own;
        for (int i = 0; i < ROWS && cases[c].one_class >= 0; i++) {
            labels[i] = cases[c].one_class;
        }
        how.repeats = 1;
        how.seed = 7;
        ck_assert_int_eq(clt_division_init(&d, &data, &how, &err), CLT_BAD_INPUT);
        ck_assert_str_eq(err.text, cases[c].text);
        if (cases[c].key != NULL) {
            ck_assert_str_eq(d.key, cases[c].key);
        } else {
            ck_assert_ptr_null(d.key);
        }
        clt_division_finish(&d);
    }
}
END_TEST

TEST_MAIN("division", a_sample_its_test_rows_and_what_it_leaves_out_are_all_rows,
          every_row_validates_once_a_repeat_and_folds_are_alike,
          a_repeat_divides_differently_and_a_part_comes_out_the_same_again, no_part_sees_a_test_row,
          without_stratification_classes_are_as_they_come, numbers_are_divided_too,
          what_cannot_be_divided_is_refused)
