#include "report/table.h"

#include "base/utf8.h"
#include "report/csv.h"
#include "support.h"

#include <stdlib.h>

/* The linker leads every call here: see CMakeLists.txt. */
size_t __real_clt_utf8_width(const char *text);
size_t __wrap_clt_utf8_width(const char *text);

static size_t calls;

size_t __wrap_clt_utf8_width(const char *text)
{
    calls++;
    return __real_clt_utf8_width(text);
}

static clt_table table_of(size_t columns, size_t width, const char *const *cells)
{
    clt_table table = {.columns = columns, .width = width};
    for (size_t i = 0; cells[i] != NULL; i++) {
        clt_table_add(&table, cells[i]);
    }
    return table;
}

static const char *const cells[] = {"trial",     "state", "loss",
                                    "optimizer", "lr",    "0",
                                    "complete",  "0.5",   "a_long_word_of_its_own",
                                    "0.001",     "10",    "failed",
                                    "-",         "größe", "0.1",
                                    NULL};
static const char *const foreign[] = {"na\nme", "x", "\033[31mred", "1", "gr\366sse", "2", NULL};

static const struct {
    const char *const *cells;
    size_t columns, width;
    const char *text;
} tables[] = {
    {cells, 5, 0,
     "trial  state     loss  optimizer                  lr\n"
     "    0  complete   0.5  a_long_word_of_its_own  0.001\n"
     "   10  failed       -  größe                     0.1\n"},
    {cells, 5, 52,
     "trial  state     loss  optimizer                  lr\n"
     "    0  complete   0.5  a_long_word_of_its_own  0.001\n"
     "   10  failed       -  größe                     0.1\n"},
    {cells, 5, 46,
     "trial  state     loss  optimizer            lr\n"
     "    0  complete   0.5  a_long_word_o...  0.001\n"
     "   10  failed       -  größe               0.1\n"},
    {cells, 5, 37,
     "trial  state     loss  optimizer\n"
     "    0  complete   0.5  a_long_word...\n"
     "   10  failed       -  größe\n"
     "no room for: lr\n"},
    {cells, 5, 3,
     "trial\n"
     "    0\n"
     "   10\n"
     "no room for: state, loss, optimizer, lr\n"},
    {foreign, 2, 0,
     "na me     x\n"
     "?[31mred  1\n"
     "gr?sse    2\n"},
};

START_TEST(a_table_is_aligned_and_keeps_to_its_width)
{
    clt_str out = {0};
    clt_table table = table_of(tables[_i].columns, tables[_i].width, tables[_i].cells);
    clt_table_write(&table, &out);
    ck_assert_str_eq(clt_str_text(&out), tables[_i].text);
    clt_str_finish(&out);
    clt_table_finish(&table);
}
END_TEST

/* Cells that are measured again for each row make a table of 100,000 rows a matter of minutes. */
START_TEST(a_cell_is_measured_a_fixed_number_of_times)
{
    enum { ROWS = 500, COLUMNS = 8 };
    clt_table table = {.columns = COLUMNS};
    clt_str out = {0};
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        clt_table_add(&table, "0.5");
    }
    calls = 0;
    clt_table_write(&table, &out);
    ck_assert_uint_ge(calls, ROWS * COLUMNS);
    ck_assert_uint_le(calls, 2 * ROWS * COLUMNS);
    clt_str_finish(&out);
    clt_table_finish(&table);
}
END_TEST

static const struct {
    const char *text, *cell;
} csv[] = {
    {"relu", "relu"},
    {"a,b", "\"a,b\""},
    {"say \"x\"", "\"say \"\"x\"\"\""},
    {"\"", "\"\"\"\""},
    {"two\r\nlines", "\"two\r\nlines\""},
    {"=cmd|' /C calc'!A1", "'=cmd|' /C calc'!A1"},
    {"=1,2", "\"'=1,2\""},
    {"+1+1", "'+1+1"},
    {"-1+cmd", "'-1+cmd"},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"\t=1", "'\t=1"},
    {"\r=1", "\"'\r=1\""},
    {"\n=1", "\"'\n=1\""},
    {"  =1+1", "'  =1+1"},
    {"＝1+1", "'＝1+1"},
    {"-0.5", "-0.5"},
    {"+1e-3", "+1e-3"},
    {"-", "'-"},
    {"--x", "'--x"},
    {"x=1", "x=1"},
    {"", ""},
    {"\033[31mred\tgr\366n", "?[31mred\tgr?n"},
};

START_TEST(a_cell_of_csv_is_quoted_and_is_no_formula)
{
    clt_str out = {0};
    clt_csv_add(&out, csv[_i].text);
    ck_assert_str_eq(clt_str_text(&out), csv[_i].cell);
    clt_str_finish(&out);
}
END_TEST

TEST_MAIN_LOOPS("table",
                {a_table_is_aligned_and_keeps_to_its_width, sizeof tables / sizeof tables[0]},
                {a_cell_is_measured_a_fixed_number_of_times, 1},
                {a_cell_of_csv_is_quoted_and_is_no_formula, sizeof csv / sizeof csv[0]})
