/* A run writes through open files, which go on whatever becomes of their names. So that no success
 * is told of a file that nobody finds, it looks after each commit whether what is open still lies
 * at its path, and where it does not, saves what there is and ends. */
#include "base/clock.h"
#include "base/file.h"
#include "store/sqlite_impl.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds between two looks, and two copies of the log into the file, where little is written. */
static const double TEND_TIME = 1;

static clt_sqlite_id id_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (clt_sqlite_id){info.st_dev, info.st_ino, true}
                                  : (clt_sqlite_id){.known = false};
}

static bool same(clt_sqlite_id a, clt_sqlite_id b)
{
    return a.known && b.known && a.device == b.device && a.inode == b.inode;
}

static const char *log_path(const clt_sqlite *s)
{
    return sqlite3_filename_wal(sqlite3_db_filename(s->db, "main"));
}

void clt_sqlite_note_place(clt_sqlite *s)
{
    s->file_id = id_of(s->file);
    s->log_id = id_of(log_path(s));
}

/* Where an open file of that identity lies now, in the arena; NULL: nowhere, or unknown. */
static const char *find_open(clt_sqlite_id id, clt_arena *arena)
{
    static const char mark[] = " (deleted)";
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    const char *found = NULL;
    while (folder != NULL && found == NULL && (entry = readdir(folder)) != NULL) {
        char link[64], path[4200];
        (void)snprintf(link, sizeof link, "/proc/self/fd/%.20s", entry->d_name);
        ssize_t n = same(id_of(link), id) ? readlink(link, path, sizeof path - 1) : -1;
        path[n > 0 ? n : 0] = '\0';
        bool gone = n >= (ssize_t)sizeof mark && strcmp(path + n - (sizeof mark - 1), mark) == 0;
        found = n > 0 && !gone && same(id_of(path), id) ? clt_arena_copy(arena, path) : NULL;
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return found;
}

/* Copies the store beside its place, or where there is room; its name, or NULL. */
static const char *rescue(clt_sqlite *s, clt_arena *arena)
{
    const char *places[] = {s->file, clt_path_name(s->file),
                            clt_arena_printf(arena, "/tmp/%s", clt_path_name(s->file))};
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        for (int i = 1; i < 100 && places[p] != NULL; i++) {
            clt_error ignored = {0};
            const char *path = i == 1 ? clt_arena_printf(arena, "%s-rescued", places[p])
                                      : clt_arena_printf(arena, "%s-rescued-%d", places[p], i);
            if (path == NULL || access(path, F_OK) == 0) {
                continue;
            }
            if (clt_sqlite_copy_to(s, path, &ignored) == CLT_OK) {
                return path;
            }
            break; /* not here */
        }
    }
    return NULL;
}

/* Copies the log into the file, wherever that is. Nothing is removed by its name any more: what has
 * that now is another's. */
static void fold_away(clt_sqlite *s)
{
    (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static clt_status fail_moved(clt_sqlite *s, clt_error *err)
{
    clt_arena arena = {0};
    const char *what = access(s->file, F_OK) == 0 ? "replaced by another file" : "removed";
    const char *now = find_open(s->file_id, &arena);
    if (now != NULL) {
        fold_away(s);
        clt_fail(
            err, CLT_NO_STORE,
            "%s: moved to %s while it was in use; all results so far are there; run again with "
            "--store and that name",
            s->path, now);
    } else if ((now = rescue(s, &arena)) != NULL) {
        clt_fail(err, CLT_NO_STORE,
                 "%s: %s while it was in use; all results so far are in %s; move that to its place "
                 "and run again",
                 s->path, what, now);
    } else {
        clt_fail(err, CLT_NO_STORE,
                 "%s: %s while it was in use, and no copy could be made; its results are lost",
                 s->path, what);
    }
    clt_arena_finish(&arena);
    return err->status;
}

/* The log alone is gone: what is in it is copied into the file. */
static clt_status fail_log(clt_sqlite *s, clt_error *err)
{
    fold_away(s);
    return clt_fail(err, CLT_NO_STORE,
                    "%s: its log (%s-wal) was removed or replaced while it was in use; all results "
                    "so far are in the store; run again",
                    s->path, s->path);
}

clt_status clt_sqlite_check_place(clt_sqlite *s, clt_error *err)
{
    if (!s->writes || !s->file_id.known) {
        return CLT_OK;
    }
    if (s->gone) {
        return clt_fail(err, CLT_NO_STORE, "%s: no longer at its place", s->path);
    }
    if (!same(id_of(s->file), s->file_id)) {
        s->gone = true;
        return fail_moved(s, err);
    }
    if (s->log_id.known && !same(id_of(log_path(s)), s->log_id)) {
        s->gone = true;
        return fail_log(s, err);
    }
    return clt_sqlite_keep_lock(s, err);
}

clt_status clt_sqlite_tend(clt_store *store, clt_error *err)
{
    clt_sqlite *s = (clt_sqlite *)store;
    double now = clt_clock();
    if (!s->writes || s->in_group || now - s->tended < TEND_TIME) {
        return CLT_OK;
    }
    s->tended = now;
    clt_sqlite_fold_some(s);
    return clt_sqlite_check_place(s, err);
}
