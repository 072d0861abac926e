#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static clt_status read_all(int fd, const char *path, size_t limit, clt_str *out, clt_error *err)
{
    char buffer[16384];
    ssize_t n;
    while (out->length <= limit && (n = read(fd, buffer, sizeof buffer)) != 0) {
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return clt_fail(err, CLT_IO, "%s: cannot be read: %s", path, strerror(errno));
        }
        clt_str_add_bytes(out, buffer, (size_t)n);
        if (out->failed) {
            return clt_fail_memory(err);
        }
    }
    return CLT_OK;
}

bool clt_is_shortage(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOMEM || number == EIO;
}

/* Devices and pipes may have no end. */
static clt_status check_kind(const char *path, mode_t mode, clt_error *err)
{
    if (S_ISDIR(mode)) {
        return clt_fail(err, CLT_BAD_INPUT, "%s: is a folder, not a file", path);
    }
    return S_ISREG(mode) ? CLT_OK
                         : clt_fail(err, CLT_BAD_INPUT, "%s: is %s; a regular file is needed", path,
                                    S_ISFIFO(mode) ? "a pipe" : "a device");
}

/* Reads up to the end, or until it has more than limit bytes. */
static clt_status read_path(const char *path, size_t limit, clt_str *out, clt_error *err)
{
    clt_str_clear(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return clt_fail(err, clt_is_shortage(errno) ? CLT_IO : CLT_BAD_INPUT,
                        "%s: cannot be opened: %s", path, strerror(errno));
    }
    struct stat info;
    clt_status status = fstat(fd, &info) == 0 ? check_kind(path, info.st_mode, err) : CLT_OK;
    status = status == CLT_OK ? read_all(fd, path, limit, out, err) : status;
    close(fd);
    return status;
}

clt_status clt_file_read(const char *path, size_t limit, clt_str *out, clt_error *err)
{
    clt_status status = read_path(path, limit, out, err);
    return status != CLT_OK || out->length <= limit
               ? status
               : clt_fail(err, CLT_BAD_INPUT, "%s: larger than %zu bytes", path, limit);
}

bool clt_path_is_stdin(const char *path)
{
    static const char *const names[] = {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"};
    bool is = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        is = is || strcmp(path, names[i]) == 0;
    }
    return is;
}

bool clt_path_is_stream(const char *path)
{
    static const char proc[] = "/proc/";
    if (strncmp(path, proc, sizeof proc - 1) == 0) {
        const char *slash = strchr(path + sizeof proc - 1, '/');
        return slash != NULL && strncmp(slash, "/fd/", 4) == 0;
    }
    return clt_path_is_stdin(path) || strncmp(path, "/dev/fd/", sizeof "/dev/fd/" - 1) == 0;
}

clt_status clt_stream_read(const char *path, size_t limit, clt_str *out, clt_error *err)
{
    clt_str_clear(out);
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return clt_fail(err, CLT_BAD_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    }
    clt_status status = read_all(fd, path, limit, out, err);
    close(fd);
    return status != CLT_OK || out->length <= limit
               ? status
               : clt_fail(err, CLT_BAD_INPUT, "%s: larger than %zu bytes", path, limit);
}

clt_status clt_file_begin(const char *path, size_t n, clt_str *out, clt_error *err)
{
    clt_status status = read_path(path, n - 1, out, err);
    if (status == CLT_OK && out->length > n) {
        out->length = n;
        out->text[n] = '\0';
    }
    return status;
}

bool clt_write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(fd, bytes, n);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return false;
        }
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

void clt_path_sync_folder(const char *path)
{
    clt_arena arena = {0};
    const char *folder = clt_path_folder(&arena, path);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    clt_arena_finish(&arena);
}

/* What a path leads to, which symlinks go on naming; NULL: no memory. Whatever is there must be a
 * file: a device would be put aside for one. */
static clt_status find_target(const char *path, clt_arena *arena, const char **target, mode_t *mode,
                              clt_error *err)
{
    struct stat info;
    *mode = 0;
    *target = path;
    if (stat(path, &info) != 0) {
        return CLT_OK;
    }
    if (!S_ISREG(info.st_mode)) {
        return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be created: %s", path,
                        S_ISDIR(info.st_mode)    ? strerror(EISDIR)
                        : S_ISFIFO(info.st_mode) ? "it is a pipe; name a file"
                                                 : "it is a device; name a file");
    }
    *mode = info.st_mode & 07777;
    *target = clt_path_absolute(arena, path);
    return *target != NULL ? CLT_OK : clt_fail_memory(err);
}

/* Opens the file beside a target, which becomes it; *beside: its name, to be freed. */
static clt_status open_beside(const char *path, const char *target, mode_t mode, char **beside,
                              int *fd, clt_error *err)
{
    *fd = -1;
    if (asprintf(beside, "%s.%d.part", target, (int)getpid()) < 0) {
        *beside = NULL;
        return clt_fail_memory(err);
    }
    *fd = open(*beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, CLT_FILE_MODE);
    if (*fd >= 0) {
        if (mode != 0) { /* who may read it does not change */
            (void)!fchmod(*fd, mode);
        }
        return CLT_OK;
    }
    int cause = errno;
    free(*beside);
    *beside = NULL;
    return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be created: %s", path, strerror(cause));
}

clt_status clt_file_try(const char *path, clt_error *err)
{
    clt_arena arena = {0};
    const char *target;
    char *beside = NULL;
    int fd = -1;
    mode_t mode;
    clt_status status = find_target(path, &arena, &target, &mode, err);
    status = status == CLT_OK ? open_beside(path, target, mode, &beside, &fd, err) : status;
    if (status == CLT_OK) {
        (void)close(fd);
        (void)unlink(beside);
        free(beside);
    }
    clt_arena_finish(&arena);
    return status;
}

/* Writes all, makes it durable, and puts it in its place; false with errno where it could not, or
 * where nobody finds it there afterwards. */
static bool write_whole(int fd, const char *beside, const char *target, const clt_bytes *parts,
                        size_t count)
{
    struct stat written, found;
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        ok = clt_write_all(fd, parts[i].at, parts[i].size);
    }
    ok = ok && fsync(fd) == 0 && fstat(fd, &written) == 0;
    int number = errno;
    if (close(fd) != 0 && ok) {
        return false;
    }
    if (!ok) {
        errno = number;
        return false;
    }
    if (rename(beside, target) != 0 || stat(target, &found) != 0) {
        return false;
    }
    errno = ENOENT;
    return found.st_ino == written.st_ino && found.st_dev == written.st_dev;
}

clt_status clt_file_write(const char *path, const clt_bytes *parts, size_t count, clt_error *err)
{
    clt_arena arena = {0};
    const char *target;
    char *beside = NULL;
    int fd = -1;
    mode_t mode;
    clt_status status = find_target(path, &arena, &target, &mode, err);
    status = status == CLT_OK ? open_beside(path, target, mode, &beside, &fd, err) : status;
    if (status == CLT_OK) {
        if (write_whole(fd, beside, target, parts, count)) {
            clt_path_sync_folder(target);
        } else {
            status = clt_fail(err, CLT_IO, "%s: cannot be written: %s", path, strerror(errno));
            (void)unlink(beside);
        }
        free(beside);
    }
    clt_arena_finish(&arena);
    return status;
}

const char *clt_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *clt_path_folder(clt_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return clt_arena_copy(arena, ".");
    }
    return slash == path ? clt_arena_copy(arena, "/")
                         : clt_arena_printf(arena, "%.*s", (int)(slash - path), path);
}

char *clt_path_join(clt_arena *arena, const char *folder, const char *name)
{
    if (name[0] == '/' || strcmp(folder, ".") == 0) {
        return clt_arena_copy(arena, name);
    }
    const char *slash = folder[0] != '\0' && folder[strlen(folder) - 1] == '/' ? "" : "/";
    return clt_arena_printf(arena, "%s%s%s", folder, slash, name);
}

char *clt_path_real(clt_arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = clt_arena_copy(arena, real);
    if (real != NULL && copy == NULL) {
        errno = ENOMEM;
    }
    free(real);
    return copy;
}

char *clt_path_absolute(clt_arena *arena, const char *path)
{
    errno = 0;
    char *real = clt_path_real(arena, path);
    if (real != NULL || errno == ENOMEM) {
        return real;
    }
    char *here = path[0] == '/' ? NULL : getcwd(NULL, 0); /* NULL too where that is gone */
    char *name = clt_path_join(arena, here != NULL ? here : ".", path);
    free(here);
    return name;
}
