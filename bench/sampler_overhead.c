/*
 * What an ask and its tell cost when n trials have been told.
 *
 *     bench_sampler_overhead SAMPLER ...
 *
 * Spaces of 10 mixed and 40 real parameters. The history is told, not asked for, so that a slow
 * sampler is reached at all; a cell that would take longer than a minute is left out, as are those
 * after it.
 */
#include "api/study_impl.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double PATIENCE = 60;

static collet_study *make(const char *sampler, int dims)
{
    char text[8192];
    collet_study *study;
    const collet_study_options given = {.struct_size = COLLET_SIZE(collet_study_options),
                                        .plugin_path = PLUGINS};
    size_t n = (size_t)snprintf(text, sizeof text,
                                "[study]\nminimize = v\n[sampler]\nuse = %s\n[params]\n", sampler);
    static const char *const mixed[] = {"real(-5, 5)", "real(1e-4, 1, log)", "int(1, 64, log)",
                                        "choice(a, b, c)", "int(0, 9)"};
    for (int i = 0; i < dims; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "x%d = %s\n", i,
                              dims == 10 ? mixed[i % 5] : "real(-5, 5)");
    }
    if (collet_study_from_text(text, &given, &study) != COLLET_STUDY_OK) {
        (void)fprintf(stderr, "bench_sampler_overhead: %s\n", collet_study_error(study));
        exit(1);
    }
    return study;
}

static double value_of(const double *x, int dims)
{
    double sum = 0;
    for (int i = 0; i < dims; i++) {
        sum += x[i] * x[i];
    }
    return sum;
}

/* Tells the study trials of a random one until it has n. */
static bool fill(collet_study *study, collet_study *random, uint64_t n, int dims)
{
    clt_error err = {0};
    uint64_t id;
    double until = clt_clock() + PATIENCE;
    for (uint64_t number = study->order.next; number < n && clt_clock() < until; number++) {
        (void)collet_study_ask(random, &id);
        const double *x = collet_study_point(random, id), value = value_of(x, dims);
        const clt_trial_row row = {
            .number = number, .state = CLT_TRIAL_COMPLETE, .values = &value, .value_count = 1};
        if (clt_teller_tell(&study->order.teller, &row, x, &err) != CLT_OK) {
            return false;
        }
        study->order.next = study->order.slot = number + 1;
    }
    return study->order.next >= n;
}

/* Seconds of one ask and tell, the mean of up to a tenth of the trials and 100. */
static double measure(collet_study *study, uint64_t n, int dims)
{
    clt_error err = {0};
    double x[64], start = clt_clock(), seconds = 0;
    int count = 0, most = n < 1000 ? (int)n / 10 : 100;
    for (; count < most && (count < 3 || seconds < 2); count++) {
        bool done = false;
        uint64_t failed;
        clt_trial_row row = {
            .number = study->order.next, .state = CLT_TRIAL_COMPLETE, .value_count = 1};
        if (clt_order_ask(&study->order, x, &done, &failed, &err) != CLT_OK || done) {
            return (double)NAN;
        }
        double value = value_of(x, dims);
        row.values = &value;
        if (clt_order_finish(&study->order, row.number, &row, x, &err) != CLT_OK) {
            return (double)NAN;
        }
        seconds = clt_clock() - start;
    }
    return seconds / count;
}

int main(int argc, char **argv)
{
    static const uint64_t sizes[] = {50, 100, 200, 1000, 10000, 100000};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    (void)printf("%-16s %5s %10s %10s %10s %10s %10s %10s   us of an ask and its tell after n "
                 "trials\n",
                 "sampler", "dims", "50", "100", "200", "1000", "10000", "100000");
    for (int s = 1; s < argc; s++) {
        for (int dims = 10; dims <= 40; dims += 30) {
            collet_study *study = make(argv[s], dims), *random = make("random", dims);
            (void)printf("%-16s %5d", argv[s], dims);
            bool goes_on = true;
            for (int i = 0; i < SIZES; i++) {
                goes_on = goes_on && fill(study, random, sizes[i], dims);
                double seconds = goes_on ? measure(study, sizes[i], dims) : (double)NAN;
                goes_on = goes_on && seconds < PATIENCE / 10;
                (void)printf(" %10.1f", 1e6 * seconds);
                (void)fflush(stdout);
            }
            (void)printf("\n");
            collet_study_destroy(random);
            collet_study_destroy(study);
        }
    }
    return 0;
}
