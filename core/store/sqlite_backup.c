/* A copy of a store, whole and of one moment, while a run writes to it. */
#include "base/file.h"
#include "store/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static clt_status cannot(const char *path, const char *why, clt_error *err)
{
    return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be written: %s", path, why);
}

/* In one step: a copy in parts would begin anew whenever the run commits. */
static clt_status copy_pages(clt_sqlite *s, sqlite3 *to, const char *path, clt_error *err)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", s->db, "main");
    int code = copy != NULL ? sqlite3_backup_step(copy, -1) : SQLITE_ERROR;
    int end = sqlite3_backup_finish(copy);
    code = code == SQLITE_DONE ? end : code;
    return code == SQLITE_OK ? CLT_OK : cannot(path, sqlite3_errstr(code), err);
}

/* Into a file that is there, and empty. It is synced before it is closed. */
static clt_status copy_into(clt_sqlite *s, const char *beside, const char *path, clt_error *err)
{
    sqlite3 *to = NULL;
    clt_status status =
        sqlite3_open_v2(beside, &to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_exec(to, "PRAGMA synchronous = EXTRA", NULL, NULL, NULL) == SQLITE_OK
            ? copy_pages(s, to, path, err)
            : cannot(path, to != NULL ? sqlite3_errmsg(to) : "out of memory", err);
    return sqlite3_close(to) == SQLITE_OK || status != CLT_OK
               ? status
               : cannot(path, "it cannot be closed", err);
}

clt_status clt_sqlite_copy_to(clt_sqlite *s, const char *path, clt_error *err)
{
    char *beside;
    if (asprintf(&beside, "%s.%d.part", path, (int)getpid()) < 0) {
        return clt_fail_memory(err);
    }
    (void)unlink(beside);
    int fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    clt_status status = fd >= 0 ? CLT_OK : cannot(path, strerror(errno), err);
    if (fd >= 0) {
        close(fd);
        status = copy_into(s, beside, path, err);
        /* link() takes no name that has been taken meanwhile; some file systems have only rename()
         */
        if (status == CLT_OK && link(beside, path) != 0 &&
            (errno == EEXIST || rename(beside, path) != 0)) {
            status = cannot(path, strerror(errno), err);
        }
        (void)unlink(beside);
    }
    free(beside);
    if (status == CLT_OK) {
        clt_path_sync_folder(path);
    }
    return status;
}

clt_status clt_sqlite_backup(clt_store *store, const char *path, clt_error *err)
{
    return access(path, F_OK) == 0
               ? clt_fail(err, CLT_CANNOT_CREATE, "%s: there is a file already; name another", path)
               : clt_sqlite_copy_to((clt_sqlite *)store, path, err);
}
