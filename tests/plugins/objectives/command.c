#include "support.h"

#include <collet/objective.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIMS = 4, MOST_REPORTS = 8 };

/* lr = 0.25, kind = rbf, gamma inactive, "a b" as text */
static const double X[DIMS] = {0.25, 0, (double)NAN, 0};
static const char *const TEXT[DIMS] = {"0.25", "rbf", NULL, "two words"};
static const char *const KINDS[] = {"rbf", "linear"};
static const char *const TEXTS[] = {"two words", "$HOME *"};
static const double GAMMA_ACTIVE[] = {1, 1};
static const collet_condition CONDITION = {.parent = 1, .range_count = 1, .ranges = GAMMA_ACTIVE};
static const collet_dim SPACE[DIMS] = {
    {.name = "lr", .low = 0, .high = 1, .type = COLLET_DIM_REAL},
    {.name = "kind",
     .high = 1,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 2,
     .categories = KINDS},
    {.name = "gamma",
     .low = 0,
     .high = 1,
     .type = COLLET_DIM_REAL,
     .condition_count = 1,
     .conditions = &CONDITION},
    {.name = "svm.text",
     .high = 1,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 2,
     .categories = TEXTS},
};

typedef struct subject {
    test_unit unit;
    char folder[40]; /* where the programs work; theirs alone */
    collet_space space;
    void *self;
    uint64_t steps[MOST_REPORTS], stop_at; /* what was reported; when to say stop */
    double first[MOST_REPORTS];
    size_t reports;
} subject;

static collet_status on_report(void *ctx, uint64_t step, const char *const *metrics,
                               const double *values, uint32_t count)
{
    subject *s = ctx;
    ck_assert_uint_lt(s->reports, MOST_REPORTS);
    ck_assert(count > 0 && metrics[0] != NULL);
    s->steps[s->reports] = step;
    s->first[s->reports++] = values[0];
    return step == s->stop_at ? COLLET_STOP : COLLET_OK;
}

/* The objective for that line; goals: "loss", or that and "time". */
static collet_status make(subject *s, const char *run, uint32_t goals)
{
    static const char *const names[] = {"loss", "time"};
    memset(s, 0, sizeof *s);
    (void)strcpy(s->folder, "/tmp/collet-command-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(s->folder));
    test_unit_load(&s->unit, PLUGINS "/objectives/command.so");
    test_set(&s->unit, "run", run);
    test_set(&s->unit, "folder", s->folder);
    test_set(&s->unit, "grace", "0.05");
    s->unit.host.hooks.ctx = s;
    s->unit.host.hooks.report = on_report;
    s->space = (collet_space){.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = DIMS,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = goals,
                              .parallel = 1,
                              .dims = SPACE,
                              .objectives = names};
    const collet_objective *o = s->unit.unit->vtable;
    return o->create(clt_host_table(&s->unit.host), s->unit.config, &s->space, &s->self);
}

static collet_status evaluate(subject *s, double *values)
{
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 7);
    const collet_point point = {COLLET_SIZE(collet_point), 2, 7, X, TEXT};
    values[0] = values[1] = (double)NAN;
    return ((const collet_objective *)s->unit.unit->vtable)
        ->evaluate(s->self, &rng, &point, values);
}

static void end(subject *s)
{
    ((const collet_objective *)s->unit.unit->vtable)->destroy(s->self);
    test_unit_finish(&s->unit);
    ck_assert_int_eq(rmdir(s->folder), 0);
}

/* The first line of a file in the folder, which goes. */
static void take_line(const subject *s, const char *name, char *line, size_t size)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", s->folder, name);
    FILE *file = fopen(path, "r");
    ck_assert(file != NULL && fgets(line, (int)size, file) != NULL);
    (void)fclose(file);
    ck_assert_int_eq(unlink(path), 0);
}

/* What `run` says, as the program sees it: its arguments in <>. */
static const struct {
    const char *run, *arguments;
} words[] = {
    {"{lr} {kind}", "<0.25><rbf>"},
    {"--lr={lr}, x{kind}y", "<--lr=0.25,><xrbfy>"},
    {"{svm.text}", "<two words>"},
    {"'{lr}  a' \"{lr}  a\"", "<{lr}  a><0.25  a>"},
    {"a\\ b \\{lr} {{lr}} \\'", "<a b><{lr}><{lr}><'>"},
    {"\"\\\"\\\\\\n\" '' \"\"", "<\"\\\\n><><>"},
    {"$HOME * ; > x | ~ && `a`", "<$HOME><*><;><>><x><|><~><&&><`a`>"},
    {"[--gamma {gamma}] [--lr {lr}] end", "<--lr><0.25><end>"},
    {"[a '{gamma}'] a[1] \\[b]", "<a><{gamma}><a[1]><[b]>"},
    {"{trial} '' {seed}x", "<7><><[seed]x>"},
    {"a\tb   c  ", "<a><b><c>"},
};

START_TEST(words_are_parted_by_the_rules_that_are_written)
{
    char run[1024], seed[32], expected[1024];
    subject s;
    double values[2];
    /* It counts the arguments that differ from those wanted. */
    (void)snprintf(run, sizeof run,
                   "sh -c 'for a in \"$@\"; do printf \"<%%s>\" \"$a\"; done > words; echo 0; echo "
                   "$COLLET_SEED > seed' x %s",
                   words[_i].run);
    ck_assert_int_eq(make(&s, run, 1), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
    take_line(&s, "seed", seed, sizeof seed);
    seed[strcspn(seed, "\n")] = '\0';
    take_line(&s, "words", run, sizeof run);
    const char *at = strstr(words[_i].arguments, "[seed]");
    (void)snprintf(expected, sizeof expected, "%.*s%s%s",
                   at != NULL ? (int)(at - words[_i].arguments) : 1000, words[_i].arguments,
                   at != NULL ? seed : "", at != NULL ? at + 6 : "");
    ck_assert_str_eq(run, expected);
    end(&s);
}
END_TEST

/* Lines that are refused before the first trial, with words of the message. */
static const struct {
    const char *run, *why;
} refused[] = {
    {"", "run: it names no program"},
    {"   ", "run: it names no program"},
    {"[true]", "run: it names no program"},
    {"true {lrr}", "run: there is no parameter \"lrr\" (did you mean \"lr\"?)"},
    {"true [{gama}]", "(did you mean \"gamma\"?)"},
    {"true {gamma}", "run: \"gamma\" is not there in every trial; put"},
    {"true {l r}", "run: \"{l r}\" is no placeholder such as {lr}"},
    {"true {", "is no placeholder"},
    {"true 'a", "run: a ' is opened and not closed"},
    {"true \"a", "run: a \" is opened and not closed"},
    {"true [a", "run: a [ is opened and not closed"},
    {"true [a [b]]", "brackets do not nest"},
    {"true \\", "run: a \\ with nothing behind it"},
    {"no_such_program",
     "run: program \"no_such_program\" cannot be run (looked for in the folders"},
    {"./no_such_program", "No such file"},
    {"/etc/passwd", "Permission denied"},
    {"/etc", "cannot be run"},
    {"''", "cannot be run"},
};

START_TEST(a_line_that_cannot_work_is_refused_at_once)
{
    subject s;
    ck_assert_int_eq(make(&s, refused[_i].run, 1), COLLET_E_INVALID);
    ck_assert_msg(strstr(s.unit.host.said, refused[_i].why) != NULL, "%s: %s", refused[_i].run,
                  s.unit.host.said);
    end(&s);
}
END_TEST

/* What a script prints -> the value of "loss", or words of the failure. */
static const struct {
    const char *script;
    uint32_t goals;
    double loss;
    const char *why;
    collet_status code;
} results[] = {
    {"echo 0.5", 1, 0.5, NULL, COLLET_OK},
    {"echo noise; echo; echo \" -1e3 \"; echo", 1, -1e3, NULL, COLLET_OK},
    {"printf 7", 1, 7, NULL, COLLET_OK},
    {"printf \"7\\r\\n\"", 1, 7, NULL, COLLET_OK},
    {"echo \"{\\\"loss\\\": 2, \\\"x\\\": [1, {\\\"loss\\\": 9}], \\\"s\\\": \\\"}\\\"}\"", 1, 2,
     NULL, COLLET_OK},
    {"echo \"{\\\"time\\\": 1, \\\"loss\\\": 2.5e-1}\"", 2, 0.25, NULL, COLLET_OK},
    {"echo \"{\\\"loss\\\": 3}\" >> $COLLET_METRICS; echo done", 1, 3, NULL, COLLET_OK},
    {"echo 1 > $COLLET_METRICS; echo 4 > $COLLET_METRICS; echo 2", 1, 4, NULL, COLLET_OK},
    {"echo $COLLET_PARAM_LR", 1, 0.25, NULL, COLLET_OK},
    {"test \"$COLLET_PARAM_SVM_TEXT\" = \"two words\" && echo $COLLET_TRIAL", 1, 7, NULL,
     COLLET_OK},
    {"test -z \"${COLLET_PARAM_GAMMA+x}\" && echo $COLLET_ATTEMPT", 1, 2, NULL, COLLET_OK},
    {"test \"$(cat $COLLET_PARAMS)\" = \"{\\\"lr\\\": 0.25, \\\"kind\\\": \\\"rbf\\\", "
     "\\\"svm.text\\\": \\\"two words\\\"}\" && echo 8",
     1, 8, NULL, COLLET_OK},
    {"case $PWD in /tmp/collet-command-*) echo 9;; esac", 1, 9, NULL, COLLET_OK},
    {"test -z \"$(cat)\" && echo 10", 1, 10, NULL, COLLET_OK},
    {"sleep 100 & echo 11", 1, 11, NULL, COLLET_OK},
    {"echo $COLLET_METRICS_OF_MINE", 1, 0, "printed nothing", COLLET_E_IO},
    {"true", 1, 0, "printed nothing; its last line is to be a number, or", COLLET_E_IO},
    {"echo 1; echo done", 1, 0, "neither a number nor a JSON object such as {\"loss\": 0.5}: done",
     COLLET_E_IO},
    {"echo 0x10", 1, 0, "neither a number", COLLET_E_IO},
    {"echo 1 2", 1, 0, "neither a number", COLLET_E_IO},
    {"echo \"{\\\"loss\\\": 1\"", 1, 0, "neither a number", COLLET_E_IO},
    {"echo \"{\\\"los\\\": 1}\"", 1, 0, "has no number \"loss\": {\"los\": 1}", COLLET_E_IO},
    {"echo \"{\\\"loss\\\": null}\"", 1, 0, "has no number \"loss\"", COLLET_E_IO},
    {"echo \"{\\\"loss\\\": 1}\"", 2, 0, "has no number \"time\"", COLLET_E_IO},
    {"echo 1", 2, 0, "a number alone, 1, but there are 2 metrics", COLLET_E_IO},
    {"echo 1; echo why >&2; exit 3", 1, 0, "it ended with exit code 3; its last words: why",
     COLLET_E_IO},
    {"exit 4", 1, 0, "it ended with exit code 4, without a word", COLLET_E_IO},
    {"echo 1; kill -ABRT $$", 1, 0, "a signal ended it: SIGABRT", COLLET_E_IO},
    {"echo \"{\\\"loss\\\": 1, \\\"step\\\": -1}\"", 1, 0, "a step is a whole number from 0 on",
     COLLET_E_INVALID},
};

START_TEST(what_it_prints_is_the_result)
{
    char run[1024];
    subject s;
    double values[2];
    (void)snprintf(run, sizeof run, "sh -c '%s'", results[_i].script);
    ck_assert_int_eq(make(&s, run, results[_i].goals), COLLET_OK);
    collet_status status = evaluate(&s, values);
    ck_assert_msg(status == results[_i].code, "%s: %d: %s", run, status, s.unit.host.said);
    if (results[_i].why != NULL) {
        ck_assert_msg(strstr(s.unit.host.said, results[_i].why) != NULL, "%s: %s", run,
                      s.unit.host.said);
    } else {
        ck_assert_msg(values[0] == results[_i].loss, "%s: %g", run, values[0]);
    }
    end(&s);
}
END_TEST

START_TEST(a_result_that_is_no_number_reaches_the_host_as_such)
{
    static const char *const said[] = {"nan", "inf", "NaN", "'{\"loss\": NaN}'",
                                       "'{\"loss\": -Infinity}'"};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        char run[64];
        subject s;
        double values[2];
        (void)snprintf(run, sizeof run, "echo %s", said[i]);
        ck_assert_int_eq(make(&s, run, 1), COLLET_OK);
        ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
        ck_assert_msg(!isfinite(values[0]), "%s: %g", run, values[0]);
        end(&s);
    }
}
END_TEST

#define STEP(n, loss) "echo \"{\\\"step\\\": " #n ", \\\"loss\\\": " #loss "}\"; "

START_TEST(lines_with_a_step_are_reported_as_they_come)
{
    subject s;
    double values[2];
    ck_assert_int_eq(
        make(&s, "sh -c '" STEP(1, 9) STEP(5, 8) "echo text; " STEP(6, 7) "echo 1'", 1), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
    ck_assert_uint_eq(s.reports, 3);
    ck_assert(s.steps[0] == 1 && s.steps[1] == 5 && s.steps[2] == 6);
    ck_assert(s.first[0] == 9 && s.first[1] == 8 && s.first[2] == 7);
    ck_assert_double_eq(values[0], 1);
    end(&s);
}
END_TEST

START_TEST(steps_begin_at_0_may_come_again_and_be_text)
{
    subject s;
    double values[2];
    ck_assert_int_eq(make(&s,
                          "sh -c '" STEP(0, 9) STEP(
                              0, 8) "echo \"{\\\"step\\\": \\\"3\\\", \\\"loss\\\": 7}\"; echo 1'",
                          1),
                     COLLET_OK);
    s.stop_at = 99;
    ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
    ck_assert_uint_eq(s.reports, 3);
    ck_assert(s.steps[0] == 0 && s.steps[1] == 0 && s.steps[2] == 3);
    end(&s);
}
END_TEST

/* A line of so many characters: an object with a loss of 2. */
#define LONG_LINE(n)                                                                               \
    "awk 'BEGIN {printf \"{\\\"loss\\\": 2, \\\"a\\\": \\\"\"; for (i = 0; i < " #n                \
    "; i++) printf \"xxxxxxxxxx\"; print \"\\\"}\"}'"

START_TEST(a_line_may_be_long_but_not_without_bound)
{
    static const char why[] = "the last line of its output is longer than 16 MiB: {\"loss\": 2, ";
    subject s;
    double values[2];
    ck_assert_int_eq(make(&s, LONG_LINE(1000000), 1), COLLET_OK); /* 10 MB */
    ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
    ck_assert_double_eq(values[0], 2);
    end(&s);
    ck_assert_int_eq(make(&s, LONG_LINE(1700000), 1), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, values), COLLET_E_IO);
    ck_assert_msg(strncmp(s.unit.host.said, why, sizeof why - 1) == 0, "%s", s.unit.host.said);
    end(&s);
}
END_TEST

START_TEST(what_the_last_line_lacks_is_that_of_the_last_step)
{
    subject s;
    double values[2];
    ck_assert_int_eq(make(&s, "sh -c '" STEP(1, 9) STEP(2, 8) "echo done'", 1), COLLET_OK);
    ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
    ck_assert_double_eq(values[0], 8);
    end(&s);
}
END_TEST

/* The program would run for ever: it hears SIGTERM, or is killed after the grace where it does not
 * listen. */
START_TEST(a_program_that_is_told_to_stop_ends_with_its_last_report)
{
    static const char *const traps[] = {"trap \"exit 5\" TERM; ", "trap \"\" TERM; "};
    for (size_t i = 0; i < 2; i++) {
        char run[512];
        subject s;
        double values[2];
        (void)snprintf(run, sizeof run, "sh -c '%s%s%swhile true; do sleep 0.01; done'", traps[i],
                       STEP(1, 9), STEP(2, 8));
        ck_assert_int_eq(make(&s, run, 1), COLLET_OK);
        s.stop_at = 2;
        ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
        ck_assert_uint_eq(s.reports, 2);
        ck_assert_double_eq(values[0], 8);
        end(&s);
    }
}
END_TEST

START_TEST(metrics_that_are_named_come_beside_the_goals)
{
    subject s;
    double values[3];
    ck_assert_int_eq(make(&s, "echo '{\"loss\": 1, \"auc\": 3}'", 1), COLLET_OK);
    end(&s);
    ck_assert_int_eq(mkdir(s.folder, 0700), 0);
    test_unit_load(&s.unit, PLUGINS "/objectives/command.so");
    test_set(&s.unit, "run", "echo '{\"loss\": 1, \"auc\": 3}'");
    test_set(&s.unit, "metrics", "auc , loss,size");
    test_set(&s.unit, "folder", "/");
    const collet_objective *o = s.unit.unit->vtable;
    ck_assert_int_eq(o->create(clt_host_table(&s.unit.host), s.unit.config, &s.space, &s.self), 0);
    const collet_metrics *m = o->metrics(s.self);
    ck_assert_uint_eq(m->count, 3);
    ck_assert_str_eq(m->names[2], "size");
    values[2] = 0;
    ck_assert_int_eq(evaluate(&s, values), COLLET_OK);
    ck_assert(values[0] == 3 && values[1] == 1 && isnan(values[2]));
    end(&s);
}
END_TEST

TEST_MAIN_LOOPS("command",
                {words_are_parted_by_the_rules_that_are_written, sizeof words / sizeof words[0]},
                {a_line_that_cannot_work_is_refused_at_once, sizeof refused / sizeof refused[0]},
                {what_it_prints_is_the_result, sizeof results / sizeof results[0]},
                {a_result_that_is_no_number_reaches_the_host_as_such, 1},
                {lines_with_a_step_are_reported_as_they_come, 1},
                {steps_begin_at_0_may_come_again_and_be_text, 1},
                {a_line_may_be_long_but_not_without_bound, 1},
                {what_the_last_line_lacks_is_that_of_the_last_step, 1},
                {a_program_that_is_told_to_stop_ends_with_its_last_report, 1},
                {metrics_that_are_named_come_beside_the_goals, 1})
