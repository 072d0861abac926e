/* The store while system calls fail: the N-th open, write, read, sync, truncation or removal, N =
 * 1, 2 ... until none fails, once or from there on; on a fresh store, and on one that a killed
 * process has left. After each failure: what was acknowledged is there, whatever else is there is
 * whole, the file is sound, and the same work succeeds when it is done again: on the same store,
 * unless a sync had failed, and on one that is opened anew.
 *
 * SQLite offers hooks for its system calls, but not for syncs; so the calls themselves are
 * replaced, for the library's own use of them as well. */
#include "store/sqlite.h"
#include "support.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What fails, counted while `call` is set; and what was done to logs. Replaced calls know no
 * context. */
static struct {
    const char *call;
    int error, at;
    bool on, hit;
    int count;
    size_t log_bytes; /* written to a write-ahead log ... */
    bool log_synced;  /* ... and synced since */
    int log;          /* its descriptor, as last opened */
} fault;

static bool fails(const char *call)
{
    if (fault.call == NULL || strcmp(call, fault.call) != 0) {
        return false;
    }
    fault.count++;
    if (fault.count != fault.at && !(fault.on && fault.count > fault.at)) {
        return false;
    }
    fault.hit = true;
    errno = fault.error;
    return true;
}

static void *behind(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

#define SHOWN __attribute__((visibility("default")))

/* Replaces a function of libc that gives -1 and errno, under its name for large files as well. */
#define REPLACE(type, function, parameters, arguments, note)                                       \
    SHOWN type function parameters                                                                 \
    {                                                                                              \
        type(*usual) parameters;                                                                   \
        void *symbol = behind(#function);                                                          \
        memcpy(&usual, &symbol, sizeof usual);                                                     \
        type result = fails(#function) ? -1 : usual arguments;                                     \
        note;                                                                                      \
        return result;                                                                             \
    }
#define SAME(type, name, of, parameters) SHOWN type name parameters __attribute__((alias(of)));

static void note_write(int fd, ssize_t n)
{
    if (fd == fault.log && n > 0) {
        fault.log_bytes += (size_t)n;
        fault.log_synced = false;
    }
}

REPLACE(ssize_t, pwrite, (int fd, const void *bytes, size_t n, off_t at), (fd, bytes, n, at),
        note_write(fd, result))
REPLACE(ssize_t, pread, (int fd, void *bytes, size_t n, off_t at), (fd, bytes, n, at), (void)0)
REPLACE(int, fsync, (int fd), (fd), (void)0)
REPLACE(int, fdatasync, (int fd), (fd), fault.log_synced = fault.log_synced || fd == fault.log)
REPLACE(int, ftruncate, (int fd, off_t size), (fd, size), (void)0)
REPLACE(int, unlink, (const char *path), (path), (void)0)
SAME(ssize_t, pwrite64, "pwrite", (int fd, const void *bytes, size_t n, off64_t at))
SAME(ssize_t, pread64, "pread", (int fd, void *bytes, size_t n, off64_t at))
SAME(int, ftruncate64, "ftruncate", (int fd, off64_t size))

SHOWN int open(const char *path, int flags, ...)
{
    int (*usual)(const char *path, int flags, ...);
    void *symbol = behind("open");
    va_list more;
    memcpy(&usual, &symbol, sizeof usual);
    va_start(more, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    int fd = fails("open") ? -1 : usual(path, flags, mode);
    size_t n = strlen(path);
    if (fd >= 0 && n > 4 && strcmp(path + n - 4, "-wal") == 0) {
        fault.log = fd;
    }
    return fd;
}
SAME(int, open64, "open", (const char *path, int flags, ...))

/* The work: a study, trials that begin and finish, then one more and an event in a group.
 */
enum { TRIALS = 2, GROUP = 1 + 2 * TRIALS, STEPS };

static const clt_goal goals[] = {{.metric = "loss"}};
static const double value = 0.1 + 0.2;
static const clt_param params[] = {{"a", "relu", 1}, {"b", "0.5", 0.5}};
static const clt_point curve[] = {{1, "loss", 0.5}, {2, "loss", 0.3}};

static clt_trial_row make_trial(uint64_t number, uint32_t attempt)
{
    return (clt_trial_row){.number = number,
                           .state = CLT_TRIAL_COMPLETE,
                           .attempt = attempt,
                           .last_step = 2,
                           .params = params,
                           .param_count = 2,
                           .values = &value,
                           .value_count = 1,
                           .curve = curve,
                           .curve_count = 2};
}

static clt_status add_study(clt_store *store, clt_error *err)
{
    clt_study_row study = {.name = "s",
                           .experiment = "[study]\n",
                           .source = "x.ini",
                           .identity = "a\n",
                           .environment = "",
                           .goals = goals,
                           .goal_count = 1};
    return clt_store_add_study(store, &study, err);
}

static clt_status write_group(clt_store *store, uint32_t attempt, clt_error *err)
{
    clt_trial_row trial = make_trial(TRIALS, attempt);
    clt_status status = clt_store_open_group(store, err);
    status = status == CLT_OK ? clt_store_begin(store, 1, &trial, err) : status;
    status =
        status == CLT_OK ? clt_store_add_event(store, 1, (clt_event){false, TRIALS}, err) : status;
    status = status == CLT_OK ? clt_store_commit(store, err) : status;
    if (status != CLT_OK) {
        clt_store_roll_back(store);
    }
    return status;
}

static clt_status do_step(clt_store *store, int step, uint32_t attempt, clt_error *err)
{
    *err = (clt_error){0};
    if (step == 0) {
        return add_study(store, err);
    }
    if (step == GROUP) {
        return write_group(store, attempt, err);
    }
    clt_trial_row trial = make_trial((uint64_t)(step - 1) / 2, attempt);
    return step % 2 == 1 ? clt_store_begin(store, 1, &trial, err)
                         : clt_store_finish(store, 1, &trial, err);
}

typedef struct place {
    char folder[64], path[96];
} place;

/* In memory where that can be: hundreds of stores, with some ten syncs each. */
static void make_place(place *p)
{
    (void)snprintf(p->folder, sizeof p->folder, "/dev/shm/collet-faults-XXXXXX");
    if (mkdtemp(p->folder) == NULL) {
        (void)snprintf(p->folder, sizeof p->folder, "/tmp/collet-faults-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(p->folder));
    }
    (void)snprintf(p->path, sizeof p->path, "%s/s.db", p->folder);
}

static void remove_place(const place *p)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
        (void)unlink(path);
    }
    ck_assert_int_eq(rmdir(p->folder), 0);
}

/* A process that has done the first steps and ends without closing anything. */
static void leave_unclosed(const place *p, int steps)
{
    pid_t child = fork();
    if (child == 0) {
        clt_store *store;
        clt_error err = {0};
        clt_status status = clt_sqlite_open(p->path, CLT_STORE_WRITE, &store, &err);
        for (int i = 0; i < steps && status == CLT_OK; i++) {
            status = do_step(store, i, 1, &err);
        }
        _exit((int)status);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

/* What a store has to show for `done` steps that it acknowledged. */
static void check_rows(clt_store *store, int done)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_trial_row *rows;
    clt_event *events;
    clt_str findings = {0};
    size_t count, event_count;
    ck_assert_msg(clt_store_verify(store, &findings, &err) == CLT_OK, "%s", err.text);
    ck_assert_str_eq(clt_str_text(&findings), "");
    ck_assert_int_eq(clt_store_trials(store, 1, true, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_int_eq(clt_store_events(store, 1, &arena, &events, &event_count, &err), CLT_OK);
    ck_assert_uint_ge(count, (size_t)done / 2);
    for (size_t i = 0; i < count; i++) {
        bool finished = 2 * i + 2 < (size_t)done && i < TRIALS;
        ck_assert(!finished || rows[i].state == CLT_TRIAL_COMPLETE);
        ck_assert_uint_eq(rows[i].param_count, 2);
        ck_assert_uint_eq(rows[i].curve_count, rows[i].state == CLT_TRIAL_COMPLETE ? 2 : 0);
    }
    ck_assert_uint_eq(event_count, count == TRIALS + 1); /* the group: both or neither */
    ck_assert(done < STEPS || event_count == 1);
    clt_str_finish(&findings);
    clt_arena_finish(&arena);
}

static void check_reader(const place *p, int done)
{
    clt_store *store;
    clt_error err = {0};
    clt_status status = clt_sqlite_open(p->path, CLT_STORE_READ, &store, &err);
    ck_assert_msg(status == CLT_OK || (status == CLT_NO_STORE && done == 0), "%s", err.text);
    if (status == CLT_OK) {
        check_rows(store, done);
    }
    clt_store_close(store);
}

/* Goes on with the work as the next run does: nothing fails any more. */
static void complete(const place *p, int done)
{
    clt_store *store;
    clt_error err = {0};
    clt_study_row study;
    clt_arena arena = {0};
    bool found;
    clt_sqlite_open(p->path, CLT_STORE_WRITE, &store, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    ck_assert_int_eq(clt_store_find_study(store, "s", &arena, &found, &study, &err), CLT_OK);
    ck_assert(found || done == 0);
    clt_trial_row *rows;
    size_t count = 0;
    if (found) {
        ck_assert_int_eq(clt_store_trials(store, 1, false, &arena, &rows, &count, &err), CLT_OK);
    }
    int steps = count == TRIALS + 1 ? GROUP : STEPS; /* a group that is there is there whole */
    for (int i = found ? 1 : 0; i < steps; i++) {
        /* What is in the store already, acknowledged or not, is refused and stays. */
        clt_status status = do_step(store, i, 2, &err);
        ck_assert_msg(status == CLT_OK || status == CLT_NO_STORE, "step %d: %s", i, err.text);
    }
    check_rows(store, STEPS);
    clt_store_close(store);
    clt_arena_finish(&arena);
}

static bool is_sync(const char *call)
{
    return strcmp(call, "fsync") == 0 || strcmp(call, "fdatasync") == 0;
}

/* A step has failed: what a caller may do next. True where the step was repeated with success. */
static bool after_failure(clt_store *store, int step, const clt_error *failure)
{
    clt_error err = {0};
    bool no_space = fault.error == ENOSPC;
    ck_assert_msg(failure->status == CLT_IO || failure->status == CLT_NO_STORE, "%s",
                  failure->text);
    ck_assert_str_ne(failure->text, "");
    if (fault.on) {
        return false;
    }
    if (is_sync(fault.call)) { /* never on this connection, also where the disk was only full */
        ck_assert(!clt_store_is_full(store));
        ck_assert_int_eq(do_step(store, step, 1, &err), CLT_IO);
        return false;
    }
    ck_assert(!no_space || clt_store_is_full(store));
    ck_assert_msg(do_step(store, step, 1, &err) == CLT_OK, "%s %d, step %d again: %s", fault.call,
                  fault.at, step, err.text);
    return true;
}

/* The whole work with one fault; false where it did not come to it. */
static bool scenario(const char *call, int error, int at, bool on, int left)
{
    place p;
    clt_store *store;
    clt_error err = {0};
    int done = left;
    make_place(&p);
    if (left > 0) {
        leave_unclosed(&p, left);
    }
    memset(&fault, 0, sizeof fault);
    fault.error = error;
    fault.at = at;
    fault.on = on;
    fault.call = call;
    if (clt_sqlite_open(p.path, CLT_STORE_WRITE, &store, &err) == CLT_OK) {
        bool goes_on = true;
        for (int i = left; i < STEPS && goes_on; i++) {
            goes_on = do_step(store, i, 1, &err) == CLT_OK || after_failure(store, i, &err);
            done += goes_on;
        }
        if (!is_sync(call) && !on) {
            ck_assert_int_eq(done, STEPS);
        }
    } else {
        ck_assert_msg(err.status != CLT_OK && err.text[0] != '\0' && fault.hit, "%s", err.text);
    }
    clt_store_close(store);
    fault.call = NULL;
    check_reader(&p, done);
    complete(&p, done);
    remove_place(&p);
    return fault.hit;
}

/* With sanitizers, which make each slow, every fifth only: the others are for the other build. */
#ifdef COLLET_SANITIZED
enum { STRIDE = 5 };
#else
enum { STRIDE = 1 };
#endif

/* Every N of a call; returns how many there were, about. */
static int enumerate(const char *call, int error, bool on, int left)
{
    int at = 1;
    while (scenario(call, error, at, on, left)) {
        at += STRIDE;
    }
    return at - 1;
}

static const struct {
    const char *call;
    int error;
} faults[] = {
    {"open", EMFILE},      {"open", EIO},      {"pwrite", EIO},    {"pwrite", ENOSPC},
    {"pread", EIO},        {"fsync", EIO},     {"fdatasync", EIO}, {"fdatasync", ENOSPC},
    {"ftruncate", ENOSPC}, {"ftruncate", EIO}, {"unlink", EIO},
};

START_TEST(no_call_that_fails_loses_what_was_acknowledged)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int count = enumerate(faults[i].call, faults[i].error, false, 0);
        ck_assert_msg(count > 0, "%s is never called: nothing was tested", faults[i].call);
        (void)enumerate(faults[i].call, faults[i].error, true, 0);
    }
}
END_TEST

START_TEST(nor_on_a_store_that_a_killed_process_left)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        (void)enumerate(faults[i].call, faults[i].error, false, 3);
    }
}
END_TEST

/* It may be in the page cache alone: a sync of the process that wrote it may have failed. */
START_TEST(a_log_that_was_left_is_written_out_before_it_is_believed)
{
    place p;
    clt_store *store;
    clt_error err = {0};
    struct stat info;
    char log[128];
    make_place(&p);
    leave_unclosed(&p, 3);
    (void)snprintf(log, sizeof log, "%s-wal", p.path);
    ck_assert_int_eq(stat(log, &info), 0);
    memset(&fault, 0, sizeof fault);
    ck_assert_int_eq(clt_sqlite_open(p.path, CLT_STORE_WRITE, &store, &err), CLT_OK);
    ck_assert_uint_ge(fault.log_bytes, (size_t)info.st_size);
    ck_assert(fault.log_synced);
    check_rows(store, 3);
    clt_store_close(store);
    remove_place(&p);
}
END_TEST

TEST_MAIN("store_faults", no_call_that_fails_loses_what_was_acknowledged,
          nor_on_a_store_that_a_killed_process_left,
          a_log_that_was_left_is_written_out_before_it_is_believed)
