#include "cli/nursery.h"

#include "base/file.h"
#include "study/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The text as the coordinator read it: the file may have changed when a nursery starts anew. */
static clt_status write_text(const char *text, int *file, clt_error *err)
{
    size_t length = strlen(text);
    *file = memfd_create("experiment", MFD_CLOEXEC);
    if (*file < 0 || write(*file, text, length) != (ssize_t)length) {
        return clt_fail(err, CLT_IO, "memory for the experiment's text: %s", strerror(errno));
    }
    return CLT_OK;
}

clt_status clt_nursery_arguments(clt_session *s, const clt_args *args, const char ***out, int *file,
                                 clt_error *err)
{
    const char **argv = clt_arena_array(&s->arena, CLT_NURSERY_WORDS + 1, sizeof *argv);
    if (write_text(s->ini.text, file, err) != CLT_OK) {
        return err->status;
    }
    const char *text = clt_arena_printf(&s->arena, "/proc/%d/fd/%d", (int)getpid(), *file);
    const char *path = clt_arena_copy(&s->arena, clt_str_text(&args->plugin_path));
    if (argv == NULL || text == NULL || path == NULL) {
        return clt_fail_memory(err);
    }
    const char *const words[CLT_NURSERY_WORDS] = {args->program, CLT_NURSERY_WORD, s->ini.path,
                                                  text,          s->blas.chosen,   path};
    memcpy(argv, words, sizeof words);
    *out = argv;
    return CLT_OK;
}

static clt_status serve(char **argv, clt_session *session, clt_error *err)
{
    clt_args args = {.program = argv[0]};
    clt_str text = {0};
    enum { MOST = 1 << 26 };
    clt_str_add(&args.plugin_path, argv[5]);
    clt_status status = clt_file_read(argv[3], MOST, &text, err);
    if (status == CLT_OK) {
        session->no_blas_probe = true; /* the coordinator has set the environment */
        status = clt_session_parse(session, argv[2], clt_str_text(&text), &args, err);
    }
    if (status != CLT_OK) {
        clt_nursery_broken(CLT_NURSERY_SOCKET, err);
    } else {
        status = clt_nursery_serve(&session->plan, CLT_NURSERY_SOCKET, err);
    }
    clt_str_finish(&text);
    clt_str_finish(&args.plugin_path);
    return status;
}

int clt_nursery_main(int argc, char **argv)
{
    clt_session session = {0};
    clt_error err = {0};
    if (argc != CLT_NURSERY_WORDS || fcntl(CLT_NURSERY_SOCKET, F_SETFD, FD_CLOEXEC) != 0) {
        return CLT_USAGE; /* nobody but a coordinator starts this */
    }
    clt_status status = serve(argv, &session, &err);
    clt_session_finish(&session);
    return (int)status;
}
