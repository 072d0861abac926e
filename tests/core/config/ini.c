#include "config/ini.h"
#include "support.h"

#include <stdio.h>
#include <string.h>

static clt_arena arena;
static clt_error err;

static clt_status parse(const char *text, clt_ini *ini)
{
    arena = (clt_arena){0};
    err = (clt_error){0};
    return clt_ini_parse(&arena, "x.ini", text, ini, &err);
}

START_TEST(entries_know_section_and_line)
{
    clt_ini ini;
    ck_assert_int_eq(parse("; comment\n[a]\nx = 1\n\n[b]\r\n  y=two words ; comment\n", &ini), 0);
    ck_assert_uint_eq(ini.entry_count, 2);
    const clt_entry *y = clt_ini_find(&ini, "b", "y");
    ck_assert_ptr_nonnull(y);
    ck_assert_str_eq(y->value, "two words");
    ck_assert_int_eq(y->line, 6);
    ck_assert_int_eq(clt_ini_section(&ini, "b")->line, 5);
    clt_arena_finish(&arena);
}
END_TEST

START_TEST(an_indented_key_does_not_continue_the_value_before)
{
    clt_ini ini;
    ck_assert_int_eq(parse("[a]\nx = 1\n   y = 2\n", &ini), 0);
    ck_assert_str_eq(clt_ini_find(&ini, "a", "x")->value, "1");
    ck_assert_str_eq(clt_ini_find(&ini, "a", "y")->value, "2");
    clt_arena_finish(&arena);
}
END_TEST

START_TEST(a_long_comment_is_fine_and_a_long_value_of_the_limit_is_kept_whole)
{
    static char text[CLT_INI_LINE + 700] = "[a]\n;";
    memset(text + 5, 'c', 400);
    strcat(text, "\nx = ");
    size_t n = strlen(text);
    memset(text + n, 'v', CLT_INI_LINE - 4);
    clt_ini ini;
    ck_assert_int_eq(parse(text, &ini), 0);
    ck_assert_uint_eq(strlen(clt_ini_find(&ini, "a", "x")->value), CLT_INI_LINE - 4);
    clt_arena_finish(&arena);
}
END_TEST

/* What stands in a line: %s is room for as much as makes it longer than inih's buffer, or is not.
 */
START_TEST(a_long_line_is_read_as_a_short_one)
{
    static const struct {
        const char *line, *value; /* NULL: not understood */
    } rows[] = {
        {"x = one%s, two", "one%s, two"},
        {"x : one%s", "one%s"},
        {"  x=\"one;%s\"   ", "one;%s"},
        {"x = one%s ; two = three", "one%s"},
        {"x = ; one%s", ""},
        {"x = one ; %s", "one"},
        {"x = one#two;%s;four", "one#two;%s;four"},
        {"x one%s", NULL},
        {"x %s ; y = 2", NULL},
    };
    char more[401], line[500], text[600], expected[500];
    memset(more, 'm', sizeof more - 1);
    more[400] = '\0';
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        char size[401];
        clt_ini ini;
        (void)snprintf(size, sizeof size, i % 2 == 0 ? "%.1s" : "%.400s", more);
        (void)snprintf(line, sizeof line, rows[i / 2].line, size);
        (void)snprintf(text, sizeof text, "[a]\n%s\ny = 2\n", line);
        clt_status status = parse(text, &ini);
        ck_assert_int_eq(status, rows[i / 2].value != NULL ? CLT_OK : CLT_BAD_INPUT);
        if (status == CLT_OK) {
            (void)snprintf(expected, sizeof expected, rows[i / 2].value, size);
            ck_assert_str_eq(clt_ini_find(&ini, "a", "x")->value, expected);
            ck_assert_str_eq(clt_ini_find(&ini, "a", "y")->value, "2");
        }
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(what_is_wrong_is_said_with_its_line)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"[a]\nx = 1\nx = 2\n",
         "x.ini:3: \"x\" is given a second time in [a]; the first is in line 2"},
        {"[a]\n[b]\n[a]\n", "x.ini:3: section [a] is here a second time; the first is in line 1"},
        {"[a]\nnonsense\n", "x.ini:2: not understood: \"nonsense\"; a section is [name], an option "
                            "is key = value"},
        {"[a\n", "x.ini:1: not understood: \"[a\"; a section is [name], an option is key = value"},
        {"[a]\nx = \xff\n", "x.ini:2: byte 5 is not UTF-8: 0xff; save the file as UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clt_ini ini;
        ck_assert_int_eq(parse(rows[i].text, &ini), CLT_BAD_INPUT);
        ck_assert_str_eq(err.text, rows[i].expected);
        clt_arena_finish(&arena);
    }
}
END_TEST

TEST_MAIN("ini", entries_know_section_and_line, an_indented_key_does_not_continue_the_value_before,
          a_long_comment_is_fine_and_a_long_value_of_the_limit_is_kept_whole,
          a_long_line_is_read_as_a_short_one, what_is_wrong_is_said_with_its_line)
