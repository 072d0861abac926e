/* The expected hypervolume improvement, against the volume itself. */
#include "gp/front.h"

#include "math/hypervolume.h"
#include "support.h"

#include <math.h>
#include <string.h>

enum { MOST = 4, POINTS = 40 };

/* Front `which` of so many goals, with points that others dominate; returns how many. */
static size_t make_values(uint32_t goals, double *values)
{
    for (size_t i = 0; i < POINTS; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < goals; k++) {
            values[i * goals + k] = fmod(0.37 + (double)(i + 1) * (0.618 + 0.1373 * (double)k), 1);
            sum += values[i * goals + k];
        }
        for (uint32_t k = 0; k < goals; k++) {
            values[i * goals + k] /= i % 3 == 0 ? 1 : sum;
        }
    }
    return POINTS;
}

static double volume(const double *values, size_t n, uint32_t goals, const double *reference)
{
    double copy[(POINTS + 1) * MOST];
    memcpy(copy, values, n * goals * sizeof *copy);
    return clt_hypervolume(copy, n, goals, reference);
}

typedef struct setting {
    gp_front front;
    double values[(POINTS + 1) * MOST], before;
    size_t n;
} setting;

static void begin(setting *s, uint32_t goals)
{
    double work[POINTS];
    s->n = make_values(goals, s->values);
    ck_assert_int_eq(gp_front_init(&s->front, goals), COLLET_OK);
    s->n = gp_front_make(&s->front, s->values, s->n, work);
    ck_assert_uint_eq(s->front.points, s->n);
    s->before = volume(s->values, s->n, goals, s->front.reference);
}

/* What point y adds to the volume. */
static double gain(setting *s, const double *y)
{
    memcpy(s->values + s->n * s->front.goals, y, s->front.goals * sizeof *y);
    return volume(s->values, s->n + 1, s->front.goals, s->front.reference) - s->before;
}

/* With hardly any variance the improvement is that of the mean. */
START_TEST(what_is_certain_adds_its_volume)
{
    const uint32_t goals = 2 + (uint32_t)_i;
    const double tiny[MOST] = {1e-20, 1e-20, 1e-20, 1e-20};
    setting s;
    begin(&s, goals);
    for (int turn = 0; turn < 30; turn++) {
        double y[MOST];
        for (uint32_t k = 0; k < goals; k++) {
            y[k] = 0.9 * fmod(0.11 + turn * (0.414 + 0.21 * k), 1);
        }
        double right = gain(&s, y), found = gp_front_improvement(&s.front, y, tiny, NULL, NULL);
        ck_assert_msg(fabs(exp(found) - right) < 1e-9, "%u goals, %d: %g, not %g", goals, turn,
                      exp(found), right);
    }
    gp_front_finish(&s.front);
}
END_TEST

/* The mean of the volumes by the midpoint rule over a square of eight deviations. */
START_TEST(the_improvement_is_what_is_expected)
{
    const double mean[2] = {0.2 + 0.1 * _i, 0.9 - 0.15 * _i}, variance[2] = {0.04, 0.01 * (_i + 1)};
    const int n = 200;
    setting s;
    begin(&s, 2);
    double sum = 0, step = 12.0 / n;
    for (int i = 0; i < n * n; i++) {
        double a = (i % n + 0.5) * step - 6, b = ((int)(i / n) + 0.5) * step - 6;
        const double y[2] = {mean[0] + a * sqrt(variance[0]), mean[1] + b * sqrt(variance[1])};
        sum += gain(&s, y) * exp(-(a * a + b * b) / 2);
    }
    sum *= step * step / (2 * 3.14159265358979323846);
    double found = exp(gp_front_improvement(&s.front, mean, variance, NULL, NULL));
    ck_assert_msg(fabs(found - sum) < 1e-3 * sum, "%g, not %g", found, sum);
    gp_front_finish(&s.front);
}
END_TEST

/* Slopes by differences, from where it is likely to where only logarithms have it. */
START_TEST(slopes_are_right_however_unlikely_it_is)
{
    const uint32_t goals = 2 + (uint32_t)_i % 3;
    const double away = (double)((_i / 3) * (_i / 3)) * 0.5;
    setting s;
    begin(&s, goals);
    double at[2 * MOST], slopes[2 * MOST];
    for (uint32_t k = 0; k < goals; k++) {
        at[k] = 0.6 + 0.1 * k + away;
        at[goals + k] = 0.02 + 0.01 * k;
    }
    double value = gp_front_improvement(&s.front, at, at + goals, slopes, slopes + goals);
    ck_assert(isfinite(value));
    for (uint32_t k = 0; k < 2 * goals; k++) {
        const double was = at[k], h = 1e-6 * was;
        double side[2];
        for (int j = 0; j < 2; j++) {
            at[k] = was + (j == 0 ? -h : h);
            side[j] = gp_front_improvement(&s.front, at, at + goals, NULL, NULL);
        }
        at[k] = was;
        double slope = (side[1] - side[0]) / (2 * h);
        ck_assert_msg(fabs(slopes[k] - slope) < 1e-4 * fmax(1, fabs(slope)),
                      "%u goals, %g away, %u: %g, not %g", goals, away, k, slopes[k], slope);
    }
    gp_front_finish(&s.front);
}
END_TEST

enum { MANY = 1000, FEW = 150 };

/* What is left to be won before a curve of so many points, whose ends are always among them. */
static double left_before(int n)
{
    static double values[MANY * 2], work[MANY];
    const double mean[2] = {0.5, 0.3}, variance[2] = {0.01, 0.01};
    gp_front front;
    for (int i = 0; i < n; i++) {
        values[2 * i] = i / (double)(n - 1);
        values[2 * i + 1] = 1 - sqrt(values[2 * i]);
    }
    ck_assert_int_eq(gp_front_init(&front, 2), COLLET_OK);
    ck_assert_uint_eq(gp_front_make(&front, values, (size_t)n, work), (size_t)n);
    ck_assert_uint_lt(front.points, MANY / 2);
    ck_assert_double_eq(front.levels[1], 0);
    ck_assert_double_eq(front.levels[front.points], 1);
    double left = exp(gp_front_improvement(&front, mean, variance, NULL, NULL));
    gp_front_finish(&front);
    return left;
}

START_TEST(a_front_of_many_points_is_thinned)
{
    ck_assert_double_eq_tol(left_before(MANY), left_before(FEW), 1e-4);
}
END_TEST

START_TEST(no_points_leave_all_there_is)
{
    const double mean[2] = {0, 0}, variance[2] = {1, 1};
    double none[2], work[1];
    gp_front front;
    ck_assert_int_eq(gp_front_init(&front, 2), COLLET_OK);
    ck_assert_uint_eq(gp_front_make(&front, none, 0, work), 0);
    ck_assert_uint_eq(front.boxes, 1);
    ck_assert(isfinite(gp_front_improvement(&front, mean, variance, NULL, NULL)));
    gp_front_finish(&front);
}
END_TEST

TEST_MAIN_LOOPS("front", {what_is_certain_adds_its_volume, MOST - 1},
                {the_improvement_is_what_is_expected, 5},
                {slopes_are_right_however_unlikely_it_is, 30},
                {a_front_of_many_points_is_thinned, 1}, {no_points_leave_all_there_is, 1})
