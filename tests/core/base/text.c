#include "base/json.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_real_is_written_shortest_and_reads_back)
{
    static const double values[] = {0.1, 1e-5, 3, -2.5, 1.0 / 3, 5e-324, 1.7976931348623157e308};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        clt_str out = {0};
        clt_str_add_real(&out, values[i]);
        ck_assert(strtod(clt_str_text(&out), NULL) == values[i]);
        clt_str_finish(&out);
    }
    clt_str out = {0};
    clt_str_add_real(&out, 0.1);
    ck_assert_str_eq(clt_str_text(&out), "0.1");
    clt_str_finish(&out);
}
END_TEST

START_TEST(an_error_that_is_too_long_is_cut_behind_a_character)
{
    char text[2001];
    for (size_t shift = 0; shift < 2; shift++) {
        clt_error err = {0};
        memset(text, 'a', shift);
        for (size_t i = shift; i + 1 < sizeof text; i += 2) {
            memcpy(text + i, "\xc3\xa9", 2);
        }
        text[2000] = '\0';
        clt_fail(&err, CLT_USAGE, "%s", text);
        size_t n = strlen(err.text);
        ck_assert_uint_ge(n, sizeof err.text - 3);
        ck_assert_uint_eq(clt_utf8_valid(err.text, n), n);
        ck_assert_str_eq(err.text + n - 3, "...");
    }
}
END_TEST

START_TEST(json_has_no_byte_that_is_not_utf_8)
{
    clt_str out = {0};
    clt_json json = {.out = &out};
    clt_json_text(&json, NULL, "a\xff\xc3\xa9\xc3");
    ck_assert_str_eq(clt_str_text(&out), "\"a\\ufffd\xc3\xa9\\ufffd\"");
    clt_str_finish(&out);
}
END_TEST

START_TEST(json_is_escaped_and_separated)
{
    clt_str out = {0};
    clt_json json = {.out = &out};
    clt_json_open(&json, NULL, '{');
    clt_json_text(&json, "a\"b", "x\n\x01\\");
    clt_json_real(&json, "nan", (double)NAN);
    clt_json_open(&json, "list", '[');
    clt_json_int(&json, NULL, -3);
    clt_json_bool(&json, NULL, true);
    clt_json_close(&json, ']');
    clt_json_close(&json, '}');
    ck_assert_str_eq(clt_str_text(&out),
                     "{\"a\\\"b\":\"x\\n\\u0001\\\\\",\"nan\":null,\"list\":[-3,true]}");
    clt_str_finish(&out);
}
END_TEST

START_TEST(the_nearest_name_is_suggested)
{
    static const struct {
        const char *read, *expected;
    } rows[] = {{"layrs", "layers"},    {"untis", "units"}, {"LAYERS", "layers"},
                {"dropuot", "dropout"}, {"xyz", NULL},      {"", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clt_suggest suggest = {.read = rows[i].read};
        clt_suggest_offer(&suggest, "units");
        clt_suggest_offer(&suggest, "layers");
        clt_suggest_offer(&suggest, "dropout");
        ck_assert_pstr_eq(suggest.best, rows[i].expected);
    }
}
END_TEST

START_TEST(a_swap_of_neighbours_is_one_edit)
{
    ck_assert_uint_eq(clt_edit_distance("untis", "units"), 1);
    ck_assert_uint_eq(clt_edit_distance("", "abc"), 3);
    ck_assert_uint_eq(clt_edit_distance("kitten", "sitting"), 3);
}
END_TEST

START_TEST(invalid_utf8_is_found_at_its_byte)
{
    static const struct {
        const char *text;
        size_t valid;
    } rows[] = {{"abc", 3},        {"\xc3\xa9", 2},         {"a\xff", 1},
                {"\xc0\x80", 0},   {"\xed\xa0\x80", 0},     {"\xf0\x9f\x98\x80", 4},
                {"ok\xe2\x82", 2}, {"\xf4\x90\x80\x80", 0}, {"\xe0\x80\x80", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_uint_eq(clt_utf8_valid(rows[i].text, strlen(rows[i].text)), rows[i].valid);
    }
}
END_TEST

START_TEST(a_prefix_comes_before_the_text)
{
    clt_error err = {0};
    clt_fail(&err, CLT_IO, "cannot be read");
    ck_assert_int_eq(clt_prefix(&err, "%s:%d", "x.ini", 7), CLT_IO);
    ck_assert_str_eq(err.text, "x.ini:7: cannot be read");
    char longest[2000];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    clt_prefix(&err, "%s", longest);
    ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
}
END_TEST

TEST_MAIN("text", a_real_is_written_shortest_and_reads_back, json_is_escaped_and_separated,
          the_nearest_name_is_suggested, a_swap_of_neighbours_is_one_edit,
          invalid_utf8_is_found_at_its_byte, json_has_no_byte_that_is_not_utf_8,
          an_error_that_is_too_long_is_cut_behind_a_character, a_prefix_comes_before_the_text)
