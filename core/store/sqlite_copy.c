#include "base/file.h"
#include "store/sqlite_impl.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Where the header of an SQLite file says whether it is read through a write-ahead log. */
enum { WRITE_VERSION = 18, READ_VERSION = 19, HEADER = 100, ROLLBACK = 1 };

/* Is there a log with something in it? */
static bool has_log(const clt_sqlite *s, clt_arena *arena)
{
    struct stat info;
    const char *name = clt_arena_printf(arena, "%s-wal", s->file);
    return name == NULL || (stat(name, &info) == 0 && info.st_size > 0);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The bytes of the file, all of one moment: no run has written while they were read. */
static clt_status read_still(clt_sqlite *s, clt_arena *arena, clt_str *bytes, clt_error *err)
{
    struct stat before, after;
    if (stat(s->file, &before) != 0 || clt_file_read(s->file, SIZE_MAX / 2, bytes, err) != CLT_OK) {
        return err->status != CLT_OK ? err->status
                                     : clt_fail(err, CLT_NO_STORE, "%s: cannot be read", s->path);
    }
    if (has_log(s, arena) || stat(s->file, &after) != 0 || !same_file(&before, &after)) {
        return clt_fail(err, CLT_NO_STORE,
                        "%s: its last results wait in %s-wal, and its folder cannot be written; "
                        "copy both files to a folder of your own and read that copy",
                        s->path, s->path);
    }
    return CLT_OK;
}

/* The copy in memory of SQLite's; NULL where it is no SQLite file or memory ran out. */
static unsigned char *without_log(const clt_str *bytes)
{
    unsigned char *copy = bytes->length < HEADER ? NULL : sqlite3_malloc64(bytes->length);
    if (copy != NULL) {
        memcpy(copy, bytes->text, bytes->length);
        copy[WRITE_VERSION] = copy[READ_VERSION] = ROLLBACK;
    }
    return copy;
}

clt_status clt_sqlite_open_copy(clt_sqlite *s, clt_error *err)
{
    enum { FLAGS = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY };
    clt_arena arena = {0};
    clt_str bytes = {0};
    unsigned char *copy = NULL;
    clt_sqlite_close(s);
    clt_status status = read_still(s, &arena, &bytes, err);
    if (status == CLT_OK &&
        ((copy = without_log(&bytes)) == NULL ||
         sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)) {
        sqlite3_free(copy);
        status = clt_fail(err, CLT_NO_STORE, "%s: cannot be read", s->path);
    } else if (status == CLT_OK &&
               sqlite3_deserialize(s->db, "main", copy, (sqlite3_int64)bytes.length,
                                   (sqlite3_int64)bytes.length, FLAGS) != SQLITE_OK) {
        status = clt_sqlite_fail(s, "cannot be read", err);
    }
    clt_str_finish(&bytes);
    clt_arena_finish(&arena);
    return status;
}

/* ---- A store that nobody writes -------------------------------------------------------------- */

/* Which bytes of a file SQLite locks, whatever it does with it. */
enum { LOCKED_FROM = 0x40000000, LOCKED = 512 };

/* A file is read whole up to here; a larger one page by page, as far as it is needed. */
enum { MOST_COPIED = 64 << 20 };

/* Until the clock of the file system has gone on for certain: what is written later has another
 * time. */
enum { TICK_MS = 50 };

/* Has another process opened it? This one has not: to close the file would give up its locks. */
static bool is_opened(const clt_sqlite *s)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKED_FROM, .l_len = LOCKED};
    int fd = open(s->file, O_RDONLY | O_CLOEXEC);
    bool opened = fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
    if (fd >= 0) {
        close(fd);
    }
    return opened;
}

/* Waits until whatever is written from here on shows in the file's time; false where that does not
 * go with this computer's clock. */
static bool let_time_pass(const struct stat *info)
{
    struct timespec now, tick = {.tv_nsec = TICK_MS * 1000000};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return false;
    }
    double age = difftime(now.tv_sec, info->st_mtim.tv_sec) +
                 (double)(now.tv_nsec - info->st_mtim.tv_nsec) * 1e-9;
    if (info->st_mtim.tv_nsec == 0 && age < 3) { /* seconds may be all that is kept */
        return false;
    }
    return age >= 0 && (age * 1000 >= TICK_MS || nanosleep(&tick, NULL) == 0);
}

bool clt_sqlite_is_quiet(const clt_sqlite *s)
{
    struct stat info, journal;
    clt_arena arena = {0};
    const char *name = clt_arena_printf(&arena, "%s-journal", s->file);
    bool quiet = name != NULL && stat(name, &journal) != 0 && !has_log(s, &arena) &&
                 stat(s->file, &info) == 0 && info.st_size <= MOST_COPIED && !is_opened(s) &&
                 let_time_pass(&info);
    clt_arena_finish(&arena);
    return quiet;
}
