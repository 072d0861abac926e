/*
 * mlp - a multilayer perceptron.
 *
 * Definition: h(0) = x;  h(l) = dropout(f(h(l-1) W(l) + b(l))) for l = 1 .. layers; the outputs are
 * h(layers) W + b. Classes are fitted by the cross-entropy of their softmax, numbers by half the
 * squared error.
 *
 * Options:
 *     layers      hidden layers, 1 to 8                             2
 *     units       width of each; units.2 is that of the second    128
 *     activation  relu | tanh | gelu | sigmoid                   relu
 *     dropout     share of each hidden layer that is left out       0
 *     init        he (normal) | glorot (uniform)                   he
 *
 *     [model]
 *     use     = mlp
 *     layers  = int(1, 3)
 *     units   = int(32, 512, log)
 *     units.2 = int(16, 256, log) when layers >= 2
 *     dropout = real(0, 0.6)
 *
 * How it works: images are taken as rows of numbers. Weights are stored [in][out], which makes the
 * forward product the fast one; the first layer's input gets no gradient. Everything is
 * allocated in create().
 *
 * Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986).
 */
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/loss.h"

#include <stdbool.h>
#include <stdlib.h>

enum { MOST_LAYERS = 8 };

typedef struct mlp_config {
    int64_t layers;
    int64_t units[MOST_LAYERS];
    double dropout;
    int32_t activation, init;
} mlp_config;

static const collet_option options[] = {
    COLLET_OPT_INT(mlp_config, layers, "2", 1, MOST_LAYERS, "int(1, 4)", 0, "hidden layers"),
    COLLET_OPT_INTS(mlp_config, units, "128", 1, 65536, "int(32, 512, log)", 0,
                    "width of each hidden layer; units.2 is that of the second"),
    COLLET_OPT_ENUM(mlp_config, activation, "relu", "relu|tanh|gelu|sigmoid", 0,
                    "function after each hidden layer"),
    COLLET_OPT_REAL(mlp_config, dropout, "0", 0, 1, "real(0, 0.6)", COLLET_OPEN_MAX,
                    "share of each hidden layer that is left out while training"),
    COLLET_OPT_ENUM(mlp_config, init, "he", "he|glorot", 0, "how weights start"),
};

/* One layer; the last one is the output. */
typedef struct layer {
    uint32_t in, out;
    nn_activation f;
    uint64_t w, b; /* where they lie in theta */
    float *y;      /* [max_rows][out] */
    float *kept;   /* [max_rows][out], gelu only */
    float *mask;   /* [max_rows][out], with dropout only */
    char names[2][24];
} layer;

typedef struct mlp {
    const mlp_config *config;
    collet_task task;
    uint32_t count; /* layers, with the output */
    layer layers[MOST_LAYERS + 1];
    collet_segment segments[2 * (MOST_LAYERS + 1)];
    collet_layout layout;
    float *d[2];    /* [max_rows][widest], gradients of two neighbouring layers */
    uint64_t *bits; /* random bits for dropout */
} mlp;

static void destroy(void *self)
{
    mlp *m = self;
    if (m == NULL) {
        return;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        free(m->layers[i].y);
        free(m->layers[i].kept);
        free(m->layers[i].mask);
    }
    free(m->d[0]);
    free(m->d[1]);
    free(m->bits);
    free(m);
}

static collet_segment segment(const char *name, uint64_t offset, uint32_t rows, uint32_t columns,
                              uint32_t flags)
{
    return (collet_segment){name, offset, rows, columns, flags, 0};
}

/* Widths, activations and the place of every matrix in theta. */
static void plan(mlp *m)
{
    uint64_t at = 0;
    uint32_t in = m->task.features;
    m->count = (uint32_t)m->config->layers + 1;
    for (uint32_t i = 0; i < m->count; i++) {
        layer *l = &m->layers[i];
        bool last = i + 1 == m->count;
        l->in = in;
        l->out = last ? m->task.outputs : (uint32_t)m->config->units[i];
        l->f = last ? NN_IDENTITY : (nn_activation)m->config->activation;
        l->w = at;
        l->b = at + collet_padded(l->in, l->out);
        at = l->b + collet_padded(1, l->out);
        (void)snprintf(l->names[0], sizeof l->names[0], "dense%u.weight", i + 1);
        (void)snprintf(l->names[1], sizeof l->names[1], "dense%u.bias", i + 1);
        m->segments[2 * i] = segment(l->names[0], l->w, l->in, l->out, 0);
        m->segments[2 * i + 1] = segment(l->names[1], l->b, 1, l->out, COLLET_SEGMENT_NO_DECAY);
        in = l->out;
    }
    m->layout = (collet_layout){.struct_size = COLLET_SIZE(collet_layout),
                                .segment_count = 2 * m->count,
                                .segment_size = COLLET_SIZE(collet_segment),
                                .theta_count = at,
                                .segments = m->segments};
}

static bool allocate(mlp *m)
{
    size_t rows = m->task.max_rows, widest = 0;
    bool gelu = m->config->activation == NN_GELU, dropout = m->config->dropout > 0, ok = true;
    for (uint32_t i = 0; i < m->count && ok; i++) {
        layer *l = &m->layers[i];
        size_t n = rows * l->out;
        widest = widest > l->out ? widest : l->out;
        l->y = collet_zeros(n);
        l->kept = gelu ? collet_zeros(n) : NULL;
        l->mask = dropout ? collet_zeros(n) : NULL;
        ok = l->y != NULL && (!gelu || l->kept != NULL) && (!dropout || l->mask != NULL);
    }
    m->d[0] = collet_zeros(rows * widest);
    m->d[1] = collet_zeros(rows * widest);
    m->bits = dropout ? malloc((rows * widest / 4 + 1) * sizeof *m->bits) : NULL;
    return ok && m->d[0] != NULL && m->d[1] != NULL && (!dropout || m->bits != NULL);
}

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    if (task->form != COLLET_DATA_TABLE && task->form != COLLET_DATA_IMAGES) {
        return collet_fail(host, COLLET_E_UNSUPPORTED,
                           "it learns from tables and images, not from sequences of tokens");
    }
    mlp *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->config = config;
        m->task = *task;
        plan(m);
    }
    if (m == NULL || !allocate(m)) {
        destroy(m);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = m;
    return COLLET_OK;
}

static const collet_layout *layout(void *self)
{
    mlp *m = self;
    return &m->layout;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    const mlp *m = self;
    for (uint32_t i = 0; i < m->count; i++) {
        const layer *l = &m->layers[i];
        nn_dense_init((nn_init)m->config->init, l->in, l->out, rng, theta + l->w);
    }
    return COLLET_OK;
}

/* Outputs of the batch in the last layer's y; rng NULL: no dropout. */
static float *forward(mlp *m, const collet_rng *rng, const float *theta, const collet_batch *batch)
{
    const float *x = batch->x;
    for (uint32_t i = 0; i < m->count; i++) {
        layer *l = &m->layers[i];
        nn_dense_forward(l->f, batch->rows, l->in, l->out, x, theta + l->w, theta + l->b, l->y,
                         l->kept);
        if (rng != NULL && l->mask != NULL && i + 1 < m->count) {
            nn_dropout_forward(m->config->dropout, (size_t)batch->rows * l->out, rng, m->bits,
                               l->mask, l->y);
        }
        x = l->y;
    }
    return m->layers[m->count - 1].y;
}

/* With dropout y is f(x) times the mask. What relu's gradient asks of y is its sign only; for tanh
 * and sigmoid y is divided by the mask's constant again. */
static void undo_dropout(const mlp *m, layer *l, size_t n)
{
    float share = 1.0f / nn_dropout_keep(m->config->dropout);
    if (l->f == NN_TANH || l->f == NN_SIGMOID) {
        for (size_t i = 0; i < n; i++) {
            l->y[i] *= share;
        }
    }
}

static void backward(mlp *m, const float *theta, const collet_batch *batch, float *d, float *grad)
{
    for (uint32_t i = m->count; i-- > 0;) {
        layer *l = &m->layers[i];
        size_t n = (size_t)batch->rows * l->out;
        float *dx = i > 0 ? m->d[i % 2] : NULL;
        const float *x = i > 0 ? m->layers[i - 1].y : batch->x;
        if (l->mask != NULL && i + 1 < m->count) {
            nn_dropout_backward(n, l->mask, d);
            undo_dropout(m, l, n);
        }
        nn_dense_backward(l->f, batch->rows, l->in, l->out, x, theta + l->w, l->y, l->kept, d,
                          grad + l->w, grad + l->b, dx);
        d = dx;
    }
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)touched; /* no sparse segments */
    mlp *m = self;
    float *z = forward(m, rng, theta, batch);
    *value = nn_loss(m->task.type, batch, m->task.outputs, z);
    if (grad != NULL) {
        backward(m, theta, batch, z, grad);
    }
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    mlp *m = self;
    const float *z = forward(m, NULL, theta, batch);
    memcpy(out, z, (size_t)batch->rows * m->task.outputs * sizeof *out);
    return COLLET_OK;
}

static const collet_model vtable = {
    .struct_size = COLLET_SIZE(collet_model),
    .create = create,
    .destroy = destroy,
    .layout = layout,
    .init = init,
    .loss = loss,
    .predict = predict,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_MODEL,
                                 "mlp",
                                 "1.0.0",
                                 "multilayer perceptron",
                                 "doi.org/10.1038/323533a0",
                                 &vtable,
                                 COLLET_OPTIONS(options, mlp_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "mlp",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
