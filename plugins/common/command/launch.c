#include "command/launch.h"

#include "command/sweep.h"

#include <collet/helpers.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Which file ----------------------------------------------------------------------------- */

static char *join(const char *folder, size_t length, const char *name)
{
    char *path = malloc(length + strlen(name) + 2);
    if (path != NULL) {
        memcpy(path, folder, length);
        path[length] = '/';
        (void)strcpy(path + length + (length > 0), name);
    }
    return path;
}

/* Can it be run? Folders can be "executed" as well. */
static bool is_program(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return false;
    }
    errno = EACCES;
    return S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static char *find_in_path(const char *name)
{
    const char *path = getenv("PATH");
    int why = ENOENT;
    for (path = path != NULL ? path : "/usr/local/bin:/usr/bin:/bin"; *path != '\0';) {
        size_t n = strcspn(path, ":");
        char *file = join(path, n, name);
        if (file != NULL && n > 0 && is_program(file)) {
            return file;
        }
        why = file == NULL ? ENOMEM : errno == EACCES ? EACCES : why;
        free(file);
        path += n + (path[n] == ':');
    }
    errno = why;
    return NULL;
}

char *command_find(const char *name, const char *folder)
{
    if (name[0] == '\0' || strchr(name, '/') == NULL) {
        return find_in_path(name);
    }
    char *file = join(folder, name[0] == '/' ? 0 : strlen(folder), name);
    if (file == NULL || is_program(name[0] == '/' ? name : file)) {
        return file;
    }
    int why = errno;
    free(file);
    errno = why;
    return NULL;
}

/* ---- Starting ------------------------------------------------------------------------------- */

/* In the child: only calls that are safe after fork(). Says over `fault` why it cannot. */
static _Noreturn void become(const command_call *call, pid_t parent, int out, int err, int fault)
{
    sigset_t none;
    struct sigaction was;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127);
    }
    for (int i = 1; i < NSIG; i++) {
        bool hangup = i == SIGHUP && sigaction(i, NULL, &was) == 0 && was.sa_handler == SIG_IGN;
        (void)signal(i, hangup ? SIG_IGN : SIG_DFL); /* nohup is for all that is started */
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(err, STDERR_FILENO) >= 0 && chdir(call->folder) == 0) {
        (void)execve(call->path, call->argv, call->envp);
    }
    int why = errno;
    (void)!write(fault, &why, sizeof why);
    _exit(127);
}

static bool make_pipe(int ends[2], bool blocks)
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    return blocks || fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static void close_one(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

/* Why it could not be started: 0 where it runs. */
static int hear_fault(int fault)
{
    int why = 0;
    ssize_t n;
    do {
        n = read(fault, &why, sizeof why);
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof why ? why : 0;
}

/* A process that waits for the end of this one, however that comes, and then kills the group and
 * what has left it. What has the parent's death signal is the program alone, and not what it has
 * started; and where all of Collet was killed, nobody is left whose children those become. */
static bool start_guard(command_child *child, const command_call *call)
{
    int ends[2];
    if (!make_pipe(ends, true)) {
        return false;
    }
    child->lifeline = ends[1];
    child->guard = fork();
    if (child->guard == 0) {
        char byte;
        setpgid(0, 0); /* it must live longer than this group */
        close(ends[1]);
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR) {
        }
        if (call->file != NULL) {
            (void)unlink(call->file);
        }
        (void)kill(-child->pid, SIGKILL);
        if (call->mark != NULL) {
            command_sweep(call->mark);
        }
        _exit(0);
    }
    int why = errno;
    close(ends[0]);
    errno = why;
    return child->guard > 0;
}

static int start(command_child *child, const command_call *call, int ends[3][2])
{
    bool made = make_pipe(ends[0], false) && make_pipe(ends[1], false) && make_pipe(ends[2], true);
    pid_t parent = getpid();
    if (!made || (child->pid = fork()) < 0) {
        return errno;
    }
    if (child->pid == 0) {
        become(call, parent, ends[0][1], ends[1][1], ends[2][1]);
    }
    setpgid(child->pid, child->pid);
    for (int i = 0; i < 3; i++) {
        close_one(&ends[i][1]);
    }
    int why = hear_fault(ends[2][0]);
    child->pidfd = why == 0 ? pidfd_open(child->pid, 0) : -1;
    why = why == 0 && (child->pidfd < 0 || !start_guard(child, call)) ? errno : why;
    if (why != 0) {
        (void)command_reap(child);
    }
    return why;
}

collet_status command_start(command_child *child, const collet_host *host, const command_call *call)
{
    int ends[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}; /* output, errors, what went wrong */
    *child =
        (command_child){.pid = -1, .guard = -1, .lifeline = -1, .pidfd = -1, .out = -1, .err = -1};
    int why = start(child, call, ends);
    child->out = ends[0][0];
    child->err = ends[1][0];
    close_one(&ends[2][0]);
    for (int i = 0; i < 3; i++) {
        close_one(&ends[i][1]);
    }
    if (why != 0) {
        command_close(child);
        bool there = why == ENOENT && faccessat(AT_FDCWD, call->path, F_OK, AT_EACCESS) == 0;
        return collet_fail(host, COLLET_E_IO, "\"%s\" cannot be started in %s: %s%s", call->argv[0],
                           call->folder, strerror(why),
                           there ? " (the file is there; what it needs to be run is not)" : "");
    }
    return COLLET_OK;
}

/* ---- Ending --------------------------------------------------------------------------------- */

void command_signal(const command_child *child, int signal)
{
    if (child->pid > 0) {
        (void)kill(-child->pid, signal);
    }
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

int command_reap(command_child *child)
{
    if (child->guard > 0) { /* first: it must not signal a number that is free again */
        (void)kill(child->guard, SIGKILL);
        (void)wait_for(child->guard);
    }
    command_signal(child, SIGKILL); /* its number cannot be another's: it has not been reaped */
    int status = wait_for(child->pid);
    child->pid = child->guard = -1;
    return status;
}

void command_close(command_child *child)
{
    close_one(&child->lifeline);
    close_one(&child->pidfd);
    close_one(&child->out);
    close_one(&child->err);
}
