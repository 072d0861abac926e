#include "support.h"
#include "train/evaluate.h"

#include <math.h>
#include <string.h>

/*
 * The values that are expected stand beside how they come about by hand. scikit-learn 1.2 gives the
 * same: accuracy_score, balanced_accuracy_score, f1_score(average="macro"), log_loss,
 * roc_auc_score(multi_class="ovr"), mean_squared_error, mean_absolute_error, r2_score.
 */

enum { MOST_ROWS = 8, MOST_OUTPUTS = 3 };

/* Rows with what a model says of them; every row validates. */
typedef struct scene {
    collet_data data;
    float out[MOST_ROWS * MOST_OUTPUTS];
    int32_t labels[MOST_ROWS];
    float targets[MOST_ROWS * MOST_OUTPUTS];
} scene;

typedef struct expected {
    const char *metric;
    double value;
} expected;

/* The value of a metric, from two batches; the score is used twice, as for two epochs. */
static double value_of(scene *s, const char *metric)
{
    uint32_t rows[MOST_ROWS] = {0, 1, 2, 3, 4, 5, 6, 7};
    double values[CLT_MOST_METRICS];
    clt_error err = {0};
    clt_score score = {0};
    size_t n = s->data.classes > 0 ? s->data.classes : s->data.target_count;
    uint32_t count = (uint32_t)s->data.rows, half = count / 2;
    clt_split split = {.validation = rows, .validation_count = count};
    clt_metrics metrics = clt_metrics_of(&s->data);
    s->data.labels = s->labels;
    s->data.targets = s->targets;
    ck_assert(clt_metrics_add(&metrics, &s->data, metric));
    ck_assert_int_eq(clt_score_init(&score, &s->data, &split, &metrics, &err), CLT_OK);
    for (int epoch = 0; epoch < 2; epoch++) {
        collet_batch first = {.rows = half, .labels = s->labels, .targets = s->targets};
        collet_batch second = {
            .rows = count - half, .labels = s->labels + half, .targets = s->targets + half * n};
        clt_score_begin(&score);
        clt_score_add(&score, &first, s->out);
        clt_score_add(&score, &second, s->out + half * n);
        clt_score_values(&score, 0.25, values);
    }
    clt_score_finish(&score);
    return values[clt_metrics_find(&metrics, metric)];
}

static void check_all(scene *s, const expected *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = value_of(s, list[i].metric);
        ck_assert_msg(fabs(value - list[i].value) < 1e-12, "%s is %.17g, not %.17g", list[i].metric,
                      value, list[i].value);
    }
}

#define CHECK_ALL(scene, ...)                                                                      \
    do {                                                                                           \
        const expected list[] = {__VA_ARGS__};                                                     \
        check_all(scene, list, sizeof list / sizeof list[0]);                                      \
    } while (0)

START_TEST(three_classes)
{
    /* said: 0 1 1 0 2 1 */
    scene s = {.data = {.classes = 3, .rows = 6},
               .out = {2, 0, 1, 0, 1, 0.5f, 0, 3, 1, 1, 1, 0, 0, 0, 2, 0.5f, 2, 2},
               .labels = {0, 1, 2, 1, 2, 2}};
    CHECK_ALL(&s, {"accuracy", 3.0 / 6}, {"balanced_accuracy", (1.0 + 1.0 / 2 + 1.0 / 3) / 3},
              {"macro_f1", (2.0 / 3 + 2.0 / 5 + 2.0 / 4) / 3}, {"loss", 0.8596962349607105},
              {"log_loss", 0.8596962349607105}, {"auc", 0.7638888888888888}, {"train_loss", 0.25});
}
END_TEST

START_TEST(two_classes_with_equal_scores)
{
    /* z1 - z0: 1 -1 0 1 2 0 with labels 1 0 0 0 1 1. Pairs won by a positive of the 9: 1 beats -1
     * and 0 and ties with 1, 2 beats all three, 0 beats -1 and ties with 0: 2.5 + 3 + 1.5 */
    scene s = {.data = {.classes = 2, .rows = 6},
               .out = {0, 1, 0, -1, 0, 0, 0, 1, 0, 2, 0, 0},
               .labels = {1, 0, 0, 0, 1, 1}};
    CHECK_ALL(&s, {"auc", 7.0 / 9}, {"accuracy", 4.0 / 6}, {"balanced_accuracy", 4.0 / 6},
              {"macro_f1", 4.0 / 6}, {"loss", 0.5755012391195886});
}
END_TEST

START_TEST(scores_that_the_softmax_cannot_tell_apart_are_still_ranked)
{
    scene s = {.data = {.classes = 2, .rows = 4},
               .out = {0, 800, 0, 900, 0, 950, 0, 850},
               .labels = {0, 1, 1, 0}};
    CHECK_ALL(&s, {"auc", 1});
}
END_TEST

START_TEST(a_class_that_does_not_occur_is_left_out)
{
    /* class 2 is neither there nor said: the means are over two classes */
    scene s = {.data = {.classes = 3, .rows = 4},
               .out = {2, 1, 0, 2, 1, 0, 1, 2, 0, 2, 1, 0},
               .labels = {0, 0, 1, 1}};
    CHECK_ALL(&s, {"balanced_accuracy", (1 + 0.5) / 2}, {"macro_f1", (4.0 / 5 + 2.0 / 3) / 2},
              {"auc", (0.75 + 0.75) / 2});
}
END_TEST

START_TEST(one_class_alone_has_no_auc)
{
    scene s = {.data = {.classes = 2, .rows = 2}, .out = {0, 1, 1, 0}, .labels = {1, 1}};
    ck_assert(isnan(value_of(&s, "auc")));
    CHECK_ALL(&s, {"accuracy", 0.5}, {"balanced_accuracy", 0.5});
}
END_TEST

START_TEST(numbers)
{
    /* errors: .5 0 -1 -1 and 2 -2 3 0. Squares 2.25 and 17; the targets' spread 14 and 500. */
    scene s = {.data = {.target_count = 2, .rows = 4},
               .out = {1.5f, 12, 2, 18, 2, 33, 5, 40},
               .targets = {1, 10, 2, 20, 3, 30, 6, 40}};
    CHECK_ALL(&s, {"mse", (2.25 + 17) / 8}, {"loss", (2.25 + 17) / 16}, {"mae", (2.5 + 7) / 8},
              {"r2", ((1 - 2.25 / 14) + (1 - 17.0 / 500)) / 2});
}
END_TEST

START_TEST(numbers_that_the_dataset_has_scaled_are_told_in_its_units)
{
    /* as numbers(), which trained on (x - shift) / scale with scales 10 and 0.5 */
    static const float shift[2] = {100, -3}, scale[2] = {10, 0.5f};
    scene s = {.data = {.struct_size = COLLET_SIZE(collet_data),
                        .target_count = 2,
                        .rows = 4,
                        .target_shift = shift,
                        .target_scale = scale},
               .out = {1.5f, 12, 2, 18, 2, 33, 5, 40},
               .targets = {1, 10, 2, 20, 3, 30, 6, 40}};
    CHECK_ALL(&s, {"mse", (225 + 17.0 / 4) / 8}, {"mae", (25 + 3.5) / 8},
              {"loss", (2.25 + 17) / 16}, {"r2", ((1 - 2.25 / 14) + (1 - 17.0 / 500)) / 2});
}
END_TEST

START_TEST(a_constant_target_is_met_or_not)
{
    scene met = {.data = {.target_count = 1, .rows = 2}, .out = {3, 3}, .targets = {3, 3}};
    scene missed = {.data = {.target_count = 1, .rows = 2}, .out = {3, 4}, .targets = {3, 3}};
    CHECK_ALL(&met, {"r2", 1});
    CHECK_ALL(&missed, {"r2", 0});
}
END_TEST

START_TEST(what_a_model_costs_says_not_how_good_it_is)
{
    const collet_data targets = {.target_count = 1};
    clt_metrics metrics = clt_metrics_of(&targets);
    ck_assert(clt_metric_judges(CLT_METRIC_MSE) && !clt_metric_judges(CLT_METRIC_TRAIN_LOSS));
    ck_assert_int_lt(clt_metrics_find(&metrics, "seconds"), 0); /* only where it is wanted */
    ck_assert(clt_metrics_add(&metrics, &targets, "seconds"));
    ck_assert(!clt_metric_judges(CLT_METRIC_SECONDS) && !clt_metric_judges(CLT_METRIC_PARAMETERS));
    ck_assert(!clt_metric_rises(&metrics, metrics.count - 1));
    ck_assert(clt_metric_is_time("seconds") && clt_metric_is_time("predict_seconds"));
    ck_assert(clt_metric_is_cost("parameters") && !clt_metric_is_time("parameters"));
    ck_assert(!clt_metric_is_cost("loss"));
}
END_TEST

START_TEST(data_have_the_metrics_that_suit_them)
{
    collet_data classes = {.classes = 3}, targets = {.target_count = 1};
    clt_metrics metrics = clt_metrics_of(&classes);
    ck_assert_str_eq(metrics.names[0], "accuracy");
    ck_assert_int_lt(clt_metrics_find(&metrics, "auc"), 0); /* it sorts: only where it is wanted */
    ck_assert(clt_metrics_add(&metrics, &classes, "auc"));
    ck_assert(clt_metrics_add(&metrics, &classes, "auc")); /* once is enough */
    ck_assert_int_eq(clt_metrics_find(&metrics, "auc"), (int)metrics.count - 1);
    ck_assert(clt_metric_rises(&metrics, metrics.count - 1));
    ck_assert(!clt_metrics_add(&metrics, &classes, "mae"));
    metrics = clt_metrics_of(&targets);
    ck_assert_str_eq(metrics.names[0], "loss");
    ck_assert(!clt_metric_rises(&metrics, 0));
    ck_assert(!clt_metrics_add(&metrics, &targets, "accuracy"));
    for (uint32_t i = 0; clt_metric_name(&classes, i) != NULL; i++) {
        metrics = clt_metrics_of(&classes);
        ck_assert(clt_metrics_add(&metrics, &classes, clt_metric_name(&classes, i)));
    }
}
END_TEST

TEST_MAIN("metrics", three_classes, two_classes_with_equal_scores,
          scores_that_the_softmax_cannot_tell_apart_are_still_ranked,
          a_class_that_does_not_occur_is_left_out, one_class_alone_has_no_auc, numbers,
          numbers_that_the_dataset_has_scaled_are_told_in_its_units,
          a_constant_target_is_met_or_not, what_a_model_costs_says_not_how_good_it_is,
          data_have_the_metrics_that_suit_them)
