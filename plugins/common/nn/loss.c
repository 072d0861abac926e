#include "nn/loss.h"

#include <math.h>

/* z[n] -> softmax(z); returns log(sum exp z). The largest is taken off first, so that nothing
 * overflows. */
static float softmax(uint32_t n, float *z)
{
    float largest = z[0], sum = 0;
    for (uint32_t k = 1; k < n; k++) {
        largest = z[k] > largest ? z[k] : largest;
    }
    for (uint32_t k = 0; k < n; k++) {
        z[k] = expf(z[k] - largest);
        sum += z[k];
    }
    for (uint32_t k = 0; k < n; k++) {
        z[k] /= sum;
    }
    return largest + logf(sum);
}

/* One row of n scores with a label: its loss, and z[n] becomes (softmax - onehot) * scale. */
static float hard_row(uint32_t n, float *z, int32_t label, float scale)
{
    float score = z[label];
    float loss = softmax(n, z) - score;
    z[label] -= 1;
    for (uint32_t k = 0; k < n; k++) {
        z[k] *= scale;
    }
    return loss;
}

static float soft_row(uint32_t n, float *z, const float *target, float scale)
{
    float score = 0;
    for (uint32_t k = 0; k < n; k++) {
        score += target[k] * z[k];
    }
    float loss = softmax(n, z) - score;
    for (uint32_t k = 0; k < n; k++) {
        z[k] = (z[k] - target[k]) * scale;
    }
    return loss;
}

static float square_row(uint32_t n, float *z, const float *target, float scale)
{
    float loss = 0;
    for (uint32_t k = 0; k < n; k++) {
        z[k] -= target[k];
        loss += 0.5f * z[k] * z[k];
        z[k] *= scale / (float)n;
    }
    return loss / (float)n;
}

float nn_loss(uint32_t task, const collet_batch *batch, uint32_t n, float *z)
{
    double sum = 0;
    float scale = 1.0f / (float)batch->rows;
    for (uint32_t r = 0; r < batch->rows; r++, z += n) {
        const float *target = batch->targets != NULL ? batch->targets + (size_t)r * n : NULL;
        if (task == COLLET_TASK_REGRESS) {
            sum += square_row(n, z, target, scale);
        } else if (target != NULL) {
            sum += soft_row(n, z, target, scale);
        } else {
            sum += hard_row(n, z, batch->labels[r], scale);
        }
    }
    return (float)(sum / batch->rows);
}
