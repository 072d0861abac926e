#include "study/tidy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static uint64_t peak_memory(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

void clt_tidy_init(clt_tidy *tidy, uint64_t growth)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    tidy->threads = open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC);
    clt_arithmetic_note(&tidy->arithmetic);
    tidy->peak = peak_memory();
    tidy->growth = growth;
}

/* The folder's link count is two and one for each thread. */
static bool one_thread(const clt_tidy *tidy)
{
    struct stat info;
    return fstat(tidy->threads, &info) == 0 && info.st_nlink == 3;
}

static bool no_child(void)
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

static bool signals_open(void)
{
    sigset_t blocked;
    return sigprocmask(SIG_BLOCK, NULL, &blocked) == 0 && sigisemptyset(&blocked);
}

bool clt_tidy_check(const clt_tidy *tidy)
{
    return clt_arithmetic_is(&tidy->arithmetic) && signals_open() && no_child() &&
           one_thread(tidy) && peak_memory() - tidy->peak <= tidy->growth;
}
