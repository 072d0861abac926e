#include "nn/textpool.h"

#include "nn/dense.h"

#include <collet/helpers.h>

/* Embeddings start uniform in +- this. */
static const double SPREAD = 0.1;

static void plan_conv(nn_textpool *p, nn_layout *layout)
{
    const nn_textpool_kind *k = &p->kind;
    for (uint32_t i = 0; i < k->widths; i++) {
        uint32_t width = k->first + i;
        p->w[i] = nn_layout_add(layout, "conv", width, "weight", k->filters, width * k->dim, 0);
        p->b[i] =
            nn_layout_add(layout, "conv", width, "bias", 1, k->filters, COLLET_SEGMENT_NO_DECAY);
    }
}

void nn_textpool_plan(nn_textpool *p, const nn_textpool_kind *kind, nn_layout *layout)
{
    p->kind = *kind;
    p->out = kind->dim;
    p->e = nn_layout_add(layout, "embedding", 0, "weight", kind->vocabulary, kind->dim,
                         COLLET_SEGMENT_SPARSE);
    if (kind->how == NN_TEXT_CONV) {
        plan_conv(p, layout);
        p->out = kind->widths * kind->filters;
    }
}

bool nn_textpool_allocate(nn_textpool *p, uint32_t max_rows)
{
    const nn_textpool_kind *k = &p->kind;
    size_t n = (size_t)max_rows * p->out;
    bool ok = nn_index_init(&p->index, k->vocabulary) == 0;
    if (k->how == NN_TEXT_CONV) {
        ok = ok && nn_textconv_init(&p->conv, k->dim, k->filters, k->first, k->widths) == 0;
        ok = ok && nn_projection_init(&p->projection, &p->conv, k->vocabulary) == 0;
    }
    p->y = collet_zeros(n);
    p->place = malloc((n + 1) * sizeof *p->place);
    return ok && p->y != NULL && p->place != NULL;
}

void nn_textpool_free(nn_textpool *p)
{
    nn_textconv_finish(&p->conv);
    nn_projection_finish(&p->projection);
    nn_index_finish(&p->index);
    free(p->y);
    free(p->place);
}

void nn_textpool_init(const nn_textpool *p, const collet_rng *rng, float *theta)
{
    const nn_textpool_kind *k = &p->kind;
    size_t n = (size_t)k->vocabulary * k->dim;
    for (size_t i = 0; i < n; i++) {
        theta[p->e + i] = (float)(SPREAD * (2 * collet_uniform(rng) - 1));
    }
    for (uint32_t i = 0; k->how == NN_TEXT_CONV && i < k->widths; i++) {
        nn_dense_init(NN_HE, (k->first + i) * k->dim, k->filters, rng, theta + p->w[i]);
    }
}

/* Weights of the convolutions in theta, or their places in a gradient. */
static nn_textconv_weights weights_at(const nn_textpool *p, float *theta)
{
    nn_textconv_weights weights = {0};
    for (uint32_t i = 0; i < p->conv.widths; i++) {
        weights.w[i] = theta + p->w[i];
        weights.b[i] = theta + p->b[i];
    }
    return weights;
}

/* 0, or -1 when memory ran out. */
static int convolve(nn_textpool *p, const float *theta, const collet_batch *batch, bool back)
{
    const float *e = theta + p->e;
    const nn_textconv_weights weights = weights_at(p, (float *)(uintptr_t)theta);
    if (back && nn_projection_pays(&p->projection, batch, &p->index)) {
        return nn_projection_forward(&p->projection, batch, &p->index, e, &weights, p->y, p->place);
    }
    nn_textconv_forward(&p->conv, batch, e, &weights, p->y, p->place);
    return 0;
}

float *nn_textpool_forward(nn_textpool *p, const float *theta, const collet_batch *batch, bool back)
{
    const float *e = theta + p->e;
    if (back && nn_index_build(&p->index, batch) != 0) {
        return NULL;
    }
    if (p->kind.how == NN_TEXT_MEAN) {
        nn_embedding_mean(batch, p->kind.dim, e, p->y);
    } else if (p->kind.how == NN_TEXT_MAX) {
        nn_embedding_max(batch, p->kind.dim, e, p->y, p->place);
    } else if (convolve(p, theta, batch, back) != 0) {
        return NULL;
    }
    return p->y;
}

void nn_textpool_backward(nn_textpool *p, const float *theta, const collet_batch *batch, float *d,
                          float *grad)
{
    float *de = grad + p->e;
    if (p->kind.how == NN_TEXT_MEAN) {
        nn_embedding_mean_backward(batch, &p->index, p->kind.dim, d, de);
    } else if (p->kind.how == NN_TEXT_MAX) {
        nn_embedding_max_backward(batch, &p->index, p->kind.dim, d, p->place, de);
    } else {
        nn_textconv_weights weights = weights_at(p, (float *)(uintptr_t)theta);
        nn_textconv_weights gradients = weights_at(p, grad);
        nn_embedding_clear(&p->index, p->kind.dim, de);
        nn_textconv_backward(&p->conv, batch, theta + p->e, &weights, p->y, p->place, d, &gradients,
                             de);
    }
}
