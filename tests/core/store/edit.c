/* Trials that are changed by hand, and studies that are copied and deleted. */
#include "store.h"
#include "support.h"

#include <string.h>

/* A store with study "one" of three complete trials, in free order. */
static clt_study_row fill(clt_store *store)
{
    clt_error err = {0};
    clt_study_row study = test_study_add(store, "one");
    for (uint64_t i = 0; i < 3; i++) {
        ck_assert_int_eq(test_trial_store(store, study.id, i, 1, &err), CLT_OK);
        ck_assert_int_eq(clt_store_add_event(store, study.id, (clt_event){false, i}, &err), CLT_OK);
        ck_assert_int_eq(clt_store_add_event(store, study.id, (clt_event){true, i}, &err), CLT_OK);
    }
    return study;
}

/* What becomes of trial 1 by each kind of change. */
static const struct {
    clt_edit_kind kinds[2]; /* one after the other */
    size_t count;
    bool dropped;
    clt_trial_state state;
    clt_failure failure;
    size_t values, points;
    const char *log; /* of the study, as "a0 t0": asked for 0, told of 0 */
} rows[] = {
    {{CLT_EDIT_DROP}, 1, true, CLT_TRIAL_COMPLETE, CLT_FAIL_NONE, 2, 3, "a0 t0 a1 t1 a2 t2"},
    {{CLT_EDIT_DROP, CLT_EDIT_RESTORE},
     2,
     false,
     CLT_TRIAL_COMPLETE,
     CLT_FAIL_NONE,
     2,
     3,
     "a0 t0 a1 t1 a2 t2"},
    {{CLT_EDIT_RETRY}, 1, false, CLT_TRIAL_RUNNING, CLT_FAIL_NONE, 0, 0, "a0 t0 a1 a2 t2"},
    {{CLT_EDIT_DROP, CLT_EDIT_RETRY},
     2,
     false,
     CLT_TRIAL_RUNNING,
     CLT_FAIL_NONE,
     0,
     0,
     "a0 t0 a1 a2 t2"},
    {{CLT_EDIT_REJECT}, 1, false, CLT_TRIAL_FAILED, CLT_FAIL_REJECTED, 0, 3, "a0 t0 a1 a2 t2 t1"},
    {{CLT_EDIT_REJECT, CLT_EDIT_RETRY},
     2,
     false,
     CLT_TRIAL_RUNNING,
     CLT_FAIL_NONE,
     0,
     0,
     "a0 t0 a1 a2 t2"},
};

static void check_log(clt_store *store, int64_t study, const char *wanted)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_str text = {0};
    clt_event *events;
    size_t count;
    ck_assert_int_eq(clt_store_events(store, study, &arena, &events, &count, &err), CLT_OK);
    for (size_t i = 0; i < count; i++) {
        clt_str_addf(&text, "%s%c%llu", i > 0 ? " " : "", events[i].told ? 't' : 'a',
                     (unsigned long long)events[i].number);
    }
    ck_assert_str_eq(clt_str_text(&text), wanted);
    clt_str_finish(&text);
    clt_arena_finish(&arena);
}

static void check_sound(clt_store *store)
{
    clt_str findings = {0};
    clt_error err = {0};
    ck_assert_int_eq(clt_store_verify(store, &findings, &err), CLT_OK);
    ck_assert_str_eq(clt_str_text(&findings), "");
    clt_str_finish(&findings);
}

START_TEST(a_change_does_what_it_says_and_is_kept)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_trial_row *trials;
    clt_edit *edits;
    size_t count;
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    for (size_t i = 0; i < rows[_i].count; i++) {
        const clt_edit edit = {1, rows[_i].kinds[i], 3, 7, "complete", "wrong"};
        ck_assert_int_eq(clt_store_add_edit(store, study.id, &edit, &err), CLT_OK);
    }
    ck_assert_int_eq(clt_store_trials(store, study.id, true, &arena, &trials, &count, &err),
                     CLT_OK);
    ck_assert_uint_eq(trials[1].dropped, rows[_i].dropped);
    ck_assert_uint_eq(trials[1].state, rows[_i].state);
    ck_assert_uint_eq(trials[1].failure, rows[_i].failure);
    ck_assert_uint_eq(trials[1].value_count, rows[_i].values);
    ck_assert_uint_eq(trials[1].curve_count, rows[_i].points);
    ck_assert_uint_eq(trials[1].param_count, 2);
    ck_assert_uint_eq(trials[2].value_count, 2);
    ck_assert_int_eq(clt_store_edits(store, study.id, &arena, &edits, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, rows[_i].count);
    ck_assert_uint_eq(edits[count - 1].kind, rows[_i].kinds[count - 1]);
    ck_assert_uint_eq(edits[0].before, 3);
    ck_assert_str_eq(edits[0].was, "complete");
    check_log(store, study.id, rows[_i].log);
    check_sound(store);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

START_TEST(a_trial_that_runs_again_begins_with_the_next_attempt)
{
    test_place p;
    clt_error err = {0};
    double values[2];
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    const clt_edit edit = {1, CLT_EDIT_RETRY, 3, 7, "complete", NULL};
    ck_assert_int_eq(clt_store_add_edit(store, study.id, &edit, &err), CLT_OK);
    clt_trial_row trial = test_trial(1, 2, values);
    ck_assert_int_eq(clt_store_begin(store, study.id, &trial, &err), CLT_OK);
    ck_assert_int_eq(clt_store_finish(store, study.id, &trial, &err), CLT_OK);
    ck_assert_int_eq(clt_store_add_event(store, study.id, (clt_event){true, 1}, &err), CLT_OK);
    check_log(store, study.id, "a0 t0 a1 a2 t2 t1");
    check_sound(store);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

START_TEST(no_change_of_a_trial_that_is_not_there)
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    const clt_edit edit = {3, CLT_EDIT_DROP, 3, 7, "complete", NULL};
    ck_assert_int_eq(clt_store_add_edit(store, study.id, &edit, &err), CLT_NO_STORE);
    ck_assert_ptr_nonnull(strstr(err.text, "there is no trial 3"));
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

/* Rows of all tables that belong to a study. */
static size_t summaries(clt_store *store, clt_arena *arena, clt_study_summary **rows_out)
{
    clt_error err = {0};
    size_t count;
    ck_assert_int_eq(clt_store_list(store, arena, rows_out, &count, &err), CLT_OK);
    return count;
}

START_TEST(a_copy_is_whole_and_a_study_goes_with_all_that_it_has)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_study_summary *list;
    const clt_wish wish = {.text = "x = 1\n"};
    const clt_edit edit = {1, CLT_EDIT_DROP, 3, 7, "complete", NULL};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    const clt_study_row study = fill(store);
    ck_assert_int_eq(clt_store_add_wish(store, study.id, &wish, &err), CLT_OK);
    ck_assert_int_eq(clt_store_add_edit(store, study.id, &edit, &err), CLT_OK);
    ck_assert_int_eq(clt_store_copy_study(store, NULL, study.id, "one", &err), CLT_BAD_INPUT);
    ck_assert_int_eq(clt_store_copy_study(store, NULL, study.id, "two", &err), CLT_OK);
    ck_assert_uint_eq(summaries(store, &arena, &list), 2);
    ck_assert_uint_eq(list[1].complete, 2);
    ck_assert_uint_eq(list[1].dropped, 1);
    check_log(store, list[1].study.id, "a0 t0 a1 t1 a2 t2");
    check_sound(store);
    ck_assert_int_eq(clt_store_delete_study(store, study.id, &err), CLT_OK);
    ck_assert_uint_eq(summaries(store, &arena, &list), 1);
    ck_assert_str_eq(list[0].study.name, "two");
    check_sound(store); /* nothing of the first is left, which would belong to nothing */
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN_LOOPS("edit",
                {a_change_does_what_it_says_and_is_kept, (int)(sizeof rows / sizeof rows[0])},
                {a_trial_that_runs_again_begins_with_the_next_attempt, 1},
                {no_change_of_a_trial_that_is_not_there, 1},
                {a_copy_is_whole_and_a_study_goes_with_all_that_it_has, 1})
