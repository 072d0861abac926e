#include "config/quote.h"

#include "support.h"

#include <string.h>

START_TEST(lists_know_quotes)
{
    static const struct {
        const char *list, *texts[4];
    } cases[] = {
        {"a, b ,c", {"a", "b", "c"}},
        {"\"a, b\" , 'c)'", {"a, b", "c)"}},
        {"'', \"\"", {"", ""}},
        {"\"say \\\"x\\\"\", 'C:\\new'", {"say \"x\"", "C:\\new"}},
        {"\"a\\\\\", \"a\\b\"", {"a\\", "a\\b"}},
        {"it's, 5\"", {"it's", "5\""}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clt_arena arena = {0};
        clt_error err = {0};
        clt_listed item;
        const char *at = cases[i].list;
        for (size_t k = 0; cases[i].texts[k] != NULL; k++) {
            ck_assert_msg(clt_list_next(&arena, &at, ",", &item, &err) == CLT_OK, "%s", err.text);
            ck_assert_str_eq(item.text, cases[i].texts[k]);
            at += *at == ',';
        }
        ck_assert_str_eq(at, "");
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(what_is_added_to_a_list_is_read_back)
{
    static const char *const texts[] = {"",     "plain", "a, b",   "[1]", "a ; b",    "say \"x\"",
                                        "it's", "\\",    "a\\\"b", " a ", "x when y", "'"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        clt_arena arena = {0};
        clt_error err = {0};
        clt_listed item;
        clt_str list = {0};
        clt_list_add(texts[i], &list);
        const char *at = clt_str_text(&list);
        ck_assert_msg(clt_list_next(&arena, &at, ",)", &item, &err) == CLT_OK, "%s", err.text);
        ck_assert_str_eq(item.text, texts[i]);
        ck_assert_str_eq(at, "");
        clt_str_finish(&list);
        clt_arena_finish(&arena);
    }
}
END_TEST

START_TEST(a_comment_is_behind_a_blank_and_in_no_quotes)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"a ; b", 2},        {"a;b", 3},     {"\"a ; b\" ; c", 8},     {"'a ; b'", 7},
        {"it's ; Tom's", 5}, {"\"a ; b", 3}, {"x(\"a ; b\") ; c", 11}, {"--a=\"b ; c\" ; d", 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        ck_assert_msg(clt_before_comment(text, strlen(text)) == cases[i].length, "%s: %zu", text,
                      clt_before_comment(text, strlen(text)));
    }
}
END_TEST

TEST_MAIN("quote", lists_know_quotes, what_is_added_to_a_list_is_read_back,
          a_comment_is_behind_a_blank_and_in_no_quotes)
