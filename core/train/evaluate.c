#include "train/evaluate.h"

#include <math.h>

/* Cross-entropy of one row of scores[classes], and whether its largest is the label. Of equal
 * scores the first counts as the largest. */
static void add_class(clt_score *score, const float *scores, uint32_t classes, int32_t label)
{
    uint32_t best = 0;
    double sum = 0;
    for (uint32_t k = 1; k < classes; k++) {
        best = scores[k] > scores[best] ? k : best;
    }
    for (uint32_t k = 0; k < classes; k++) {
        sum += exp((double)scores[k] - (double)scores[best]);
    }
    score->correct += best == (uint32_t)label ? 1 : 0;
    score->loss += log(sum) - ((double)scores[label] - (double)scores[best]);
}

static void add_numbers(clt_score *score, const float *out, const float *targets, uint32_t n)
{
    double squares = 0, absolute = 0;
    for (uint32_t k = 0; k < n; k++) {
        double error = (double)out[k] - (double)targets[k];
        squares += error * error;
        absolute += fabs(error);
    }
    score->loss += 0.5 * squares / n;
    score->absolute += absolute / n;
}

void clt_score_add(clt_score *score, const collet_batch *batch, uint32_t outputs, const float *out)
{
    for (uint32_t i = 0; i < batch->rows; i++) {
        const float *row = out + (size_t)i * outputs;
        if (batch->labels != NULL) {
            add_class(score, row, outputs, batch->labels[i]);
        } else {
            add_numbers(score, row, batch->targets + (size_t)i * outputs, outputs);
        }
    }
    score->rows += batch->rows;
}
