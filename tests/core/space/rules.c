#include "space/rules.h"

#include "config/option.h"
#include "space/expression.h"
#include "support.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct config {
    double rate;
    int64_t units[3], layers;
    int32_t activation, nesterov;
    const char *name;
} config;

static const collet_option options[] = {
    COLLET_OPT_REAL(config, rate, "0.1", -100, 100, NULL, 0, "rate"),
    COLLET_OPT_INTS(config, units, "16", 1, 1000, NULL, 0, "units"),
    COLLET_OPT_INT(config, layers, "2", 0, 100, NULL, 0, "layers"),
    COLLET_OPT_ENUM(config, activation, "relu", "relu|tanh|gelu", 0, "function"),
    COLLET_OPT_BOOL(config, nesterov, "off", 0, "ahead"),
    COLLET_OPT_STRING(config, name, "", 0, "name"),
};

/* The space of all tests: [model] use = choice(a, b), and what stands below. */
static const struct {
    const char *name, *text, *when;
    int option; /* -1: units */
    const char *parent_value;
} rows[] = {
    {"model", "choice(a, b)", NULL, -1, NULL},
    {"x", "real(-1, 1)", NULL, 0, NULL},
    {"n", "int(0, 10)", NULL, 2, NULL},
    {"m", "int(0, 10)", "n >= 5", 2, NULL},
    {"f", "choice(relu, tanh)", NULL, 3, NULL},
    {"size", "ordinal(small, medium, large)", NULL, 5, NULL},
    {"k", "choice(16, 64, 32)", NULL, 2, NULL},
    {"on", "choice(off, on)", NULL, 4, NULL},
    {"model.a.layers", "3", NULL, 2, "a"},
    {"model.a.f", "tanh", NULL, 3, "a"},
    {"model.b.units", "int(1, 9)", NULL, 1, "b"},
    {"fixed", "4", NULL, 2, NULL},
    {"a-b", "real(0, 1)", NULL, 0, NULL},
    {"word", "gelu", NULL, 3, NULL},
    {"never", "int(0, 9)", "fixed > 4", 2, NULL},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static clt_arena arena;
static clt_error err;
static clt_variable variables[ROWS];
static clt_space space;

static void make_space(void)
{
    arena = (clt_arena){0};
    err = (clt_error){0};
    for (int i = 0; i < ROWS; i++) {
        clt_variable *v = &variables[i];
        *v = (clt_variable){.name = rows[i].name,
                            .section = "",
                            .line = i + 1,
                            .option = rows[i].option < 0 ? NULL : &options[rows[i].option],
                            .text = rows[i].text,
                            .parent = rows[i].parent_value != NULL ? "model" : NULL,
                            .parent_value = rows[i].parent_value};
        clt_range_parse(&arena, v->option, v->text, &v->range, &err);
        ck_assert_msg(err.status == CLT_OK, "%s: %s", v->name, err.text);
        v->range.when = rows[i].when;
    }
    clt_space_build(&arena, "x.ini", variables, ROWS, &space, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
}

/* Sets x as "n=3 f=1" says; all others lie in the middle. */
static void set_point(const char *text, double *x)
{
    const collet_space view = clt_space_view(&space);
    for (uint32_t i = 0; i < space.dim_count; i++) {
        char key[32];
        (void)snprintf(key, sizeof key, "%s=", space.dims[i].name);
        const char *at = strstr(text, key);
        x[i] = at != NULL ? strtod(at + strlen(key), NULL) : space.dims[i].low;
        x[i] = collet_dim_active(&view, i, x) ? x[i] : (double)NAN;
    }
}

START_TEST(a_line_means_what_it_says)
{
    static const struct {
        const char *text, *point;
        bool met;
    } cases[] = {
        {"n <= 4", "n=4", true},
        {"n <= 4", "n=5", false},
        {"n < 4", "n=4", false},
        {"n > 4", "n=4", false},
        {"n >= 4", "n=4", true},
        {"4 >= n", "n=5", false},
        {"n == 4", "n=4", true},
        {"n = 4", "n=4", true},
        {"n != 4", "n=4", false},
        {"1 + 2 * n - 3 / 2 <= 5.5", "n=3", true},
        {"1 + 2 * n - 3 / 2 <= 5.4", "n=3", false},
        {"(1 + 2) * n == 9", "n=3", true},
        {"10 - n - 2 == 5", "n=3", true},
        {"16 / n / 2 == 2", "n=4", true},
        {"-n < -3", "n=4", true},
        {"--n < 3", "n=4", false},
        {"2 - -n == 6", "n=4", true},
        {"1 < n < 4", "n=3", true},
        {"1 < n < 4", "n=4", false},
        {"n < 2 or n > 8", "n=9", true},
        {"n < 2 or n > 8", "n=5", false},
        {"n < 2 or n > 3 and n > 8", "n=5", false}, /* and binds tighter */
        {"(n < 2 or n > 3) and n < 8", "n=5", true},
        {"not n < 2 and n < 5", "n=6", false}, /* not binds tighter */
        {"not (n < 2 or n > 8)", "n=5", true},
        {"not (n < 2 or n > 8)", "n=9", false},
        {"not not n < 2", "n=1", true},
        {"not (n == 2)", "n=2", false},
        {"not (f == relu and n > 2)", "f=0 n=3", false},
        {"not (f == relu and n > 2)", "f=0 n=2", true},
        {"f == tanh", "f=1", true},
        {"tanh == f", "f=0", false},
        {"f != tanh", "f=1", false},
        {"f == \"tanh\"", "f=1", true},
        {"on == yes", "on=1", true},
        {"on == off", "on=1", false},
        {"size >= medium", "size=0", false},
        {"size >= medium", "size=2", true},
        {"size < large", "size=2", false},
        {"medium < size", "size=2", true},
        {"k <= 32", "k=1", false}, /* numbers by what they are */
        {"k <= 32", "k=2", true},
        {"k * n <= 64", "k=0 n=4", true},
        {"model == a", "model=0", true},
        {"model.use == b", "model=0", false},
        {"fixed + n <= 6", "n=3", false},
        {"word == gelu", "", true},
        {"word != gelu or n == 0", "n=1", false},
        {"a-b <= 0.5", "a-b=0.75", false},
        {"n-n == 0", "n=3", true},
        {"x*10 == 3", "x=0.3", true}, /* but for rounding */
        {"x != 0.3", "x=0.30000000001", false},
        {"1 / n < 5", "n=0", false}, /* infinite */
    };
    make_space();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const clt_term *term;
        double x[ROWS];
        clt_status status =
            clt_expression_read(&arena, cases[i].text, variables, ROWS, &term, &err);
        ck_assert_msg(status == CLT_OK, "%s: %s", cases[i].text, err.text);
        set_point(cases[i].point, x);
        bool met = !(clt_term_violation(term, x) > 0);
        ck_assert_msg(met == cases[i].met, "%s at %s", cases[i].text, cases[i].point);
        const clt_term *opposite = clt_term_not(&arena, term);
        ck_assert_msg((clt_term_violation(opposite, x) > 0) == met, "not (%s) at %s", cases[i].text,
                      cases[i].point);
        ck_assert(!met || clt_term_possible(term, space.dims));
    }
    clt_arena_finish(&arena);
}
END_TEST

START_TEST(a_comparison_of_what_is_inactive_is_met_and_so_is_its_opposite)
{
    static const struct {
        const char *text, *absent, *present; /* at the latter it is not met */
    } cases[] = {
        {"m > 10", "n=4", "n=5 m=3"},
        {"m + x > 12", "n=4", "n=5 m=3"},
        {"model.b.units > 9", "model=0", "model=1 model.b.units=3"},
        {"model.a.layers > 3", "model=1", "model=0"}, /* constants of units too */
        {"model.a.layers.1 + n > 99", "model=1", "model=0"},
        {"model.a.f == relu", "model=1", "model=0"},
        {"never > 100", "", NULL},
        {"never + n > 100", "", NULL},
    };
    make_space();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const clt_term *term;
        double x[ROWS];
        clt_status status =
            clt_expression_read(&arena, cases[i].text, variables, ROWS, &term, &err);
        ck_assert_msg(status == CLT_OK, "%s: %s", cases[i].text, err.text);
        set_point(cases[i].absent, x);
        ck_assert_msg(clt_term_violation(term, x) == 0, "%s", cases[i].text);
        ck_assert(clt_term_violation(clt_term_not(&arena, term), x) == 0);
        if (cases[i].present != NULL) {
            set_point(cases[i].present, x);
            ck_assert_msg(clt_term_violation(term, x) > 0, "%s", cases[i].text);
        }
        ck_assert(clt_term_possible(term, space.dims));
    }
    clt_arena_finish(&arena);
}
END_TEST

START_TEST(what_is_wrong_with_a_line_is_said)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"sizes < 3", "there is no parameter \"sizes\" (did you mean \"size\"?)"},
        {"f == tanch", "\"f\" never has the value \"tanch\" (did you mean \"tanh\"?)"},
        {"f < tanh", "\"f\" has no order; use == or !="},
        {"size < 3", "\"size\" never has the value \"3\""},
        {"n", "\"n\" is not compared with anything; use < <= > >= == !="},
        {"n + 1", "a sum or product is not compared with anything; use < <= > >= == !="},
        {"f + 1 < 2", "\"f\" is no number to reckon with"},
        {"f == size", "\"f\" is compared with one of its values only"},
        {"(n < 3) < 2", "what is compared must be a number or a choice"},
        {"(n < 3) + 2 < 2", "a comparison is no number to reckon with"},
        {"(n < 3", "a \")\" is missing at the end of the line"},
        {"n < 3)", "not understood: \")\""},
        {"n <", "a number or a parameter is missing at the end of the line"},
        {"n < * 3", "a number or a parameter is missing before \"* 3\""},
        {"n < 3 m", "not understood: \"m\""},
        {"f == \"tanh", "the quote is not closed: \"tanh"},
        {"n.2 < 3", "there is no parameter \"n.2\""},
    };
    make_space();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const clt_term *term;
        clt_status status =
            clt_expression_read(&arena, cases[i].text, variables, ROWS, &term, &err);
        ck_assert_msg(status == CLT_BAD_INPUT, "%s", cases[i].text);
        ck_assert_str_eq(err.text, cases[i].expected);
    }
    char deep[400] = "";
    memset(deep, '(', 199);
    const clt_term *term;
    ck_assert_int_eq(clt_expression_read(&arena, deep, variables, ROWS, &term, &err),
                     CLT_BAD_INPUT);
    clt_arena_finish(&arena);
}
END_TEST

static clt_status read_rules(const char *text, clt_rules *rules)
{
    clt_ini ini;
    char file[1000];
    (void)snprintf(file, sizeof file, "[constraints]\n%s", text);
    ck_assert_int_eq(clt_ini_parse(&arena, "x.ini", file, &ini, &err), CLT_OK);
    return clt_rules_read(&arena, &ini, variables, ROWS, &space, rules, &err);
}

START_TEST(what_cannot_be_met_is_refused_with_its_line)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"n + x > 20", "x.ini:2: [constraints]: \"n + x > 20\" can never be met"},
        {"n < 9 ; fine\n\nx * n < -11", "x.ini:4: [constraints]: \"x * n < -11\" can never be met"},
        {"fixed == 5", "x.ini:2: [constraints]: \"fixed == 5\" can never be met"},
        {"word == relu", "x.ini:2: [constraints]: \"word == relu\" can never be met"},
        {"n > 5\nn < 4", "x.ini:"},
        {"n * n == 7", "x.ini:2: [constraints]: no point was found that meets \"n * n == 7\" ("},
        {"m > 10 and n > 5", "x.ini:2: [constraints]: no point was found that meets"},
        {"n << 3", "x.ini:2: [constraints]: \"n << 3\": a number or a parameter is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clt_rules rules;
        make_space();
        ck_assert_int_eq(read_rules(cases[i].text, &rules), CLT_BAD_INPUT);
        ck_assert_msg(strncmp(err.text, cases[i].expected, strlen(cases[i].expected)) == 0, "%s",
                      err.text);
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(a_point_is_found_in_thin_regions_and_any_other_is_moved_there)
{
    static const char *const texts[] = {
        "n + fixed == 10",
        "n * 100 + k == 632",
        "n + m == 13 and n - m == 1\nmodel == b and model.b.units * n == 49",
        "x * a-b < -0.999",
        "0.4999 < x + a-b < 0.5\nf == tanh\nsize == large",
        "not m <= 10 or n == 7",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        clt_rules rules;
        make_space();
        ck_assert_msg(read_rules(texts[i], &rules) == CLT_OK, "%s", err.text);
        ck_assert(clt_rules_met(&rules, rules.point));
        for (uint64_t n = 0; n < 200; n++) {
            double x[ROWS], again[ROWS], work[3 * ROWS];
            clt_rng stream;
            collet_rng rng = test_rng(&stream, n);
            for (uint32_t d = 0; d < space.dim_count; d++) {
                const collet_space view = clt_space_view(&space);
                double u = collet_uniform(&rng);
                x[d] = collet_dim_active(&view, d, x) ? collet_dim_value(&space.dims[d], u)
                                                      : (double)NAN;
            }
            memcpy(again, x, sizeof again);
            rng = test_rng(&stream, 1000 + n);
            clt_rules_mend(&rules, &space, &rng, x, work);
            rng = test_rng(&stream, 1000 + n);
            clt_rules_mend(&rules, &space, &rng, again, work);
            ck_assert(clt_rules_met(&rules, x));
            ck_assert_int_eq(clt_space_check(&space, x, &err), CLT_OK);
            ck_assert(memcmp(x, again, space.dim_count * sizeof *x) == 0);
        }
        clt_arena_finish(&arena);
    }
}
END_TEST

TEST_MAIN("rules", a_line_means_what_it_says,
          a_comparison_of_what_is_inactive_is_met_and_so_is_its_opposite,
          what_is_wrong_with_a_line_is_said, what_cannot_be_met_is_refused_with_its_line,
          a_point_is_found_in_thin_regions_and_any_other_is_moved_there)
