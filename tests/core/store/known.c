/* What a study knows beforehand: wishes, and the trials of an older study. */
#include "store.h"
#include "support.h"

#include <string.h>

static const clt_param params[] = {{"x", "0.5", 0.5}, {"kind", "b", 1}};
static const double values[] = {3, -1.5};

static clt_ancestor ancestor_of(uint64_t number)
{
    static const clt_trial_state states[] = {CLT_TRIAL_COMPLETE, CLT_TRIAL_FAILED,
                                             CLT_TRIAL_PRUNED};
    bool failed = states[number] == CLT_TRIAL_FAILED;
    return (clt_ancestor){.source = "other, trial 7",
                          .trial = {.number = number,
                                    .state = states[number],
                                    .last_step = 9,
                                    .params = params,
                                    .param_count = 2,
                                    .values = failed ? NULL : values,
                                    .value_count = failed ? 0 : 2}};
}

static clt_study_row fill(clt_store *store)
{
    static const clt_wish wishes[] = {
        {"x = 1\n", false}, {"", false}, {"x = 2\nkind = b\n", false}};
    clt_error err = {0};
    clt_study_row study = test_study_add(store, "one");
    for (uint64_t i = 0; i < 3; i++) {
        const clt_ancestor ancestor = ancestor_of(i);
        ck_assert_int_eq(clt_store_add_wish(store, study.id, &wishes[i], &err), CLT_OK);
        ck_assert_int_eq(clt_store_add_ancestor(store, study.id, &ancestor, &err), CLT_OK);
    }
    (void)test_study_add(store, "two"); /* which has neither */
    return study;
}

START_TEST(wishes_and_ancestors_are_kept_in_their_order)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_wish *wishes;
    clt_ancestor *rows;
    size_t count;
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    clt_store_close(store);
    store = test_store_open(&p, CLT_STORE_READ);
    ck_assert_int_eq(clt_store_wishes(store, study.id, &arena, &wishes, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(wishes[0].text, "x = 1\n");
    ck_assert_str_eq(wishes[2].text, "x = 2\nkind = b\n");
    ck_assert_int_eq(clt_store_ancestors(store, study.id, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 3);
    for (uint64_t i = 0; i < 3; i++) {
        const clt_ancestor wanted = ancestor_of(i);
        ck_assert_str_eq(rows[i].source, wanted.source);
        ck_assert_uint_eq(rows[i].trial.state, wanted.trial.state);
        ck_assert_uint_eq(rows[i].trial.last_step, 9);
        ck_assert_uint_eq(rows[i].trial.param_count, 2);
        ck_assert_str_eq(rows[i].trial.params[1].text, "b");
        ck_assert_uint_eq(rows[i].trial.value_count, wanted.trial.value_count);
    }
    ck_assert(rows[2].trial.values[1] == -1.5);
    ck_assert_int_eq(clt_store_ancestors(store, study.id + 1, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 0);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

START_TEST(the_trial_of_a_wish_keeps_its_number)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_trial_row *rows;
    size_t count;
    double numbers[2];
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    clt_trial_row trial = test_trial(0, 1, numbers);
    trial.wish = 2;
    ck_assert_int_eq(clt_store_begin(store, study.id, &trial, &err), CLT_OK);
    trial.attempt = 2; /* again, after a crash, by one who does not say it */
    trial.wish = 0;
    ck_assert_int_eq(clt_store_begin(store, study.id, &trial, &err), CLT_OK);
    ck_assert_int_eq(clt_store_finish(store, study.id, &trial, &err), CLT_OK);
    ck_assert_int_eq(clt_store_trials(store, study.id, false, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(rows[0].wish, 2);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

/* What a damaged store is not to hand out. */
static const char *const damages[] = {
    "DELETE FROM wish WHERE position = 2",
    "DELETE FROM ancestor_param WHERE number = 1 AND position = 0",
    "DELETE FROM ancestor_value WHERE number = 2 AND position = 1",
    "DELETE FROM ancestor_value WHERE number = 2",
    "UPDATE ancestor SET state = 0 WHERE number = 0",
    "UPDATE ancestor SET state = 3 WHERE number = 0",
    "UPDATE ancestor SET number = 9 WHERE number = 2",
    "INSERT INTO ancestor_param VALUES (1, 8, 0, 'x', '1', 1)",
};

START_TEST(damaged_rows_are_refused)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_wish *wishes;
    clt_ancestor *rows;
    size_t count;
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    clt_store_close(store);
    test_store_sql(p.path, damages[_i]);
    store = test_store_open(&p, CLT_STORE_READ);
    clt_status status = _i == 0 ? clt_store_wishes(store, study.id, &arena, &wishes, &count, &err)
                                : clt_store_ancestors(store, study.id, &arena, &rows, &count, &err);
    ck_assert_int_eq(status, CLT_NO_STORE);
    ck_assert_msg(strstr(err.text, "damaged (") != NULL, "%s", err.text);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN_LOOPS("known", {wishes_and_ancestors_are_kept_in_their_order, 1},
                {the_trial_of_a_wish_keeps_its_number, 1},
                {damaged_rows_are_refused, sizeof damages / sizeof damages[0]})
