/* What the crew does about time: its own absence, and a nursery that does not answer. */
#include "study/crew_impl.h"

#include "base/clock.h"
#include "base/process.h"

#include <collet/plugin.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* Seconds of a nursery's silence after which it is asked whether it is there; after which it is
 * woken, in case that something has stopped it, sooner where a trial is to be ended by it. */
static const double ASK_AFTER = 1, WAKE_SOON = 2, WAKE_AFTER = 5;

/* Seconds within which another silence counts with the one before. */
static const double SOON = 600;

/* Seconds that go unnoticed where the coordinator was away for longer than it meant to be. */
static const double SLACK = 0.25;

void clt_crew_look(clt_crew *crew, double expected, bool held_up)
{
    double now = clt_clock(), away = now - crew->looked - (expected > 0 ? expected : 0);
    crew->looked = now;
    if (away < SLACK) {
        return;
    }
    crew->absence += held_up ? away : 0;
    crew->open_until += crew->open_until > 0 && held_up ? away : 0;
    crew->heard += away;
    for (size_t i = 0; i < crew->tasks.count; i++) {
        clt_task *task = crew->tasks.items[i];
        task->started += away;
        task->progress += away;
        task->result_at += away;
        task->kill_at += task->kill_at > 0 ? away : 0;
    }
}

static void say(const clt_crew *crew, const char *line)
{
    crew->hooks.log(crew->hooks.ctx, "run", COLLET_LOG_WARN, line);
}

void clt_crew_wake_nursery(clt_crew *crew)
{
    siginfo_t info = {0};
    bool stopped = waitid(P_PID, (id_t)crew->nursery, &info, WSTOPPED | WNOHANG) == 0 &&
                   info.si_pid == crew->nursery;
    if (stopped) {
        say(crew, "the process that starts trials was stopped; it is continued");
    }
    (void)kill(crew->nursery, SIGCONT); /* of no effect where it runs */
}

/* Is it to end a trial? */
static bool is_needed(const clt_crew *crew)
{
    bool needed = crew->stopping;
    for (size_t i = 0; i < crew->tasks.count; i++) {
        needed = needed || crew->tasks.items[i]->kill_at > 0;
    }
    return needed;
}

bool clt_crew_watch(clt_crew *crew)
{
    double silent = clt_clock() - crew->heard;
    if (silent < ASK_AFTER) {
        return true;
    }
    if (!clt_crew_hear_nursery(crew)) {
        return false;
    }
    silent = clt_clock() - crew->heard;
    double wake = is_needed(crew) ? WAKE_SOON : WAKE_AFTER;
    if (silent >= CLT_MOST_SILENCE) {
        crew->mute = crew->out.shortage;
        crew->silent = clt_clock() - crew->silenced < SOON ? crew->silent + 1 : 1;
        crew->silenced = clt_clock();
        say(crew, crew->mute != 0 ? "no message comes to the process that starts trials"
                                  : "the process that starts trials does not answer and is ended");
        (void)kill(crew->nursery, SIGKILL);
        crew->heard = clt_clock();
    } else if (silent >= wake && crew->silence != CLT_SILENCE_WOKEN) {
        crew->silence = CLT_SILENCE_WOKEN;
        clt_crew_wake_nursery(crew);
    } else if (silent >= ASK_AFTER && crew->silence == CLT_SILENCE_NONE) {
        crew->silence = CLT_SILENCE_ASKED;
        (void)clt_outbox_send(&crew->out, CLT_WIRE_PING, 0, NULL, 0, NULL);
    }
    return true;
}

static bool keep_none(const void *ctx, pid_t pid)
{
    (void)ctx;
    (void)pid;
    return false;
}

void clt_crew_lose_all(clt_crew *crew)
{
    (void)clt_crew_bury_nursery(crew);
    (void)clt_process_sweep(keep_none, NULL, 0);
    while (crew->tasks.count > 0) {
        clt_task_end(crew->tasks.items[0], &(clt_wire_ended){.status = -1}, clt_clock());
    }
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL) {
        count++;
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return count;
}

/* Of each process the coordinator has a socket and a pipe, and their other ends until they are
 * sent. */
void clt_crew_open_files(clt_crew *crew)
{
    enum { EACH = 2, SENT = 2 * CLT_MOST_UNSTARTED, OTHERS = 32 };
    const size_t workers = crew->plan->limits.workers;
    const size_t own = open_files() + SENT + OTHERS, wanted = own + EACH * workers;
    char line[192];
    crew->most = workers;
    if (getrlimit(RLIMIT_NOFILE, &crew->files) != 0 || crew->files.rlim_cur >= wanted) {
        return;
    }
    struct rlimit files = crew->files;
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        files = crew->files;
    }
    if (files.rlim_cur >= wanted) {
        return;
    }
    crew->most = files.rlim_cur > own + EACH ? (files.rlim_cur - own) / EACH : 1;
    (void)snprintf(line, sizeof line,
                   "at most %zu trials at a time, not %zu: a process may have no more than %llu "
                   "files open (ulimit -n)",
                   crew->most, workers, (unsigned long long)files.rlim_cur);
    say(crew, line);
}
