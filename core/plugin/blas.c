#include "plugin/blas.h"

#include "base/process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *call_text(void *library, const char *name)
{
    char *(*function)(void);
    void *symbol = dlsym(library, name);
    if (symbol == NULL) {
        return "unknown";
    }
    memcpy(&function, &symbol, sizeof function);
    return function();
}

int clt_blas_probe_main(void)
{
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return 1;
    }
    (void)printf("%s\n%s\n", call_text(library, "openblas_get_config"),
                 call_text(library, "openblas_get_corename"));
    return fflush(stdout) == 0 ? 0 : 1;
}

/* False where it does not come to an end. */
static bool read_all(int fd, char *out, size_t size)
{
    double patience = 20; /* seconds, for what takes a hundredth of one */
    size_t used = 0;
    ssize_t n = 0;
    while (used + 1 < size &&
           (n = clt_process_read(fd, out + used, size - 1 - used, &patience)) > 0) {
        used += (size_t)n;
    }
    out[used] = '\0';
    return n >= 0;
}

/* Starts this program as the child, printing into `out`; an error number, 0 for none. */
static int start_probe(int out, pid_t *child)
{
    char *const argv[] = {(char *)"collet", (char *)CLT_BLAS_PROBE, NULL};
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) {
        return code;
    }
    code = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    code = code != 0 ? code
                     : posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                                        O_WRONLY, 0);
    code = code != 0 ? code : posix_spawn(child, "/proc/self/exe", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static clt_status not_probed(const char *what, clt_error *err)
{
    return clt_fail(err, CLT_IO, "the kernel of OpenBLAS cannot be found out: %s", what);
}

/* Runs the child and collects what it prints; its exit status, as waitpid() gives it, in *status.
 */
static clt_status run_probe(char *out, size_t size, int *status, clt_error *err)
{
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return not_probed(strerror(errno), err);
    }
    int code = start_probe(ends[1], &child);
    close(ends[1]);
    bool hangs = code == 0 && !read_all(ends[0], out, size);
    close(ends[0]);
    if (code != 0) {
        return not_probed(strerror(code), err);
    }
    if (!hangs && clt_process_wait(child, 2, status) == 1) {
        return CLT_OK;
    }
    (void)kill(child, SIGKILL);
    (void)clt_process_wait(child, 2, status);
    return not_probed("the probe does not come to an end", err);
}

/* *found is false where OpenBLAS cannot be loaded. One that is killed from outside says nothing of
 * that, and is run again. */
static clt_status probe(char *out, size_t size, bool *found, clt_error *err)
{
    enum { TRIES = 5 };
    for (int i = 0; i < TRIES; i++) {
        int status = 0;
        if (run_probe(out, size, &status, err) != CLT_OK) {
            return err->status;
        }
        *found = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (WIFEXITED(status)) {
            return *found && out[0] == '\0' ? not_probed("the probe says nothing", err) : CLT_OK;
        }
    }
    return not_probed("the probe crashes, or is killed", err);
}

/* Kernels of OpenBLAS 0.3 for x86-64 by the vector width that they use. Those not listed are
 * older than AVX2. */
static int width_of(const char *kernel)
{
    static const char *const avx512[] = {"SkylakeX", "Cooperlake", "Sapphirerapids"};
    static const char *const avx2[] = {"Haswell", "Zen", "Excavator"};
    for (size_t i = 0; i < sizeof avx512 / sizeof avx512[0]; i++) {
        if (strcasecmp(kernel, avx512[i]) == 0) {
            return 512;
        }
    }
    for (size_t i = 0; i < sizeof avx2 / sizeof avx2[0]; i++) {
        if (strcasecmp(kernel, avx2[i]) == 0) {
            return 256;
        }
    }
    return 128;
}

/* The widest kernel that this processor can run. */
static const char *best_kernel(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        return "SkylakeX";
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return "Haswell";
    }
#endif
    return "";
}

static void copy(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static clt_status choose(clt_blas *blas, const char *wish, clt_error *err)
{
    const char *best = best_kernel();
    copy(blas->chosen, sizeof blas->chosen, blas->found);
    if (wish != NULL) {
        copy(blas->why, sizeof blas->why, "OPENBLAS_CORETYPE was set already");
    } else if (best[0] != '\0' && width_of(blas->found) < width_of(best)) {
        copy(blas->chosen, sizeof blas->chosen, best);
        copy(blas->why, sizeof blas->why, "the processor can do more than OpenBLAS would use");
        return setenv("OPENBLAS_CORETYPE", best, 1) == 0 ? CLT_OK : clt_fail_memory(err);
    } else {
        copy(blas->why, sizeof blas->why, "OpenBLAS' own choice suits the processor");
    }
    return CLT_OK;
}

clt_status clt_blas_setup(clt_blas *blas, clt_error *err)
{
    char text[512];
    bool there;
    *blas = (clt_blas){0};
    /* Programs that trials start may use more than that, unless the user has said it. */
    bool users = getenv("OPENBLAS_NUM_THREADS") != NULL;
    if (setenv("OPENBLAS_NUM_THREADS", "1", 0) != 0 ||
        (!users && setenv("COLLET_BLAS_THREADS", "1", 1) != 0)) {
        return clt_fail_memory(err);
    }
    copy(blas->threads, sizeof blas->threads, getenv("OPENBLAS_NUM_THREADS"));
    if (probe(text, sizeof text, &there, err) != CLT_OK) {
        return err->status;
    }
    if (!there) {
        copy(blas->why, sizeof blas->why, "libopenblas.so.0 cannot be loaded");
        return CLT_OK;
    }
    const char *kernel = text + strcspn(text, "\n");
    copy(blas->version, sizeof blas->version, text);
    copy(blas->found, sizeof blas->found, *kernel == '\n' ? kernel + 1 : "");
    return choose(blas, getenv("OPENBLAS_CORETYPE"), err);
}
