#include "base/clock.h"
#include "train/slots.h"
#include "train/trainer.h"

#include <string.h>

/* Checkpoints may take this share of the time that they save. */
static const double MOST_SHARE = 0.05;

/* Theta, its average, its best; those that a training has. */
enum { THETAS = 3 };

/* The plain numbers of a training between two epochs. The rest of a checkpoint is the curve so far,
 * the order of rows, theta with its companions, the optimizer's. */
typedef struct numbers {
    uint64_t epoch, step, samples, theta_count, order_count, state_size;
    double seconds;
    clt_rng shuffle, dropout;
    clt_waiting waiting;
} numbers;

static collet_status count_bytes(void *ctx, const void *bytes, size_t n)
{
    (void)bytes;
    *(uint64_t *)ctx += n;
    return COLLET_OK;
}

static collet_status add_bytes(void *ctx, const void *bytes, size_t n)
{
    clt_slot_writer *w = ctx;
    clt_slot_add(w, bytes, n);
    return w->failed ? COLLET_E_IO : COLLET_OK;
}

/* Has the optimizer write its state; NULL in the vtable: it has none. */
static bool save_state(const clt_trainer *t,
                       collet_status (*write)(void *ctx, const void *bytes, size_t n), void *ctx)
{
    collet_sink sink = {.struct_size = COLLET_SIZE(collet_sink), .ctx = ctx, .write = write};
    const collet_optimizer *optimizer = t->s->optimizer;
    return optimizer->save == NULL || optimizer->save(t->optimizer, &sink) >= 0;
}

static void put(void *ctx, clt_slot_writer *w)
{
    clt_trainer *t = ctx;
    float *const thetas[THETAS] = {t->theta, t->average, t->best};
    numbers n = {.epoch = t->result->epochs,
                 .step = t->step,
                 .samples = t->result->samples,
                 .theta_count = t->layout->theta_count,
                 .order_count = t->s->split->train_count,
                 .seconds = t->result->seconds,
                 .shuffle = t->shuffle,
                 .dropout = t->dropout,
                 .waiting = t->waiting};
    if (!save_state(t, count_bytes, &n.state_size)) {
        w->failed = true;
        return;
    }
    clt_slot_add(w, &n, sizeof n);
    clt_slot_add(w, t->curve.items, n.epoch * sizeof *t->curve.items);
    clt_slot_add(w, t->order, n.order_count * sizeof *t->order);
    for (int i = 0; i < THETAS; i++) {
        clt_slot_add(w, thetas[i], thetas[i] != NULL ? n.theta_count * sizeof *thetas[i] : 0);
    }
    uint64_t before = w->length;
    if (!save_state(t, add_bytes, w) || w->length - before != n.state_size) {
        w->failed = true;
    }
}

void clt_checkpoint_save(clt_trainer *t)
{
    double start = clt_clock();
    clt_error err = {0};
    bool cheap = t->saved == 0 || t->save_cost <= MOST_SHARE * (start - t->saved);
    bool due = t->result->outcome == CLT_TRAIN_PAUSED || (!t->s->sparse && cheap);
    if (t->s->slots == NULL || !due) {
        return;
    }
    if (clt_slots_write(t->s->slots, t->result->epochs, put, t, &err) != CLT_OK &&
        !t->save_failed) {
        t->save_failed = true;
        clt_host_say(t->s->optimizer_host, COLLET_LOG_WARN, "no checkpoint: %s", err.text);
    }
    t->saved = clt_clock();
    t->save_cost = t->saved - start;
}

/* A payload that is being read. */
typedef struct reader {
    const unsigned char *at;
    uint64_t left;
} reader;

static bool take(reader *r, void *out, uint64_t n)
{
    if (n > r->left) {
        return false;
    }
    memcpy(out, r->at, n);
    r->at += n;
    r->left -= n;
    return true;
}

static collet_status read_bytes(void *ctx, void *bytes, size_t n)
{
    return take(ctx, bytes, n) ? COLLET_OK : COLLET_E_STATE;
}

static bool load_state(const clt_trainer *t, reader *r)
{
    const collet_optimizer *optimizer = t->s->optimizer;
    collet_source source = {.struct_size = COLLET_SIZE(collet_source),
                            .state_version = t->s->optimizer_state_version,
                            .ctx = r,
                            .read = read_bytes,
                            .size = r->left};
    if (optimizer->load == NULL) {
        return r->left == 0;
    }
    return optimizer->load(t->optimizer, &source) >= 0 && r->left == 0;
}

static bool take_curve(clt_trainer *t, reader *r, uint64_t epochs)
{
    for (uint64_t i = 0; i < epochs; i++) {
        clt_epoch_values values;
        if (!take(r, &values, sizeof values) || !CLT_PUSH(&t->curve, values)) {
            return false;
        }
    }
    return true;
}

static bool take_thetas(clt_trainer *t, reader *r)
{
    float *const thetas[THETAS] = {t->theta, t->average, t->best};
    bool ok = true;
    for (int i = 0; i < THETAS && ok; i++) {
        ok = thetas[i] == NULL || take(r, thetas[i], t->layout->theta_count * sizeof *thetas[i]);
    }
    return ok;
}

static bool take_all(clt_trainer *t, reader *r, bool *broken, numbers *n)
{
    uint64_t rows = t->s->split->train_count, count = t->layout->theta_count;
    t->curve.count = 0;
    bool ok = take(r, n, sizeof *n) && n->theta_count == count && n->order_count == rows &&
              n->epoch > 0 && take_curve(t, r, n->epoch) &&
              take(r, t->order, rows * sizeof *t->order) && take_thetas(t, r) &&
              r->left == n->state_size;
    *broken = true;
    return ok && load_state(t, r);
}

bool clt_checkpoint_load(clt_trainer *t, uint64_t below, bool *broken, uint64_t *epoch)
{
    clt_slot slot;
    numbers n;
    *broken = false;
    if (t->s->slots == NULL || !clt_slots_read(t->s->slots, below, &slot)) {
        return false;
    }
    reader r = {slot.bytes, slot.size};
    *epoch = slot.serial;
    bool ok = take_all(t, &r, broken, &n);
    clt_slot_finish(&slot);
    if (ok) {
        *broken = false;
        t->step = n.step;
        t->shuffle = n.shuffle;
        t->dropout = n.dropout;
        t->result->epochs = n.epoch;
        t->result->samples = n.samples;
        t->result->seconds = n.seconds;
        t->waiting = n.waiting;
    }
    return ok;
}
