#include "search/sobol.h"
#include "support.h"

#include <math.h>
#include <string.h>

enum { POINTS = 256, BITS = 8 };

/* Points 1 to 7 of the first five dimensions, as Joe and Kuo's program prints them, but in the
 * order of the index and not of its Gray code. */
static const double known[8][5] = {
    {0, 0, 0, 0, 0},
    {0.5, 0.5, 0.5, 0.5, 0.5},
    {0.25, 0.75, 0.75, 0.75, 0.25},
    {0.75, 0.25, 0.25, 0.25, 0.75},
    {0.125, 0.625, 0.375, 0.125, 0.125},
    {0.625, 0.125, 0.875, 0.625, 0.625},
    {0.375, 0.375, 0.625, 0.875, 0.375},
    {0.875, 0.875, 0.125, 0.375, 0.875},
};

START_TEST(the_first_points_are_the_published_ones)
{
    search_sobol s;
    ck_assert_int_eq(search_sobol_init(&s, 5, 0, false), COLLET_OK);
    for (uint64_t n = 0; n < 8; n++) {
        for (uint32_t dim = 0; dim < 5; dim++) {
            ck_assert_double_eq(search_sobol_at(&s, dim, n), known[n][dim]);
        }
    }
    search_sobol_finish(&s);
}
END_TEST

/* How far 2^BITS points of two dimensions are from a (0,m,2)-net: the least t such that each box of
 * 2^-a x 2^-(BITS - t - a) holds 2^t of them. */
static uint32_t quality(const search_sobol *s, uint32_t i, uint32_t j)
{
    for (uint32_t t = 0; t <= BITS; t++) {
        bool even = true;
        for (uint32_t a = 0; a + t <= BITS; a++) {
            uint32_t rows = 1u << a, columns = 1u << (BITS - t - a);
            uint32_t boxes[POINTS] = {0};
            for (uint64_t n = 0; n < POINTS; n++) {
                uint32_t row = (uint32_t)(search_sobol_at(s, i, n) * rows);
                uint32_t column = (uint32_t)(search_sobol_at(s, j, n) * columns);
                even &= ++boxes[row * columns + column] <= 1u << t;
            }
        }
        if (even) {
            return t;
        }
    }
    return BITS + 1;
}

/* Alone and in pairs, scrambled as well as not, for two seeds. */
START_TEST(points_are_nets_in_base_two_and_stay_so_when_scrambled)
{
    search_sobol plain, mixed;
    search_sobol_init(&plain, SEARCH_SOBOL_DIMS, 0, false);
    search_sobol_init(&mixed, SEARCH_SOBOL_DIMS, 1 + (uint64_t)_i, true);
    ck_assert_uint_eq(quality(&plain, 0, 1), 0);
    ck_assert_uint_eq(quality(&plain, 1, 2), 1);
    for (uint32_t dim = 1; dim < SEARCH_SOBOL_DIMS; dim += dim < 12 ? 1 : 11) {
        uint32_t t = quality(&plain, dim - 1, dim);
        ck_assert_msg(t <= 5, "%u: %u", dim, t);
        ck_assert_uint_eq(quality(&mixed, dim - 1, dim), t);
    }
    search_sobol_finish(&plain);
    search_sobol_finish(&mixed);
}
END_TEST

START_TEST(each_dimension_takes_each_of_its_shares_once)
{
    search_sobol s;
    search_sobol_init(&s, SEARCH_SOBOL_DIMS, 7, _i != 0);
    for (uint32_t dim = 0; dim < SEARCH_SOBOL_DIMS; dim++) {
        bool taken[POINTS] = {false};
        for (uint64_t n = 0; n < POINTS; n++) {
            double u = search_sobol_at(&s, dim, n);
            ck_assert(u >= 0 && u < 1 && !taken[(int)(u * POINTS)]);
            taken[(int)(u * POINTS)] = true;
        }
    }
    search_sobol_finish(&s);
}
END_TEST

/* Of 3^5 points each third of a third ... holds one; in base 5, 5^3. */
START_TEST(halton_points_are_even_in_their_base)
{
    static const struct {
        uint32_t dim, points;
    } rows[] = {{0, 256}, {1, 243}, {2, 125}, {3, 343}, {10, 31}, {150, 877}};
    search_sobol s;
    search_sobol_init(&s, 200, 3, true);
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        bool taken[1024] = {false};
        for (uint64_t n = 0; n < rows[r].points; n++) {
            double u = search_halton_at(&s, rows[r].dim, n);
            ck_assert(u >= 0 && u < 1 && !taken[(int)(u * rows[r].points)]);
            taken[(int)(u * rows[r].points)] = true;
        }
    }
    ck_assert_double_eq(search_sobol_at(&s, 150, 9), search_halton_at(&s, 150, 9));
    search_sobol_finish(&s);
    search_sobol_init(&s, 3, 0, false);
    ck_assert_double_eq_tol(search_halton_at(&s, 1, 5), 2.0 / 3 + 1.0 / 9, 1e-15);
    ck_assert_double_eq_tol(search_halton_at(&s, 2, 7), 2.0 / 5 + 1.0 / 25, 1e-15);
    search_sobol_finish(&s);
}
END_TEST

/* Over seeds, one point is uniform: mean 1/2, variance 1/12, and two coordinates do not go along.
 */
START_TEST(a_scrambled_point_is_uniform_over_the_seeds)
{
    enum { SEEDS = 4000 };
    double sum = 0, square = 0, cross = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        search_sobol s;
        search_sobol_init(&s, 3, seed, true);
        double u = _i == 0 ? search_sobol_at(&s, 2, 5) : search_halton_at(&s, 2, 5);
        double v = _i == 0 ? search_sobol_at(&s, 1, 5) : search_halton_at(&s, 1, 5);
        sum += u - 0.5;
        square += (u - 0.5) * (u - 0.5);
        cross += (u - 0.5) * (v - 0.5);
        search_sobol_finish(&s);
    }
    ck_assert_double_eq_tol(sum / SEEDS, 0, 0.02);
    ck_assert_double_eq_tol(square / SEEDS, 1.0 / 12, 0.004);
    ck_assert_double_eq_tol(cross / SEEDS, 0, 0.006);
}
END_TEST

TEST_MAIN_LOOPS("sobol", {the_first_points_are_the_published_ones, 1},
                {points_are_nets_in_base_two_and_stay_so_when_scrambled, 2},
                {each_dimension_takes_each_of_its_shares_once, 2},
                {halton_points_are_even_in_their_base, 1},
                {a_scrambled_point_is_uniform_over_the_seeds, 2})
