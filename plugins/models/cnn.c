/*
 * cnn - a convolutional network for images.
 *
 * Definition: blocks, each
 *     dropout(pool(f(norm(conv(x)) + b))),
 * then hidden dense layers dropout(f(norm(h W) + b)), then the outputs h W + b. Classes are fitted
 * by the cross-entropy of their softmax, numbers by half the squared error.
 *
 * Options; those of blocks and units take one value for all, and filters.2 is that of the second:
 *     blocks            convolutions, 1 to 6                             2
 *     filters           of each                                         16
 *     kernel            side of its square                               3
 *     stride            pixels from one square to the next               1
 *     padding           same | valid | zeros on each side, 1 to 8     same
 *     norm              none | batch                                  none
 *     activation        relu | tanh | gelu | sigmoid                  relu
 *     pool              max | average | none                           max
 *     pool_size         side of what becomes one pixel                   2
 *     dropout           share of each block that is left out             0
 *     layers            hidden dense layers, 0 to 4                      1
 *     units             width of each                                  128
 *     dense_norm        none | batch                                  none
 *     dense_activation  relu | tanh | gelu | sigmoid                  relu
 *     dense_dropout     share of each that is left out                   0
 *     init              he (normal) | glorot (uniform)                  he
 *
 *     [model]
 *     use       = cnn
 *     blocks    = int(1, 3)
 *     filters   = int(8, 64, log)
 *     filters.2 = int(16, 64, log) when blocks >= 2
 *     units     = int(32, 256, log)
 *     dropout   = real(0, 0.4)
 *
 * How it works: pixels keep their channels together. A convolution is a strided product over the
 * image itself (nn/conv.h), and convolved images are pooled while they lie in the cache; the
 * gradient goes back from the winners of max pooling alone (nn/block.h). Everything is allocated in
 * create().
 *
 * LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
 */
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/block.h"
#include "nn/loss.h"
#include "nn/stack.h"

enum { MOST_BLOCKS = 6, MOST_DENSE = 4 };

typedef struct cnn_config {
    int64_t blocks, layers;
    int64_t filters[MOST_BLOCKS], kernel[MOST_BLOCKS], stride[MOST_BLOCKS];
    int64_t pool_size[MOST_BLOCKS], units[MOST_DENSE];
    double dropout[MOST_BLOCKS], dense_dropout;
    int32_t padding[MOST_BLOCKS], norm[MOST_BLOCKS], activation[MOST_BLOCKS], pool[MOST_BLOCKS];
    int32_t dense_norm, dense_activation, init, reserved;
} cnn_config;

/* Rows for options that have a value for each block. */
#define BLOCK_REAL(field, def, lo, hi, search, flags, doc)                                         \
    {                                                                                              \
#field, doc, def, NULL, search, lo, hi, COLLET_REAL, flags,                                \
            COLLET_FIELD(cnn_config, field[0], double), MOST_BLOCKS                                \
    }
#define BLOCK_ENUM(field, def, choices, doc)                                                       \
    {                                                                                              \
#field, doc, def, choices, NULL, 0, 0, COLLET_ENUM, 0,                                     \
            COLLET_FIELD(cnn_config, field[0], int32_t), MOST_BLOCKS                               \
    }

static const collet_option options[] = {
    COLLET_OPT_INT(cnn_config, blocks, "2", 1, MOST_BLOCKS, "int(1, 3)", 0, "convolutions"),
    COLLET_OPT_INTS(cnn_config, filters, "16", 1, 4096, "int(8, 64, log)", 0,
                    "filters of each convolution; filters.2 is that of the second"),
    COLLET_OPT_INTS(cnn_config, kernel, "3", 1, 31, "choice(3, 5)", 0,
                    "side of each convolution's square, in pixels"),
    COLLET_OPT_INTS(cnn_config, stride, "1", 1, 16, NULL, 0, "pixels from one square to the next"),
    BLOCK_ENUM(padding, "same", "same|valid|1|2|3|4|5|6|7|8",
               "zeros around the image: as many as keep its size, none, or so many on each side"),
    BLOCK_ENUM(norm, "none", "none|batch", "normalisation before each activation"),
    BLOCK_ENUM(activation, "relu", "relu|tanh|gelu|sigmoid", "function after each convolution"),
    BLOCK_ENUM(pool, "max", "max|average|none", "what makes one pixel of several"),
    COLLET_OPT_INTS(cnn_config, pool_size, "2", 2, 15, NULL, 0,
                    "side of the square that becomes one pixel, in pixels"),
    BLOCK_REAL(dropout, "0", 0, 1, "real(0, 0.5)", COLLET_OPEN_MAX,
               "share of each block that is left out while training"),
    COLLET_OPT_INT(cnn_config, layers, "1", 0, MOST_DENSE, "int(0, 2)", 0, "hidden dense layers"),
    COLLET_OPT_INTS(cnn_config, units, "128", 1, 65536, "int(32, 256, log)", 0,
                    "width of each hidden dense layer"),
    COLLET_OPT_ENUM(cnn_config, dense_norm, "none", "none|batch", 0,
                    "normalisation before each hidden dense layer's activation"),
    COLLET_OPT_ENUM(cnn_config, dense_activation, "relu", "relu|tanh|gelu|sigmoid", 0,
                    "function after each hidden dense layer"),
    COLLET_OPT_REAL(cnn_config, dense_dropout, "0", 0, 1, "real(0, 0.6)", COLLET_OPEN_MAX,
                    "share of each hidden dense layer that is left out while training"),
    COLLET_OPT_ENUM(cnn_config, init, "he", "he|glorot", 0, "how weights start"),
};

typedef struct cnn {
    const cnn_config *config;
    collet_task task;
    uint32_t count; /* blocks */
    nn_block blocks[MOST_BLOCKS];
    nn_room room;
    nn_stack stack;
    nn_layout layout;
    float *d[2]; /* [max_rows][largest y], gradients of two neighbouring blocks */
} cnn;

static void destroy(void *self)
{
    cnn *m = self;
    if (m == NULL) {
        return;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        nn_block_free(&m->blocks[i]);
    }
    nn_stack_free(&m->stack);
    nn_room_free(&m->room);
    free(m->d[0]);
    free(m->d[1]);
    free(m);
}

/* ---- The plan ------------------------------------------------------------------------------- */

static nn_block_kind kind_of(const cnn_config *c, uint32_t i)
{
    return (nn_block_kind){.filters = (uint32_t)c->filters[i],
                           .kernel = (uint32_t)c->kernel[i],
                           .stride = (uint32_t)c->stride[i],
                           .padding = c->padding[i] == 0 ? NN_PAD_SAME : c->padding[i] - 1,
                           .f = (nn_activation)c->activation[i],
                           .norm = c->norm[i] != 0,
                           .pooling = (nn_pooling)c->pool[i],
                           .pool_size = (uint32_t)c->pool_size[i],
                           .dropout = c->dropout[i]};
}

static collet_status plan(cnn *m, const collet_host *host)
{
    const cnn_config *c = m->config;
    const nn_hidden dense = {(nn_activation)c->dense_activation, c->dense_norm != 0,
                             c->dense_dropout};
    uint32_t height = m->task.height, width = m->task.width, channels = m->task.channels;
    m->count = (uint32_t)c->blocks;
    for (uint32_t i = 0; i < m->count; i++) {
        nn_block *b = &m->blocks[i];
        const nn_block_kind kind = kind_of(c, i);
        collet_status status =
            nn_block_plan(b, host, i + 1, &kind, height, width, channels, &m->layout);
        if (status < 0) {
            return status;
        }
        nn_room_fit(&m->room, b);
        height = b->pool.height / b->pool.size;
        width = b->pool.width / b->pool.size;
        channels = kind.filters;
    }
    nn_stack_plan(&m->stack, (uint32_t)m->blocks[m->count - 1].out, (uint32_t)c->layers, c->units,
                  &dense, m->task.outputs, &m->layout);
    return COLLET_OK;
}

static bool allocate(cnn *m)
{
    const uint32_t rows = m->task.max_rows;
    size_t out = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        nn_block *b = &m->blocks[i];
        out = out > b->out ? out : b->out;
        if (!nn_block_allocate(b, rows)) {
            return false;
        }
    }
    m->d[0] = collet_zeros(rows * out);
    m->d[1] = collet_zeros(rows * out);
    return m->d[0] != NULL && m->d[1] != NULL && nn_room_allocate(&m->room, rows) &&
           nn_stack_allocate(&m->stack, rows);
}

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    if (task->form != COLLET_DATA_IMAGES) {
        return collet_fail(host, COLLET_E_UNSUPPORTED, "it learns from images only, not from %s",
                           task->form == COLLET_DATA_TOKENS ? "sequences of tokens" : "tables");
    }
    cnn *m = calloc(1, sizeof *m);
    collet_status status = COLLET_E_NOMEM;
    if (m != NULL) {
        m->config = config;
        m->task = *task;
        status = plan(m, host);
    }
    if (status == COLLET_OK && !allocate(m)) {
        status = COLLET_E_NOMEM;
    }
    if (status < 0) {
        destroy(m);
        return status == COLLET_E_NOMEM ? collet_fail(host, status, "out of memory") : status;
    }
    *self = m;
    return COLLET_OK;
}

static const collet_layout *layout(void *self)
{
    cnn *m = self;
    return &m->layout.view;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    const cnn *m = self;
    nn_init how = (nn_init)m->config->init;
    for (uint32_t i = 0; i < m->count; i++) {
        nn_block_init(&m->blocks[i], how, rng, theta);
    }
    nn_stack_init(&m->stack, how, rng, theta);
    return COLLET_OK;
}

/* Outputs of the batch, to overwrite; rng NULL: for prediction. */
static float *forward(cnn *m, const collet_rng *rng, const float *theta, const collet_batch *batch)
{
    const float *x = batch->x;
    for (uint32_t i = 0; i < m->count; i++) {
        nn_block_forward(&m->blocks[i], &m->room, rng, batch->rows, theta, x);
        x = m->blocks[i].y;
    }
    return nn_stack_forward(&m->stack, rng, batch->rows, theta, x);
}

static void backward(cnn *m, const float *theta, const collet_batch *batch, float *z, float *grad)
{
    float *d = m->d[m->count % 2];
    nn_stack_backward(&m->stack, batch->rows, theta, m->blocks[m->count - 1].y, z, grad, d);
    for (uint32_t i = m->count; i-- > 0;) {
        float *dx = i > 0 ? m->d[i % 2] : NULL;
        const float *x = i > 0 ? m->blocks[i - 1].y : batch->x;
        nn_block_backward(&m->blocks[i], &m->room, batch->rows, theta, x, d, grad, dx);
        d = dx;
    }
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    (void)touched; /* no sparse segments */
    cnn *m = self;
    float *z = forward(m, rng, theta, batch);
    *value = nn_loss(m->task.type, batch, m->task.outputs, z);
    if (grad != NULL) {
        backward(m, theta, batch, z, grad);
    }
    return COLLET_OK;
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    cnn *m = self;
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
                                 "cnn",
                                 "1.0.0",
                                 "convolutional network for images",
                                 "doi.org/10.1109/5.726791",
                                 &vtable,
                                 COLLET_OPTIONS(options, cnn_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "cnn",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
