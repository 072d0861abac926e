#include "cli/command.h"

#include "base/suggest.h"
#include "cli/nursery.h"
#include "cli/print.h"
#include "plugin/blas.h"
#include "plugin/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In alphabetical order. */
static const clt_command *const commands[] = {
    &clt_command_ask_tell, &clt_command_enqueue, &clt_command_export,  &clt_command_help_,
    &clt_command_import,   &clt_command_plugins, &clt_command_predict, &clt_command_refit,
    &clt_command_replay,   &clt_command_run,     &clt_command_show,    &clt_command_store,
    &clt_command_study,    &clt_command_trial,
};

const clt_command *clt_command_at(size_t i)
{
    return i < sizeof commands / sizeof commands[0] ? commands[i] : NULL;
}

const clt_command *clt_command_find(const char *name)
{
    name = strcmp(name, "resume") == 0 ? "run" : name; /* to run again is to resume */
    for (size_t i = 0; clt_command_at(i) != NULL; i++) {
        if (strcmp(clt_command_at(i)->name, name) == 0) {
            return clt_command_at(i);
        }
    }
    return NULL;
}

static clt_status unknown_command(const char *name, clt_error *err)
{
    clt_suggest suggest = {.read = name};
    char hint[64];
    for (size_t i = 0; clt_command_at(i) != NULL; i++) {
        clt_suggest_offer(&suggest, clt_command_at(i)->name);
    }
    return clt_fail(err, CLT_USAGE, "unknown command \"%s\"%s; \"collet help\" lists them", name,
                    clt_suggest_text(&suggest, hint, sizeof hint));
}

static clt_status run(int argc, char **argv, clt_error *err)
{
    const char *name = argc > 1 ? argv[1] : "help";
    name = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ? "help" : name;
    if (strcmp(name, "--version") == 0) {
        clt_put_line(stdout, "collet %s", COLLET_VERSION);
        return CLT_OK;
    }
    const clt_command *command = clt_command_find(name);
    if (command == NULL) {
        return unknown_command(name, err);
    }
    clt_args args = {.program = argc > 0 ? argv[0] : "collet"};
    clt_status status =
        clt_args_parse(command, argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc), &args, err);
    if (status == CLT_OK && args.help) {
        clt_command_help(command);
    } else if (status == CLT_OK) {
        status = command->run(&args, err);
    }
    clt_str_finish(&args.plugin_path);
    return status;
}

/* What whoever started the program may have left behind that nobody means: signals that are held, a
 * SIGCHLD that is ignored, so that no process could be waited for, and standard descriptors that
 * are closed, whose numbers a store would get, and with it all that is printed. They are opened so
 * that reading and writing fail as they would have. */
static void set_right(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGCHLD, SIG_DFL);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the lowest free */
        }
    }
}

int main(int argc, char **argv)
{
    clt_error err = {0};
    set_right();
    if (argc == 2 && strcmp(argv[1], CLT_BLAS_PROBE) == 0) {
        return clt_blas_probe_main();
    }
    if (argc > 1 && strcmp(argv[1], CLT_NURSERY_WORD) == 0) {
        clt_guard_set_up();
        return clt_nursery_main(argc, argv);
    }
    clt_guard_set_up();
    (void)signal(SIGXFSZ, SIG_IGN); /* a file size limit is a full disk, not a death */
    clt_status status = run(argc, argv, &err);
    bool lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (lost && status == CLT_OK) { /* a full disk behind a redirection is no success */
        status = CLT_IO;
        if (errno != EPIPE) { /* a reader that has seen enough wants to hear no more */
            (void)clt_fail(&err, CLT_IO, "standard output cannot be written: %s", strerror(errno));
        }
    }
    if (status != CLT_OK && err.text[0] != '\0') {
        clt_put_line(stderr, "collet: %s", err.text);
    }
    return (int)status;
}
