#include "study/tidy.h"
#include "support.h"

#include <fenv.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a trial may leave behind, each undone before the next. */
static unsigned long word;
static pid_t child;

static void nothing(void)
{
}

static void round_upward(void)
{
    (void)fesetround(FE_UPWARD);
}

static void round_as_usual(void)
{
    (void)fesetround(FE_TONEAREST);
}

static void flush(void)
{
    word = clt_denormals_flush();
}

static void keep(void)
{
    clt_denormals_restore(word);
}

static void change_mask(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    (void)sigprocmask(how, &set, NULL);
}

static void block(void)
{
    change_mask(SIG_BLOCK);
}

static void unblock(void)
{
    change_mask(SIG_UNBLOCK);
}

static void leave_a_child(void)
{
    child = fork();
    if (child == 0) {
        (void)pause();
        _exit(0);
    }
}

static void end_the_child(void)
{
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

static const struct {
    const char *what;
    void (*make)(void), (*undo)(void);
    bool tidy;
} traces[] = {
    {"nothing", nothing, nothing, true},
    {"another rounding", round_upward, round_as_usual, false},
    {"denormal numbers flushed", flush, keep, false},
    {"a blocked signal", block, unblock, false},
    {"a child", leave_a_child, end_the_child, false},
};

START_TEST(a_process_that_was_changed_runs_no_other_trial)
{
    clt_tidy tidy;
    clt_tidy_init(&tidy, 1 << 24);
    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        traces[i].make();
        bool kept = strcmp(clt_denormals_text(), "kept") == 0 && traces[i].make == flush;
        ck_assert_msg(clt_tidy_check(&tidy) == (traces[i].tidy || kept), "%s", traces[i].what);
        traces[i].undo();
        ck_assert_msg(clt_tidy_check(&tidy), "%s, undone", traces[i].what);
    }
}
END_TEST

TEST_MAIN("study/tidy", a_process_that_was_changed_runs_no_other_trial)
