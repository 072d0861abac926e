#include "dataset.h"

#include <math.h>
#include <string.h>

enum { MOST = 8 };

/* What a table becomes. */
typedef struct expectation {
    const char *what, *text, *options[12];
    const char *names[MOST]; /* of features, NULL at the end */
    float x[4 * MOST];       /* [rows][features] of the first rows */
    uint32_t rows, classes;
    const char *class_names[4];
} expectation;

static void check_classes(const collet_data *data, const expectation *e)
{
    ck_assert_uint_eq(data->classes, e->classes);
    for (uint32_t k = 0; k < e->classes; k++) {
        ck_assert_msg(strcmp(data->class_names[k], e->class_names[k]) == 0, "%s: class %u is %s",
                      e->what, k, data->class_names[k]);
    }
}

static void check_features(const collet_data *data, const expectation *e)
{
    uint32_t n = 0;
    for (; e->names[n] != NULL; n++) {
        ck_assert_uint_lt(n, data->features);
        ck_assert_msg(strcmp(data->feature_names[n], e->names[n]) == 0, "%s: feature %u is %s",
                      e->what, n, data->feature_names[n]);
    }
    ck_assert_msg(n == data->features, "%s: %u features", e->what, data->features);
    const float *x = data->x;
    for (uint32_t i = 0; i < e->rows * n; i++) {
        ck_assert_msg(fabsf(x[i] - e->x[i]) < 1e-5f, "%s: row %u, %s is %g, not %g", e->what, i / n,
                      e->names[i % n], (double)x[i], (double)e->x[i]);
    }
}

static const expectation tables[] = {
    {"numbers are standardised, the last column is the target, classes are sorted",
     "a,b,c\n1,10,yes\n3,10,no\n",
     {NULL},
     {"a", "b"},
     {-1, 0, 1, 0},
     2,
     2,
     {"no", "yes"}},
    {"numbers from 0 to 1",
     "a,b,c\n1,5,y\n3,5,n\n2,5,n\n",
     {"scale", "range", NULL},
     {"a", "b"},
     {0, 0, 1, 0, 0.5f, 0},
     3,
     2,
     {"n", "y"}},
    {"texts become categories by name",
     "c,kind\nx,red\ny,blue\nx,green\n",
     {"target", "c", NULL},
     {"kind=blue", "kind=green", "kind=red"},
     {0, 0, 1, 1, 0, 0, 0, 1, 0},
     3,
     2,
     {"x", "y"}},
    {"numbers become categories where the file says so",
     "n,c\n2,x\n10,y\n",
     {"categorical", "n", NULL},
     {"n=10", "n=2"},
     {0, 1, 1, 0},
     2,
     2,
     {"x", "y"}},
    {"quotes, a byte order mark, CRLF, blank lines, blanks",
     "\xef\xbb\xbf\"a, or so\" ; b;c\r\n\r\n \"1\";\"say \"\"hi\"\"\";x\r\n 3 ; two\twords ;y\r\n",
     {"scale", "none", NULL},
     {"a, or so", "b=say \"hi\"", "b=two\twords"},
     {1, 1, 0, 3, 0, 1},
     2,
     2,
     {"x", "y"}},
    {"a missing number is the mean of the others, a missing text the most frequent one",
     "a,b,c\n1,u,x\n,v,x\n3,u,y\n8,?,y\n",
     {"missing", "mean", "scale", "none", NULL},
     {"a", "b=u", "b=v"},
     {1, 1, 0, 4, 0, 1, 3, 1, 0, 8, 1, 0},
     4,
     2,
     {"x", "y"}},
    {"a missing number is the most frequent one",
     "a,c\n1,x\n7,y\n-,x\n7,y\n",
     {"missing", "most_frequent", "scale", "none", "missing_text", "-", NULL},
     {"a"},
     {1, 7, 7, 7},
     4,
     2,
     {"x", "y"}},
    {"a number that means missing makes no column of numbers",
     "a,c\nred,x\n-999,y\n-999,x\n-999,y\nblue,y\n",
     {"missing", "indicator", "missing_text", "-999", NULL},
     {"a=blue", "a=red", "a is missing"},
     {0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1},
     4,
     2,
     {"x", "y"}},
    {"an indicator says that a cell was missing",
     "a,b,c\n1,u,x\nNA,v,y\n3,NA,y\n",
     {"missing", "indicator", "scale", "none", NULL},
     {"a", "a is missing", "b=u", "b=v", "b is missing"},
     {1, 0, 1, 0, 0, 2, 1, 0, 1, 0, 3, 0, 0, 0, 1},
     3,
     2,
     {"x", "y"}},
    {"whole numbers that come often are classes, in their order",
     "c,a\n10,1\n2,2\n10,3\n2,4\n10,5\n2.0,6\n10,7\n02,8\n10,9\n2,9\n",
     {"target", "c", "scale", "none", NULL},
     {"a"},
     {1, 2, 3},
     3,
     2,
     {"2", "10"}},
    {"numbers with decimal commas, points between thousands, units and exponents of Fortran",
     "a;b;c;d;y\n1.234,5;\xe2\x82\xac 7;-3 %;1,0D+02;p\n-1,5;-\xe2\x82\xac"
     "8,5;4%;2,0d-1;q\n",
     {"decimal", "comma", "thousands", "point", "exponent", "d", "units", "\xe2\x82\xac, %",
      "scale", "none", NULL},
     {"a", "b", "c", "d"},
     {1234.5f, 7, -3, 100, -1.5f, -8.5f, 4, 0.2f},
     2,
     2,
     {"p", "q"}},
    {"thousands apart by spaces, broken or not, and by twos in India",
     "a;y\n1\xc2\xa0"
     "234;p\n12\xe2\x80\xaf"
     "345\xc2\xa0;q\n1 234 567.5;p\n12 34 567;q\n",
     {"thousands", "space", "scale", "none", NULL},
     {"a"},
     {1234, 12345, 1234567.5f, 1234567},
     4,
     2,
     {"p", "q"}},
    {"columns without names, and one that is left out",
     "5,1,x\n6,2,y\n",
     {"header", "off", "ignore", "column1", "scale", "none", NULL},
     {"column2"},
     {1, 2},
     2,
     2,
     {"x", "y"}},
};

START_TEST(tables_become_features)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        test_dataset d;
        test_dataset_init(&d, PLUGINS "/datasets/csv.so");
        test_dataset_write(&d, "data", tables[i].text);
        test_dataset_open(&d, tables[i].options);
        check_features(d.data, &tables[i]);
        check_classes(d.data, &tables[i]);
        test_dataset_finish(&d);
    }
}
END_TEST

START_TEST(a_target_of_numbers_is_a_regression)
{
    static const char *const plain[] = {NULL}, *const scaled[] = {"scale_target", "on", NULL};
    static const float expected[2][3] = {{1.5f, 2.5f, 3.5f}, {-1.224745f, 0, 1.224745f}};
    for (int i = 0; i < 2; i++) {
        test_dataset d;
        test_dataset_init(&d, PLUGINS "/datasets/csv.so");
        test_dataset_write(&d, "data", "a,y\n1,1.5\n2,2.5\n3,3.5\n");
        test_dataset_open(&d, i == 0 ? plain : scaled);
        ck_assert_uint_eq(d.data->classes, 0);
        ck_assert_uint_eq(d.data->target_count, 1);
        for (int k = 0; k < 3; k++) {
            ck_assert_float_eq_tol(d.data->targets[k], expected[i][k], 1e-5f);
        }
        test_dataset_finish(&d);
    }
}
END_TEST

START_TEST(what_is_learnt_comes_from_the_rows_that_are_fitted)
{
    static const char *const options[] = {"test", "more", NULL};
    static const uint32_t rows[] = {3, 0};
    test_dataset d;
    test_dataset_init(&d, PLUGINS "/datasets/csv.so");
    test_dataset_write(&d, "data", "a,b,c\n1,u,x\n100,v,y\n50,w,x\n3,u,y\n");
    test_dataset_write(&d, "more", "a,b,c\n5,z,x\n");
    test_dataset_open(&d, options);
    ck_assert_uint_eq(d.data->rows, 5);
    ck_assert_uint_eq(d.data->test_rows, 1);
    ck_assert_uint_eq(d.data->features, 4); /* u, v, w; the test part's z is no category */
    ck_assert_int_eq(d.dataset->fit(d.self, rows, 2, &d.data), COLLET_OK);
    static const float expected[5][2] = {{-1, 1}, {98, 0}, {48, 0}, {1, 1}, {3, 0}};
    const float *x = d.data->x;
    ck_assert_uint_eq(d.data->features, 2);
    for (int i = 0; i < 10; i++) {
        ck_assert_float_eq_tol(x[i], expected[i / 2][i % 2], 1e-5f);
    }
    test_dataset_finish(&d);
}
END_TEST

static const test_refusal refusals[] = {
    {"", NULL, {NULL}, "D/data: is empty"},
    {"x,y\n", NULL, {NULL}, "D/data: has a header and no rows"},
    {NULL, NULL, {NULL}, "D/data: cannot be opened: No such file or directory"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n5,red\n",
     NULL,
     {NULL},
     "D/data:6: 2 cells; the first line has 3"},
    {"x,y\n1,\"two\nlines\"\n2,b,c\n",
     NULL,
     {NULL},
     "D/data:4: 3 cells; the first line has 2; a cell with a comma in it stands in quotes"},
    {"a;y\n1,234;p\n2,345;q\n12,34;p\n",
     NULL,
     {"thousands", "comma", NULL},
     "D/data:4: column \"a\": \"12,34\" is not written as a number is; it is read with decimal = "
     "comma"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\nnan,red,a\n",
     NULL,
     {NULL},
     "D/data:6: column \"x\": \"nan\" is not a finite number; missing_text can say that it means a "
     "missing one"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n-Inf,red,a\n",
     NULL,
     {NULL},
     "D/data:6: column \"x\": \"-Inf\" is not a finite number; missing_text can say that it means "
     "a missing one"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n1e999,red,a\n",
     NULL,
     {NULL},
     "D/data:6: column \"x\": \"1e999\" is not a finite number; missing_text can say that it means "
     "a missing one"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\nNA,red,a\n",
     NULL,
     {NULL},
     "D/data:6: column \"x\": the cell is missing; missing = mean, most_frequent or indicator says "
     "what stands in"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n5,red,\n",
     NULL,
     {NULL},
     "D/data:6: the target \"class\" is missing"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     NULL,
     {"target", "humidity", NULL},
     "D/data: target: there is no column \"humidity\"; there are 3, from \"x\" to \"class\""},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     NULL,
     {"categorical", "color", NULL},
     "D/data: categorical: there is no column \"color\" (did you mean \"colour\"?)"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     NULL,
     {"ignore", "x, colours", NULL},
     "D/data: ignore: there is no column \"colours\" (did you mean \"colour\"?)"},
    {"x,class\n1,a\n2,a\n",
     NULL,
     {NULL},
     "D/data: all rows are of the one class \"a\"; there must be two or more"},
    {"x,x,class\n1,2,a\n3,4,b\n", NULL, {NULL}, "D/data:1: columns 1 and 2 are both called \"x\""},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     NULL,
     {"ignore", "x, colour", NULL},
     "D/data: no column is left to learn from"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     NULL,
     {"max_categories", "1", NULL},
     "D/data:3: column \"colour\" has more than 1 different texts; ignore it, or raise "
     "max_categories"},
    {"x,class\n1,a\n2,\"b\n3,c\n",
     NULL,
     {NULL},
     "D/data:3: the quote that opens here is never closed; quote = none takes quotes for text"},
    {"x,class\n1,\"a\"b\n",
     NULL,
     {NULL},
     "D/data:2: \"b\" follows a closing quote; a quote in a quoted cell is written twice"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     NULL,
     {"task", "regression", NULL},
     "D/data:2: the target \"class\": \"a\" is not a number, which regression predicts; task = "
     "classification takes texts"},
    {"x,class\n1,a\n2,caf\351\n",
     NULL,
     {NULL},
     "D/data:3: byte 0xe9 is not UTF-8 text; convert the file with iconv"},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     "x,color,class\n1,red,a\n",
     {"test", "t", NULL},
     "D/t:1: column 2 is \"color\", in D/data it is \"colour\""},
    {"x,colour,class\n1,red,a\n2,blue,b\n3,red,a\n4,blue,b\n",
     "x,colour\n1,red\n",
     {"test", "t", NULL},
     "D/t:1: 2 columns; D/data has 3"},
};

START_TEST(bad_tables_are_refused_with_file_and_line)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        test_dataset_refuses(PLUGINS "/datasets/csv.so", &refusals[i]);
    }
}
END_TEST

START_TEST(files_with_slips_are_read_or_refused)
{
    static const char *const options[] = {"missing", "indicator", "max_categories", "3", NULL};
    test_dataset_mutants(PLUGINS "/datasets/csv.so",
                         "a,b,\"c d\",e\n1,u,3,x\n,v,4e2,y\n3,\"w\n,\"\"\",5,x\n-.5,u,NA,y\n",
                         options, 500);
}
END_TEST

TEST_MAIN("csv", tables_become_features, a_target_of_numbers_is_a_regression,
          what_is_learnt_comes_from_the_rows_that_are_fitted,
          bad_tables_are_refused_with_file_and_line, files_with_slips_are_read_or_refused)
