#include "support.h"

#include <collet/study.h>

#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const mixed = "[study]\nminimize = loss\nseed = 3\n"
                                 "[params]\nrate = real(1e-4, 1, log)\nunits = int(4, 64)\n"
                                 "kind = choice(relu, tanh)\nbatch = choice(32, 64)\n"
                                 "depth = int(1, 3)\nwidth = real(0, 1) when depth >= 2\n"
                                 "fixed = 1.5\nword = plain\n"
                                 "[sampler]\nuse = random\n";

static collet_study_options options;

static collet_study *make(const char *text)
{
    collet_study *study;
    options = (collet_study_options){.struct_size = COLLET_SIZE(collet_study_options),
                                     .plugin_path = PLUGINS};
    int32_t status = collet_study_from_text(text, &options, &study);
    ck_assert_msg(status == COLLET_STUDY_OK, "%s", collet_study_error(study));
    return study;
}

static uint64_t ask(collet_study *study)
{
    uint64_t id;
    int32_t status = collet_study_ask(study, &id);
    ck_assert_msg(status == COLLET_STUDY_OK, "%s", collet_study_error(study));
    return id;
}

static void tell(collet_study *study, uint64_t id, double value)
{
    int32_t status = collet_study_tell(study, id, COLLET_STUDY_COMPLETE, &value, 1);
    ck_assert_msg(status == COLLET_STUDY_OK, "%s", collet_study_error(study));
}

START_TEST(parameters_have_names_and_a_point)
{
    static const char *const names[] = {"rate",  "units", "kind",  "batch",
                                        "depth", "width", "fixed", "word"};
    collet_study *study = make(mixed);
    ck_assert_uint_eq(collet_study_param_count(study), 8);
    ck_assert_uint_eq(collet_study_dim_count(study), 6);
    for (uint32_t i = 0; i < 8; i++) {
        ck_assert_str_eq(collet_study_param_name(study, i), names[i]);
        ck_assert_int_eq(collet_study_param_is_number(study, i), i != 2 && i != 7);
    }
    ck_assert_ptr_null(collet_study_param_name(study, 8));
    for (int t = 0; t < 50; t++) {
        uint64_t id = ask(study);
        const double *x = collet_study_point(study, id);
        double number;
        const char *text;
        ck_assert_int_eq(collet_study_number(study, id, "rate", &number), COLLET_STUDY_OK);
        ck_assert(number == x[0] && number >= 1e-4 && number <= 1);
        ck_assert_int_eq(collet_study_text(study, id, "kind", &text), COLLET_STUDY_OK);
        ck_assert_str_eq(text, x[2] == 0 ? "relu" : "tanh");
        ck_assert_int_eq(collet_study_number(study, id, "batch", &number), COLLET_STUDY_OK);
        ck_assert(number == (x[3] == 0 ? 32 : 64));
        ck_assert_int_eq(collet_study_number(study, id, "width", &number), COLLET_STUDY_OK);
        ck_assert_int_eq(isnan(number), x[4] < 2);
        ck_assert_int_eq(collet_study_text(study, id, "width", &text), COLLET_STUDY_OK);
        ck_assert_int_eq(text == NULL, x[4] < 2);
        ck_assert_int_eq(collet_study_number(study, id, "fixed", &number), COLLET_STUDY_OK);
        ck_assert(number == 1.5);
        ck_assert_int_eq(collet_study_text(study, id, "word", &text), COLLET_STUDY_OK);
        ck_assert_str_eq(text, "plain");
    }
    collet_study_destroy(study);
}
END_TEST

START_TEST(trials_are_told_in_any_order_and_the_best_is_known)
{
    collet_study *study = make(mixed);
    uint64_t best;
    ck_assert_int_eq(collet_study_best(study, &best), COLLET_STUDY_DONE);
    uint64_t a = ask(study), b = ask(study), c = ask(study);
    tell(study, c, 0.5);
    tell(study, a, 0.25);
    ck_assert_int_eq(collet_study_best(study, &best), COLLET_STUDY_OK);
    ck_assert_uint_eq(best, a);
    tell(study, b, 0.75);
    ck_assert_int_eq(collet_study_best(study, &best), COLLET_STUDY_OK);
    ck_assert_uint_eq(best, a);
    ck_assert(collet_study_values(study, b)[0] == 0.75);
    ck_assert_uint_eq(collet_study_count(study), 3);
    collet_study_destroy(study);
}
END_TEST

START_TEST(each_wrong_call_says_what_is_wrong_and_loses_nothing)
{
    static const double two[2] = {1, 2};
    static const struct {
        uint64_t id;
        uint32_t state, count; /* state 0: a report of step 4 */
        const double *values;
        const char *said;
    } rows[] = {
        {7, COLLET_STUDY_COMPLETE, 1, two, "there is no trial 7; 3 have been asked for"},
        {0, COLLET_STUDY_COMPLETE, 2, two, "trial 0 has 2 values, but the goals are 1 in number"},
        {0, COLLET_STUDY_COMPLETE, 0, NULL, "trial 0 is complete, but has no value"},
        {0, COLLET_STUDY_PRUNED, 0, NULL, "trial 0 is pruned, but has no value"},
        {0, 9, 1, two, "trial 0 cannot become state 9"},
        {1, COLLET_STUDY_COMPLETE, 1, two, "trial 1 is not open: it was told complete before"},
        {1, COLLET_STUDY_FAILED, 0, NULL, "trial 1 is not open: it was told complete before"},
        {2, 0, 1, two, "trial 2 reports step 4 after step 5"},
        {2, 0, 1, NULL, "trial 2 reports no values"},
        {2, 0, 2, two, "trial 2 reports 2 values, but the goals are 1 in number"},
        {1, 0, 1, two, "trial 1 is not open: it was told complete before"},
        {3, 0, 1, two, "there is no trial 3; 3 have been asked for"},
    };
    collet_study *study = make(mixed);
    for (int i = 0; i < 3; i++) {
        (void)ask(study);
    }
    tell(study, 1, 2);
    tell(study, 1, 2); /* told twice, as by one who did not hear the answer */
    ck_assert_int_eq(collet_study_report(study, 2, 5, two, 1, NULL), COLLET_STUDY_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t status =
            rows[i].state == 0
                ? collet_study_report(study, rows[i].id, 4, rows[i].values, rows[i].count, NULL)
                : collet_study_tell(study, rows[i].id, rows[i].state, rows[i].values,
                                    rows[i].count);
        ck_assert_int_eq(status, COLLET_STUDY_E_CALL);
        ck_assert_str_eq(collet_study_error(study), rows[i].said);
    }
    tell(study, 0, 1);
    tell(study, 2, 3);
    collet_study_destroy(study);
}
END_TEST

START_TEST(a_name_that_there_is_not_is_named)
{
    collet_study *study = make(mixed);
    double number;
    const char *text;
    (void)ask(study);
    ck_assert_int_eq(collet_study_number(study, 0, "kind", &number), COLLET_STUDY_E_CALL);
    ck_assert_str_eq(collet_study_error(study), "parameter \"kind\" is a text");
    ck_assert_int_eq(collet_study_text(study, 0, "no", &text), COLLET_STUDY_E_CALL);
    ck_assert_str_eq(collet_study_error(study), "there is no parameter \"no\"");
    collet_study_destroy(study);
}
END_TEST

START_TEST(a_setting_that_is_queued_is_asked_for_first)
{
    static const char *const names[] = {"x", "nope"}, *const values[] = {"0.5", "1"};
    collet_study *study = make("[study]\nminimize = m\nseed = 5\n[params]\nx = real(0, 1)\n"
                               "y = real(0, 1)\n[enqueue]\ny = 0.25\n");
    ck_assert_int_eq(collet_study_enqueue(study, names, values, 1), COLLET_STUDY_OK);
    ck_assert_int_eq(collet_study_enqueue(study, names, values, 2), COLLET_STUDY_E_CALL);
    ck_assert_str_eq(collet_study_error(study),
                     "\"nope\" is no parameter of the search; it has x, y");
    uint64_t file = ask(study), program = ask(study), sampler = ask(study);
    ck_assert(collet_study_point(study, file)[1] == 0.25);
    ck_assert(collet_study_point(study, file)[0] != 0.5);
    ck_assert(collet_study_point(study, program)[0] == 0.5);
    ck_assert(collet_study_point(study, program)[1] != collet_study_point(study, sampler)[1]);
    tell(study, program, 1);
    collet_study_destroy(study);
}
END_TEST

START_TEST(a_trial_may_be_pruned_or_fail)
{
    collet_study *study = make(mixed);
    uint32_t state;
    double value = 3;
    int32_t stop = 7;
    uint64_t best;
    uint64_t a = ask(study), b = ask(study), c = ask(study);
    ck_assert_int_eq(collet_study_report(study, a, 1, &value, 1, &stop), COLLET_STUDY_OK);
    ck_assert_int_eq(stop, 0);
    ck_assert_int_eq(collet_study_tell(study, a, COLLET_STUDY_PRUNED, NULL, 0), COLLET_STUDY_OK);
    ck_assert(collet_study_values(study, a)[0] == 3);
    ck_assert_int_eq(collet_study_fail(study, b, "out of luck"), COLLET_STUDY_OK);
    ck_assert_ptr_null(collet_study_values(study, b));
    value = (double)NAN;
    ck_assert_int_eq(collet_study_tell(study, c, COLLET_STUDY_COMPLETE, &value, 1),
                     COLLET_STUDY_OK);
    ck_assert_int_eq(collet_study_state(study, c, &state), COLLET_STUDY_OK);
    ck_assert_uint_eq(state, COLLET_STUDY_FAILED);
    ck_assert_int_eq(collet_study_best(study, &best), COLLET_STUDY_DONE);
    collet_study_destroy(study);
}
END_TEST

START_TEST(steps_begin_at_0_and_have_their_later_value)
{
    static const double reports[][2] = {{0, 5}, {0, 4}, {1, 3}, {1, 2}}; /* step, value */
    collet_study *study = make(mixed);
    uint64_t a = ask(study);
    for (size_t i = 0; i < 4; i++) {
        int32_t status =
            collet_study_report(study, a, (uint64_t)reports[i][0], &reports[i][1], 1, NULL);
        ck_assert_int_eq(status, COLLET_STUDY_OK);
    }
    ck_assert_int_eq(collet_study_tell(study, a, COLLET_STUDY_PRUNED, NULL, 0), COLLET_STUDY_OK);
    ck_assert(collet_study_values(study, a)[0] == 2);
    collet_study_destroy(study);
}
END_TEST

START_TEST(a_grid_ends_and_so_does_a_number_of_trials)
{
    collet_study *grid = make("[study]\nmaximize = m\n[params]\na = choice(1, 2)\nb = int(1, 3)\n"
                              "[sampler]\nuse = grid\n");
    collet_study *three = make("[study]\nmaximize = m\ntrials = 3\n[params]\na = real(0, 1)\n"
                               "[sampler]\nuse = random\n");
    int32_t maximize;
    uint64_t id, best;
    for (int i = 0; i < 6; i++) {
        tell(grid, ask(grid), i);
    }
    ck_assert_int_eq(collet_study_ask(grid, &id), COLLET_STUDY_DONE);
    ck_assert_str_eq(collet_study_goal(grid, 0, &maximize), "m");
    ck_assert_int_eq(maximize, 1);
    ck_assert_int_eq(collet_study_best(grid, &best), COLLET_STUDY_OK);
    ck_assert_uint_eq(best, 5);
    for (int i = 0; i < 3; i++) {
        (void)ask(three);
    }
    ck_assert_int_eq(collet_study_ask(three, &id), COLLET_STUDY_DONE);
    collet_study_destroy(three);
    collet_study_destroy(grid);
}
END_TEST

/* Two studies of one seed, asked in turns, do not see each other. */
START_TEST(studies_of_one_process_are_independent)
{
    collet_study *a = make(mixed), *b = make(mixed);
    for (int i = 0; i < 20; i++) {
        uint64_t of_a = ask(a);
        tell(a, of_a, i);
        uint64_t of_b = ask(b);
        ck_assert_mem_eq(collet_study_point(a, of_a), collet_study_point(b, of_b),
                         4 * sizeof(double));
    }
    collet_study_destroy(a);
    tell(b, 3, 1);
    collet_study_destroy(b);
}
END_TEST

START_TEST(a_fixed_order_waits_for_what_it_must_know)
{
    collet_study *study = make("[study]\nminimize = m\n[params]\na = real(0, 1)\n"
                               "[sampler]\nuse = random\n[run]\norder = fixed\nwindow = 2\n");
    uint64_t id;
    (void)ask(study);
    (void)ask(study);
    tell(study, 1, 1);
    ck_assert_int_eq(collet_study_ask(study, &id), COLLET_STUDY_E_CALL);
    ck_assert_str_eq(collet_study_error(study),
                     "trial 0 is to be told before trial 2 can be asked for: the order is fixed, "
                     "with a window of 2");
    tell(study, 0, 1);
    (void)ask(study);
    collet_study_destroy(study);
}
END_TEST

START_TEST(a_wrong_experiment_leaves_its_error)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"[study]\nminimize = m\n[params]\nx = reel(0, 1)\n[sampler]\nuse = random\n",
         "experiment:4: params.x: "},
        {"[study]\nminimize = m\n[params]\nx = real(0, 1)\n[sampler]\nuse = rondom\n",
         "experiment:6: there is no sampler \"rondom\""},
        {"", "experiment: there is no [study] section"},
    };
    collet_study *study;
    uint64_t id;
    const size_t i = (size_t)_i;
    options = (collet_study_options){.struct_size = COLLET_SIZE(collet_study_options),
                                     .plugin_path = PLUGINS};
    ck_assert_int_eq(collet_study_from_text(rows[i].text, &options, &study), COLLET_STUDY_E_INPUT);
    ck_assert_msg(strstr(collet_study_error(study), rows[i].error) == collet_study_error(study),
                  "%s", collet_study_error(study));
    double number;
    ck_assert_int_eq(collet_study_number(study, 0, "x", &number), COLLET_STUDY_E_INPUT);
    ck_assert_int_eq(collet_study_ask(study, &id), COLLET_STUDY_E_INPUT);
    ck_assert_msg(strstr(collet_study_error(study), rows[i].error) == collet_study_error(study),
                  "%s", collet_study_error(study));
    collet_study_destroy(study);
}
END_TEST

/* A sanitizer sees whether more is read than there is. */
START_TEST(told_again_is_the_same_only_with_as_many_values)
{
    collet_study *study = make("[study]\nminimize = a, b\n[params]\nx = real(0, 1)\n"
                               "[sampler]\nuse = random\n");
    double values[2] = {1, 2}, *one = malloc(sizeof *one);
    ck_assert_ptr_nonnull(one);
    *one = 1;
    uint64_t first = ask(study), second = ask(study);
    ck_assert_int_eq(collet_study_tell(study, first, COLLET_STUDY_COMPLETE, values, 2), 0);
    ck_assert_int_eq(collet_study_tell(study, first, COLLET_STUDY_COMPLETE, values, 2), 0);
    ck_assert_int_eq(collet_study_tell(study, first, COLLET_STUDY_COMPLETE, one, 1),
                     COLLET_STUDY_E_CALL);
    values[1] = (double)NAN; /* makes it a failed one, as often as that is told */
    ck_assert_int_eq(collet_study_tell(study, second, COLLET_STUDY_COMPLETE, values, 2), 0);
    ck_assert_int_eq(collet_study_tell(study, second, COLLET_STUDY_COMPLETE, values, 2), 0);
    values[1] = 2;
    ck_assert_int_eq(collet_study_tell(study, second, COLLET_STUDY_COMPLETE, values, 2),
                     COLLET_STUDY_E_CALL);
    free(one);
    collet_study_destroy(study);
}
END_TEST

/* A program that writes 0,5 for 0.5 has the same study. */
START_TEST(numbers_have_a_point_whatever_the_locale)
{
    static const char *const make_locale = "d=$(mktemp -d) && localedef -i de_DE -f UTF-8 $d/de_DE "
                                           ">/dev/null 2>&1; echo $d";
    char path[128] = "", command[160];
    collet_study *plain = make(mixed);
    FILE *out = popen(make_locale, "r");
    ck_assert(out != NULL && fgets(path, sizeof path, out) != NULL && pclose(out) == 0);
    path[strcspn(path, "\n")] = '\0';
    setenv("LOCPATH", path, 1);
    if (setlocale(LC_ALL, "de_DE") != NULL) { /* where there is no localedef, there is no test */
        const char *text;
        double number;
        ck_assert(strtod("0.5", NULL) == 0);
        collet_study *study = make(mixed);
        ck_assert_uint_eq(ask(plain), ask(study));
        ck_assert_mem_eq(collet_study_point(plain, 0), collet_study_point(study, 0),
                         5 * sizeof(double));
        ck_assert_int_eq(collet_study_text(study, 0, "rate", &text), COLLET_STUDY_OK);
        ck_assert_ptr_nonnull(strchr(text, '.'));
        ck_assert_int_eq(collet_study_number(study, 0, "fixed", &number), COLLET_STUDY_OK);
        ck_assert(number == 1.5);
        collet_study_destroy(study);
    }
    (void)snprintf(command, sizeof command, "rm -rf %s", path);
    ck_assert_int_eq(system(command), 0);
    collet_study_destroy(plain);
}
END_TEST

/* ---- With a store --------------------------------------------------------------------------- */

static char folder[] = "/tmp/collet-study-XXXXXX";
static char store[64];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/collet-study-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(store, sizeof store, "%s/s.db", folder);
}

static void remove_folder(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static int32_t take_up(const char *text, collet_study **study)
{
    options = (collet_study_options){
        .struct_size = COLLET_SIZE(collet_study_options), .plugin_path = PLUGINS, .store = store};
    return collet_study_from_text(text, &options, study);
}

static void check_stands(collet_study *study)
{
    uint32_t state;
    uint64_t best;
    ck_assert_uint_eq(collet_study_count(study), 4);
    static const uint32_t states[] = {COLLET_STUDY_OPEN, COLLET_STUDY_COMPLETE, COLLET_STUDY_PRUNED,
                                      COLLET_STUDY_FAILED};
    for (uint64_t i = 0; i < 4; i++) {
        ck_assert_int_eq(collet_study_state(study, i, &state), COLLET_STUDY_OK);
        ck_assert_uint_eq(state, states[i]);
    }
    ck_assert(collet_study_values(study, 1)[0] == 0.5 && collet_study_values(study, 2)[0] == 0.25);
    ck_assert_int_eq(collet_study_best(study, &best), COLLET_STUDY_OK);
    ck_assert_uint_eq(best, 1);
}

/* The child asks and tells, and dies without a farewell; the parent goes on. What it then asks for
 * is what one study in memory proposes. */
START_TEST(a_study_goes_on_where_a_killed_program_left_it)
{
    make_folder();
    pid_t child = fork();
    if (child == 0) {
        collet_study *study;
        double value = 0.25;
        if (take_up(mixed, &study) != COLLET_STUDY_OK) {
            _exit(1);
        }
        for (int i = 0; i < 4; i++) {
            (void)ask(study);
        }
        tell(study, 1, 0.5);
        (void)collet_study_report(study, 2, 3, &value, 1, NULL);
        (void)collet_study_tell(study, 2, COLLET_STUDY_PRUNED, NULL, 0);
        (void)collet_study_fail(study, 3, "no luck");
        (void)raise(SIGKILL);
    }
    int ended;
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    ck_assert(WIFSIGNALED(ended));
    collet_study *study, *whole = make(mixed);
    ck_assert_int_eq(take_up(mixed, &study), COLLET_STUDY_OK);
    check_stands(study);
    for (int i = 0; i < 5; i++) {
        (void)ask(whole);
    }
    tell(study, 0, 0.125);
    ck_assert_uint_eq(ask(study), 4);
    for (uint64_t i = 0; i < 5; i++) {
        ck_assert_mem_eq(collet_study_point(study, i), collet_study_point(whole, i),
                         5 * sizeof(double));
    }
    collet_study_destroy(whole);
    collet_study_destroy(study);
    remove_folder();
}
END_TEST

START_TEST(a_store_is_refused_to_another_experiment_and_to_a_second_study)
{
    collet_study *study, *other;
    char text[512];
    make_folder();
    ck_assert_int_eq(take_up(mixed, &study), COLLET_STUDY_OK);
    ck_assert_int_eq(take_up(mixed, &other), COLLET_STUDY_E_STORE);
    ck_assert_msg(strstr(collet_study_error(other), "in use") != NULL, "%s",
                  collet_study_error(other));
    collet_study_destroy(other);
    collet_study_destroy(study);
    (void)snprintf(text, sizeof text, "%s", mixed);
    memcpy(strstr(text, "kind ="), "Kind =", 6); /* bounds alone might be others */
    ck_assert_int_eq(take_up(text, &other), COLLET_STUDY_E_INPUT);
    ck_assert_msg(strstr(collet_study_error(other), "experiment:7: ") == collet_study_error(other),
                  "%s", collet_study_error(other));
    collet_study_destroy(other);
    remove_folder();
}
END_TEST

/* A library has no business with its program's signals. */
START_TEST(no_signal_is_taken_over)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE,  SIGILL,  SIGABRT,
                                  SIGALRM, SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};
    struct sigaction before[10], after;
    for (size_t i = 0; i < 10; i++) {
        sigaction(signals[i], NULL, &before[i]);
    }
    collet_study *study = make(mixed);
    tell(study, ask(study), 1);
    collet_study_destroy(study);
    for (size_t i = 0; i < 10; i++) {
        sigaction(signals[i], NULL, &after);
        ck_assert(after.sa_handler == before[i].sa_handler);
    }
}
END_TEST

int main(void)
{
    const test_loop loops[] = {
        {parameters_have_names_and_a_point, 1},
        {trials_are_told_in_any_order_and_the_best_is_known, 1},
        {each_wrong_call_says_what_is_wrong_and_loses_nothing, 1},
        {a_name_that_there_is_not_is_named, 1},
        {a_setting_that_is_queued_is_asked_for_first, 1},
        {a_trial_may_be_pruned_or_fail, 1},
        {steps_begin_at_0_and_have_their_later_value, 1},
        {a_grid_ends_and_so_does_a_number_of_trials, 1},
        {studies_of_one_process_are_independent, 1},
        {a_fixed_order_waits_for_what_it_must_know, 1},
        {a_wrong_experiment_leaves_its_error, 3},
        {told_again_is_the_same_only_with_as_many_values, 1},
        {numbers_have_a_point_whatever_the_locale, 1},
        {a_study_goes_on_where_a_killed_program_left_it, 1},
        {a_store_is_refused_to_another_experiment_and_to_a_second_study, 1},
        {no_signal_is_taken_over, 1},
    };
    return test_main_loops("study", loops, sizeof loops / sizeof loops[0]);
}
