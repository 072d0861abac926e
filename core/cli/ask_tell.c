/* collet ask-tell: a study for any program that can read and write lines. */
#include "api/lines.h"
#include "api/study_impl.h"
#include "cli/session.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

static void warn(void *ctx, int32_t level, const char *line)
{
    (void)ctx;
    if (level >= COLLET_LOG_WARN) {
        (void)fprintf(stderr, "collet: warning: %s\n", line);
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

/* A failed sampler is the end; whatever else is wrong is the line's own affair. */
static clt_status answer(collet_study *study, const char *line, size_t length, clt_error *err)
{
    clt_str out = {0};
    int32_t status = clt_lines_answer(study, line, length, &out);
    if (clt_print(&out, err) != CLT_OK) {
        return err->status;
    }
    if (fflush(stdout) != 0) {
        return clt_fail(err, CLT_IO, "standard output cannot be written");
    }
    return status == COLLET_STUDY_E_PLUGIN
               ? clt_fail(err, CLT_PLUGIN_FAILED, "%s", collet_study_error(study))
               : CLT_OK;
}

static clt_status serve(collet_study *study, clt_error *err)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    clt_status status = CLT_OK;
    while (status == CLT_OK && (length = getline(&line, &size, stdin)) >= 0) {
        length -= length > 0 && line[length - 1] == '\n';
        line[length] = '\0';
        if (length > 0) { /* a blank line asks for nothing */
            status = answer(study, line, (size_t)length, err);
        }
    }
    if (status == CLT_OK && ferror(stdin)) {
        status = clt_fail(err, CLT_IO, "standard input cannot be read");
    }
    free(line);
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
