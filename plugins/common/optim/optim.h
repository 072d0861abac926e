/**
 * @file optim/optim.h
 * @brief What the bundled optimizers share: arrays laid out like theta with their save and load,
 * weight decay, one span as plain pointers, and the tables of a plugin with one optimizer.
 *
 * An optimizer keeps, beside its options, up to three arrays of theta_count floats (momentum,
 * running squares). Its step() takes the spans of the update one by one as an optim_run and gives
 * each to an elementwise loop:
 *
 *     for (uint32_t i = 0; i < u->span_count; i++) {
 *         optim_run r = optim_run_at(s, u, i, c->weight_decay, c->decay);
 *         descend(r.n, r.w, r.g, r.a[0], rate, r.decay);
 *     }
 *
 * Sparse segments: only the rows that the batch touched come as spans, and only they are visited.
 * The state of the others stays as it is, as in PyTorch's SparseAdam: a row that returns after a
 * hundred steps goes on from its old momentum, and corrections for the bias of running means use
 * the number of the step, not of the row's visits.
 */
#ifndef OPTIM_OPTIM_H
#define OPTIM_OPTIM_H

#include <collet/helpers.h>
#include <collet/optimizer.h>

/** Most arrays that an optimizer keeps. */
enum { OPTIM_ARRAYS = 3 };

/** An instance of any bundled optimizer with state. */
typedef struct optim_state {
    const void *config;
    size_t count;           /**< floats of theta */
    double number;          /**< one scalar that is saved with the arrays; 0 at first */
    float *a[OPTIM_ARRAYS]; /**< [count], 64-byte aligned, 0 at first; NULL where not kept */
} optim_state;

/** Makes an instance that keeps array k where bit k of arrays is set. */
collet_status optim_create(const collet_host *host, const void *config, const collet_layout *layout,
                           unsigned arrays, void **self);

/** Frees it; does nothing for NULL. */
void optim_destroy(void *self);

/** Writes number and the arrays that are kept. */
collet_status optim_save(void *self, const collet_sink *out);

/** Reads what optim_save() wrote; COLLET_E_STATE for another number of bytes. */
collet_status optim_load(void *self, const collet_source *in);

/* ---- Weight decay --------------------------------------------------------------------------- */

/** What the option "decay" says of the option "weight_decay", written c here. */
enum {
    OPTIM_L2,       /**< penalty c/2 w^2: adds c w to the gradient */
    OPTIM_L1,       /**< penalty c |w|: adds c sign(w) to the gradient */
    OPTIM_DECOUPLED /**< w <- (1 - lr c) w beside the step, which does not know of it */
};

/** Rows of the option table. c is the default amount, kind the default kind. */
/* clang-format off */
#define OPTIM_WEIGHT_DECAY(config, c)                                                              \
    COLLET_OPT_REAL(config, weight_decay, c, 0, 1000, "real(1e-6, 1e-1, log)", 0,                  \
                    "pulls weights, but not biases, towards 0")
#define OPTIM_DECAY(config, kind)                                                                  \
    COLLET_OPT_ENUM(config, decay, kind, "l2|l1|decoupled", 0,                                     \
                    "weight_decay as a penalty w^2/2 or |w| in the gradient, or as its own step")
/* clang-format on */

/** Weight decay in one span: all neutral where the segment takes none. */
typedef struct optim_decay {
    float l2, l1;  /**< share of w and of sign(w) that the gradient gets */
    float pull;    /**< lr c if decoupled, else 0: share of w that is taken off. Not 1 - lr c, which
                        loses the digits of small ones */
    int penalised; /**< l2 or l1 is not 0 */
} optim_decay;

/** The gradient with the penalty's. Both are worked out and one is taken, so that there is no
 *  branch; k is the same for a whole loop, so the compiler may make two loops of it. */
static inline float optim_slope(float g, float w, optim_decay k)
{
    float sign = (float)(w > 0) - (float)(w < 0);
    float slope = g + k.l2 * w + k.l1 * sign;
    return k.penalised ? slope : g;
}

/** w after a step of that length, with decoupled decay; without branches for the same reason. */
static inline float optim_moved(float w, float step, optim_decay k)
{
    float pulled = w - (k.pull * w + step);
    return k.pull > 0 ? pulled : w - step;
}

/* ---- Spans ---------------------------------------------------------------------------------- */

/** One span of an update, as pointers to its first float. */
typedef struct optim_run {
    size_t n;
    float *w;
    const float *g;
    float *a[OPTIM_ARRAYS]; /**< NULL where not kept */
    optim_decay decay;
} optim_run;

/** Span i. state may be NULL where nothing is kept. */
optim_run optim_run_at(const optim_state *state, const collet_update *update, uint32_t i,
                       double weight_decay, int32_t decay);

/* ---- Tables --------------------------------------------------------------------------------- */

/** The entry point of a plugin with one optimizer, from its create() and step() and its
 *  `options` for the type `config`. Ends with a semicolon. */
#define OPTIM_PLUGIN(id, summary, reference, config, create, step)                                 \
    static const collet_optimizer vtable = {                                                       \
        COLLET_SIZE(collet_optimizer), 0, create, optim_destroy, step, optim_save, optim_load};    \
    static const collet_unit unit = {COLLET_SIZE(collet_unit),                                     \
                                     1,                                                            \
                                     COLLET_KIND_OPTIMIZER,                                        \
                                     id,                                                           \
                                     "1.0.0",                                                      \
                                     summary,                                                      \
                                     reference,                                                    \
                                     &vtable,                                                      \
                                     COLLET_OPTIONS(options, config)};                             \
    static const collet_unit *const units[] = {&unit};                                             \
    static const collet_plugin plugin = {COLLET_MAGIC,                                             \
                                         COLLET_ABI_MAJOR,                                         \
                                         COLLET_ABI_MINOR,                                         \
                                         COLLET_SIZE(collet_plugin),                               \
                                         0,                                                        \
                                         COLLET_COUNT(units),                                      \
                                         units,                                                    \
                                         id,                                                       \
                                         "1.0.0",                                                  \
                                         "The Collet authors",                                     \
                                         "MIT"};                                                   \
    COLLET_PLUGIN(plugin)

#endif /* OPTIM_OPTIM_H */
