#include "math/hypervolume.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_first(const void *a, const void *b)
{
    return by_number(*(const double *)a, *(const double *)b);
}

/* The worst of the last goal first. */
static int by_last(const void *a, const void *b, void *m)
{
    size_t last = *(const size_t *)m - 1;
    return by_number(((const double *)b)[last], ((const double *)a)[last]);
}

static double area(double *points, size_t n, const double *reference)
{
    double sum = 0, low = reference[1];
    qsort(points, n, 2 * sizeof *points, by_first);
    for (size_t i = 0; i < n; i++) {
        const double *p = points + 2 * i;
        if (p[1] < low) {
            sum += (reference[0] - p[0]) * (low - p[1]);
            low = p[1];
        }
    }
    return sum;
}

static double length(const double *points, size_t n, const double *reference)
{
    double best = reference[0];
    for (size_t i = 0; i < n; i++) {
        best = fmin(best, points[i]);
    }
    return reference[0] - best;
}

/* Is a nowhere worse than b? */
static bool covers(const double *a, const double *b, size_t m)
{
    size_t k = 0;
    while (k < m && a[k] <= b[k]) {
        k++;
    }
    return k == m;
}

/* Adds a point behind `count` others of which none covers another, and leaves it so. */
static size_t add(double *points, size_t count, const double *point, size_t m)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (covers(points + i * m, point, m)) {
            return count; /* then it covers none: nothing was moved yet */
        }
        if (!covers(point, points + i * m, m)) {
            memmove(points + kept++ * m, points + i * m, m * sizeof *points);
        }
    }
    memcpy(points + kept * m, point, m * sizeof *points);
    return kept + 1;
}

/* room: as many doubles as the points have, for each goal. */
static double volume(double *points, size_t n, size_t m, const double *reference, double *room)
{
    double sum = 0, *limited = room, *point = room + n * m;
    const size_t less = m - 1;
    if (m <= 2) {
        return m == 2 ? area(points, n, reference) : length(points, n, reference);
    }
    qsort_r(points, n, m * sizeof *points, by_last, &m);
    for (size_t i = 0; i < n; i++) {
        const double *p = points + i * m;
        size_t count = 0;
        double box = 1;
        for (size_t j = i + 1; j < n; j++) {
            for (size_t k = 0; k < less; k++) {
                point[k] = fmax(p[k], points[j * m + k]);
            }
            count = add(limited, count, point, less);
        }
        for (size_t k = 0; k < less; k++) {
            box *= reference[k] - p[k];
        }
        double taken = volume(limited, count, less, reference, point + m);
        sum += (reference[less] - p[less]) * (box - taken);
    }
    return sum;
}

double clt_hypervolume(double *points, size_t n, size_t m, const double *reference)
{
    size_t inside = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < m && points[i * m + k] < reference[k]) {
            k++;
        }
        if (k == m) {
            memmove(points + inside++ * m, points + i * m, m * sizeof *points);
        }
    }
    double *room = malloc((inside + 1) * m * m * sizeof *room);
    double sum = room != NULL ? volume(points, inside, m, reference, room) : (double)NAN;
    free(room);
    return sum;
}
