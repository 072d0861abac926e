#include "support.h"

#include <collet/helpers.h>
#include <collet/optimizer.h>

#include <string.h>

/* Two spans: weights that decay, biases that do not; 37 is no multiple of a vector's width. */
enum { WEIGHTS = 37, BIASES = 5, BIAS_AT = 48, COUNT = 64, STEPS = 4 };

typedef struct state {
    float theta[COUNT], grad[COUNT];
} state;

static void start(state *s)
{
    for (int i = 0; i < COUNT; i++) {
        s->theta[i] = 0.01f * (float)(i - 20);
    }
}

static void set_grad(state *s, uint64_t step)
{
    for (int i = 0; i < COUNT; i++) {
        s->grad[i] = 0.1f * (float)((i * 7 + (int)step * 3) % 11 - 5);
    }
}

static void step(const collet_optimizer *o, void *self, state *s, uint64_t number, double lr)
{
    static const collet_span spans[2] = {{0, WEIGHTS, 0, 0},
                                         {BIAS_AT, BIASES, COLLET_SEGMENT_NO_DECAY, 1}};
    const collet_update update = {.struct_size = COLLET_SIZE(collet_update),
                                  .span_count = 2,
                                  .span_size = COLLET_SIZE(collet_span),
                                  .step = number,
                                  .lr = lr,
                                  .spans = spans,
                                  .theta = s->theta,
                                  .grad = s->grad};
    set_grad(s, number);
    ck_assert_int_eq(o->step(self, &update), 0);
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

/* What one float of theta does, in double, by the formulas of the papers. */
typedef double reference(double w, double g, double lr, uint64_t t, bool decays, double memory[2]);

static double sgd(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    (void)t;
    (void)memory;
    return w - lr * (g + (decays ? 0.2 * w : 0));
}

static double average(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + 0.3 * (g + (decays ? 0.2 * w : 0));
    return w - lr * memory[0];
}

static double plain(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    (void)t;
    (void)decays;
    memory[0] = 0.7 * memory[0] + 0.3 * g;
    return w - lr * memory[0];
}

static double classical(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    (void)t;
    memory[0] = 0.7 * memory[0] + g + (decays ? 0.2 * w : 0);
    return w - lr * memory[0];
}

static double nesterov(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    double d = 0.3 * (g + (decays ? 0.2 * w : 0));
    (void)t;
    memory[0] = 0.7 * memory[0] + d;
    return w - lr * (0.7 * memory[0] + d);
}

static double adam(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    memory[0] = 0.9 * memory[0] + 0.1 * g;
    memory[1] = 0.99 * memory[1] + 0.01 * g * g;
    double m = memory[0] / (1 - pow(0.9, (double)t)), v = memory[1] / (1 - pow(0.99, (double)t));
    return w - lr * m / (sqrt(v) + 1e-8) - (decays ? lr * 0.2 * w : 0);
}

static double adam_l2(double w, double g, double lr, uint64_t t, bool decays, double memory[2])
{
    g += decays ? 0.2 * w : 0;
    return adam(w, g, lr, t, false, memory);
}

static const struct {
    const char *file, *options; /* "key value key value" */
    reference *formula;
} rows[] = {
    {"sgd", "weight_decay 0.2", sgd},
    {"momentum", "beta 0.7 weight_decay 0.2", average},
    {"momentum", "beta 0.7", plain},
    {"momentum", "beta 0.7 weight_decay 0.2 form classical", classical},
    {"momentum", "beta 0.7 weight_decay 0.2 nesterov on", nesterov},
    {"adam", "beta2 0.99 weight_decay 0.2", adam},
    {"adam", "beta2 0.99 weight_decay 0.2 decay l2", adam_l2},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void load(test_unit *t, size_t row)
{
    char path[512], text[128], *rest = NULL;
    (void)snprintf(path, sizeof path, PLUGINS "/optimizers/%s.so", rows[row].file);
    test_unit_load(t, path);
    (void)snprintf(text, sizeof text, "%s", rows[row].options);
    for (char *key = strtok_r(text, " ", &rest); key != NULL; key = strtok_r(NULL, " ", &rest)) {
        test_set(t, key, strtok_r(NULL, " ", &rest));
    }
}

START_TEST(steps_follow_the_papers_formulas)
{
    for (size_t row = 0; row < ROWS; row++) {
        test_unit t;
        state s;
        load(&t, row);
        void *self = create(&t);
        start(&s);
        double w[COUNT], memory[COUNT][2] = {{0}};
        for (int i = 0; i < COUNT; i++) {
            w[i] = (double)s.theta[i];
        }
        for (uint64_t n = 1; n <= STEPS; n++) {
            double lr = 0.05 * (double)n;
            step(t.unit->vtable, self, &s, n, lr);
            for (int i = 0; i < COUNT; i++) {
                bool weight = i < WEIGHTS, bias = i >= BIAS_AT && i < BIAS_AT + BIASES;
                if (weight || bias) {
                    w[i] = rows[row].formula(w[i], (double)s.grad[i], lr, n, weight, memory[i]);
                }
                ck_assert_msg(fabs((double)s.theta[i] - w[i]) < 2e-6,
                              "%s %s: %d in step %d: %g, %g", rows[row].file, rows[row].options, i,
                              (int)n, (double)s.theta[i], w[i]);
            }
        }
        ((const collet_optimizer *)t.unit->vtable)->destroy(self);
        test_unit_finish(&t);
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
    for (size_t row = 1; row < ROWS; row++) {
        test_unit t;
        state whole, resumed;
        tape saved = {{0}, 0, 0};
        const collet_sink sink = {COLLET_SIZE(collet_sink), 0, &saved, tape_write};
        load(&t, row);
        const collet_optimizer *o = t.unit->vtable;
        void *first = create(&t), *second = create(&t);
        start(&whole);
        step(o, first, &whole, 1, 0.1);
        step(o, first, &whole, 2, 0.1);
        ck_assert_int_eq(o->save(first, &sink), 0);
        resumed = whole;
        const collet_source source = {COLLET_SIZE(collet_source), t.unit->state_version, &saved,
                                      tape_read, saved.length};
        const collet_source cut = {COLLET_SIZE(collet_source), t.unit->state_version, &saved,
                                   tape_read, saved.length - 4};
        ck_assert_int_eq(o->load(second, &cut), COLLET_E_STATE);
        ck_assert_int_eq(o->load(second, &source), 0);
        step(o, first, &whole, 3, 0.1);
        step(o, second, &resumed, 3, 0.1);
        ck_assert_mem_eq(&whole, &resumed, sizeof whole);
        o->destroy(first);
        o->destroy(second);
        test_unit_finish(&t);
    }
}
END_TEST

TEST_MAIN("optimizers", steps_follow_the_papers_formulas, a_loaded_state_goes_on_bit_for_bit)
