#include "train/slots.h"

#include "base/crc.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct head {
    char magic[8];
    uint64_t fingerprint, serial, length;
    uint32_t payload_crc, crc; /* crc: of all that stands before it */
} head;

static const char magic[8] = "CLTSLOT1";

static uint32_t crc_of(const head *h)
{
    return clt_crc32c(0, h, offsetof(head, crc));
}

static void slot_path(const clt_slots *s, uint32_t which, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%s.%c", s->path, which == 0 ? 'a' : 'b');
}

static bool is_whole(const clt_slots *s, const clt_slot *slot)
{
    head h;
    if (slot->map_size < sizeof h) {
        return false;
    }
    memcpy(&h, slot->map, sizeof h);
    return memcmp(h.magic, magic, sizeof magic) == 0 && h.crc == crc_of(&h) &&
           h.fingerprint == s->fingerprint && h.length == slot->map_size - sizeof h &&
           h.payload_crc == clt_crc32c(0, (const char *)slot->map + sizeof h, h.length);
}

static bool read_slot(const clt_slots *s, uint32_t which, clt_slot *slot)
{
    char path[PATH_MAX];
    struct stat st;
    head h;
    *slot = (clt_slot){0};
    slot_path(s, which, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        slot->map_size = (size_t)st.st_size;
        slot->map = mmap(NULL, slot->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
        slot->map = slot->map == MAP_FAILED ? NULL : slot->map;
    }
    close(fd);
    if (slot->map == NULL || !is_whole(s, slot)) {
        clt_slot_finish(slot);
        return false;
    }
    memcpy(&h, slot->map, sizeof h);
    slot->serial = h.serial;
    slot->bytes = (const unsigned char *)slot->map + sizeof h;
    slot->size = h.length;
    return true;
}

bool clt_slots_read(clt_slots *s, uint64_t below, clt_slot *slot)
{
    clt_slot slots[2];
    bool found = false;
    *slot = (clt_slot){0};
    for (uint32_t i = 0; i < 2; i++) {
        bool better = read_slot(s, i, &slots[i]) && slots[i].serial < below &&
                      (!found || slots[i].serial > slot->serial);
        if (better) {
            clt_slot_finish(slot);
            *slot = slots[i];
            s->next = 1 - i;
            found = true;
        } else {
            clt_slot_finish(&slots[i]);
        }
    }
    return found;
}

void clt_slot_finish(clt_slot *slot)
{
    if (slot->map != NULL) {
        (void)munmap(slot->map, slot->map_size);
    }
    *slot = (clt_slot){0};
}

void clt_slot_add(clt_slot_writer *w, const void *bytes, size_t n)
{
    if (w->failed) {
        return;
    }
    w->failed = !clt_write_all(w->fd, bytes, n);
    w->crc = clt_crc32c(w->crc, bytes, n);
    w->length += n;
}

/* The folder of a path, into `folder`. */
static void folder_of(const char *path, char folder[PATH_MAX])
{
    (void)snprintf(folder, PATH_MAX, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        (void)snprintf(folder, PATH_MAX, ".");
    } else {
        *slash = '\0';
    }
}

static int open_new(const char *path, const char *folder)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, CLT_FILE_MODE);
    if (fd < 0 && errno == ENOENT && (mkdir(folder, 0700) == 0 || errno == EEXIST)) {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, CLT_FILE_MODE);
    }
    return fd;
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

/* Payload first, then the head that makes it valid. */
static bool fill(const clt_slots *s, uint64_t serial, int fd,
                 void (*put)(void *ctx, clt_slot_writer *writer), void *ctx)
{
    head h = {.fingerprint = s->fingerprint, .serial = serial};
    clt_slot_writer w = {.fd = fd};
    if (!clt_write_all(fd, (const char *)&h, sizeof h)) {
        return false;
    }
    put(ctx, &w);
    memcpy(h.magic, magic, sizeof magic);
    h.length = w.length;
    h.payload_crc = w.crc;
    h.crc = crc_of(&h);
    return !w.failed && pwrite(fd, &h, sizeof h, 0) == (ssize_t)sizeof h && fsync(fd) == 0;
}

clt_status clt_slots_write(clt_slots *s, uint64_t serial,
                           void (*put)(void *ctx, clt_slot_writer *writer), void *ctx,
                           clt_error *err)
{
    char path[PATH_MAX], unfinished[PATH_MAX], folder[PATH_MAX];
    slot_path(s, s->next, path);
    folder_of(s->path, folder);
    (void)snprintf(unfinished, sizeof unfinished, "%s.tmp%u", s->path, s->attempt);
    int fd = open_new(unfinished, folder);
    bool ok = fd >= 0 && fill(s, serial, fd, put, ctx);
    int cause = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (ok && (rename(unfinished, path) != 0 || !sync_folder(folder))) {
        cause = errno;
        ok = false;
    }
    if (!ok) {
        (void)unlink(unfinished);
        return clt_fail(err, CLT_IO, "%s: %s", path, strerror(cause));
    }
    s->next = 1 - s->next;
    return CLT_OK;
}

void clt_slots_remove(const char *path, uint32_t attempts)
{
    char name[PATH_MAX];
    clt_slots slots = {.path = path};
    for (uint32_t i = 0; i < 2; i++) {
        slot_path(&slots, i, name);
        (void)unlink(name);
    }
    for (uint32_t i = 1; i <= attempts; i++) {
        (void)snprintf(name, sizeof name, "%s.tmp%u", path, i);
        (void)unlink(name);
    }
}
