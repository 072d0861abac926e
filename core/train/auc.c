#include "train/auc.h"

#include <math.h>
#include <stdlib.h>

static int by_score(const void *a, const void *b)
{
    double x = ((const clt_ranked *)a)->score, y = ((const clt_ranked *)b)->score;
    return (x > y) - (x < y);
}

double clt_auc(clt_ranked *rows, size_t n)
{
    double positives = 0, pairs = 0; /* counts of halves are exact in double */
    double below = 0;                /* others with a lower score */
    qsort(rows, n, sizeof *rows, by_score);
    for (size_t i = 0, end; i < n; i = end) {
        double here = 0, others = 0;
        for (end = i; end < n && rows[end].score == rows[i].score; end++) {
            here += rows[end].positive ? 1 : 0;
            others += rows[end].positive ? 0 : 1;
        }
        pairs += here * (below + 0.5 * others);
        positives += here;
        below += others;
    }
    return positives > 0 && below > 0 ? pairs / (positives * below) : (double)NAN;
}
