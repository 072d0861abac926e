#include "data/batch.h"
#include "data/split.h"
#include "support.h"

#include <string.h>

enum { ROWS = 5, CLASSES = 2, VOCABULARY = 9 };

static uint32_t tokens[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 1};
static uint64_t offsets[ROWS + 1] = {0, 2, 2, 7, 8, 10};
static int32_t labels[ROWS] = {0, 1, 0, 1, 1};

static collet_data make_data(void)
{
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_TOKENS,
                         .storage = COLLET_STORE_F32,
                         .classes = CLASSES,
                         .rows = ROWS,
                         .vocabulary = VOCABULARY,
                         .scale = 1,
                         .tokens = tokens,
                         .offsets = offsets,
                         .labels = labels};
}

START_TEST(sequences_lie_end_to_end_in_a_batch)
{
    static const struct {
        uint32_t rows[ROWS], count, tokens[10];
        uint64_t offsets[ROWS + 1];
    } batches[] = {
        {{2, 0}, 2, {3, 4, 5, 6, 7, 1, 2}, {0, 5, 7}},
        {{1}, 1, {0}, {0, 0}},
        {{4, 1, 3}, 3, {0, 1, 8}, {0, 2, 2, 3}},
        {{0, 1, 2, 3, 4}, 5, {1, 2, 3, 4, 5, 6, 7, 8, 0, 1}, {0, 2, 2, 7, 8, 10}},
    };
    collet_data data = make_data();
    clt_batch batch;
    clt_error err = {0};
    ck_assert_int_eq(clt_batch_init(&batch, &data, ROWS, &err), CLT_OK);
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        uint32_t count = batches[i].count;
        const collet_batch *view = clt_batch_gather(&batch, batches[i].rows, count);
        ck_assert_ptr_null(view->x);
        ck_assert_uint_eq(view->rows, count);
        ck_assert_mem_eq(view->offsets, batches[i].offsets, (count + 1) * sizeof *offsets);
        ck_assert_mem_eq(view->tokens, batches[i].tokens,
                         batches[i].offsets[count] * sizeof *tokens);
        for (uint32_t r = 0; r < count; r++) {
            ck_assert_int_eq(view->labels[r], labels[batches[i].rows[r]]);
        }
    }
    clt_batch_finish(&batch);
}
END_TEST

static void expect_refusal(const collet_data *data, const char *text)
{
    clt_error err = {0};
    ck_assert_int_eq(clt_data_check(data, "mine", &err), CLT_BAD_INPUT);
    ck_assert_str_eq(err.text, text);
}

START_TEST(sloppy_sequences_are_refused)
{
    clt_error err = {0};
    collet_data data = make_data();
    ck_assert_int_eq(clt_data_check(&data, "mine", &err), CLT_OK);
    data.vocabulary = 8;
    expect_refusal(&data, "dataset \"mine\": row 3 has the token 8; there are 0 to 7");
    data.vocabulary = 0;
    expect_refusal(&data, "dataset \"mine\" hands over no tokens, or no vocabulary");
    data = make_data();
    data.features = 3;
    expect_refusal(&data, "dataset \"mine\" hands over features beside tokens");
    data = make_data();
    data.test_rows = data.rows;
    expect_refusal(&data,
                   "dataset \"mine\" hands over test rows alone: there are none to train on");
    data = make_data();
    offsets[3] = 1;
    expect_refusal(&data, "dataset \"mine\": the tokens of row 2 end at 1");
    offsets[3] = 7;
    offsets[0] = 1;
    expect_refusal(&data,
                   "dataset \"mine\" hands over tokens whose first sequence does not start at 0");
    offsets[0] = 0;
}
END_TEST

TEST_MAIN("tokens", sequences_lie_end_to_end_in_a_batch, sloppy_sequences_are_refused)
