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

/* Makes a name durable; a folder that cannot be opened or synced is let be. */
static void sync_folder(const char *path)
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

/* Opens the file beside a path, which becomes it; *beside: its name, to be freed. */
static clt_status open_beside(const char *path, char **beside, int *fd, clt_error *err)
{
    struct stat info;
    if (asprintf(beside, "%s.%d.part", path, (int)getpid()) < 0) {
        *beside = NULL;
        return clt_fail_memory(err);
    }
    bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    *fd = folder ? -1 : open(*beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (*fd >= 0) {
        return CLT_OK;
    }
    clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be created: %s", path,
             strerror(folder ? EISDIR : errno));
    free(*beside);
    return err->status;
}

clt_status clt_file_try(const char *path, clt_error *err)
{
    char *beside;
    int fd;
    if (open_beside(path, &beside, &fd, err) != CLT_OK) {
        return err->status;
    }
    (void)close(fd);
    (void)unlink(beside);
    free(beside);
    return CLT_OK;
}

clt_status clt_file_write(const char *path, const clt_bytes *parts, size_t count, clt_error *err)
{
    char *beside;
    int fd;
    if (open_beside(path, &beside, &fd, err) != CLT_OK) {
        return err->status;
    }
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        ok = clt_write_all(fd, parts[i].at, parts[i].size);
    }
    ok = ok && fsync(fd) == 0;
    int number = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        number = errno;
    }
    if (ok && rename(beside, path) != 0) {
        ok = false;
        number = errno;
    }
    if (!ok) {
        (void)unlink(beside);
        clt_fail(err, CLT_IO, "%s: cannot be written: %s", path, strerror(number));
    } else {
        sync_folder(path);
    }
    free(beside);
    return ok ? CLT_OK : err->status;
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
    free(real);
    return copy;
}
