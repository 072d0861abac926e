#include "store.h"
#include "support.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const double values[] = {0.1 + 0.2, 5e-324};
static const clt_param params[] = {{"a", "0.30000000000000004", 0.1 + 0.2}, {"b", "relu", 2}};
static const clt_point curve[] = {
    {1, "accuracy", 0.5}, {1, "loss", (double)INFINITY}, {2, "loss", 1}};

static clt_trial_row trial_of(uint64_t number)
{
    return (clt_trial_row){.number = number,
                           .state = CLT_TRIAL_COMPLETE,
                           .attempt = 1,
                           .started_ms = 11,
                           .seconds = 1.5,
                           .last_step = 2,
                           .params = params,
                           .param_count = 2,
                           .values = values,
                           .value_count = 2,
                           .curve = curve,
                           .curve_count = 3};
}

START_TEST(everything_comes_back_bit_for_bit)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_study_row study;
    clt_trial_row *rows, trial = trial_of(0);
    size_t count;
    bool found;
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row added = test_study_add(store, "one");
    ck_assert_int_eq(clt_store_begin(store, added.id, &trial, &err), 0);
    ck_assert_int_eq(clt_store_finish(store, added.id, &trial, &err), 0);
    clt_store_close(store);
    store = test_store_open(&p, CLT_STORE_READ);
    ck_assert_int_eq(clt_store_find_study(store, "one", &arena, &found, &study, &err), 0);
    ck_assert(found);
    ck_assert(study.seed == added.seed);
    ck_assert_uint_eq(study.goal_count, 2);
    ck_assert(study.goals[0].maximize && !study.goals[1].maximize);
    ck_assert_int_eq(clt_store_trials(store, study.id, true, &arena, &rows, &count, &err), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_mem_eq(rows[0].values, values, sizeof values);
    ck_assert_str_eq(rows[0].params[1].text, "relu");
    ck_assert(rows[0].params[0].value == params[0].value);
    ck_assert_uint_eq(rows[0].curve_count, 3);
    ck_assert(isinf(rows[0].curve[1].value));
    ck_assert_int_eq(clt_store_find_study(store, "two", &arena, &found, &study, &err), 0);
    ck_assert(!found);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

START_TEST(a_final_trial_never_changes)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_trial_row *rows, trial = trial_of(0), other = trial_of(0);
    size_t count;
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    other.state = CLT_TRIAL_FAILED;
    other.why = "no";
    ck_assert_int_eq(clt_store_finish(store, study.id, &trial, &err), CLT_NO_STORE); /* not begun */
    ck_assert_int_eq(clt_store_begin(store, study.id, &trial, &err), 0);
    ck_assert_int_eq(clt_store_finish(store, study.id, &trial, &err), 0);
    ck_assert_int_eq(clt_store_finish(store, study.id, &other, &err), 0); /* told twice: harmless */
    other.attempt = 2;
    ck_assert_int_eq(clt_store_finish(store, study.id, &other, &err), CLT_NO_STORE);
    ck_assert_int_eq(clt_store_begin(store, study.id, &other, &err), CLT_NO_STORE);
    clt_store_trials(store, study.id, true, &arena, &rows, &count, &err);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(rows[0].state, CLT_TRIAL_COMPLETE);
    ck_assert_uint_eq(rows[0].value_count, 2);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

START_TEST(an_unfinished_trial_begins_again_with_a_higher_attempt)
{
    test_place p;
    clt_arena arena = {0};
    clt_error err = {0};
    clt_trial_row *rows, trial = trial_of(3);
    size_t count;
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    clt_store_begin(store, study.id, &trial, &err);
    trial.attempt = 2;
    trial.param_count = 1;
    ck_assert_int_eq(clt_store_begin(store, study.id, &trial, &err), 0);
    clt_store_trials(store, study.id, true, &arena, &rows, &count, &err);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(rows[0].state, CLT_TRIAL_RUNNING);
    ck_assert_uint_eq(rows[0].attempt, 2);
    ck_assert_uint_eq(rows[0].param_count, 1);
    ck_assert_ptr_null(rows[0].values);
    clt_store_close(store);
    clt_arena_finish(&arena);
    test_place_remove(&p);
}
END_TEST

/* The child: finishes trials for ever and says so over the pipe, each time after the store did. */
static void write_for_ever(const test_place *p, uint64_t from, uint32_t attempt, int out)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_study_row study;
    bool found;
    clt_store *store = test_store_open(p, CLT_STORE_WRITE);
    clt_store_find_study(store, "one", &arena, &found, &study, &err);
    for (uint64_t n = from;; n++) {
        clt_trial_row trial = trial_of(n);
        trial.attempt = attempt;
        if (clt_store_begin(store, study.id, &trial, &err) != CLT_OK ||
            clt_store_finish(store, study.id, &trial, &err) != CLT_OK ||
            write(out, &n, sizeof n) != (ssize_t)sizeof n) {
            _exit(1);
        }
    }
}

START_TEST(an_acknowledged_result_survives_kill_9)
{
    test_place p;
    uint64_t next = 0;
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    clt_store_close(store);
    for (int round = 0; round < 20; round++) {
        int ends[2];
        uint64_t acknowledged = 0, n;
        ck_assert_int_eq(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            write_for_ever(&p, next, (uint32_t)round + 1, ends[1]);
        }
        close(ends[1]);
        for (int heard = 0; heard <= round % 5; heard++) { /* however slow the machine is */
            ck_assert_int_eq(read(ends[0], &n, sizeof n), sizeof n);
            acknowledged = n + 1;
        }
        usleep((useconds_t)(round * 310 % 1700));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &n, sizeof n) == (ssize_t)sizeof n) {
            acknowledged = n + 1;
        }
        close(ends[0]);
        clt_arena arena = {0};
        clt_error err = {0};
        clt_trial_row *rows;
        size_t count;
        store = test_store_open(&p, CLT_STORE_READ);
        ck_assert_int_eq(clt_store_trials(store, study.id, true, &arena, &rows, &count, &err), 0);
        ck_assert_uint_ge(count, acknowledged);
        for (uint64_t i = 0; i < acknowledged; i++) {
            ck_assert_uint_eq(rows[i].number, i);
            ck_assert_int_eq(rows[i].state, CLT_TRIAL_COMPLETE);
            ck_assert_uint_eq(rows[i].curve_count, 3);
        }
        bool unfinished = count > 0 && rows[count - 1].state == CLT_TRIAL_RUNNING;
        next = unfinished ? count - 1 : count;
        clt_store_close(store);
        clt_arena_finish(&arena);
    }
    ck_assert_uint_ge(next, 20);
    test_place_remove(&p);
}
END_TEST

START_TEST(environments_come_back_in_their_order_each_with_its_study)
{
    test_place p;
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row one = test_study_add(store, "one"), two = test_study_add(store, "two");
    static const clt_environment_row added[] = {{9, "b = 1\n"}, {8, "a = 2\n"}, {8, "b = 1\n"}};
    clt_error err = {0};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(clt_store_add_environment(store, one.id, &added[i], &err), CLT_OK);
    }
    clt_store_close(store);
    store = test_store_open(&p, CLT_STORE_READ);
    clt_arena arena = {0};
    clt_environment_row *rows;
    size_t count;
    ck_assert_int_eq(clt_store_environments(store, one.id, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 4);
    ck_assert_int_eq(rows[0].since_ms, 7);
    ck_assert_str_eq(rows[0].text, "");
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(rows[i + 1].since_ms, added[i].since_ms);
        ck_assert_str_eq(rows[i + 1].text, added[i].text);
    }
    ck_assert_int_eq(clt_store_environments(store, two.id, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 1);
    clt_arena_finish(&arena);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

START_TEST(another_experiment_takes_the_place_of_a_studys_and_choices_move)
{
    test_place p;
    test_place_make(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row one = test_study_add(store, "one"), two = test_study_add(store, "two"), found;
    clt_error err = {0};
    clt_arena arena = {0};
    clt_trial_row *rows;
    size_t count;
    bool there;
    for (uint64_t n = 0; n < 2; n++) {
        ck_assert_int_eq(test_trial_store(store, one.id, n, 1, &err), CLT_OK);
        ck_assert_int_eq(test_trial_store(store, two.id, n, 1, &err), CLT_OK);
    }
    const clt_study_move moves[] = {
        {"b", "relu", false, 5}, {"b", "tanh", true, 0}, {"a", "0.30000000000000004", true, 0}};
    const clt_study_change change = {"new text", "new identity", moves, 3};
    ck_assert_int_eq(clt_store_change_study(store, one.id, &change, &err), CLT_OK);
    clt_store_close(store);
    store = test_store_open(&p, CLT_STORE_READ);
    ck_assert_int_eq(clt_store_find_study(store, "one", &arena, &there, &found, &err), CLT_OK);
    ck_assert_str_eq(found.experiment, "new text");
    ck_assert_str_eq(found.identity, "new identity");
    ck_assert_int_eq(clt_store_trials(store, one.id, true, &arena, &rows, &count, &err), CLT_OK);
    for (size_t i = 0; i < count; i++) {
        ck_assert(isnan(rows[i].params[0].value) && rows[i].params[1].value == 5);
        ck_assert_str_eq(rows[i].params[1].text, "relu");
    }
    ck_assert_uint_eq(test_store_check(store, "two", 2), 2);
    clt_arena_finish(&arena);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN("sqlite", another_experiment_takes_the_place_of_a_studys_and_choices_move,
          environments_come_back_in_their_order_each_with_its_study,
          everything_comes_back_bit_for_bit, a_final_trial_never_changes,
          an_unfinished_trial_begins_again_with_a_higher_attempt,
          an_acknowledged_result_survives_kill_9)
