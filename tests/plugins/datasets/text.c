#include "dataset.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 24 };

/* What texts become: tokens of each row, rows parted by -1. */
typedef struct expectation {
    const char *what, *text, *options[12];
    uint32_t vocabulary, rows;
    int tokens[MOST];
} expectation;

static const expectation texts[] = {
    {"words are numbered by falling counts, equal ones by name; rare ones are 0",
     "x\tb a b c\ny\tc b rare\n",
     {NULL},
     3,
     2,
     {1, 0, 1, 2, -1, 2, 1, 0}},
    {"words outside of the vocabulary may be dropped",
     "x\tb a b c\ny\tc b rare\n",
     {"unknown", "drop", NULL},
     3,
     2,
     {1, 1, 2, -1, 2, 1}},
    {"the vocabulary may be bounded",
     "x\tb a b c\ny\tc b rare\n",
     {"max_vocab", "1", "min_count", "1", NULL},
     2,
     2,
     {1, 0, 1, 0, -1, 0, 1, 0}},
    {"texts may be cut",
     "x\tone two one two\ny\tone two\n",
     {"max_length", "3", "min_count", "1", NULL},
     3,
     2,
     {1, 2, 1, -1, 1, 2}},
    {"letters of any script are folded, and only letters and digits count",
     "x\tÉté-Ωμ2 Да!\ny\téTÉ ωΜ2 – дА\n",
     {NULL},
     4,
     2,
     {1, 2, 3, -1, 1, 2, 3}},
    {"a Han character is a word", "x\t你好 ab\ny\t好ab\n", {NULL}, 3, 2, {0, 2, 1, -1, 2, 1}},
    {"runs of words that come often enough are tokens behind the words",
     "x\tto be or\ny\tto be so\nx\tbe to\n",
     {"ngrams", "2", NULL},
     4,
     3,
     {2, 1, 0, 3, -1, 2, 1, 0, 3, -1, 1, 2}},
    {"runs of three words",
     "x\ta b c\ny\ta b c\n",
     {"ngrams", "3", NULL},
     7,
     2,
     {1, 2, 3, -2, -2, -2, -1, 1, 2, 3, -2, -2, -2}},
    {"texts without a word may be skipped",
     "x\t...\n\ny\tword\nx\tword \n",
     {"wordless", "skip", NULL},
     2,
     2,
     {1, -1, 1}},
};

/* -2 stands for any n-gram: their order is that of a hash. */
static void check_row(const collet_data *data, const expectation *e, uint64_t row, const int **next)
{
    for (uint64_t t = data->offsets[row]; t < data->offsets[row + 1]; t++, ++*next) {
        uint32_t found = data->tokens[t];
        ck_assert_msg(**next == -2 ? found >= 4 : (int)found == **next,
                      "%s: row %llu has %u where %d should be", e->what, (unsigned long long)row,
                      found, **next);
    }
}

START_TEST(texts_become_tokens)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const expectation *e = &texts[i];
        test_dataset d;
        test_dataset_init(&d, PLUGINS "/datasets/text.so");
        test_dataset_write(&d, "data", e->text);
        test_dataset_open(&d, e->options);
        ck_assert_msg(d.data->vocabulary == e->vocabulary, "%s: vocabulary %u", e->what,
                      d.data->vocabulary);
        ck_assert_uint_eq(d.data->rows, e->rows);
        const int *next = e->tokens;
        for (uint64_t row = 0; row < d.data->rows; row++) {
            check_row(d.data, e, row, &next);
            ck_assert_msg(row + 1 == d.data->rows || *next == -1, "%s: row %llu is too short",
                          e->what, (unsigned long long)row);
            next++;
        }
        test_dataset_finish(&d);
    }
}
END_TEST

START_TEST(folders_are_classes_by_name)
{
    static const char *const options[] = {"test", "more", NULL};
    static const int32_t labels[] = {0, 0, 1, 1};
    test_dataset d;
    test_dataset_init(&d, PLUGINS "/datasets/text.so");
    test_dataset_write(&d, "data/spam/2", "buy now\nor buy later");
    test_dataset_write(&d, "data/ham/b", "hello you");
    test_dataset_write(&d, "data/ham/a", "hello, hello");
    test_dataset_write(&d, "data/ham/.hidden", "?");
    test_dataset_write(&d, "data/README", "not a class");
    test_dataset_write(&d, "more", "spam\tbuy hello\n");
    test_dataset_open(&d, options);
    ck_assert_uint_eq(d.data->rows, 4);
    ck_assert_uint_eq(d.data->test_rows, 1);
    ck_assert_str_eq(d.data->class_names[0], "ham");
    ck_assert_str_eq(d.data->class_names[1], "spam");
    ck_assert_mem_eq(d.data->labels, labels, sizeof labels);
    ck_assert_uint_eq(d.data->vocabulary, 3); /* hello, buy */
    ck_assert_uint_eq(d.data->offsets[2] - d.data->offsets[1], 2);
    test_dataset_finish(&d);
}
END_TEST

START_TEST(the_vocabulary_comes_from_the_rows_that_are_fitted)
{
    static const char *const options[] = {"min_count", "1", "ngrams", "2", NULL};
    static const uint32_t rows[] = {2};
    test_dataset d;
    test_dataset_init(&d, PLUGINS "/datasets/text.so");
    test_dataset_write(&d, "data", "x\tnew word\ny\tnew\nx\tword order\n");
    test_dataset_open(&d, options);
    ck_assert_int_eq(d.dataset->fit(d.self, rows, 1, &d.data), COLLET_OK);
    ck_assert_uint_eq(d.data->vocabulary, 4); /* order, word, and their pair */
    ck_assert_uint_eq(d.data->offsets[3], 6);
    static const uint32_t expected[] = {0, 2, 0, 2, 1, 3};
    ck_assert_mem_eq(d.data->tokens, expected, sizeof expected);
    test_dataset_finish(&d);
}
END_TEST

static const test_refusal refusals[] = {
    {"", NULL, {NULL}, "D/data: is empty"},
    {NULL, NULL, {NULL}, "D/data: cannot be opened: No such file or directory"},
    {"good\tit is fine\nbad\tit is not\n\tit is fine\n",
     NULL,
     {NULL},
     "D/data:3: the class is empty: nothing stands before the tab"},
    {"bad\t...\n", NULL, {"wordless", "skip", NULL}, "D/data: has no text with a word in it"},
    {"good\tit is fine\ngood\tit is\n",
     NULL,
     {NULL},
     "D/data: all texts are of the one class \"good\"; there must be two or more"},
    {"good\tone two\nbad\tthree four\n",
     NULL,
     {NULL},
     "D/data: no word occurs 2 times or more in the 2 training texts: the vocabulary would be "
     "empty; lower min_count"},
    {"a\tx\nb\tcaf\351\n",
     NULL,
     {NULL},
     "D/data:2: byte 0xe9 is not UTF-8 text; convert the file with iconv"},
    {"good\tit is fine\nbad\tit is not\n",
     "ugly\tit is\n",
     {"min_count", "1", "test", "t", NULL},
     "D/t:1: the class \"ugly\" is not one of D/data"},
};

START_TEST(bad_texts_are_refused_with_file_and_line)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        test_dataset_refuses(PLUGINS "/datasets/text.so", &refusals[i]);
    }
}
END_TEST

START_TEST(files_with_slips_are_read_or_refused)
{
    static const char *const options[] = {"min_count", "1",        "ngrams", "3", "buckets",
                                          "7",         "wordless", "skip",   NULL};
    test_dataset_mutants(PLUGINS "/datasets/text.so",
                         "x\tone two, three\ny\ttwo Ünder One\r\nx\tone 你好\n", options, 500);
}
END_TEST

TEST_MAIN("text", texts_become_tokens, folders_are_classes_by_name,
          the_vocabulary_comes_from_the_rows_that_are_fitted,
          bad_texts_are_refused_with_file_and_line, files_with_slips_are_read_or_refused)
