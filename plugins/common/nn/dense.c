#include "nn/dense.h"

#include "linalg/linalg.h"

#include <collet/helpers.h>

void nn_weights_init(nn_init init, size_t count, double in, double out, const collet_rng *rng,
                     float *w)
{
    double deviation = sqrt(2.0 / in), bound = sqrt(6.0 / (in + out));
    if (init == NN_ZERO) {
        memset(w, 0, count * sizeof *w);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        w[i] = (float)(init == NN_HE ? deviation * collet_normal(rng)
                                     : bound * (2 * collet_uniform(rng) - 1));
    }
}

void nn_dense_init(nn_init init, uint32_t in, uint32_t out, const collet_rng *rng, float *w)
{
    nn_weights_init(init, (size_t)in * out, in, out, rng, w);
}

void nn_dense_forward(nn_activation f, uint32_t rows, uint32_t in, uint32_t out, const float *x,
                      const float *w, const float *b, float *y, float *kept)
{
    linalg_nn(rows, out, in, x, w, NULL, y);
    nn_bias_activation(f, rows, out, b, y, kept);
}

void nn_dense_backward(nn_activation f, uint32_t rows, uint32_t in, uint32_t out, const float *x,
                       const float *w, const float *y, const float *kept, float *d, float *dw,
                       float *db, float *dx)
{
    nn_activation_backward(f, rows, out, y, kept, d, db);
    linalg_tn(in, out, rows, x, d, dw);
    if (dx != NULL) {
        linalg_nt(rows, in, out, d, w, dx);
    }
}
