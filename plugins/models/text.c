/*
 * text - classifies sequences of tokens by their embeddings.
 *
 * Definition: token t has a row of dim numbers e(t). A sequence becomes
 *     pool = mean   the mean of its tokens' rows (the bag of fastText),
 *     pool = max    the largest number of each column,
 *     pool = conv   max over positions p of relu(W(w) . [e(p) .. e(p + w - 1)] + b(w)), for filters
 *                   filters of each width w = width .. width + widths - 1; behind its end a short
 *                   sequence goes on with zeros,
 * then h = dropout(that); with hidden > 0, h = f(h V + c); the outputs are h U + a.
 *
 * Options:
 *     dim         numbers a token                                          64
 *     pool        mean | max | conv                                      mean
 *     width       conv: narrowest window, in tokens                         3
 *     widths      conv: how many widths, each one wider than the last       3
 *     filters     conv: filters of each width                             100
 *     hidden      units of a hidden layer; 0: none                          0
 *     activation  of the hidden layer: relu | tanh | gelu | sigmoid      relu
 *     dropout     share of what was pooled that is left out                 0
 *
 *     [model]
 *     use     = text
 *     dim     = int(32, 256, log)
 *     pool    = choice(mean, conv)
 *     filters = int(32, 256, log)
 *     dropout = real(0, 0.6)
 *
 * Windows are neighbouring tokens, so pool = conv wants a dataset without n-grams behind the words.
 *
 * How it works (nn/textpool.h): the embedding is a sparse segment: a step writes the gradient of
 * the tokens that are in the batch, and the optimizer moves these rows only. With a batch's tokens
 * listed by number, the gradient of a mean is a sum of rows of a small matrix, written once. The
 * maximum over time lets one window a filter through, so going back through a convolution costs
 * next to nothing; see nn/textconv.h.
 *
 * The gradient of a token's row is divided by the batch and by the text's length, so plain sgd
 * wants learning rates of 1 to 50 with pool = mean; adam needs no such care.
 *
 * Joulin, Grave, Bojanowski, Mikolov: Bag of Tricks for Efficient Text Classification. EACL 2017.
 * Kim: Convolutional Neural Networks for Sentence Classification. EMNLP 2014.
 */
#include <collet/helpers.h>
#include <collet/model.h>

#include "nn/dense.h"
#include "nn/dropout.h"
#include "nn/loss.h"
#include "nn/textpool.h"

typedef struct text_config {
    int64_t dim, width, widths, filters, hidden;
    double dropout;
    int32_t pool, activation;
} text_config;

static const collet_option options[] = {
    COLLET_OPT_INT(text_config, dim, "64", 1, 65536, "int(16, 256, log)", 0, "numbers a token"),
    COLLET_OPT_ENUM(text_config, pool, "mean", "mean|max|conv", 0,
                    "how a sequence becomes one row of numbers"),
    COLLET_OPT_INT(text_config, width, "3", 1, 64, "int(1, 5)", 0,
                   "conv: narrowest window, in tokens"),
    COLLET_OPT_INT(text_config, widths, "3", 1, 8, "int(1, 4)", 0,
                   "conv: how many widths, each one wider than the last"),
    COLLET_OPT_INT(text_config, filters, "100", 1, 65536, "int(32, 256, log)", 0,
                   "conv: filters of each width"),
    COLLET_OPT_INT(text_config, hidden, "0", 0, 65536, "int(16, 256, log)", 0,
                   "units of a hidden layer; 0: none"),
    COLLET_OPT_ENUM(text_config, activation, "relu", "relu|tanh|gelu|sigmoid", 0,
                    "function of the hidden layer"),
    COLLET_OPT_REAL(text_config, dropout, "0", 0, 1, "real(0, 0.6)", COLLET_OPEN_MAX,
                    "share of what was pooled that is left out while training"),
};

/* A dense layer behind the pooled sequence; the last one is the output. */
typedef struct layer {
    uint32_t in, out;
    nn_activation f;
    uint64_t w, b;   /* where they lie in theta */
    float *y, *kept; /* [max_rows][out]; kept for gelu */
} layer;

typedef struct text {
    const text_config *config;
    const collet_host *host;
    collet_task task;
    nn_textpool pool;
    uint32_t layer_count; /* 1 or 2 */
    layer layers[2];
    nn_layout layout;
    float *mask, *d[2]; /* [max_rows][pool.out]; [max_rows][in] of each layer */
    uint64_t *bits;     /* random bits for dropout */
} text;

static void destroy(void *self)
{
    text *t = self;
    if (t == NULL) {
        return;
    }
    nn_textpool_free(&t->pool);
    for (uint32_t i = 0; i < 2; i++) {
        free(t->layers[i].y);
        free(t->layers[i].kept);
        free(t->d[i]);
    }
    free(t->mask);
    free(t->bits);
    free(t);
}

/* ---- Layout --------------------------------------------------------------------------------- */

static void plan_layers(text *t)
{
    const text_config *c = t->config;
    uint32_t in = t->pool.out;
    t->layer_count = c->hidden > 0 ? 2 : 1;
    for (uint32_t i = 0; i < t->layer_count; i++) {
        layer *l = &t->layers[i];
        bool last = i + 1 == t->layer_count;
        l->in = in;
        l->out = last ? t->task.outputs : (uint32_t)c->hidden;
        l->f = last ? NN_IDENTITY : (nn_activation)c->activation;
        const char *name = last ? "output" : "hidden";
        l->w = nn_layout_add(&t->layout, name, 0, "weight", l->in, l->out, 0);
        l->b = nn_layout_add(&t->layout, name, 0, "bias", 1, l->out, COLLET_SEGMENT_NO_DECAY);
        in = l->out;
    }
}

/* Widths, activations and the place of every matrix in theta. */
static void plan(text *t)
{
    const text_config *c = t->config;
    const nn_textpool_kind kind = {.how = (nn_textpooling)c->pool,
                                   .vocabulary = t->task.vocabulary,
                                   .dim = (uint32_t)c->dim,
                                   .filters = (uint32_t)c->filters,
                                   .first = (uint32_t)c->width,
                                   .widths = (uint32_t)c->widths};
    nn_textpool_plan(&t->pool, &kind, &t->layout);
    plan_layers(t);
}

static bool allocate(text *t)
{
    size_t rows = t->task.max_rows, n = rows * t->pool.out;
    bool ok = nn_textpool_allocate(&t->pool, t->task.max_rows);
    for (uint32_t i = 0; i < t->layer_count && ok; i++) {
        layer *l = &t->layers[i];
        bool keeps = l->f == NN_GELU;
        l->y = collet_zeros(rows * l->out);
        l->kept = keeps ? collet_zeros(rows * l->out) : NULL;
        t->d[i] = collet_zeros(rows * l->in);
        ok = l->y != NULL && (!keeps || l->kept != NULL) && t->d[i] != NULL;
    }
    t->mask = collet_zeros(n);
    t->bits = malloc((n / 4 + 1) * sizeof *t->bits);
    return ok && t->mask != NULL && t->bits != NULL;
}

static collet_status create(const collet_host *host, const void *config, const collet_task *task,
                            void **self)
{
    if (task->form != COLLET_DATA_TOKENS) {
        return collet_fail(host, COLLET_E_UNSUPPORTED,
                           "it learns from sequences of tokens, not from tables and images");
    }
    text *t = calloc(1, sizeof *t);
    if (t != NULL) {
        t->config = config;
        t->host = host;
        t->task = *task;
        plan(t);
    }
    if (t == NULL || !allocate(t)) {
        destroy(t);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *self = t;
    return COLLET_OK;
}

static const collet_layout *layout(void *self)
{
    text *t = self;
    return &t->layout.view;
}

static collet_status init(void *self, const collet_rng *rng, float *theta)
{
    const text *t = self;
    nn_textpool_init(&t->pool, rng, theta);
    for (uint32_t i = 0; i < t->layer_count; i++) {
        const layer *l = &t->layers[i];
        nn_dense_init(l->f == NN_RELU ? NN_HE : NN_GLOROT, l->in, l->out, rng, theta + l->w);
    }
    return COLLET_OK;
}

/* ---- Computing ------------------------------------------------------------------------------ */

/* Outputs of the batch in the last layer's y, NULL when memory ran out; rng NULL: no dropout; back:
 * the batch will go back. */
static float *forward(text *t, const collet_rng *rng, const float *theta, const collet_batch *batch,
                      bool back)
{
    float *pooled = nn_textpool_forward(&t->pool, theta, batch, back);
    if (pooled == NULL) {
        return NULL;
    }
    if (rng != NULL && t->config->dropout > 0) {
        nn_dropout_forward(t->config->dropout, (size_t)batch->rows * t->pool.out, rng, t->bits,
                           t->mask, pooled);
    }
    const float *x = pooled;
    for (uint32_t i = 0; i < t->layer_count; i++) {
        layer *l = &t->layers[i];
        nn_dense_forward(l->f, batch->rows, l->in, l->out, x, theta + l->w, theta + l->b, l->y,
                         l->kept);
        x = l->y;
    }
    return t->layers[t->layer_count - 1].y;
}

static void backward(text *t, const float *theta, const collet_batch *batch, float *d, float *grad)
{
    for (uint32_t i = t->layer_count; i-- > 0;) {
        layer *l = &t->layers[i];
        const float *x = i > 0 ? t->layers[i - 1].y : t->pool.y;
        nn_dense_backward(l->f, batch->rows, l->in, l->out, x, theta + l->w, l->y, l->kept, d,
                          grad + l->w, grad + l->b, t->d[i]);
        d = t->d[i];
    }
    if (t->config->dropout > 0) {
        nn_dropout_backward((size_t)batch->rows * t->pool.out, t->mask, d);
    }
    nn_textpool_backward(&t->pool, theta, batch, d, grad);
}

static collet_status loss(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *value,
                          const collet_touched *touched)
{
    text *t = self;
    float *z = forward(t, rng, theta, batch, grad != NULL);
    if (z == NULL) {
        return collet_fail(t->host, COLLET_E_NOMEM, "out of memory for a batch's tokens");
    }
    *value = nn_loss(t->task.type, batch, t->task.outputs, z);
    if (grad == NULL) {
        return COLLET_OK;
    }
    backward(t, theta, batch, z, grad);
    const nn_index *index = &t->pool.index;
    return touched == NULL ? COLLET_OK
                           : touched->rows(touched->ctx, 0, index->tokens, index->count);
}

static collet_status predict(void *self, const float *theta, const collet_batch *batch, float *out)
{
    text *t = self;
    const float *z = forward(t, NULL, theta, batch, false);
    memcpy(out, z, (size_t)batch->rows * t->task.outputs * sizeof *out);
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
                                 "text",
                                 "1.0.0",
                                 "classifies sequences of tokens by their embeddings",
                                 "arxiv.org/abs/1408.5882",
                                 &vtable,
                                 COLLET_OPTIONS(options, text_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "text",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
