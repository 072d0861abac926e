/* collet ask-tell: a study for any program that can read and write lines. */
#include "api/lines.h"
#include "api/study_impl.h"
#include "cli/session.h"

#include "base/file.h"
#include "plugin/trust.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void warn(void *ctx, int32_t level, const char *line)
{
    (void)ctx;
    if (level >= COLLET_LOG_WARN) {
        clt_put_line(stderr, "collet: warning: %s", line);
    }
}

/* Beside the experiment, as for `collet run`. */
static const char *store_of(const clt_args *args, clt_arena *arena)
{
    const char *file = clt_path_is_stream(args->words[0]) ? "experiment" : args->words[0];
    const char *folder = args->store == NULL ? clt_path_folder(arena, file) : NULL;
    return folder != NULL ? clt_path_join(arena, folder, "collet.db") : args->store;
}

static clt_status make(const clt_args *args, clt_arena *arena, collet_study **study, clt_error *err)
{
    clt_blas blas;
    const collet_study_options options = {
        .struct_size = COLLET_SIZE(collet_study_options),
        .fresh = args->fresh,
        .store = store_of(args, arena),
        .plugin_path = clt_str_text(&args->plugin_path),
        .log = warn,
    };
    if (clt_path_is_stdin(args->words[0])) {
        return clt_fail(
            err, CLT_USAGE,
            "ask-tell: standard input brings the lines; name a file with the experiment");
    }
    if (args->trust && setenv(CLT_TRUST, "1", 1) != 0) {
        return clt_fail_memory(err);
    }
    if (options.store == NULL || clt_blas_setup(&blas, err) != CLT_OK) {
        return options.store == NULL ? clt_fail_memory(err) : err->status;
    }
    clt_status status = clt_study_make(args->words[0], NULL, &options, &blas, study);
    if (status == CLT_OK) {
        return CLT_OK;
    }
    const char *why = collet_study_error(*study);
    const char *hint = clt_run_beside("ask-tell", args->words[0], why, arena);
    return clt_fail(err, status, "%s%s", why, hint != NULL ? hint : "");
}

/* Whoever asks may write many lines before reading an answer. To wait until it reads would be to
 * wait for ever, as it waits until its lines are read: answers are kept until there is room for
 * them. */
typedef struct talk {
    collet_study *study;
    clt_str in,
        out; /* lines that are not answered yet; answers, of which `written` bytes are out */
    size_t written;
    bool over; /* no more lines come */
} talk;

/* A failed sampler is the end; whatever else is wrong is the line's own affair. */
static clt_status answer(talk *t, const char *line, size_t length, clt_error *err)
{
    int32_t status =
        length > 0 ? clt_lines_answer(t->study, line, length, &t->out) : COLLET_STUDY_OK;
    if (t->out.failed || t->in.failed) {
        return clt_fail_memory(err);
    }
    return status == COLLET_STUDY_E_PLUGIN
               ? clt_fail(err, CLT_PLUGIN_FAILED, "%s", collet_study_error(t->study))
               : CLT_OK;
}

/* Answers the lines that are whole; at the end the last one is. A blank one asks for nothing. */
static clt_status answer_all(talk *t, clt_error *err)
{
    clt_str rest = {0};
    clt_status status = CLT_OK;
    char *at = t->in.text, *end = at + t->in.length;
    while (status == CLT_OK && at < end) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL && !t->over) {
            break;
        }
        stop = stop != NULL ? stop : end; /* behind the end is a NUL */
        *stop = '\0';
        status = answer(t, at, (size_t)(stop - at), err);
        at = stop + 1;
    }
    if (at < end) {
        clt_str_add_bytes(&rest, at, (size_t)(end - at));
    }
    clt_str_finish(&t->in);
    t->in = rest;
    return status;
}

static clt_status read_lines(talk *t, clt_error *err)
{
    char bytes[16384];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return CLT_OK;
    }
    if (n < 0) {
        return clt_fail(err, CLT_IO, "standard input cannot be read: %s", strerror(errno));
    }
    t->over = n == 0;
    clt_str_add_bytes(&t->in, bytes, (size_t)n);
    bool whole = t->over || memchr(bytes, '\n', (size_t)n) != NULL;
    return whole || t->in.failed ? answer_all(t, err) : CLT_OK;
}

/* Writes as much as a pipe surely takes where it has room at all. */
static clt_status write_answers(talk *t, clt_error *err)
{
    size_t left = t->out.length - t->written;
    ssize_t n =
        write(STDOUT_FILENO, clt_str_text(&t->out) + t->written, left < PIPE_BUF ? left : PIPE_BUF);
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        return clt_fail(err, CLT_IO, "standard output cannot be written: %s", strerror(errno));
    }
    t->written += n > 0 ? (size_t)n : 0;
    if (t->written == t->out.length) {
        clt_str_clear(&t->out);
        t->written = 0;
    }
    return CLT_OK;
}

/* Waits for a line, or for room; does what can be done. */
static clt_status talk_once(talk *t, clt_error *err)
{
    bool answers = t->out.length > t->written;
    struct pollfd fds[] = {{t->over ? -1 : STDIN_FILENO, POLLIN, 0},
                           {answers ? STDOUT_FILENO : -1, POLLOUT, 0}};
    if (poll(fds, 2, -1) < 0) {
        return errno == EINTR ? CLT_OK : clt_fail(err, CLT_IO, "poll: %s", strerror(errno));
    }
    clt_status status = fds[1].revents != 0 ? write_answers(t, err) : CLT_OK;
    return status == CLT_OK && fds[0].revents != 0 ? read_lines(t, err) : status;
}

static clt_status serve(collet_study *study, clt_error *err)
{
    talk t = {.study = study};
    clt_status status = CLT_OK;
    while (status == CLT_OK && (!t.over || t.out.length > t.written)) {
        status = talk_once(&t, err);
    }
    clt_error ignored = {0};
    while (status == CLT_PLUGIN_FAILED && t.out.length > t.written &&
           write_answers(&t, &ignored) == CLT_OK) { /* what became of it is said as well */
    }
    clt_str_finish(&t.in);
    clt_str_finish(&t.out);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_arena arena = {0};
    collet_study *study = NULL;
    clt_status status = make(args, &arena, &study, err);
    status = status == CLT_OK ? serve(study, err) : status;
    collet_study_destroy(study);
    clt_arena_finish(&arena);
    return status;
}

static const clt_flag flags[] = {
    {"--new", 0, NULL, "begin another study, under the next free name", offsetof(clt_args, fresh)},
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_STORE("the store; collet.db beside FILE unless given"),
    CLT_FLAG_END,
};

const clt_command clt_command_ask_tell = {
    "ask-tell",
    "FILE",
    "Proposes parameters to another program, which tells what came of them",
    "FILE is an experiment, usually with [params] alone. One JSON object a line comes in, and for\n"
    "each one goes out:\n"
    "\n"
    "  {\"op\":\"ask\"}                                {\"id\":3,\"params\":{\"x\":0.5}}\n"
    "                                              {\"done\":true} when nothing is left\n"
    "  {\"op\":\"tell\",\"id\":3,\"value\":0.12}           {\"id\":3,\"state\":\"complete\"}\n"
    "  {\"op\":\"tell\",\"id\":3,\"values\":[0.12,4]}      of several goals\n"
    "  {\"op\":\"tell\",\"id\":3,\"metrics\":{\"loss\":0.12,\"size\":4}}\n"
    "                                              by name: goals, and what [study] requires;\n"
    "                                              the answer then says whether it \"meets\" that\n"
    "  {\"op\":\"tell\",\"id\":3,\"state\":\"failed\"}      or \"pruned\"; \"why\":\"...\" of a "
    "failed one\n"
    "  {\"op\":\"report\",\"id\":3,\"step\":1,\"value\":2}  {\"stop\":false}\n"
    "  {\"op\":\"best\"}                               {\"value\":0.12,\"id\":3,\"params\":{...}}\n"
    "  {\"op\":\"open\"}                               {\"open\":[{\"id\":4,\"params\":{...}}]}\n"
    "  {\"op\":\"enqueue\",\"params\":{\"x\":0.5}}      {\"enqueued\":true}; asked for before what "
    "the\n"
    "                                              sampler proposes, what is left out is drawn\n"
    "  anything else                               {\"error\":\"...\"}, and nothing is changed\n"
    "\n"
    "Several trials may be open at once. What is answered is in the store; run it again to go on,\n"
    "whatever ended it: what was open is open still, and can be told.\n",
    1,
    1,
    flags,
    run};
