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
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clt_arena arena = {0};
        clt_range range;
        clt_error err = {0};
        clt_range_parse(&arena, option(cases[i].key), cases[i].text, &range, &err);
        ck_assert_msg(err.status == CLT_OK, "%s: %s", cases[i].text, err.text);
        ck_assert_uint_eq(range.type, cases[i].type);
        ck_assert_double_eq_tol(range.low, cases[i].low, 1e-12);
        ck_assert_double_eq_tol(range.high, cases[i].high, 1e-12);
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
        {"rate", "real(1, 1)",
         "the range is empty: real(1, 1); a single value is written without real()"},
        {"rate", "real(0, 1, log)",
         "a log range starts above 0: real(0, 1, log) has the lower bound \"0\""},
        {"rate", "real(0.1, 20)", "\"20\" is out of range: rate is more than 0 and at most 10"},
        {"rate", "real(0.1, 1, log, step=0.1)", "log and step do not go together"},
        {"rate", "real(0.1, 1, lag)", "\"lag\": after low and high come log or step=..."},
        {"rate", "real(0.1)", "real() needs two bounds: real(low, high)"},
        {"rate", "real(0.1, x)", "\"x\" is not a number"},
        {"rate", "rael(0.1, 1)",
         "\"rael(\": a range is real(), int() or choice() (did you mean \"real\"?)"},
        {"rate", "real(0.1, 1", "\"real(0.1, 1\": the bracket is not closed"},
        {"rate", "real(0.1, 1) 3", "\"real(0.1, 1) 3\": not understood after the range: \"3\""},
        {"rate", "real(0.1, 0.2, step=0.5)", "the step is wider than the range 0.1 to 0.2"},
        {"layers", "real(1, 2)", "real() does not fit: \"layers\" is a whole number; use int()"},
        {"layers", "int(1, 2.5)", "int() takes whole numbers: int(1, 2.5)"},
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

TEST_MAIN("range", ranges_are_read, what_is_wrong_with_a_range_is_said)
