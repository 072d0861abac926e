#include "space/range.h"
#include "config/option.h"
#include "support.h"

#include <math.h>

typedef struct config {
    double rate;
    int64_t layers;
    int32_t activation, nesterov;
    const char *name;
} config;

static const collet_option rows[] = {
    COLLET_OPT_REAL(config, rate, "0.1", 0, 10, "real(1e-3, 1, log)", COLLET_OPEN_MIN, "rate"),
    COLLET_OPT_INT(config, layers, "2", 1, 8, NULL, 0, "layers"),
    COLLET_OPT_ENUM(config, activation, "relu", "relu|tanh|gelu", 0, "function"),
    COLLET_OPT_BOOL(config, nesterov, "off", 0, "ahead"),
    COLLET_OPT_STRING(config, name, "", COLLET_FIXED, "name"),
};

static const collet_option *option(const char *key)
{
    uint32_t element;
    clt_error err;
    return clt_option_find(CLT_OPTIONS(rows), key, &element, &err);
}

START_TEST(ranges_are_read)
{
    static const struct {
        const char *key, *text;
        uint32_t type;
        double low, high, step;
        bool log;
    } cases[] = {
        {"rate", "0.5", 0, 0, 0, 0, false},
        {"rate", "real(0.1, 1)", COLLET_DIM_REAL, 0.1, 1, 0, false},
        {"rate", "real( 1e-3 ,1, log )", COLLET_DIM_REAL, 1e-3, 1, 0, true},
        {"rate", "real(1, 2, step=0.3)", COLLET_DIM_REAL, 1, 1.9, 0.3, false},
        {"rate", "int(1, 3)", COLLET_DIM_INT, 1, 3, 0, false},
        {"rate", "search", COLLET_DIM_REAL, 1e-3, 1, 0, true},
        {"layers", "int(1, 8, step = 2)", COLLET_DIM_INT, 1, 7, 2, false},
        {"layers", "choice(1, 2, 4)", COLLET_DIM_CATEGORY, 0, 2, 0, false},
        {"activation", "search", COLLET_DIM_CATEGORY, 0, 2, 0, false},
        {"nesterov", "search", COLLET_DIM_CATEGORY, 0, 1, 0, false},
        {"name", "real(0, 1)", 0, 0, 0, 0, false}, /* a text is a text */
        {"activation", "ordinal(tanh, relu)", COLLET_DIM_CATEGORY, 0, 1, 0, false},
        {"rate", "normal(5, 1)", COLLET_DIM_REAL, 1, 9, 0, false}, /* four deviations */
        {"rate", "normal(5, 1, 2, 6)", COLLET_DIM_REAL, 2, 6, 0, false},
        {"rate", "normal(5, 0.5, 2, 9.5)", COLLET_DIM_REAL, 3, 7, 0, false}, /* as well */
        {"rate", "normal(5, 0.5, 8, 9)", COLLET_DIM_REAL, 8, 9, 0, false},
        {"rate", "normal(5, 0.5, 2.5, 9, step=1)", COLLET_DIM_REAL, 3.5, 6.5, 1, false},
        {"rate", "normal(5, 1, high=6)", COLLET_DIM_REAL, 1, 6, 0, false},
        {"rate", "normal(5, 1, step=0.4)", COLLET_DIM_REAL, 1.2, 8.8, 0.4, false},
        {"rate", "normal(5, 1, low=1.5, step=2)", COLLET_DIM_REAL, 1.5, 7.5, 2, false},
        {"rate", "normal(9, 1)", COLLET_DIM_REAL, 5, 10, 0, false}, /* the option ends */
        {"rate", "normal(0, 1)", COLLET_DIM_REAL, 0, 4, 0, false},
        {"rate", "lognormal(0, 0.5)", COLLET_DIM_REAL, 0.1353352832, 7.389056099, 0, false},
        {"layers", "normal(4, 1.3)", COLLET_DIM_INT, 1, 8, 1, false},
        {"layers", "normal(4, 0.6)", COLLET_DIM_INT, 2, 6, 1, false},
        {"rate", "real(1, 2) when layers > 1", COLLET_DIM_REAL, 1, 2, 0, false},
        {"rate", "real(1, 1) when layers > 1", COLLET_DIM_REAL, 1, 1, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clt_arena arena = {0};
        clt_range range;
        clt_error err = {0};
        clt_range_parse(&arena, option(cases[i].key), cases[i].text, &range, &err);
        ck_assert_msg(err.status == CLT_OK, "%s: %s", cases[i].text, err.text);
        ck_assert_uint_eq(range.type, cases[i].type);
        ck_assert_double_eq_tol(range.low, cases[i].low, 1e-9);
        ck_assert_double_eq_tol(range.high, cases[i].high, 1e-9);
        ck_assert_double_eq(range.step, cases[i].step);
        ck_assert_int_eq(range.log, cases[i].log);
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(what_is_wrong_with_a_range_is_said)
{
    static const struct {
        const char *key, *text, *expected;
    } cases[] = {
        {"rate", "real(2, 1)", "the bounds are reversed: real(2, 1); the lower one comes first"},
        {"rate", "real(0, 1, log)",
         "a log range starts above 0: real(0, 1, log) has the lower bound \"0\""},
        {"rate", "real(0.1, 20)", "\"20\" is out of range: rate is more than 0 and at most 10"},
        {"rate", "real(0.1, 1, log, step=0.1)", "log and step do not go together"},
        {"rate", "real(0.1, 1, lag)", "\"lag\": after low and high come log or step=..."},
        {"rate", "real(0.1)", "real() needs two bounds: real(low, high)"},
        {"rate", "real(0.1, x)", "\"x\" is not a number"},
        {"rate", "rael(0.1, 1)",
         "\"rael(\": a range is real(), int(), choice(), ordinal(), normal() or lognormal() (did "
         "you "
         "mean \"real\"?)"},
        {"rate", "real(0.1, 1", "\"real(0.1, 1\": the bracket is not closed"},
        {"rate", "real(0.1, 1) 3", "\"real(0.1, 1) 3\": not understood after the range: \"3\""},
        {"rate", "real(0.1, 0.2, step=0.5)", "the step is wider than the range 0.1 to 0.2"},
        {"layers", "real(1, 2)", "real() does not fit: \"layers\" is a whole number; use int()"},
        {"layers", "int(1, 2.5)",
         "int() takes whole numbers: int(1, 2.5): the upper bound: \"2.5\" is not a whole number"},
        {"layers", "search",
         "\"search\": option layers declares no range of its own; write one, such as int(1, 10)"},
        {"layers", "two", "\"two\" is not a whole number"},
        {"activation", "choice(relu, tanch)",
         "\"tanch\" is not one of relu, tanh, gelu (did you mean \"tanh\"?)"},
        {"activation", "choice(relu, relu)", "\"relu\" is in the choice twice"},
        {"activation", "choice()", "choice() is empty; it needs at least one value"},
        {"activation", "choice(relu,)", "\"choice(relu,)\": a value is missing beside a comma"},
        {"activation", "int(1, 2)",
         "int() is a range of numbers, but \"activation\" is a list of choices; use choice()"},
        {"nesterov", "maybe", "\"maybe\" is neither on nor off"},
        {"rate", "0.5 when layers > 1", "\"when\" follows a range, not the plain value \"0.5\""},
        {"name", "choice(a, b)", "\"name\" cannot be searched over"},
        {"rate", "normal(1, 0)", "normal(1, 0): the standard deviation \"0\" must be more than 0"},
        {"rate", "lognormal(1, -2)",
         "lognormal(1, -2): the standard deviation \"-2\" must be more than 0"},
        {"rate", "normal(1)",
         "normal() needs a mean and a standard deviation, and may have both bounds: normal(mean, "
         "sd) or normal(mean, sd, low, high)"},
        {"rate", "normal(1, 2, 3)",
         "normal() needs a mean and a standard deviation, and may have both bounds: normal(mean, "
         "sd) or normal(mean, sd, low, high)"},
        {"rate", "normal(1, 2, log)", "\"log\" is not a number; see lognormal()"},
        {"rate", "normal(1, 2, hig=3)",
         "\"hig=3\": after mean and standard deviation come low and high, or low=..., high=..., "
         "step=..."},
        {"rate", "normal(1, 2, 4, 3)", "the range of normal(1, 2) is empty: from 4 to 3"},
        {"rate", "normal(1, 2, 4, 30)",
         "\"30\" is out of range: rate is more than 0 and at most 10"},
        {"rate", "normal(1, 0.01, 9, 10)", "normal(1, 0.01) has nothing between 9 and 10"},
        {"layers", "normal(4, 1, low=1.5)", "normal(): bounds and step are whole numbers here"},
        {"activation", "normal(4, 1)",
         "normal() is a range of numbers, but \"activation\" is a list of choices; use choice()"},
        {"activation", "ordinal(relu, relu)", "\"relu\" is in the ordinal twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clt_arena arena = {0};
        clt_range range;
        clt_error err = {0};
        clt_range_parse(&arena, option(cases[i].key), cases[i].text, &range, &err);
        ck_assert_int_eq(err.status, CLT_BAD_INPUT);
        ck_assert_str_eq(err.text, cases[i].expected);
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(a_range_of_one_value_is_a_constant)
{
    static const struct {
        const char *key, *text, *constant;
    } cases[] = {
        {"rate", "real(3, 3)", "3"},
        {"rate", "real(0.1, 0.1, log)", "0.1"},
        {"layers", "int(2, 2)", "2"},
        {"activation", "choice(tanh)", "tanh"},
        {"activation", "ordinal(gelu)", "gelu"},
        {"rate", "normal(1, 1, 2, 2)", "2"},
        {"nesterov", "choice(on)", "on"},
        {"rate", "real(1, 2)", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clt_arena arena = {0};
        clt_range range;
        clt_error err = {0};
        clt_range_parse(&arena, option(cases[i].key), cases[i].text, &range, &err);
        ck_assert_msg(err.status == CLT_OK, "%s: %s", cases[i].text, err.text);
        ck_assert_int_eq(range.type == 0, cases[i].constant != NULL);
        ck_assert_pstr_eq(range.constant, cases[i].constant);
        clt_arena_finish(&arena);
    }
}
END_TEST

TEST_MAIN("range", ranges_are_read, a_range_of_one_value_is_a_constant,
          what_is_wrong_with_a_range_is_said)
