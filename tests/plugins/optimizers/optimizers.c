#include "support.h"

#include <collet/helpers.h>
#include <collet/optimizer.h>

#include <float.h>
#include <string.h>

/* Weights that decay, biases that do not, and a sparse table of which each step touches two rows;
 * 37 and 7 are no multiples of a vector's width. */
enum { WEIGHTS = 37, BIASES = 5, BIAS_AT = 48, TABLE_AT = 64, ROWS = 6, COLUMNS = 7, COUNT = 112 };
enum { STEPS = 12 };

typedef struct state {
    float theta[COUNT], grad[COUNT];
} state;

static void start(state *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < COUNT; i++) {
        s->theta[i] = 0.05f * (float)(i % 17 - 8) + 0.02f;
    }
}

/* Numbers without a pattern, between -1 and 1. */
static void set_grad(state *s, uint64_t step)
{
    for (int i = 0; i < COUNT; i++) {
        s->grad[i] = (float)sin(1.7 * i * i + 2.9 * (double)(step * step) + 0.4);
    }
}

/* The spans of a step; touched rows move on with each. */
static void spans_of(uint64_t number, collet_span spans[4])
{
    uint64_t a = number % (ROWS - 1), b = a + 1 + (number / 2) % (ROWS - 1 - a);
    spans[0] = (collet_span){0, WEIGHTS, 0, 0};
    spans[1] = (collet_span){BIAS_AT, BIASES, COLLET_SEGMENT_NO_DECAY, 1};
    spans[2] = (collet_span){TABLE_AT + a * COLUMNS, COLUMNS, COLLET_SEGMENT_SPARSE, 2};
    spans[3] = (collet_span){TABLE_AT + b * COLUMNS, COLUMNS, COLLET_SEGMENT_SPARSE, 2};
}

static void move(const collet_optimizer *o, void *self, state *s, uint64_t number, double lr)
{
    collet_span spans[4];
    spans_of(number, spans);
    const collet_update update = {.struct_size = COLLET_SIZE(collet_update),
                                  .span_count = 4,
                                  .span_size = COLLET_SIZE(collet_span),
                                  .step = number,
                                  .lr = lr,
                                  .spans = spans,
                                  .theta = s->theta,
                                  .grad = s->grad};
    ck_assert_int_eq(o->step(self, &update), 0);
}

static void step(const collet_optimizer *o, void *self, state *s, uint64_t number, double lr)
{
    set_grad(s, number);
    move(o, self, s, number, lr);
}

static void *create(test_unit *t)
{
    static const collet_layout layout = {.struct_size = COLLET_SIZE(collet_layout),
                                         .theta_count = COUNT};
    const collet_optimizer *o = t->unit->vtable;
    void *self;
    ck_assert_int_eq(o->create(clt_host_table(&t->host), t->config, &layout, &self), 0);
    return self;
}

/* ---- The papers' formulas, in double, for one float of theta: how far it moves against w
 * --------- */

typedef double formula(double g, double lr, double t, double memory[3]);

static double sgd(double g, double lr, double t, double memory[3])
{
    (void)t;
    (void)memory;
    return lr * g;
}

static double average(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + 0.3 * g;
    return lr * memory[0];
}

static double classical(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + g;
    return lr * memory[0];
}

static double heavy_ball(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + lr * g;
    return memory[0];
}

static double nesterov_average(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + 0.3 * g;
    return lr * (0.7 * memory[0] + 0.3 * g);
}

static double nesterov_classical(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + g;
    return lr * (0.7 * memory[0] + g);
}

static double adagrad(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] += g * g;
    return lr * g / (sqrt(memory[0]) + 1e-10);
}

static double adagrad_initial(double g, double lr, double t, double memory[3])
{
    memory[0] += t == 1 || memory[0] == 0 ? 0.1 : 0; /* on the first visit */
    return adagrad(g, lr, t, memory);
}

static double adadelta(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.9 * memory[0] + 0.1 * g * g;
    double d = g * sqrt(memory[1] + 1e-6) / sqrt(memory[0] + 1e-6);
    memory[1] = 0.9 * memory[1] + 0.1 * d * d;
    return lr * d;
}

static double rmsprop(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.8 * memory[0] + 0.2 * g * g;
    return lr * g / (sqrt(memory[0]) + 1e-8);
}

static double rmsprop_centered(double g, double lr, double t, double memory[3])
{
    (void)t;
    memory[0] = 0.8 * memory[0] + 0.2 * g * g;
    memory[1] = 0.8 * memory[1] + 0.2 * g;
    return lr * g / (sqrt(memory[0] - memory[1] * memory[1]) + 1e-8);
}

static double rmsprop_momentum(double g, double lr, double t, double memory[3])
{
    memory[2] = 0.6 * memory[2] + rmsprop(g, 1, t, memory);
    return lr * memory[2];
}

static double rmsprop_both(double g, double lr, double t, double memory[3])
{
    memory[2] = 0.6 * memory[2] + rmsprop_centered(g, 1, t, memory);
    return lr * memory[2];
}

static double adam_by(double g, double lr, double t, double memory[3], double b1, double b2)
{
    memory[0] = b1 * memory[0] + (1 - b1) * g;
    memory[1] = b2 * memory[1] + (1 - b2) * g * g;
    double m = memory[0] / (1 - pow(b1, t)), v = memory[1] / (1 - pow(b2, t));
    return lr * m / (sqrt(v) + 1e-8);
}

static double adam(double g, double lr, double t, double memory[3])
{
    return adam_by(g, lr, t, memory, 0.9, 0.99);
}

static double adam_at_the_edge(double g, double lr, double t, double memory[3])
{
    return adam_by(g, lr, t, memory, 0, 0.99999999); /* as a float this is 1 */
}

static double amsgrad(double g, double lr, double t, double memory[3])
{
    (void)adam_by(g, lr, t, memory, 0.9, 0.6);
    memory[2] = fmax(memory[2], memory[1]);
    double m = memory[0] / (1 - pow(0.9, t)), v = memory[2] / (1 - pow(0.6, t));
    return lr * m / (sqrt(v) + 1e-8);
}

static double nadam(double g, double lr, double t, double memory[3])
{
    double product = 1, mu = 0;
    for (double k = 1; k <= t; k++) {
        mu = 0.9 * (1 - 0.5 * pow(0.96, k * 0.1));
        product *= mu;
    }
    double next = 0.9 * (1 - 0.5 * pow(0.96, (t + 1) * 0.1));
    memory[0] = 0.9 * memory[0] + 0.1 * g;
    memory[1] = 0.99 * memory[1] + 0.01 * g * g;
    double m = next * memory[0] / (1 - product * next) + (1 - mu) * g / (1 - product);
    return lr * m / (sqrt(memory[1] / (1 - pow(0.99, t))) + 1e-8);
}

static double lion(double g, double lr, double t, double memory[3])
{
    (void)t;
    double c = 0.9 * memory[0] + 0.1 * g;
    memory[0] = 0.8 * memory[0] + 0.2 * g;
    return lr * ((c > 0) - (c < 0));
}

static const struct {
    const char *file, *options; /* "key value key value" */
    formula *formula;
} rows[] = {
    {"sgd", "", sgd},
    {"momentum", "beta 0.7", average},
    {"momentum", "beta 0.7 form classical", classical},
    {"momentum", "beta 0.7 form heavy_ball", heavy_ball},
    {"momentum", "beta 0", sgd},
    {"nesterov", "beta 0.7", nesterov_average},
    {"nesterov", "beta 0.7 form classical", nesterov_classical},
    {"nesterov", "beta 0", sgd},
    {"adagrad", "", adagrad},
    {"adagrad", "initial 0.1", adagrad_initial},
    {"adadelta", "", adadelta},
    {"rmsprop", "rho 0.8", rmsprop},
    {"rmsprop", "rho 0.8 centered on", rmsprop_centered},
    {"rmsprop", "rho 0.8 momentum 0.6", rmsprop_momentum},
    {"rmsprop", "rho 0.8 centered on momentum 0.6", rmsprop_both},
    {"adam", "beta2 0.99", adam},
    {"adam", "beta1 0 beta2 0.99999999", adam_at_the_edge},
    {"adam", "beta2 0.6 amsgrad on", amsgrad},
    {"adamw", "beta2 0.99", adam},
    {"adamw", "beta2 0.6 amsgrad on", amsgrad},
    {"nadam", "beta2 0.99 psi 0.1", nadam},
    {"lion", "beta2 0.8", lion},
};

enum { OPTIMIZERS = sizeof rows / sizeof rows[0] };

static void set_all(test_unit *t, const char *options)
{
    char text[128], *rest = NULL;
    (void)snprintf(text, sizeof text, "%s", options);
    for (char *key = strtok_r(text, " ", &rest); key != NULL; key = strtok_r(NULL, " ", &rest)) {
        test_set(t, key, strtok_r(NULL, " ", &rest));
    }
}

static void load(test_unit *t, size_t row)
{
    char path[512];
    (void)snprintf(path, sizeof path, PLUGINS "/optimizers/%s.so", rows[row].file);
    test_unit_load(t, path);
    set_all(t, rows[row].options);
}

static void unload(test_unit *t, void *self)
{
    ((const collet_optimizer *)t->unit->vtable)->destroy(self);
    test_unit_finish(t);
}

/* ---- Tests --------------------------------------------------------------------------------------
 */

static const struct {
    const char *options;
    double l2, l1, decoupled;
} decays[] = {
    {"weight_decay 0", 0, 0, 0},
    {"weight_decay 0.2 decay l2", 0.2, 0, 0},
    {"weight_decay 0.2 decay l1", 0, 0.2, 0},
    {"weight_decay 0.2 decay decoupled", 0, 0, 0.2},
    {"weight_decay 0.2", 0, 0, 0.2}, /* adamw, which knows no other */
};

/* One step of the reference, over the spans alone. */
static void follow(size_t row, size_t decay, const state *s, uint64_t n, double lr, double *w,
                   double (*memory)[3])
{
    collet_span spans[4];
    spans_of(n, spans);
    for (int k = 0; k < 4; k++) {
        double c = (spans[k].flags & COLLET_SEGMENT_NO_DECAY) != 0 ? 0 : 1;
        for (uint64_t i = spans[k].begin; i < spans[k].begin + spans[k].count; i++) {
            double sign = (w[i] > 0) - (w[i] < 0), g = (double)s->grad[i];
            g += c * (decays[decay].l2 * w[i] + decays[decay].l1 * sign);
            double shrunk = w[i] - c * lr * decays[decay].decoupled * w[i];
            w[i] = shrunk - rows[row].formula(g, lr, (double)n, memory[i]);
        }
    }
}

static void compare(size_t row, size_t decay)
{
    test_unit t;
    state s;
    double w[COUNT], memory[COUNT][3] = {{0}};
    load(&t, row);
    set_all(&t, decays[decay].options);
    void *self = create(&t);
    start(&s);
    for (int i = 0; i < COUNT; i++) {
        w[i] = (double)s.theta[i];
    }
    for (uint64_t n = 1; n <= STEPS; n++) {
        double lr = 0.002 * (double)(n + 3);
        step(t.unit->vtable, self, &s, n, lr);
        follow(row, decay, &s, n, lr, w, memory);
        for (int i = 0; i < COUNT; i++) {
            double most = 2 * FLT_EPSILON * (double)n * fmax(1, fabs(w[i]));
            ck_assert_msg(fabs((double)s.theta[i] - w[i]) < most,
                          "%s %s %s: %d in step %d: %.9g, %.9g", rows[row].file, rows[row].options,
                          decays[decay].options, i, (int)n, (double)s.theta[i], w[i]);
        }
    }
    unload(&t, self);
}

START_TEST(steps_follow_the_papers_formulas)
{
    for (size_t row = 0; row < OPTIMIZERS; row++) {
        bool adamw = strcmp(rows[row].file, "adamw") == 0;
        for (size_t decay = 0; decay < 5; decay++) {
            if (decay == 0 || adamw == (decay == 4)) {
                compare(row, decay);
            }
        }
    }
}
END_TEST

/* A file in memory. */
typedef struct tape {
    char bytes[4096];
    size_t length, at;
} tape;

static collet_status tape_write(void *ctx, const void *bytes, size_t n)
{
    tape *t = ctx;
    ck_assert_uint_le(t->length + n, sizeof t->bytes);
    memcpy(t->bytes + t->length, bytes, n);
    t->length += n;
    return COLLET_OK;
}

static collet_status tape_read(void *ctx, void *bytes, size_t n)
{
    tape *t = ctx;
    if (n > t->length - t->at) {
        return COLLET_E_STATE;
    }
    memcpy(bytes, t->bytes + t->at, n);
    t->at += n;
    return COLLET_OK;
}

START_TEST(a_loaded_state_goes_on_bit_for_bit)
{
    for (size_t row = 0; row < OPTIMIZERS; row++) {
        test_unit t;
        state whole, resumed;
        tape saved = {{0}, 0, 0};
        const collet_sink sink = {COLLET_SIZE(collet_sink), 0, &saved, tape_write};
        load(&t, row);
        const collet_optimizer *o = t.unit->vtable;
        void *first = create(&t), *second = create(&t);
        start(&whole);
        for (uint64_t n = 1; n <= 3; n++) {
            step(o, first, &whole, n, 0.1);
        }
        ck_assert_int_eq(o->save(first, &sink), 0);
        ck_assert_uint_gt(t.unit->state_version, 0);
        resumed = whole;
        collet_source source = {COLLET_SIZE(collet_source), t.unit->state_version, &saved,
                                tape_read, saved.length - 4};
        ck_assert_int_eq(o->load(second, &source), COLLET_E_STATE);
        source.size = saved.length;
        ck_assert_int_eq(o->load(second, &source), 0);
        for (uint64_t n = 4; n <= 13; n++) {
            step(o, first, &whole, n, 0.1);
            step(o, second, &resumed, n, 0.1);
            ck_assert_msg(memcmp(&whole, &resumed, sizeof whole) == 0, "%s %s: step %d",
                          rows[row].file, rows[row].options, (int)n);
        }
        o->destroy(first);
        unload(&t, second);
    }
}
END_TEST

START_TEST(the_state_of_other_options_is_refused)
{
    static const char *const pairs[][2] = {{"adam", "amsgrad on"}, {"rmsprop", "centered on"}};
    for (size_t i = 0; i < 2; i++) {
        test_unit t;
        char path[512];
        tape saved = {{0}, 0, 0};
        const collet_sink sink = {COLLET_SIZE(collet_sink), 0, &saved, tape_write};
        (void)snprintf(path, sizeof path, PLUGINS "/optimizers/%s.so", pairs[i][0]);
        test_unit_load(&t, path);
        const collet_optimizer *o = t.unit->vtable;
        void *less = create(&t);
        set_all(&t, pairs[i][1]);
        void *more = create(&t);
        ck_assert_int_eq(o->save(less, &sink), 0);
        const collet_source source = {COLLET_SIZE(collet_source), t.unit->state_version, &saved,
                                      tape_read, saved.length};
        ck_assert_int_eq(o->load(more, &source), COLLET_E_STATE);
        o->destroy(less);
        unload(&t, more);
    }
}
END_TEST

START_TEST(without_gradient_and_decay_nothing_moves)
{
    for (size_t row = 0; row < OPTIMIZERS; row++) {
        test_unit t;
        state s, before;
        load(&t, row);
        test_set(&t, "weight_decay", "0");
        if (strstr("sgd momentum nesterov lion", rows[row].file) == NULL) {
            test_set(&t, "epsilon", "1e-30"); /* the smallest */
        }
        void *self = create(&t);
        start(&s);
        before = s;
        for (uint64_t n = 1; n <= 3; n++) {
            move(t.unit->vtable, self, &s, n, 0.1);
        }
        ck_assert_msg(memcmp(&s, &before, sizeof s) == 0, "%s %s", rows[row].file,
                      rows[row].options);
        unload(&t, self);
    }
}
END_TEST

START_TEST(a_gradient_that_is_not_a_number_reaches_theta)
{
    for (size_t row = 0; row < OPTIMIZERS; row++) {
        test_unit t;
        state s;
        load(&t, row);
        void *self = create(&t);
        start(&s);
        set_grad(&s, 1);
        s.grad[2] = NAN;
        move(t.unit->vtable, self, &s, 1, 0.1);
        ck_assert_msg(isnan(s.theta[2]) && isfinite(s.theta[3]), "%s %s", rows[row].file,
                      rows[row].options);
        unload(&t, self);
    }
}
END_TEST

START_TEST(a_flat_stretch_does_not_break_the_variance)
{
    test_unit t;
    state s;
    test_unit_load(&t, PLUGINS "/optimizers/rmsprop.so");
    set_all(&t, "centered on rho 0.5");
    void *self = create(&t);
    start(&s);
    for (uint64_t n = 1; n <= 200; n++) {
        for (int i = 0; i < COUNT; i++) {
            s.grad[i] = 0.1f * (float)i; /* always the same: v - mean^2 becomes 0, or below */
        }
        move(t.unit->vtable, self, &s, n, 1e-9);
    }
    for (int i = 0; i < COUNT; i++) {
        ck_assert(isfinite(s.theta[i]));
    }
    unload(&t, self);
}
END_TEST

TEST_MAIN("optimizers", steps_follow_the_papers_formulas, a_loaded_state_goes_on_bit_for_bit,
          the_state_of_other_options_is_refused, without_gradient_and_decay_nothing_moves,
          a_gradient_that_is_not_a_number_reaches_theta, a_flat_stretch_does_not_break_the_variance)
