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
    while ((n = read(fd, buffer, sizeof buffer)) != 0) {
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return clt_fail(err, CLT_IO, "%s: cannot be read: %s", path, strerror(errno));
        }
        clt_str_add_bytes(out, buffer, (size_t)n);
        if (out->length > limit) {
            return clt_fail(err, CLT_BAD_INPUT, "%s: larger than %zu bytes", path, limit);
        }
    }
    return out->failed ? clt_fail_memory(err) : CLT_OK;
}

bool clt_is_shortage(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOMEM || number == EIO;
}

clt_status clt_file_read(const char *path, size_t limit, clt_str *out, clt_error *err)
{
    clt_str_clear(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return clt_fail(err, clt_is_shortage(errno) ? CLT_IO : CLT_BAD_INPUT,
                        "%s: cannot be opened: %s", path, strerror(errno));
    }
    struct stat info;
    clt_status status;
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        status = clt_fail(err, CLT_BAD_INPUT, "%s: is a folder, not a file", path);
    } else {
        status = read_all(fd, path, limit, out, err);
    }
    close(fd);
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

clt_status clt_file_write(const char *path, const clt_bytes *parts, size_t count, clt_error *err)
{
    char *beside = NULL;
    if (asprintf(&beside, "%s.%d.part", path, (int)getpid()) < 0) {
        return clt_fail_memory(err);
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        free(beside);
        return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be created: %s", path, strerror(errno));
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
