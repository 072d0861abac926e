/* What SQLite does not do for durability, done around it when a store is opened to be written. */
#include "store/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static clt_status cannot(const char *path, clt_error *err)
{
    return clt_fail(err, CLT_IO, "%s: cannot be written: %s", path, strerror(errno));
}

static clt_status write_again(int fd, const char *path, clt_error *err)
{
    char bytes[65536];
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, bytes, sizeof bytes, at)) != 0; at += n) {
        if (n < 0) {
            return clt_fail(err, CLT_IO, "%s: cannot be read: %s", path, strerror(errno));
        }
        ssize_t written = pwrite(fd, bytes, (size_t)n, at);
        if (written != n) {
            errno = written < 0 ? errno : ENOSPC;
            return cannot(path, err);
        }
    }
    return fdatasync(fd) == 0 ? CLT_OK : cannot(path, err);
}

/*
 * The log of a run that did not end orderly may hold what never reached the disk: after a sync that
 * failed, the kernel keeps the pages and calls them clean. SQLite would read them, take them for
 * committed, and write on behind them; a power cut then took all of it. So what is there is written
 * once more, byte by byte the same, and synced, before anyone believes it.
 */
clt_status clt_sqlite_settle_log(clt_sqlite *s, clt_error *err)
{
    const char *path = sqlite3_filename_wal(sqlite3_db_filename(s->db, "main"));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? CLT_OK : cannot(path, err);
    }
    clt_status status = write_again(fd, path, err);
    close(fd);
    return status;
}

/* SQLite takes a failed sync of the folder for a success; without it the files themselves may be
 * gone after a power cut. */
clt_status clt_sqlite_sync_folder(clt_sqlite *s, clt_error *err)
{
    char folder[4200];
    (void)snprintf(folder, sizeof folder, "%s", sqlite3_db_filename(s->db, "main"));
    char *slash = strrchr(folder, '/'); /* SQLite's name is absolute */
    if (slash == NULL) {
        return CLT_OK;
    }
    slash[slash == folder] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return cannot(folder, err);
    }
    /* EINVAL: this file system has no such thing. */
    clt_status status = fsync(fd) == 0 || errno == EINVAL ? CLT_OK : cannot(folder, err);
    close(fd);
    return status;
}
