#include "base/file.h"
#include "store/sqlite.h"
#include "store/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL: no memory. */
static char *beside(const clt_sqlite *s, const char *end)
{
    size_t size = strlen(s->file) + strlen(end) + 1;
    char *name = malloc(size);
    if (name != NULL) {
        (void)snprintf(name, size, "%s%s", s->file, end);
    }
    return name;
}

static clt_status refuse(const clt_sqlite *s, clt_error *err)
{
    char owner[32] = "";
    ssize_t n = pread(s->lock, owner, sizeof owner - 1, 0);
    owner[n > 0 ? strcspn(owner, "\n") : 0] = '\0';
    return clt_fail(err, CLT_NO_STORE, "%s: " CLT_STORE_TAKEN " %s; one run at a time writes to it",
                    s->path, owner[0] != '\0' ? owner : "(unknown)");
}

/* Whose lock it is, for messages. That it cannot be written (the disk is full) does no harm. */
static void sign(const clt_sqlite *s)
{
    char owner[32];
    int n = snprintf(owner, sizeof owner, "%d\n", (int)getpid());
    if (ftruncate(s->lock, 0) == 0) {
        (void)!pwrite(s->lock, owner, (size_t)n, 0);
    }
}

static clt_status take(clt_sqlite *s, const char *name, clt_error *err)
{
    struct stat info; /* who may read the store may see whether a run has it */
    mode_t mode = stat(s->file, &info) == 0 ? info.st_mode & 0666 : CLT_FILE_MODE;
    s->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    if (s->lock < 0) {
        return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be written: %s", s->path,
                        strerror(errno));
    }
    if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? refuse(s, err)
                                    : clt_fail(err, CLT_NO_STORE, "%s: cannot be locked: %s",
                                               s->path, strerror(errno));
    }
    return CLT_OK;
}

/* A run whose store was for nothing may have removed the file between opening and locking it:
 * what is locked then is no longer what others find. */
static bool is_current(const clt_sqlite *s, const char *name)
{
    struct stat held, found;
    return fstat(s->lock, &held) == 0 && stat(name, &found) == 0 && held.st_ino == found.st_ino &&
           held.st_dev == found.st_dev;
}

/* The lock goes when the process does, however it ends; the file stays. */
clt_status clt_sqlite_lock(clt_sqlite *s, clt_error *err)
{
    char *name = beside(s, "-lock");
    if (name == NULL) {
        return clt_fail_memory(err);
    }
    clt_status status = take(s, name, err);
    if (status == CLT_OK && !is_current(s, name)) {
        close(s->lock);
        status = take(s, name, err);
    }
    if (status == CLT_OK && !is_current(s, name)) {
        status = clt_fail(err, CLT_NO_STORE, "%s: in use by another process", s->path);
    }
    free(name);
    if (status == CLT_OK) {
        sign(s);
    }
    return status;
}

/* The byte of the lock file that stands for a study: whoever runs it has a lock on that. Asking who
 * has it, unlike trying to take it, gets in nobody's way. */
static struct flock byte_of(int64_t study)
{
    enum { MOST = 1 << 30 };
    return (struct flock){
        .l_type = F_WRLCK, .l_start = 1 + (off_t)(study & (MOST - 1)), .l_len = 1};
}

void clt_sqlite_claim(clt_sqlite *s, int64_t study)
{
    struct flock byte = byte_of(study);
    if (s->lock >= 0 && s->claimed != study && fcntl(s->lock, F_OFD_SETLK, &byte) == 0) {
        s->claimed = study;
    }
}

bool clt_sqlite_is_run(clt_store *store, int64_t study)
{
    const clt_sqlite *s = (const clt_sqlite *)store;
    struct flock byte = byte_of(study);
    char *name = beside(s, "-lock");
    int fd = name != NULL ? open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    bool is = fd < 0 && errno != ENOENT; /* who may not look does not know better */
    if (fd >= 0) {
        is = fcntl(fd, F_OFD_GETLK, &byte) == 0 && byte.l_type != F_UNLCK;
        close(fd);
    }
    free(name);
    return is;
}

clt_status clt_sqlite_keep_lock(clt_sqlite *s, clt_error *err)
{
    char *name = beside(s, "-lock");
    if (name == NULL) {
        return clt_fail_memory(err);
    }
    bool current = is_current(s, name);
    free(name);
    if (current) {
        return CLT_OK;
    }
    int64_t claimed = s->claimed;
    close(s->lock);
    s->lock = -1;
    s->claimed = 0;
    clt_status status = clt_sqlite_lock(s, err);
    s->gone = status != CLT_OK; /* another run has it, and writes */
    if (claimed > 0) {
        clt_sqlite_claim(s, claimed);
    }
    return status;
}

void clt_sqlite_unmake(const clt_sqlite *s)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-lock"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *name = beside(s, ends[i]);
        if (name != NULL) {
            (void)unlink(name);
        }
        free(name);
    }
}
