/* No sampler spends a trial on what [constraints] forbid, and those of this tree need no help of
 * the host's. COLLET_LONG=1: 10,000 asks of each, which takes long for gp; COLLET_ONLY=gp: of that
 * alone.
 */
#include "support.h"

#include <collet/study.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN                                                                                      \
    "x = real(-1, 1)\ny = normal(0, 1)\nn = int(1, 20)\nk = choice(16, 32, 64)\n"                  \
    "size = ordinal(small, medium, large)\nword = choice(p, q)\n"

static bool met_plain(const double *x)
{
    static const double k[] = {16, 32, 64};
    return x[0] <= x[1] && x[2] * k[(int)x[3]] <= 256 && (x[4] >= 1 || x[5] == 0) &&
           !(x[0] > 0.5 && x[5] == 1);
}

static bool met_conditional(const double *x)
{
    bool deep = x[0] >= 2, free = deep && x[3] == 1;
    return (!deep || x[2] <= x[1]) && (!free || x[4] < x[1] / 100);
}

static bool met_thin(const double *x)
{
    return x[0] + x[1] == 10 && x[2] * x[1] >= 72;
}

/* A few values, most of which are forbidden: nothing new is left soon. */
static bool met_few(const double *x)
{
    return x[0] + x[1] == 3 && x[2] != 1;
}

static const struct space {
    const char *name, *text;
    bool (*met)(const double *x);
    bool needs_all; /* conditions and categories */
} spaces[] = {
    {"plain",
     PLAIN "[constraints]\nx <= y and n * k <= 256\nsize >= medium or word == p\n"
           "not (x > 0.5 and word == q)\n",
     met_plain, false},
    {"conditional",
     "layers = int(1, 3)\nunits = int(8, 64, log)\nunits.2 = int(8, 64) when layers >= 2\n"
     "kind = choice(a, b) when layers >= 2\nrate = real(0.01, 1, log) when kind == b\n"
     "[constraints]\nunits.2 <= units\nrate < units / 100\n",
     met_conditional, true},
    {"thin",
     "a = int(0, 10)\nb = int(0, 10)\nc = real(0, 10)\n[constraints]\na + b == 10\nc * b >= 72\n",
     met_thin, false},
    {"few",
     "a = int(0, 3)\nb = int(0, 3)\nc = choice(p, q, r)\n[constraints]\na + b == 3\nc != q\n",
     met_few, false},
};
enum { SPACES = sizeof spaces / sizeof spaces[0] };

static const struct sampler {
    const char *use, *options;
    int asks;    /* under ctest */
    bool heeds;  /* proposes nothing that the host must move */
    bool simple; /* knows no conditions */
} samplers[] = {
    {"random", "", 1000, false, false},
    {"qmc", "", 1000, true, false},
    {"qmc", "sequence = halton\nskip = 5\n", 1000, true, false},
    {"grid", "points = 11\n", 2000, true, false},
    {"tpe", "", 150, true, false},
    {"tpe", "spread = off\nkernels = single\nexplore = 0.3\n", 100, true, false},
    {"gp", "candidates = 128\n", 20, true, false},
    {"cmaes", "", 600, true, false},
    {"evolutionary", "", 600, true, false},
    {"evolutionary", "algorithm = genetic\n", 600, true, false},
    {"nsga2", "", 300, true, false},
    {"auto", "", 24, true, false},
    {"corner", "inset = 1\ntimes = 10\n", 10, false, true}, /* built before there were any */
};
enum { SAMPLERS = sizeof samplers / sizeof samplers[0] };

static int moved;

static void note(void *ctx, int32_t level, const char *line)
{
    (void)ctx;
    (void)level;
    moved += strstr(line, "does not meet") != NULL;
}

static double value_of(const double *x, uint32_t dims)
{
    double sum = 0;
    for (uint32_t i = 0; i < dims; i++) {
        sum += isnan(x[i]) ? 0.1 : fabs(x[i] - 0.3 * (i + 1));
    }
    return sum;
}

static collet_study *make(const struct sampler *sampler, const struct space *space)
{
    char text[1000];
    collet_study *study;
    const collet_study_options options = {.struct_size = COLLET_SIZE(collet_study_options),
                                          .plugin_path = FIXTURES "/abi:" PLUGINS,
                                          .log = note};
    (void)snprintf(text, sizeof text,
                   "[study]\nminimize = loss\nseed = 3\n[sampler]\nuse = %s\n%s[params]\n%s",
                   sampler->use, sampler->options, space->text);
    int32_t status = collet_study_from_text(text, &options, &study);
    ck_assert_msg(status == COLLET_STUDY_OK, "%s", collet_study_error(study));
    return study;
}

START_TEST(no_trial_is_spent_on_what_is_forbidden)
{
    const struct sampler *sampler = &samplers[_i / SPACES];
    const struct space *space = &spaces[_i % SPACES];
    int asks = getenv("COLLET_LONG") != NULL ? 10000 : sampler->asks, done = 0;
    const char *only = getenv("COLLET_ONLY");
    if ((sampler->simple && space->needs_all) ||
        (only != NULL && strcmp(only, sampler->use) != 0)) {
        return;
    }
    moved = 0;
    collet_study *study = make(sampler, space);
    uint32_t dims = collet_study_dim_count(study);
    for (uint64_t id; done < asks; done++) {
        int32_t status = collet_study_ask(study, &id);
        if (status == COLLET_STUDY_DONE) {
            break;
        }
        ck_assert_msg(status == COLLET_STUDY_OK, "%s", collet_study_error(study));
        const double *x = collet_study_point(study, id);
        ck_assert_msg(space->met(x), "%s, %s: %llu", sampler->use, space->name,
                      (unsigned long long)id);
        double value = value_of(x, dims);
        ck_assert_int_eq(collet_study_tell(study, id, COLLET_STUDY_COMPLETE, &value, 1),
                         COLLET_STUDY_OK);
    }
    ck_assert_int_gt(done, 3);
    ck_assert_msg(!sampler->heeds || moved == 0, "%s, %s", sampler->use, space->name);
    ck_assert_msg(!sampler->simple || moved == 1, "said %d times", moved);
    collet_study_destroy(study);
}
END_TEST

TEST_MAIN_LOOPS("constraints", {no_trial_is_spent_on_what_is_forbidden, SAMPLERS *SPACES})
