/* What every sampler must keep, on every kind of space. A new sampler adds its line to `samplers`.
 */
#include "support.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <string.h>

/* ---- Samplers ------------------------------------------------------------------------------- */

static const struct sampler {
    const char *id;
    const char *options[8]; /* key, value, ..., to have it past its startup early */
    bool distinct;          /* proposes no point twice while there are others */
} samplers[] = {
    {"random", {NULL}, false},
    {"gp", {"startup", "20", "candidates", "64"}, true},
    {"qmc", {NULL}, false},
    {"qmc", {"sequence", "halton"}, false},
    {"cmaes", {"population", "6"}, false},
    {"cmaes", {"covariance", "diagonal", "restarts", "ipop", "start", "random"}, false},
    {"cmaes", {"adapt_rate", "on", "population", "4"}, false},
    {"nsga2", {"population", "10"}, false},
    {"evolutionary", {"population", "5"}, false},
    {"evolutionary", {"algorithm", "genetic", "population", "8"}, false},
    {"evolutionary", {"algorithm", "genetic", "ageing", "on", "crossover", "1"}, false},
    {"tpe", {"startup", "4"}, true},
    {"tpe", {"startup", "4", "above", "6", "gamma_cap", "3", "weights_above", "old_decay"}, true},
    {"tpe", {"startup", "4", "kernels", "grouped", "weights", "ei", "spread", "off"}, true},
    {"tpe", {"startup", "4", "kernels", "single", "clip", "off", "bandwidth", "scott"}, true},
    {"tpe", {"startup", "4", "explore", "0.5", "weights", "old_decay", "pending", "off"}, true},
    {"auto", {"late", "16"}, true},
};
enum { SAMPLERS = sizeof samplers / sizeof samplers[0] };

/* ---- Spaces --------------------------------------------------------------------------------- */

#define REAL(low_, high_)                                                                          \
    {                                                                                              \
        .name = "r", .low = low_, .high = high_, .type = COLLET_DIM_REAL                           \
    }
#define LOG(low_, high_)                                                                           \
    {                                                                                              \
        .name = "l", .low = low_, .high = high_, .type = COLLET_DIM_REAL, .flags = COLLET_DIM_LOG  \
    }
#define INT(low_, high_)                                                                           \
    {                                                                                              \
        .name = "i", .low = low_, .high = high_, .type = COLLET_DIM_INT                            \
    }
#define CATEGORY(n)                                                                                \
    {                                                                                              \
        .name = "c", .low = 0, .high = (n)-1, .type = COLLET_DIM_CATEGORY, .category_count = n,    \
        .categories = names                                                                        \
    }

static const char *const names[] = {"a", "b", "c", "d", "e"};
static const double two[2] = {2, 2}, either[4] = {0, 0, 2, 2}, small[2] = {-INFINITY, 0.5};
static const collet_condition deep = {0, 1, two}, odd = {1, 2, either},
                              nested[2] = {{2, 1, small}, {1, 2, either}};

static const collet_dim mixed[] = {
    INT(1, 2),
    CATEGORY(3),
    {.name = "second",
     .low = 0.1,
     .high = 10,
     .type = COLLET_DIM_REAL,
     .flags = COLLET_DIM_LOG,
     .condition_count = 1,
     .conditions = &deep},
    {.name = "rate", .low = 0, .high = 1, .step = 0.25, .type = COLLET_DIM_REAL},
    {.name = "units", .low = 1, .high = 64, .type = COLLET_DIM_INT, .flags = COLLET_DIM_LOG},
    {.name = "kind",
     .low = 0,
     .high = 3,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 4,
     .categories = names,
     .condition_count = 1,
     .conditions = &odd},
    {.name = "deeper",
     .low = -3,
     .high = 9,
     .step = 3,
     .type = COLLET_DIM_INT,
     .condition_count = 2,
     .conditions = nested},
    REAL(3, 3),
    REAL(-1, 1),
};
static const collet_dim reals[] = {REAL(-5, 5), REAL(0, 1e-6), LOG(1e-8, 1e4), REAL(-1e9, 1e9)};
static const collet_dim whole[] = {INT(-10, 10), INT(0, 100000), INT(3, 7)};
static const collet_dim choices[] = {CATEGORY(3), CATEGORY(5), CATEGORY(2), CATEGORY(4)};
static const collet_dim few[] = {CATEGORY(3), INT(0, 3)};
#define STEPS(low_, high_, step_)                                                                  \
    {                                                                                              \
        .name = "s", .low = low_, .high = high_, .step = step_, .type = COLLET_DIM_REAL            \
    }
static const collet_dim decimal[] = {STEPS(0, 0.9, 0.3), STEPS(0, 0.7, 0.1), STEPS(-0.3, 0.3, 0.1),
                                     STEPS(1e-3, 1.2e-3, 1e-4)};
static const collet_dim long_decimal[] = {STEPS(0, 1e8, 0.1), STEPS(-1, 1, 0.3333333333333333),
                                          STEPS(0, 1e-29, 1e-30), STEPS(-1e300, 1e300, 1e299)};
static const collet_dim extreme[] = {REAL(-1e308, 1e308), REAL(-1.7976931348623157e308, 0),
                                     LOG(5e-324, 1.7976931348623157e308), REAL(0, 5e-324)};
static const collet_dim extreme_whole[] = {INT(-9007199254740992, 9007199254740992),
                                           INT(9007199254740990, 9007199254740992),
                                           STEPS(-1.7e308, 1.7e308, 1e307),
                                           {.name = "w",
                                            .low = 1,
                                            .high = 9007199254740992,
                                            .type = COLLET_DIM_INT,
                                            .flags = COLLET_DIM_LOG}};
static const collet_dim single[] = {REAL(-2, 3)};
static const collet_dim point[] = {INT(4, 4), CATEGORY(1), REAL(0.5, 0.5)};
static collet_dim many[200]; /* made by all_spaces() */

enum { MAX_DIMS = 200 };

static const struct space {
    const char *name;
    const collet_dim *dims;
    uint32_t count, constraints;
    uint64_t points; /* of the space; 0: no end of them */
    uint32_t goals;  /* 0: one */
} spaces[] = {
    {"mixed", mixed, COLLET_COUNT(mixed), 1, 0, 0},
    {"reals", reals, COLLET_COUNT(reals), 0, 0, 0},
    {"whole", whole, COLLET_COUNT(whole), 0, 0, 0},
    {"choices", choices, COLLET_COUNT(choices), 0, 120, 0},
    {"few", few, COLLET_COUNT(few), 0, 12, 0},
    {"decimal", decimal, COLLET_COUNT(decimal), 0, 672, 0},
    {"long decimal", long_decimal, COLLET_COUNT(long_decimal), 0, 0, 0},
    {"extreme", extreme, COLLET_COUNT(extreme), 0, 0, 0},
    {"extreme whole", extreme_whole, COLLET_COUNT(extreme_whole), 0, 0, 0},
    {"single", single, COLLET_COUNT(single), 0, 0, 0},
    {"point", point, COLLET_COUNT(point), 0, 1, 0},
    {"empty", NULL, 0, 0, 1, 0},
    {"many", many, COLLET_COUNT(many), 0, 0, 0},
    {"two goals", mixed, COLLET_COUNT(mixed), 1, 0, 2},
    {"three goals", few, COLLET_COUNT(few), 0, 12, 3},
};
enum { SPACES = sizeof spaces / sizeof spaces[0], ALL = SAMPLERS * SPACES };

static void make_many(void)
{
    static const collet_dim kinds[] = {REAL(-5, 5), LOG(1e-3, 1), INT(0, 9), CATEGORY(3)};
    for (int i = 0; i < MAX_DIMS; i++) {
        memcpy(&many[i], &kinds[i % 4], sizeof many[i]);
    }
}

/* ---- A sampler on a space ------------------------------------------------------------------- */

typedef struct sut {
    test_unit unit;
    const collet_sampler *sampler;
    const struct sampler *row;
    const struct space *what;
    collet_space space;
    void *self;
} sut;

/* False where the sampler does not do such spaces. */
static bool start(sut *s, int loop)
{
    char path[512];
    make_many();
    s->row = &samplers[loop / SPACES];
    s->what = &spaces[loop % SPACES];
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = s->what->count,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = s->what->goals > 1 ? s->what->goals : 1,
                              .constraint_count = s->what->constraints,
                              .parallel = 8,
                              .dims = s->what->dims};
    (void)snprintf(path, sizeof path, PLUGINS "/samplers/%s.so", s->row->id);
    test_unit_load(&s->unit, path);
    for (int i = 0; i < 8 && s->row->options[i] != NULL; i += 2) {
        test_set(&s->unit, s->row->options[i], s->row->options[i + 1]);
    }
    s->sampler = s->unit.unit->vtable;
    uint32_t needs = s->what->constraints > 0 ? COLLET_SAMPLER_CONSTRAINT : 0;
    needs |= s->what->goals > 1 ? COLLET_SAMPLER_MULTI : 0;
    for (uint32_t i = 0; i < s->what->count; i++) {
        const collet_dim *dim = &s->what->dims[i];
        needs |= dim->condition_count > 0 ? COLLET_SAMPLER_CONDITIONAL : 0;
        needs |= dim->type == COLLET_DIM_CATEGORY ? COLLET_SAMPLER_CATEGORY : 0;
    }
    if ((s->sampler->flags & needs) != needs) {
        test_unit_finish(&s->unit);
        return false;
    }
    collet_status status =
        s->sampler->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self);
    ck_assert_int_eq(status, COLLET_OK);
    return true;
}

static void finish(sut *s)
{
    s->sampler->destroy(s->self);
    s->sampler->destroy(NULL);
    test_unit_finish(&s->unit);
}

static collet_status ask(const sut *s, uint64_t number, double *x)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, number);
    return s->sampler->ask(s->self, &rng, number, x);
}

/* What becomes of trial `number`: mostly complete, some pruned, failed, NaN, infinite, infeasible.
 */
static void tell(const sut *s, uint64_t number, const double *x)
{
    static const uint32_t states[] = {COLLET_TRIAL_PRUNED, COLLET_TRIAL_FAILED};
    double value = 0, over = number % 5 == 2 ? 1.0 : -1.0;
    for (uint32_t i = 0; i < s->what->count; i++) {
        const collet_dim *dim = &s->what->dims[i];
        double width = dim->high - dim->low;
        value += isnan(x[i]) || !(width > 0) ? 0 : fabs((x[i] - dim->low) / width - 0.3);
    }
    value = number % 11 == 7 ? (double)NAN : number % 13 == 9 ? (double)INFINITY : value;
    const double values[] = {value, (double)(number % 10) / 3 - value, (double)(number % 3)};
    uint32_t state = number % 7 == 5 ? states[number % 2] : COLLET_TRIAL_COMPLETE;
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = state,
                                .number = number,
                                .last_step = number % 4,
                                .x = x,
                                .values = state == COLLET_TRIAL_FAILED ? NULL : values,
                                .constraints = state == COLLET_TRIAL_FAILED ? NULL : &over};
    ck_assert_int_eq(s->sampler->tell(s->self, &trial), COLLET_OK);
}

static void tell_running(const sut *s, uint64_t number, const double *x)
{
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_RUNNING,
                                .number = number,
                                .x = x};
    ck_assert_int_eq(s->sampler->tell(s->self, &trial), COLLET_OK);
}

static bool same(const sut *s, const double *a, const double *b)
{
    for (uint32_t i = 0; i < s->what->count; i++) {
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) {
            return false;
        }
    }
    return true;
}

/* A value of the dimension, or NaN exactly where it is inactive. */
static void check(const sut *s, const double *x)
{
    for (uint32_t i = 0; i < s->what->count; i++) {
        const collet_dim *dim = &s->what->dims[i];
        if (!collet_dim_active(&s->space, i, x)) {
            ck_assert_msg(isnan(x[i]), "%s: %s is %g but inactive", s->what->name, dim->name, x[i]);
            continue;
        }
        double step = collet_dim_step(dim);
        double k = step > 0 ? nearbyint(x[i] / step - dim->low / step) : 0;
        bool on = !(step > 0) || x[i] == collet_dim_nth(dim, k);
        ck_assert_msg(x[i] >= dim->low && x[i] <= dim->high && on, "%s, %s: %g", s->what->name,
                      dim->name, x[i]);
    }
}

/* What stands for low + k step is what its decimal text says. */
static void check_text(const sut *s, const double *x)
{
    for (uint32_t i = 0; i < s->what->count; i++) {
        char text[40];
        if (s->what->dims == decimal) {
            (void)snprintf(text, sizeof text, "%.4f", x[i]);
            ck_assert_msg(strtod(text, NULL) == x[i], "%s: %.17g", s->row->id, x[i]);
        }
    }
}

enum { TRIALS = 60, OPEN = 4 }; /* asks run four ahead of tells */

/* A study of its own: x[TRIALS][MAX_DIMS]; returns how many points there were. */
static int run(const sut *s, double (*x)[MAX_DIMS])
{
    int n = 0;
    while (n < TRIALS && ask(s, (uint64_t)n, x[n]) == COLLET_OK) {
        check(s, x[n]);
        check_text(s, x[n]);
        if (n >= OPEN) {
            tell(s, (uint64_t)(n - OPEN), x[n - OPEN]);
        }
        n++;
    }
    return n;
}

/* ---- Properties ----------------------------------------------------------------------------- */

START_TEST(a_study_has_valid_points_and_comes_out_the_same_again)
{
    static double x[TRIALS][MAX_DIMS], y[TRIALS][MAX_DIMS];
    sut s, t;
    if (!start(&s, _i)) {
        return;
    }
    ck_assert(start(&t, _i)); /* both at once: no state is shared */
    int count = run(&s, x);
    ck_assert_int_eq(run(&t, y), count);
    for (int n = 0; n < count; n++) {
        ck_assert_msg(same(&s, x[n], y[n]), "%s, %s: %d", s.row->id, s.what->name, n);
    }
    finish(&s);
    finish(&t);
}
END_TEST

/* The trial is paused, with values that are none of its end's. */
static void pause_first(const sut *s, int n, const double *x)
{
    const double values[] = {n, -n, 2};
    const collet_trial trial = {.struct_size = COLLET_SIZE(collet_trial),
                                .state = COLLET_TRIAL_PRUNED,
                                .number = (uint64_t)n,
                                .x = x,
                                .values = values};
    if (n % 3 == 0 && n % 7 != 5) { /* its end is one that it came to later */
        ck_assert_int_eq(s->sampler->tell(s->self, &trial), COLLET_OK);
    }
}

/* Tells t what became of x[TRIALS], finished ones in steps of `stride`; some were paused before. */
static void recount(const sut *t, double (*x)[MAX_DIMS], int stride)
{
    for (int n = 0; n < TRIALS - OPEN && stride == 7; n++) {
        pause_first(t, n, x[n]);
    }
    for (int k = 1; k <= TRIALS; k++) {
        int n = k * stride % TRIALS;
        if (n < TRIALS - OPEN) {
            tell(t, (uint64_t)n, x[n]);
        }
    }
    for (int n = TRIALS - OPEN; n < TRIALS; n++) {
        tell_running(t, (uint64_t)n, x[n]);
    }
}

START_TEST(a_study_goes_on_from_its_history_told_in_any_order)
{
    enum { NEXT = 3 };
    static const int strides[] = {1, 7, TRIALS - 1}; /* the last is backwards */
    static double x[TRIALS][MAX_DIMS], expected[NEXT][MAX_DIMS], next[MAX_DIMS];
    sut s, t;
    if (!start(&s, _i)) {
        return;
    }
    int count = run(&s, x), more = 0;
    bool from_history = (s.sampler->flags & COLLET_SAMPLER_FROM_HISTORY) != 0;
    while (from_history && count == TRIALS && more < NEXT) {
        ck_assert_int_eq(ask(&s, (uint64_t)(TRIALS + more), expected[more]), COLLET_OK);
        more++;
    }
    for (int order = 0; more > 0 && order < 3; order++) {
        ck_assert(start(&t, _i));
        recount(&t, x, strides[order]);
        for (int n = 0; n < more; n++) {
            ck_assert_int_eq(ask(&t, (uint64_t)(TRIALS + n), next), COLLET_OK);
            ck_assert_msg(same(&s, expected[n], next), "%s, %s: order %d, %d", s.row->id,
                          s.what->name, order, n);
        }
        finish(&t);
    }
    finish(&s);
}
END_TEST

/* What counts of a trial is the point that it was given last. */
START_TEST(another_answer_takes_the_place_of_the_first)
{
    static double x[TRIALS][MAX_DIMS], first[MAX_DIMS], second[MAX_DIMS], next[MAX_DIMS];
    static double expected[MAX_DIMS];
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 987654);
    sut s, t;
    if (!start(&s, _i)) {
        return;
    }
    bool from_history = (s.sampler->flags & COLLET_SAMPLER_FROM_HISTORY) != 0;
    if (from_history && run(&s, x) == TRIALS) {
        ck_assert_int_eq(ask(&s, TRIALS, first), COLLET_OK);
        ck_assert_int_eq(s.sampler->ask(s.self, &rng, TRIALS, second), COLLET_OK);
        check(&s, second);
        ck_assert_int_eq(ask(&s, TRIALS + 1, expected), COLLET_OK);
        ck_assert(start(&t, _i));
        recount(&t, x, 1);
        tell_running(&t, TRIALS, first);
        tell_running(&t, TRIALS, second);
        ck_assert_int_eq(ask(&t, TRIALS + 1, next), COLLET_OK);
        ck_assert_msg(same(&s, expected, next), "%s, %s", s.row->id, s.what->name);
        ck_assert_int_eq(s.sampler->ask(s.self, &rng, TRIALS + 1, first), COLLET_OK);
        tell_running(&s, TRIALS + 1, x[0]); /* the host's answer in its place */
        tell_running(&t, TRIALS + 1, first);
        tell_running(&t, TRIALS + 1, x[0]);
        ck_assert_int_eq(ask(&s, TRIALS + 2, expected), COLLET_OK);
        ck_assert_int_eq(ask(&t, TRIALS + 2, next), COLLET_OK);
        ck_assert_msg(same(&s, expected, next), "%s, %s: drawn", s.row->id, s.what->name);
        finish(&t);
    }
    finish(&s);
}
END_TEST

START_TEST(no_point_comes_twice_while_there_are_others)
{
    static double x[TRIALS][MAX_DIMS];
    sut s;
    if (!start(&s, _i)) {
        return;
    }
    int count = run(&s, x);
    for (int n = 0; s.row->distinct && n < count; n++) {
        bool all_seen = s.what->points > 0 && (uint64_t)n >= s.what->points;
        for (int k = 0; !all_seen && k < n; k++) {
            ck_assert_msg(!same(&s, x[n], x[k]), "%s, %s: %d is %d again", s.row->id, s.what->name,
                          n, k);
        }
    }
    finish(&s);
}
END_TEST

START_TEST(trials_that_only_fail_are_no_reason_to_stop)
{
    static double x[TRIALS][MAX_DIMS];
    sut s;
    if (!start(&s, _i)) {
        return;
    }
    for (int n = 0; n < 30 && ask(&s, (uint64_t)n, x[n]) == COLLET_OK; n++) {
        check(&s, x[n]);
        tell(&s, 7 * (uint64_t)n * 2 + 5, x[n]); /* a number whose state is failed or pruned */
    }
    finish(&s);
}
END_TEST

TEST_MAIN_LOOPS("sampler properties", {a_study_has_valid_points_and_comes_out_the_same_again, ALL},
                {a_study_goes_on_from_its_history_told_in_any_order, ALL},
                {another_answer_takes_the_place_of_the_first, ALL},
                {no_point_comes_twice_while_there_are_others, ALL},
                {trials_that_only_fail_are_no_reason_to_stop, ALL})
