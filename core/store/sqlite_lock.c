#include "store/sqlite_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static clt_status refuse(const clt_sqlite *s, clt_error *err)
{
    char owner[32] = "";
    ssize_t n = pread(s->lock, owner, sizeof owner - 1, 0);
    owner[n > 0 ? strcspn(owner, "\n") : 0] = '\0';
    return clt_fail(err, CLT_NO_STORE, "%s: in use by process %s; one run at a time writes to it",
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

/* The lock goes when the process does, however it ends; the file stays. */
clt_status clt_sqlite_lock(clt_sqlite *s, clt_error *err)
{
    size_t size = strlen(s->file) + sizeof "-lock";
    char *name = malloc(size);
    if (name == NULL) {
        return clt_fail_memory(err);
    }
    (void)snprintf(name, size, "%s-lock", s->file);
    s->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    free(name);
    if (s->lock < 0) {
        return clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be written: %s", s->path,
                        strerror(errno));
    }
    if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? refuse(s, err)
                                    : clt_fail(err, CLT_NO_STORE, "%s: cannot be locked: %s",
                                               s->path, strerror(errno));
    }
    sign(s);
    return CLT_OK;
}
