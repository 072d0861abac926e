#include "base/printable.h"

#include "base/json.h"
#include "base/shell.h"
#include "support.h"

#include <string.h>

static const struct {
    const char *text, *line, *lines, *json;
} texts[] = {
    {"plain é 漢 😀", "plain é 漢 😀", "plain é 漢 😀", "\"plain é 漢 😀\""},
    {"a\nb\tc\rd", "a b c d", "a\nb c d", "\"a\\nb\\u0009c\\u000dd\""},
    {"\033[31mred\007", "?[31mred?", "?[31mred?", "\"\\u001b[31mred\\u0007\""},
    {"\177", "?", "?", "\"\\u007f\""},
    {"C1: \302\233 31m \302\200\302\237", "C1: ? 31m ??", "C1: ? 31m ??",
     "\"C1: \\u009b 31m \\u0080\\u009f\""},
    {"raw \233 31m", "raw ? 31m", "raw ? 31m", "\"raw \\ufffd 31m\""},
    {"gr\366\337e.csv", "gr??e.csv", "gr??e.csv", "\"gr\\ufffd\\ufffde.csv\""},
    {"cut \342\200", "cut ??", "cut ??", "\"cut \\ufffd\\ufffd\""},
    {"\u202egpj\u202c \u2066x\u2069 \u200e\u200f\u061c", "?gpj? ?x? ???", "?gpj? ?x? ???",
     "\"\\u202egpj\\u202c \\u2066x\\u2069 \\u200e\\u200f\\u061c\""},
    {"\u200b\u200d\u2028\u2029\u2060\ufeff\u00ad\u180e", "????????", "????????",
     "\"\\u200b\\u200d\\u2028\\u2029\\u2060\\ufeff\\u00ad\\u180e\""},
    {"\U000e0041\ufff9\u3164", "???", "???", "\"\\udb40\\udc41\\ufff9\\u3164\""},
    {"✔\ufe0f", "✔\ufe0f", "✔\ufe0f", "\"✔\ufe0f\""},
};

START_TEST(what_cannot_be_seen_is_shown_as_a_mark)
{
    clt_str line = {0}, lines = {0}, json_text = {0};
    clt_json json = {.out = &json_text};
    clt_printable_add(&line, texts[_i].text);
    clt_printable_add_lines(&lines, texts[_i].text, strlen(texts[_i].text));
    clt_json_text(&json, NULL, texts[_i].text);
    ck_assert_str_eq(clt_str_text(&line), texts[_i].line);
    ck_assert_str_eq(clt_str_text(&lines), texts[_i].lines);
    ck_assert_str_eq(clt_str_text(&json_text), texts[_i].json);
    ck_assert_int_eq(clt_printable(texts[_i].text), strcmp(texts[_i].text, texts[_i].line) == 0);
    clt_str_finish(&line);
    clt_str_finish(&lines);
    clt_str_finish(&json_text);
}
END_TEST

static const struct {
    const char *text;
    size_t size;
    const char *copy;
} copies[] = {
    {"abc", 4, "abc"},  {"abc", 3, "ab"},      {"abé", 4, "ab"},     {"abé", 5, "abé"},
    {"a\nb", 8, "a b"}, {"\377\377", 3, "??"}, {"\377\377", 2, "?"}, {"", 1, ""},
};

START_TEST(a_copy_is_cut_behind_a_character)
{
    char out[16];
    clt_printable_copy(out, copies[_i].size, copies[_i].text);
    ck_assert_str_eq(out, copies[_i].copy);
}
END_TEST

static const struct {
    const char *word, *quoted;
} words[] = {
    {"study", "study"},
    {"a/b-c_d.e:f,g=h+i@j%k", "a/b-c_d.e:f,g=h+i@j%k"},
    {"größe", "größe"},
    {"", "''"},
    {"first try", "'first try'"},
    {"$(id)", "'$(id)'"},
    {"`id`; rm *", "'`id`; rm *'"},
    {"it's", "'it'\\''s'"},
    {"~", "'~'"},
    {"#1", "'#1'"},
    {"a\\b", "'a\\b'"},
    {"!x{1,2}", "'!x{1,2}'"},
    {"\033[31mred", "$'\\033[31mred'"},
    {"a\nb", "$'a\\012b'"},
    {"it's \377", "$'it\\'s \\377'"},
    {"\u202e1", "$'\\342\\200\\2561'"},
};

START_TEST(a_word_is_quoted_where_a_shell_would_take_it_apart)
{
    clt_str out = {0};
    clt_shell_add(&out, words[_i].word);
    ck_assert_str_eq(clt_str_text(&out), words[_i].quoted);
    clt_str_finish(&out);
}
END_TEST

TEST_MAIN_LOOPS("printable",
                {what_cannot_be_seen_is_shown_as_a_mark, sizeof texts / sizeof texts[0]},
                {a_copy_is_cut_behind_a_character, sizeof copies / sizeof copies[0]},
                {a_word_is_quoted_where_a_shell_would_take_it_apart,
                 sizeof words / sizeof words[0]})
