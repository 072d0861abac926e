#include "train/schedule.h"
#include "support.h"

#include <math.h>

/* What most curves are asked with: 10 epochs of 4 steps. */
enum { EPOCHS = 10, STEPS = 4, MOST = 12 };

/* Factors at steps, worked out by hand from the formulas in schedule.h. */
typedef struct row {
    const char *name;
    clt_schedule schedule;
    struct {
        uint64_t step;
        double factor;
    } at[MOST]; /* up to the first with factor 0 and step 0 */
} row;

static const row rows[] = {
    {"nothing", {0}, {{0, 1}, {39, 1}}},
    {"exponential",
     {.curve = CLT_EXPONENTIAL, .decay = 0.5},
     {{0, 1}, {1, 0.88249690258459546}, {4, 0.60653065971263342}, {20, 0.0820849986238988}}},
    {"exponential per epoch",
     {.curve = CLT_EXPONENTIAL, .decay = 0.5, .per_epoch = true},
     {{0, 1}, {3, 1}, {4, 0.60653065971263342}, {7, 0.60653065971263342}}},
    {"exponential above a floor",
     {.curve = CLT_EXPONENTIAL, .decay = 0.5, .floor = 0.1},
     {{0, 1}, {4, 0.60653065971263342}, {20, 0.1}, {39, 0.1}}},
    {"step",
     {.curve = CLT_STEP, .step_every = 3, .step_factor = 0.5},
     {{0, 1}, {11, 1}, {12, 0.5}, {23, 0.5}, {24, 0.25}, {39, 0.125}}},
    {"step within epochs",
     {.curve = CLT_STEP, .step_every = 0.5, .step_factor = 0.5, .floor = 0.2},
     {{0, 1}, {1, 1}, {2, 0.5}, {3, 0.5}, {4, 0.25}, {6, 0.2}}},
    {"step after a warm-up",
     {.curve = CLT_STEP, .step_every = 3, .step_factor = 0.5, .warmup = 1},
     {{0, 0.25}, {3, 1}, {4, 1}, {15, 1}, {16, 0.5}}},
    {"linear",
     {.curve = CLT_LINEAR, .floor = 0.2},
     {{0, 1}, {10, 0.8}, {20, 0.6}, {30, 0.4}, {39, 0.22}}},
    {"linear per epoch",
     {.curve = CLT_LINEAR, .floor = 0.2, .per_epoch = true},
     {{0, 1}, {3, 1}, {4, 0.92}, {39, 0.28}}},
    {"polynomial",
     {.curve = CLT_POLYNOMIAL, .power = 2},
     {{0, 1}, {10, 0.5625}, {20, 0.25}, {30, 0.0625}}},
    {"polynomial with a floor and a root",
     {.curve = CLT_POLYNOMIAL, .power = 0.5, .floor = 0.5},
     {{0, 1}, {30, 0.75}, {20, 0.85355339059327373}}},
    {"cosine",
     {.curve = CLT_COSINE, .restart_growth = 1},
     {{0, 1}, {10, 0.85355339059327373}, {20, 0.5}, {30, 0.14644660940672624}}},
    {"cosine to a floor",
     {.curve = CLT_COSINE, .restart_growth = 1, .floor = 0.2},
     {{0, 1}, {20, 0.6}, {30, 0.31715728752538099}}},
    {"cosine with a restart",
     {.curve = CLT_COSINE, .restart_growth = 1, .restarts = 1},
     {{0, 1}, {10, 0.5}, {15, 0.14644660940672624}, {20, 1}, {30, 0.5}}},
    /* cycles of 40/7, 80/7, 160/7 steps: the second begins at step 6, the third at 18 */
    {"cosine with restarts that grow",
     {.curve = CLT_COSINE, .restart_growth = 2, .restarts = 2},
     {{5, 0.038060233744356631}, {6, 0.99845866686656387}, {18, 0.99653422847746315}}},
    {"cosine after a warm-up",
     {.curve = CLT_COSINE, .restart_growth = 1, .warmup = 2},
     {{0, 0.125}, {6, 0.875}, {7, 1}, {8, 1}, {24, 0.5}, {32, 0.14644660940672624}}},
    {"cosine per epoch",
     {.curve = CLT_COSINE, .restart_growth = 1, .per_epoch = true},
     {{0, 1}, {23, 0.5}, {20, 0.5}, {24, 0.34549150281252627}}},
    {"one cycle",
     {.curve = CLT_ONE_CYCLE, .cycle_start = 0.2, .cycle_peak = 0.5},
     {{0, 0.2}, {10, 0.6}, {20, 1}, {30, 0.5}, {35, 0.14644660940672624}}},
    {"one cycle to a floor",
     {.curve = CLT_ONE_CYCLE, .cycle_start = 0.2, .cycle_peak = 0.5, .floor = 0.1},
     {{0, 0.2}, {20, 1}, {30, 0.55}}},
    {"warm-up alone", {.warmup = 2}, {{0, 0.125}, {1, 0.25}, {7, 1}, {8, 1}, {39, 1}}},
    {"warm-up as a share", {.warmup_share = 0.2}, {{0, 0.125}, {1, 0.25}, {7, 1}, {8, 1}}},
    {"the longer warm-up counts", {.warmup = 1, .warmup_share = 0.2}, {{0, 0.125}, {7, 1}}},
    {"a warm-up of less than an epoch", {.warmup = 0.5}, {{0, 0.5}, {1, 1}, {2, 1}}},
    {"a warm-up rises within epochs", {.warmup = 2, .per_epoch = true}, {{0, 0.125}, {1, 0.25}}},
    {"a warm-up that ends within an epoch",
     {.curve = CLT_LINEAR, .warmup = 2.5, .per_epoch = true},
     {{9, 1}, {10, 1}, {11, 1}, {12, 0.93333333333333335}}},
    {"a warm-up longer than the training",
     {.curve = CLT_COSINE, .restart_growth = 1, .warmup = 20},
     {{0, 0.0125}, {39, 0.5}}},
};

START_TEST(factors_are_those_of_the_formulas)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int k = 0; k < MOST && rows[i].at[k].factor > 0; k++) {
            uint64_t step = rows[i].at[k].step;
            double factor = clt_schedule_factor(&rows[i].schedule, EPOCHS, STEPS, step);
            ck_assert_msg(fabs(factor - rows[i].at[k].factor) < 1e-14, "%s, step %d: %.17g, %.17g",
                          rows[i].name, (int)step, factor, rows[i].at[k].factor);
        }
    }
}
END_TEST

START_TEST(cycles_of_any_length_begin_at_their_very_step)
{
    for (uint64_t epochs = 1; epochs <= 30; epochs++) {
        for (uint64_t restarts = 0; restarts < 8; restarts++) {
            clt_schedule s = {.curve = CLT_COSINE, .restart_growth = 1, .restarts = restarts};
            uint64_t pace = 7 * (restarts + 1), cycle = epochs * 7; /* steps */
            for (uint64_t k = 0; k <= restarts; k++) {
                ck_assert_double_eq(clt_schedule_factor(&s, epochs, pace, k * cycle), 1);
                ck_assert_double_lt(clt_schedule_factor(&s, epochs, pace, (k + 1) * cycle - 1),
                                    0.06);
            }
        }
    }
}
END_TEST

START_TEST(factors_stay_between_0_and_1)
{
    for (int curve = CLT_CONSTANT; curve <= CLT_ONE_CYCLE; curve++) {
        for (uint64_t steps = 1; steps < 100; steps += 7) {
            clt_schedule s = {(clt_curve)curve,
                              steps % 2 == 0,
                              0.3,
                              0,
                              0.01,
                              3,
                              0.3,
                              0.7,
                              2,
                              steps,
                              10,
                              0.04,
                              0.3};
            for (uint64_t step = 0; step < 3 * steps; step++) {
                double factor = clt_schedule_factor(&s, 3, steps, step);
                ck_assert_msg(factor >= 0 && factor <= 1, "curve %d, step %d of 3 x %d: %g", curve,
                              (int)step, (int)steps, factor);
            }
        }
    }
}
END_TEST

TEST_MAIN("schedule", factors_are_those_of_the_formulas,
          cycles_of_any_length_begin_at_their_very_step, factors_stay_between_0_and_1)
