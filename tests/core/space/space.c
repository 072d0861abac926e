#include "space/space.h"

#include "config/option.h"
#include "support.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

typedef struct config {
    double rate;
    int64_t layers;
    int32_t activation, reserved;
} config;

static const collet_option options[] = {
    COLLET_OPT_REAL(config, rate, "0.1", 0, 10, NULL, 0, "rate"),
    COLLET_OPT_INT(config, layers, "2", 1, 8, NULL, 0, "layers"),
    COLLET_OPT_ENUM(config, activation, "relu", "relu|tanh|gelu", 0, "function"),
};

static clt_arena arena;
static clt_error err;

static clt_variable make(const char *name, const collet_option *option, const char *text, int line)
{
    clt_variable v = {.name = name, .section = "m", .line = line, .option = option, .text = text};
    clt_range_parse(&arena, option, text, &v.range, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    return v;
}

static clt_status build(clt_variable *v, size_t n, clt_space *space)
{
    return clt_space_build(&arena, "x.ini", v, n, space, &err);
}

static void begin(void)
{
    arena = (clt_arena){0};
    err = (clt_error){0};
}

/* Is the last variable's dimension active while the first one's has this value? */
static bool active_at(const clt_space *space, double value)
{
    collet_space view = clt_space_view(space);
    double x[2] = {value, 0};
    return collet_dim_active(&view, 1, x);
}

START_TEST(comparisons_become_the_right_intervals)
{
    static const struct {
        const char *parent, *when;
        int option;
        double value;
        bool active;
    } rows[] = {
        {"int(1, 4)", "layers >= 2", 1, 2, true},
        {"int(1, 4)", "layers >= 2", 1, 1, false},
        {"int(1, 4)", "layers > 2", 1, 2, false},
        {"int(1, 4)", "layers > 2", 1, 3, true},
        {"int(1, 4)", "layers != 2", 1, 2, false},
        {"int(1, 4)", "layers != 2", 1, 3, true},
        {"int(1, 4)", "layers == 2", 1, 2, true},
        {"int(1, 4)", "m.layers < 2", 1, 1, true},
        {"int(1, 4)", "layers > 1 and layers < 4", 1, 4, false},
        {"int(1, 4)", "layers > 1 and layers < 4", 1, 3, true},
        {"choice(1, 2, 4)", "layers >= 2", 1, 0, false},
        {"choice(1, 2, 4)", "layers >= 2", 1, 2, true},
        {"choice(4, 1, 2)", "layers >= 2", 1, 0, true}, /* by value, not by place */
        {"choice(4, 1, 2)", "layers >= 2", 1, 1, false},
        {"search", "layers == tanh", 2, 1, true},
        {"search", "layers != tanh", 2, 1, false},
        {"search", "layers != tanh", 2, 2, true},
        {"real(0.5, 1)", "layers > 0.5", 0, 0.5, false},
        {"ordinal(tanh, gelu, relu)", "layers >= gelu", 2, 0, false},
        {"ordinal(tanh, gelu, relu)", "layers >= gelu", 2, 1, true},
        {"ordinal(tanh, gelu, relu)", "layers < relu", 2, 2, false},
        {"ordinal(tanh, gelu, relu)", "layers == relu", 2, 2, true},
        {"ordinal(tanh, gelu, relu)", "layers != relu", 2, 2, false},
        {"ordinal(4, 1, 2)", "layers >= 2", 1, 0, true}, /* numbers are what they are */
        {"real(0.5, 1)", "layers <= 0.5", 0, 0.5, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin();
        clt_space space;
        clt_variable v[2] = {make("m.layers", &options[rows[i].option], rows[i].parent, 1),
                             make("m.rate", &options[0], "real(0.1, 1)", 2)};
        v[1].range.when = rows[i].when;
        ck_assert_msg(build(v, 2, &space) == CLT_OK, "%s", err.text);
        ck_assert_msg(active_at(&space, rows[i].value) == rows[i].active, "%s: when %s: %g",
                      rows[i].parent, rows[i].when, rows[i].value);
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(parents_come_first_whatever_the_order_in_the_file)
{
    begin();
    clt_space space;
    clt_variable v[3] = {make("m.rate", &options[0], "real(0.1, 1) when layers > 1", 1),
                         make("m.layers", &options[1], "int(1, 3) when activation == relu", 2),
                         make("m.activation", &options[2], "search", 3)};
    ck_assert_msg(build(v, 3, &space) == CLT_OK, "%s", err.text);
    ck_assert_uint_eq(space.dim_count, 3);
    ck_assert_str_eq(space.dims[0].name, "m.activation");
    ck_assert_str_eq(space.dims[1].name, "m.layers");
    ck_assert_str_eq(space.dims[2].name, "m.rate");
    ck_assert_int_eq(v[0].dim, 2);
    clt_arena_finish(&arena);
}
END_TEST

START_TEST(a_condition_on_a_plain_value_is_settled_at_once)
{
    begin();
    clt_space space;
    clt_variable v[3] = {make("m.layers", &options[1], "2", 1),
                         make("m.rate", &options[0], "real(0.1, 1) when layers >= 2", 2),
                         make("m.other", &options[0], "real(0.1, 1) when layers >= 3", 3)};
    ck_assert_msg(build(v, 3, &space) == CLT_OK, "%s", err.text);
    ck_assert_uint_eq(space.dim_count, 1);
    ck_assert_uint_eq(space.dims[0].condition_count, 0);
    ck_assert(v[2].never);
    clt_arena_finish(&arena);
}
END_TEST

START_TEST(points_are_checked)
{
    begin();
    clt_space space;
    clt_variable v[3] = {make("m.layers", &options[1], "int(1, 5, step=2)", 1),
                         make("m.rate", &options[0], "real(0.1, 1) when layers >= 3", 2),
                         make("m.activation", &options[2], "search", 3)};
    ck_assert_int_eq(build(v, 3, &space), CLT_OK);
    static const struct {
        double x[3];
        const char *expected;
    } rows[] = {
        {{3, 0.5, 2}, NULL},
        {{1, (double)NAN, 0}, NULL},
        {{2, (double)NAN, 0}, "proposed m.layers = 2, which is between steps"},
        {{7, 0.5, 0}, "proposed m.layers = 7, outside 1 to 5"},
        {{1, 0.5, 0}, "proposed m.rate = 0.5, which is not active here"},
        {{3, (double)NAN, 0}, "proposed m.rate = nan, outside 0.1"},
        {{3, 0.5, 0.5}, "proposed m.activation = 0.5, which is between steps"},
        {{3, 0.5, 3}, "proposed m.activation = 3, outside 0 to 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clt_status status = clt_space_check(&space, rows[i].x, &err);
        ck_assert_int_eq(status, rows[i].expected != NULL ? CLT_PLUGIN_FAILED : CLT_OK);
        if (rows[i].expected != NULL) {
            ck_assert_msg(strncmp(err.text, rows[i].expected, strlen(rows[i].expected)) == 0, "%s",
                          err.text);
        }
    }
    clt_arena_finish(&arena);
}
END_TEST

TEST_MAIN("space", comparisons_become_the_right_intervals,
          parents_come_first_whatever_the_order_in_the_file,
          a_condition_on_a_plain_value_is_settled_at_once, points_are_checked)
