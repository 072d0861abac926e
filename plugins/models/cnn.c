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
 * image itself (nn/conv.h). What lies between convolution and pooling is never kept for the whole
 * batch where that can be helped: the largest of f(x + b) is f of the largest x, plus b, so with
 * max pooling and a rising f a few images at a time are convolved and pooled in the cache, and only
 * then activated. The gradient then has one number a square, and goes back from these alone
 * (nn/winners.h). The first block, where it has few channels, goes from image to pooled squares and
 * back in one pass (nn/narrow.h). Batch normalisation needs all images first. Everything
 * is allocated in create().
 *
 * LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998).
 */
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/conv.h"
#include "nn/loss.h"
#include "nn/narrow.h"
#include "nn/pool.h"
#include "nn/stack.h"
#include "nn/winners.h"

enum { MOST_BLOCKS = 6, MOST_DENSE = 4 };

/* In the order of the choices. */
enum { POOL_MAX, POOL_AVERAGE, POOL_NONE };

/* Floats of a group of images before pooling: so many stay in the second-level cache. */
enum { GROUP_FLOATS = 1 << 16 };

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

/* One block. Sizes in floats are of one image. */
typedef struct block {
    nn_conv conv;
    nn_finish finish;
    nn_pool pool;
    int how;                /* POOL_... */
    bool winners;           /* only the largest of each square has a gradient */
    bool narrow;            /* convolved and pooled in one pass */
    bool pool_first;        /* activated after pooling, else before */
    uint64_t w;             /* where it lies in theta */
    size_t in, inner, out;  /* floats of x, before pooling, after */
    uint32_t group;         /* images that are convolved and pooled at once */
    float *packed, *turned; /* weights as conv wants them */
    float *dw;              /* [filters][kernel][kernel][channels], winners only */
    float *u;               /* [max_rows][inner], with norm only: before it */
    float *a;               /* [max_rows][inner], activated before pooling only */
    float *y;               /* [max_rows][out] */
    uint8_t *which;         /* [max_rows][out], max pooling only */
} block;

typedef struct cnn {
    const cnn_config *config;
    collet_task task;
    uint32_t count; /* blocks */
    block blocks[MOST_BLOCKS];
    nn_stack stack;
    nn_layout layout;
    float *scratch; /* of the largest convolution */
    float *group;   /* inner of the largest group */
    float *inner;   /* [max_rows][largest inner], gradients before pooling */
    float *d[2];    /* [max_rows][largest y], gradients of two neighbouring blocks */
} cnn;

static void destroy(void *self)
{
    cnn *m = self;
    if (m == NULL) {
        return;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        block *b = &m->blocks[i];
        free(b->packed);
        free(b->turned);
        free(b->dw);
        free(b->u);
        free(b->a);
        free(b->y);
        free(b->which);
        nn_finish_free(&b->finish);
    }
    nn_stack_free(&m->stack);
    free(m->scratch);
    free(m->group);
    free(m->inner);
    free(m->d[0]);
    free(m->d[1]);
    free(m);
}

/* ---- The plan ------------------------------------------------------------------------------- */

/* A valid wish that the image is too small for. */
static collet_status too_small(const collet_host *host, const block *b, uint32_t number,
                               const char *what, uint32_t side)
{
    return collet_fail(host, COLLET_E_UNSUPPORTED,
                       "block %u: its images are %u x %u, too small for %s %u", number,
                       b->conv.height, b->conv.width, what, side);
}

static collet_status plan_block(cnn *m, const collet_host *host, uint32_t i, nn_conv shape)
{
    const cnn_config *c = m->config;
    block *b = &m->blocks[i];
    int padding = c->padding[i] == 0 ? NN_PAD_SAME : c->padding[i] - 1;
    b->conv = shape;
    if (padding >= (int)shape.kernel) {
        return collet_fail(host, COLLET_E_INVALID,
                           "block %u: padding %d is not smaller than kernel %u", i + 1, padding,
                           shape.kernel);
    }
    if (!nn_conv_plan(&b->conv, padding)) {
        return too_small(host, b, i + 1, "kernel", shape.kernel);
    }
    b->how = c->pool[i];
    b->pool = (nn_pool){b->conv.out_height, b->conv.out_width, shape.filters,
                        b->how == POOL_NONE ? 1 : (uint32_t)c->pool_size[i]};
    if (nn_pool_out(&b->pool) == 0) {
        return too_small(host, b, i + 1, "stride and pool_size", b->pool.size);
    }
    b->pool_first = b->how == POOL_MAX && c->activation[i] != NN_GELU;
    b->winners = i > 0 && b->pool_first && c->norm[i] == 0 && shape.channels >= NN_WINNERS_CHANNELS;
    b->narrow = i == 0 && b->pool_first && c->norm[i] == 0 && nn_narrow_suits(&b->conv, &b->pool);
    b->in = nn_conv_in(&b->conv);
    b->inner = nn_conv_out(&b->conv);
    b->out = nn_pool_out(&b->pool);
    b->group = b->inner < GROUP_FLOATS ? (uint32_t)(GROUP_FLOATS / b->inner) : 1;
    b->w = nn_layout_add(&m->layout, "conv", i + 1, "weight",
                         shape.kernel * shape.kernel * shape.channels, shape.filters, 0);
    nn_finish_plan(&b->finish, shape.filters, (nn_activation)c->activation[i], c->norm[i] != 0,
                   c->dropout[i], &m->layout, "conv", i + 1);
    return COLLET_OK;
}

static collet_status plan(cnn *m, const collet_host *host)
{
    const cnn_config *c = m->config;
    const nn_hidden kind = {(nn_activation)c->dense_activation, c->dense_norm != 0,
                            c->dense_dropout};
    nn_conv shape = {
        .height = m->task.height, .width = m->task.width, .channels = m->task.channels};
    m->count = (uint32_t)c->blocks;
    for (uint32_t i = 0; i < m->count; i++) {
        const block *b = &m->blocks[i];
        shape.filters = (uint32_t)c->filters[i];
        shape.kernel = (uint32_t)c->kernel[i];
        shape.stride = (uint32_t)c->stride[i];
        collet_status status = plan_block(m, host, i, shape);
        if (status < 0) {
            return status;
        }
        shape.height = b->pool.height / b->pool.size;
        shape.width = b->pool.width / b->pool.size;
        shape.channels = shape.filters;
    }
    nn_stack_plan(&m->stack, (uint32_t)m->blocks[m->count - 1].out, (uint32_t)c->layers, c->units,
                  &kind, m->task.outputs, &m->layout);
    return COLLET_OK;
}

/* n floats where they are wanted; *ok becomes false when memory ran out. */
static float *floats(bool wanted, size_t n, bool *ok)
{
    float *memory = wanted && *ok ? collet_zeros(n) : NULL;
    *ok = *ok && (!wanted || memory != NULL);
    return memory;
}

static bool allocate_block(block *b, size_t rows)
{
    bool ok = true;
    b->packed = floats(true, nn_conv_packed(&b->conv), &ok);
    b->turned = floats(true, nn_conv_turned(&b->conv), &ok);
    b->dw = floats(b->winners, nn_conv_weights(&b->conv), &ok);
    b->u = floats(b->finish.norm, rows * b->inner, &ok);
    b->a = floats(!b->pool_first && b->how != POOL_NONE, rows * b->inner, &ok);
    b->y = floats(true, rows * b->out, &ok);
    b->which = b->how == POOL_MAX ? malloc(rows * b->out) : NULL;
    return ok && (b->how != POOL_MAX || b->which != NULL) &&
           nn_finish_allocate(&b->finish, rows * (b->pool_first ? b->out : b->inner));
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool allocate(cnn *m)
{
    size_t rows = m->task.max_rows, scratch = 0, group = 0, inner = 0, out = 0;
    bool ok = true;
    for (uint32_t i = 0; i < m->count && ok; i++) {
        block *b = &m->blocks[i];
        scratch = largest(scratch, nn_conv_scratch(&b->conv));
        scratch = largest(scratch, nn_winners_scratch(&b->conv));
        group = largest(group, b->group * b->inner);
        inner = largest(inner, b->how != POOL_NONE ? b->inner : 0);
        out = largest(out, b->out);
        ok = allocate_block(b, rows);
    }
    m->scratch = floats(true, scratch, &ok);
    m->group = floats(true, group, &ok);
    m->inner = floats(true, rows * inner, &ok);
    m->d[0] = floats(true, rows * out, &ok);
    m->d[1] = floats(true, rows * out, &ok);
    return ok && nn_stack_allocate(&m->stack, m->task.max_rows);
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
        const block *b = &m->blocks[i];
        double square = (double)b->conv.kernel * b->conv.kernel;
        nn_weights_init(how, nn_conv_weights(&b->conv), square * b->conv.channels,
                        square * b->conv.filters, rng, theta + b->w);
        nn_finish_init(&b->finish, theta);
    }
    nn_stack_init(&m->stack, how, rng, theta);
    return COLLET_OK;
}

/* ---- Forward -------------------------------------------------------------------------------- */

/* y and which of a group of images, from what comes before pooling. */
static void pool(block *b, uint32_t first, uint32_t rows, const float *inner)
{
    float *y = b->y + first * b->out;
    if (b->how == POOL_MAX) {
        nn_pool_max_forward(&b->pool, rows, inner, y, b->which + first * b->out);
    } else if (b->how == POOL_AVERAGE) {
        nn_pool_average_forward(&b->pool, rows, inner, y);
    }
}

/* Where a group's numbers before pooling go: over and over to the same place if nobody needs them
 * afterwards. */
static float *inner_of(const cnn *m, const block *b, uint32_t first)
{
    return b->how == POOL_NONE ? b->y + first * b->inner
           : b->pool_first     ? m->group
                               : b->a + first * b->inner;
}

/* Convolution without norm, or norm; activation if it comes before pooling; pooling. */
static void forward_group(const cnn *m, block *b, uint32_t first, uint32_t rows, const float *theta,
                          const float *x)
{
    float *inner = inner_of(m, b, first);
    size_t pixels = b->inner / b->finish.n;
    if (b->finish.norm) {
        nn_finish_normalise(&b->finish, rows * pixels, b->u + first * b->inner, theta, inner);
    } else {
        nn_conv_forward(&b->conv, rows, x + first * b->in, b->packed, inner, m->scratch);
    }
    if (!b->pool_first) {
        nn_finish_activate(&b->finish, first * pixels, rows * pixels, theta, inner);
    }
    pool(b, first, rows, inner);
}

static void forward_groups(const cnn *m, block *b, bool training, uint32_t rows, const float *theta,
                           const float *x)
{
    nn_conv_pack(&b->conv, theta + b->w, b->packed);
    if (b->finish.norm) {
        nn_conv_forward(&b->conv, rows, x, b->packed, b->u, m->scratch);
        nn_finish_observe(&b->finish, training, rows * b->inner / b->finish.n, b->u, theta);
    }
    for (uint32_t first = 0; first < rows; first += b->group) {
        uint32_t left = rows - first;
        forward_group(m, b, first, left < b->group ? left : b->group, theta, x);
    }
}

static void forward_block(const cnn *m, block *b, const collet_rng *rng, uint32_t rows,
                          const float *theta, const float *x)
{
    if (b->narrow) {
        nn_narrow_forward(&b->conv, &b->pool, rows, x, theta + b->w, b->y, b->which, m->scratch);
    } else {
        forward_groups(m, b, rng != NULL, rows, theta, x);
    }
    if (b->pool_first) {
        nn_finish_activate(&b->finish, 0, rows * b->out / b->finish.n, theta, b->y);
    }
    nn_finish_drop(&b->finish, rows * b->out, rng, b->y);
}

/* Outputs of the batch, to overwrite; rng NULL: for prediction. */
static float *forward(cnn *m, const collet_rng *rng, const float *theta, const collet_batch *batch)
{
    const float *x = batch->x;
    for (uint32_t i = 0; i < m->count; i++) {
        forward_block(m, &m->blocks[i], rng, batch->rows, theta, x);
        x = m->blocks[i].y;
    }
    return nn_stack_forward(&m->stack, rng, batch->rows, theta, x);
}

/* ---- Backward ------------------------------------------------------------------------------- */

/* Gradients before pooling of some images, from those after. */
static void unpool(const block *b, uint32_t first, uint32_t rows, const float *d, float *inner)
{
    d += first * b->out;
    if (b->how == POOL_MAX) {
        nn_pool_max_backward(&b->pool, rows, d, b->which + first * b->out, inner);
    } else {
        nn_pool_average_backward(&b->pool, rows, d, inner);
    }
}

/* The gradient of what the convolution gave, of the whole batch, from that of y. */
static float *backward_whole(const cnn *m, block *b, uint32_t rows, const float *theta, float *d,
                             float *grad)
{
    size_t pixels = rows * b->inner / b->finish.n;
    const float *y = b->how == POOL_NONE ? b->y : b->a;
    float *inner = b->how == POOL_NONE ? d : m->inner;
    if (b->how != POOL_NONE) {
        unpool(b, 0, rows, d, inner);
    }
    if (!b->pool_first) {
        nn_finish_activate_back(&b->finish, pixels, y, inner, grad);
    }
    nn_finish_normalise_back(&b->finish, pixels, b->u, theta, inner, grad);
    return inner;
}

/* From d, the gradient of what pooling gave: the weights' part of grad, and dx. */
static void backward_winners(const cnn *m, block *b, uint32_t rows, const float *theta,
                             const float *x, const float *d, float *grad, float *dx)
{
    nn_winners_by_filter(&b->conv, theta + b->w, b->turned);
    memset(b->dw, 0, nn_conv_weights(&b->conv) * sizeof *b->dw);
    nn_winners_backward(&b->conv, &b->pool, rows, x, b->turned, d, b->which, b->dw, dx, m->scratch);
    nn_winners_from_filter(&b->conv, b->dw, grad + b->w);
}

/* From d, the gradient of what pooling gave, or from whole, that before pooling: the weights' part
 * of grad, and dx unless NULL. */
static void backward_groups(const cnn *m, block *b, uint32_t rows, const float *theta,
                            const float *x, const float *d, const float *whole, float *grad,
                            float *dx)
{
    if (dx != NULL) {
        nn_conv_turn(&b->conv, theta + b->w, b->turned);
    }
    for (uint32_t first = 0; first < rows; first += b->group) {
        uint32_t some = rows - first < b->group ? rows - first : b->group;
        if (whole == NULL) {
            unpool(b, first, some, d, m->group);
        }
        nn_conv_backward(&b->conv, some, x + first * b->in, b->turned,
                         whole != NULL ? whole + first * b->inner : m->group, grad + b->w,
                         first > 0, dx != NULL ? dx + first * b->in : NULL, m->scratch);
    }
}

/* From d, the gradient of y: the block's part of grad, and dx unless NULL. */
static void backward_block(const cnn *m, block *b, uint32_t rows, const float *theta,
                           const float *x, float *d, float *grad, float *dx)
{
    const float *whole = NULL;
    nn_finish_drop_back(&b->finish, rows * b->out, b->y, d);
    if (b->pool_first) {
        nn_finish_activate_back(&b->finish, rows * b->out / b->finish.n, b->y, d, grad);
    }
    if (!b->pool_first || b->finish.norm) {
        whole = backward_whole(m, b, rows, theta, d, grad);
    }
    if (b->narrow) {
        nn_narrow_backward(&b->conv, &b->pool, rows, x, d, b->which, grad + b->w, m->scratch);
    } else if (b->winners) {
        backward_winners(m, b, rows, theta, x, d, grad, dx);
    } else {
        backward_groups(m, b, rows, theta, x, d, whole, grad, dx);
    }
}

static void backward(cnn *m, const float *theta, const collet_batch *batch, float *z, float *grad)
{
    float *d = m->d[m->count % 2];
    nn_stack_backward(&m->stack, batch->rows, theta, m->blocks[m->count - 1].y, z, grad, d);
    for (uint32_t i = m->count; i-- > 0;) {
        float *dx = i > 0 ? m->d[i % 2] : NULL;
        const float *x = i > 0 ? m->blocks[i - 1].y : batch->x;
        backward_block(m, &m->blocks[i], batch->rows, theta, x, d, grad, dx);
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
