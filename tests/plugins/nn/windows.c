#include "linalg/linalg.h"
#include "support.h"

#include <collet/helpers.h>

/* Shapes that the register tiles take, and others that they leave to BLAS. */
START_TEST(windows_are_products_of_overlapping_rows)
{
    static const struct {
        size_t m, n, k, step;
    } shapes[] = {{1, 1, 3, 1},       {7, 16, 12, 4},      {5, 9, 6, 6},        {100, 112, 192, 64},
                  {100, 99, 192, 64}, {130, 33, 300, 100}, {60, 20, 1000, 200}, {57, 5, 8, 2}};
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        size_t m = shapes[i].m, n = shapes[i].n, k = shapes[i].k, step = shapes[i].step;
        size_t count = (m - 1) * step + k;
        float *a = collet_zeros(count), *b = collet_zeros(k * n), *c = collet_zeros(m * n);
        for (size_t p = 0; p < count; p++) {
            a[p] = (float)collet_normal(&rng);
        }
        for (size_t p = 0; p < k * n; p++) {
            b[p] = (float)collet_normal(&rng);
        }
        linalg_windows(m, n, k, step, a, b, c);
        for (size_t r = 0; r < m * n; r++) {
            double sum = 0, size = 0;
            for (size_t p = 0; p < k; p++) {
                double term = (double)a[r / n * step + p] * (double)b[p * n + r % n];
                sum += term;
                size += fabs(term);
            }
            ck_assert_double_eq_tol((double)c[r], sum, 1e-6 * size + 1e-12);
        }
        free(a);
        free(b);
        free(c);
    }
}
END_TEST

TEST_MAIN("windows", windows_are_products_of_overlapping_rows)
