/* One bundled optimizer on given gradients, for bench/optimizers.
 *
 *   bench_optimizers trace ID ROWS COLUMNS TOUCHED STEPS LR [KEY=VALUE]...
 *       theta is ROWS x COLUMNS floats. Reads theta from standard input, then for each step the
 *       gradient, and the rising numbers of TOUCHED rows (uint32) that the step may touch; with 0
 * it is dense. Writes theta after each step. bench_optimizers time ID COUNT LR [KEY=VALUE]...
 *       prints the nanoseconds of a step on COUNT floats, the least of many.
 */
#include "base/clock.h"
#include "unit.h"

#include <collet/helpers.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An optimizer at work. */
typedef struct bench {
    bench_unit unit;
    collet_layout layout; /* but for its segments, which no bundled optimizer reads */
    const collet_optimizer *optimizer;
    void *self;
    float *theta, *grad; /* [count] */
    collet_span *spans;
    collet_update update;
} bench;

static void settings(bench *b, char **pairs)
{
    for (; *pairs != NULL; pairs++) {
        char *value = strchr(*pairs, '=');
        if (value != NULL) {
            *value = '\0';
            bench_set(&b->unit, *pairs, value + 1);
        }
    }
}

static void start(bench *b, clt_registry *registry, const char *id, size_t count, uint32_t spans,
                  double lr, char **pairs)
{
    b->layout = (collet_layout){.struct_size = COLLET_SIZE(collet_layout), .theta_count = count};
    bench_load(registry, "optimizer", id, &b->unit);
    settings(b, pairs);
    b->optimizer = b->unit.unit->vtable;
    b->theta = collet_zeros(count);
    b->grad = collet_zeros(count);
    b->spans = calloc(spans, sizeof *b->spans);
    if (b->theta == NULL || b->grad == NULL || b->spans == NULL ||
        b->optimizer->create(clt_host_table(&b->unit.host), b->unit.config, &b->layout, &b->self) <
            0) {
        bench_fail(&(clt_error){.text = "out of memory"});
    }
    b->spans[0] = (collet_span){0, count, 0, 0};
    b->update = (collet_update){.struct_size = COLLET_SIZE(collet_update),
                                .span_count = spans,
                                .span_size = COLLET_SIZE(collet_span),
                                .lr = lr,
                                .spans = b->spans,
                                .theta = b->theta,
                                .grad = b->grad};
}

static void finish(bench *b)
{
    b->optimizer->destroy(b->self);
    free(b->unit.config);
    free(b->theta);
    free(b->grad);
    free(b->spans);
}

static void get(void *bytes, size_t size, size_t count)
{
    if (fread(bytes, size, count, stdin) != count) {
        bench_fail(&(clt_error){.text = "standard input ended too early"});
    }
}

/* Reads the rows that the step touches into the spans. */
static void get_rows(bench *b, uint32_t columns)
{
    for (uint32_t i = 0; i < b->update.span_count; i++) {
        uint32_t row;
        get(&row, sizeof row, 1);
        b->spans[i] = (collet_span){(uint64_t)row * columns, columns, COLLET_SEGMENT_SPARSE, 0};
    }
}

static void trace(clt_registry *registry, char **argument)
{
    bench b;
    uint32_t columns = (uint32_t)atoi(argument[2]), touched = (uint32_t)atoi(argument[3]);
    size_t count = (size_t)atoi(argument[1]) * columns;
    uint64_t steps = (uint64_t)atoi(argument[4]);
    start(&b, registry, argument[0], count, touched > 0 ? touched : 1, atof(argument[5]),
          argument + 6);
    get(b.theta, sizeof *b.theta, count);
    for (b.update.step = 1; b.update.step <= steps; b.update.step++) {
        get(b.grad, sizeof *b.grad, count);
        if (touched > 0) {
            get_rows(&b, columns);
        }
        (void)b.optimizer->step(b.self, &b.update);
        (void)fwrite(b.theta, sizeof *b.theta, count, stdout);
    }
    finish(&b);
}

static void measure(clt_registry *registry, char **argument)
{
    enum { ROUNDS = 30, STEPS = 5 };
    bench b;
    size_t count = (size_t)atoi(argument[1]);
    double best = INFINITY;
    start(&b, registry, argument[0], count, 1, atof(argument[2]), argument + 3);
    for (size_t i = 0; i < count; i++) {
        b.grad[i] = (float)sin((double)i);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double begun = clt_clock();
        for (int i = 0; i < STEPS; i++) {
            b.update.step++;
            (void)b.optimizer->step(b.self, &b.update);
        }
        best = fmin(best, (clt_clock() - begun) / STEPS);
    }
    (void)printf("%.0f\n", best * 1e9);
    finish(&b);
}

int main(int argc, char **argv)
{
    bool is_trace = argc >= 8 && strcmp(argv[1], "trace") == 0;
    if (!is_trace && (argc < 5 || strcmp(argv[1], "time") != 0)) {
        (void)fprintf(stderr, "see the head of bench/optimizers.c\n");
        return 64;
    }
    clt_registry *registry = bench_registry();
    (is_trace ? trace : measure)(registry, argv + 2);
    clt_registry_destroy(registry);
    return 0;
}
