#include "nn/finish.h"

#include "nn/dropout.h"
#include "nn/norm.h"

#include <collet/helpers.h>

void nn_finish_plan(nn_finish *l, uint32_t n, nn_activation f, bool norm, double dropout,
                    nn_layout *layout, const char *layer, uint32_t number)
{
    l->f = f;
    l->n = n;
    l->norm = norm;
    l->dropout = dropout;
    l->bias = nn_layout_add(layout, layer, number, "bias", 1, n, COLLET_SEGMENT_NO_DECAY);
    if (norm) {
        l->scale = nn_layout_add(layout, layer, number, "scale", 1, n, COLLET_SEGMENT_NO_DECAY);
        l->mean = nn_layout_add(layout, layer, number, "mean", 1, n, COLLET_SEGMENT_BUFFER);
        l->variance = nn_layout_add(layout, layer, number, "variance", 1, n, COLLET_SEGMENT_BUFFER);
    }
}

bool nn_finish_allocate(nn_finish *l, size_t floats)
{
    bool gelu = l->f == NN_GELU, drops = l->dropout > 0;
    l->batch_mean = l->norm ? collet_zeros(l->n) : NULL;
    l->batch_variance = l->norm ? collet_zeros(l->n) : NULL;
    l->kept = gelu ? collet_zeros(floats) : NULL;
    l->mask = drops ? collet_zeros(floats) : NULL;
    l->bits = drops ? malloc((floats / 4 + 1) * sizeof *l->bits) : NULL;
    return (!l->norm || (l->batch_mean != NULL && l->batch_variance != NULL)) &&
           (!gelu || l->kept != NULL) && (!drops || (l->mask != NULL && l->bits != NULL));
}

void nn_finish_free(nn_finish *l)
{
    free(l->batch_mean);
    free(l->batch_variance);
    free(l->kept);
    free(l->mask);
    free(l->bits);
}

void nn_finish_init(const nn_finish *l, float *theta)
{
    for (uint32_t i = 0; l->norm && i < l->n; i++) {
        theta[l->scale + i] = 1;
        theta[l->variance + i] = 1;
    }
}

void nn_finish_observe(nn_finish *l, bool training, size_t rows, const float *u, const float *theta)
{
    if (l->norm && training) {
        nn_norm_statistics(rows, l->n, u, l->batch_mean, l->batch_variance);
    } else if (l->norm) {
        memcpy(l->batch_mean, theta + l->mean, l->n * sizeof *theta);
        memcpy(l->batch_variance, theta + l->variance, l->n * sizeof *theta);
    }
}

void nn_finish_normalise(const nn_finish *l, size_t rows, const float *u, const float *theta,
                         float *y)
{
    nn_norm_forward(rows, l->n, u, l->batch_mean, l->batch_variance, theta + l->scale, y);
}

void nn_finish_activate(const nn_finish *l, size_t first, size_t rows, const float *theta, float *y)
{
    float *kept = l->kept != NULL ? l->kept + first * l->n : NULL;
    nn_bias_activation(l->f, (uint32_t)rows, l->n, theta + l->bias, y, kept);
}

void nn_finish_drop(const nn_finish *l, size_t floats, const collet_rng *rng, float *y)
{
    if (rng != NULL && l->mask != NULL) {
        nn_dropout_forward(l->dropout, floats, rng, l->bits, l->mask, y);
    }
}

/* With dropout y is f(x) times the mask. What relu's gradient asks of y is its sign only; for tanh
 * and sigmoid y is divided by the mask's constant again. */
void nn_finish_drop_back(const nn_finish *l, size_t floats, float *y, float *d)
{
    if (l->mask == NULL) {
        return;
    }
    nn_dropout_backward(floats, l->mask, d);
    float share = 1.0f / nn_dropout_keep(l->dropout);
    for (size_t i = 0; (l->f == NN_TANH || l->f == NN_SIGMOID) && i < floats; i++) {
        y[i] *= share;
    }
}

void nn_finish_activate_back(const nn_finish *l, size_t rows, const float *y, float *d, float *grad)
{
    nn_activation_backward(l->f, (uint32_t)rows, l->n, y, l->kept, d, grad + l->bias);
}

void nn_finish_normalise_back(const nn_finish *l, size_t rows, const float *u, const float *theta,
                              float *d, float *grad)
{
    if (!l->norm) {
        return;
    }
    nn_norm_backward(rows, l->n, u, l->batch_mean, l->batch_variance, theta + l->scale, d,
                     grad + l->scale);
    nn_norm_follow(rows, l->n, l->batch_mean, l->batch_variance, theta + l->mean,
                   theta + l->variance, grad + l->mean, grad + l->variance);
}
