#include "math/hypervolume.h"
#include "support.h"

#include "base/rng.h"

#include <string.h>

enum { N = 24, MOST = 4, SIDE = 7 };

/* Values are whole, so the volume is the number of unit cells that some point dominates. */
static int count_cells(const double *points, int n, int m, const double *reference)
{
    int cells = 0, all = SIDE * SIDE * SIDE * SIDE;
    for (int c = 0; c < all; c++) {
        const int cell[MOST] = {c % SIDE, c / SIDE % SIDE, c / SIDE / SIDE % SIDE,
                                c / SIDE / SIDE / SIDE};
        bool inside = false, real = true;
        for (int k = 0; k < MOST; k++) {
            real = real && (k < m ? cell[k] < reference[k] : cell[k] == 0);
        }
        for (int i = 0; i < n && !inside; i++) {
            inside = true;
            for (int k = 0; k < m; k++) {
                inside = inside && points[i * m + k] <= cell[k];
            }
        }
        cells += real && inside;
    }
    return cells;
}

START_TEST(it_counts_the_cells_that_are_dominated)
{
    const double reference[MOST] = {5, 6, 5, 6};
    int m = 1 + _i % MOST, n = _i;
    double points[N * MOST];
    clt_rng rng;
    clt_rng_init(&rng, (uint64_t)_i, "test", 0);
    for (int i = 0; i < n * m; i++) {
        points[i] = (double)clt_rng_below(&rng, SIDE);
    }
    int cells = count_cells(points, n, m, reference);
    ck_assert_double_eq_tol(clt_hypervolume(points, (size_t)n, (size_t)m, reference), cells, 1e-9);
}
END_TEST

/* Of the part of a cube that lies below its diagonal face the corners of a grid leave out little.
 */
START_TEST(many_points_in_three_goals)
{
    enum { STEPS = 30, COUNT = STEPS * (STEPS + 1) / 2 };
    static double points[COUNT * 3];
    const double reference[3] = {1, 1, 1};
    size_t n = 0;
    for (int i = 0; i < STEPS; i++) {
        for (int j = 0; i + j < STEPS; j++, n++) {
            const double point[3] = {(double)i / STEPS, (double)j / STEPS,
                                     (double)(STEPS - 1 - i - j) / STEPS};
            memcpy(points + 3 * n, point, sizeof point);
        }
    }
    /* Cells with i + j + k at least STEPS - 1: all but those below. */
    double below = (STEPS - 1.0) * STEPS * (STEPS + 1.0) / 6;
    double whole = (double)STEPS * STEPS * STEPS;
    ck_assert_uint_eq(n, COUNT);
    ck_assert_double_eq_tol(clt_hypervolume(points, n, 3, reference), 1 - below / whole, 1e-12);
}
END_TEST

TEST_MAIN_LOOPS("hypervolume", {it_counts_the_cells_that_are_dominated, N},
                {many_points_in_three_goals, 1})
