#include "disk.h"

#include "base/file.h"
#include "base/rng.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FILES = 8, SECTOR = 512 };

/* Bytes that grow. */
typedef struct bytes {
    unsigned char *data;
    size_t size, room;
} bytes;

/* A write that is not synchronised; a truncation where there is no data. */
typedef struct change {
    size_t offset;
    bytes what;
} change;

typedef struct plate {
    char name[128];
    bool there, old_there; /* after a cut for sure; perhaps */
    bytes now, old;        /* as synchronised; what was deleted, until then */
    change *changes;
    size_t change_count;
} plate;

struct test_disk {
    sqlite3_vfs vfs, *real;
    char folder[128];
    plate plates[MOST_FILES];
    size_t plate_count;
    test_fault fault;
    uint64_t fail_from, calls;
    void (*before)(void *ctx);
    void *ctx;
};

/* SQLite's file, the real one behind it. */
typedef struct file {
    sqlite3_file head;
    test_disk *disk;
    plate *plate; /* NULL: not in the folder */
    sqlite3_file *real;
} file;

static void resize(bytes *b, size_t size)
{
    if (b->data == NULL || size > b->room) {
        b->room = size + size / 2;
        b->data = realloc(b->data, b->room + 1);
        ck_assert_ptr_nonnull(b->data);
    }
    if (size > b->size) {
        memset(b->data + b->size, 0, size - b->size);
    }
    b->size = size;
}

static void put(bytes *b, const void *data, size_t offset, size_t n)
{
    if (b->size < offset + n) {
        resize(b, offset + n);
    }
    memcpy(b->data + offset, data, n);
}

static bytes copy_of(const void *data, size_t n)
{
    bytes copy = {0};
    resize(&copy, n);
    if (n > 0) {
        memcpy(copy.data, data, n);
    }
    return copy;
}

/* What was there before the disk stays there. */
static void adopt(plate *p)
{
    clt_str text = {0};
    clt_error err = {0};
    if (access(p->name, F_OK) == 0) {
        clt_file_read(p->name, 1 << 24, &text, &err);
        ck_assert_msg(err.status == CLT_OK, "%s", err.text);
        p->now = copy_of(clt_str_text(&text), text.length);
        p->there = true;
    }
    clt_str_finish(&text);
}

static plate *plate_of(test_disk *d, const char *name)
{
    size_t length = strlen(d->folder);
    if (name == NULL || strncmp(name, d->folder, length) != 0 || name[length] != '/' ||
        strstr(name, "-shm") != NULL) {
        return NULL;
    }
    for (size_t i = 0; i < d->plate_count; i++) {
        if (strcmp(d->plates[i].name, name) == 0) {
            return &d->plates[i];
        }
    }
    ck_assert_uint_lt(d->plate_count, MOST_FILES);
    plate *p = &d->plates[d->plate_count++];
    (void)snprintf(p->name, sizeof p->name, "%s", name);
    adopt(p);
    return p;
}

static void forget_changes(plate *p)
{
    for (size_t i = 0; i < p->change_count; i++) {
        free(p->changes[i].what.data);
    }
    free(p->changes);
    p->changes = NULL;
    p->change_count = 0;
}

static void add_change(plate *p, change c)
{
    p->changes = realloc(p->changes, (p->change_count + 1) * sizeof *p->changes);
    ck_assert_ptr_nonnull(p->changes);
    p->changes[p->change_count++] = c;
}

static void apply(bytes *to, const change *c)
{
    if (c->what.data == NULL) {
        resize(to, c->offset);
    } else {
        put(to, c->what.data, c->offset, c->what.size);
    }
}

/* Shall the call fail? */
static bool call(const file *f, test_fault kind)
{
    test_disk *d = f->disk;
    if (f->plate == NULL) {
        return false;
    }
    if (d->before != NULL) {
        d->before(d->ctx);
    }
    return d->fault == kind && ++d->calls >= d->fail_from;
}

#define REAL(f) ((file *)(f))->real

static int on_close(sqlite3_file *f)
{
    return REAL(f)->pMethods->xClose(REAL(f));
}

static int on_read(sqlite3_file *f, void *data, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), data, n, at);
}

static int on_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
    plate *p = ((file *)f)->plate;
    if (call((file *)f, TEST_FAULT_FULL)) {
        return SQLITE_FULL;
    }
    if (p != NULL) {
        add_change(p, (change){(size_t)at, copy_of(data, (size_t)n)});
    }
    return REAL(f)->pMethods->xWrite(REAL(f), data, n, at);
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    plate *p = ((file *)f)->plate;
    (void)call((file *)f, TEST_FAULT_NONE);
    if (p != NULL) {
        add_change(p, (change){(size_t)size, {0}});
    }
    return REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int on_sync(sqlite3_file *f, int flags)
{
    plate *p = ((file *)f)->plate;
    if (p == NULL) {
        return REAL(f)->pMethods->xSync(REAL(f), flags);
    }
    if (call((file *)f, TEST_FAULT_SYNC)) {
        return SQLITE_IOERR_FSYNC;
    }
    for (size_t i = 0; i < p->change_count; i++) {
        apply(&p->now, &p->changes[i]);
    }
    forget_changes(p);
    p->there = true;
    p->old_there = false;
    return SQLITE_OK; /* the real disk need not spin */
}

static int on_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int on_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}

static int on_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}

static int on_check(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int on_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int on_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int on_traits(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, out);
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int on_shm_unmap(sqlite3_file *f, int delete)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), delete);
}

static const sqlite3_io_methods methods = {.iVersion = 2,
                                           .xClose = on_close,
                                           .xRead = on_read,
                                           .xWrite = on_write,
                                           .xTruncate = on_truncate,
                                           .xSync = on_sync,
                                           .xFileSize = on_size,
                                           .xLock = on_lock,
                                           .xUnlock = on_unlock,
                                           .xCheckReservedLock = on_check,
                                           .xFileControl = on_control,
                                           .xSectorSize = on_sector,
                                           .xDeviceCharacteristics = on_traits,
                                           .xShmMap = on_shm_map,
                                           .xShmLock = on_shm_lock,
                                           .xShmBarrier = on_shm_barrier,
                                           .xShmUnmap = on_shm_unmap};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *out, int flags, int *got)
{
    test_disk *d = vfs->pAppData;
    file *f = (file *)out;
    *f = (file){.disk = d, .plate = plate_of(d, name), .real = (sqlite3_file *)(f + 1)};
    int code = d->real->xOpen(d->real, name, f->real, flags, got);
    f->head.pMethods = f->real->pMethods != NULL ? &methods : NULL;
    return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    test_disk *d = vfs->pAppData;
    plate *p = plate_of(d, name);
    if (p != NULL) {
        const file f = {.disk = d, .plate = p};
        (void)call(&f, TEST_FAULT_NONE);
        forget_changes(p);
        if (p->there) {
            free(p->old.data);
            p->old = p->now;
            p->old_there = sync == 0; /* else the folder is synchronised */
            p->now = (bytes){0};
            p->there = false;
        }
    }
    return d->real->xDelete(d->real, name, sync);
}

test_disk *test_disk_create(const char *folder)
{
    test_disk *d = calloc(1, sizeof *d);
    ck_assert_ptr_nonnull(d);
    (void)snprintf(d->folder, sizeof d->folder, "%s", folder);
    d->real = sqlite3_vfs_find(NULL);
    d->vfs = *d->real; /* what is not about files is the real one's */
    d->vfs.zName = "disk";
    d->vfs.pAppData = d;
    d->vfs.szOsFile = (int)sizeof(file) + d->real->szOsFile;
    d->vfs.xOpen = on_open;
    d->vfs.xDelete = on_delete;
    ck_assert_int_eq(sqlite3_vfs_register(&d->vfs, 1), SQLITE_OK);
    return d;
}

void test_disk_destroy(test_disk *d)
{
    sqlite3_vfs_unregister(&d->vfs);
    sqlite3_vfs_register(d->real, 1);
    for (size_t i = 0; i < d->plate_count; i++) {
        forget_changes(&d->plates[i]);
        free(d->plates[i].now.data);
        free(d->plates[i].old.data);
    }
    free(d);
}

void test_disk_fail(test_disk *d, test_fault fault, uint64_t from)
{
    d->fault = fault;
    d->fail_from = from;
    d->calls = 0;
}

uint64_t test_disk_calls(const test_disk *d)
{
    return d->calls;
}

void test_disk_watch(test_disk *d, void (*before)(void *ctx), void *ctx)
{
    d->before = before;
    d->ctx = ctx;
}

/* What the disk did with a write before the power went. */
static void apply_perhaps(bytes *to, const change *c, clt_rng *rng)
{
    enum { NOT_AT_ALL, WHOLLY, IN_PART, AS_RUBBISH };
    uint32_t how = (uint32_t)clt_rng_below(rng, 4);
    change part = {c->offset, c->what};
    if (how == NOT_AT_ALL) {
        return;
    }
    if (c->what.data == NULL || how == WHOLLY) {
        apply(to, c);
    } else if (how == IN_PART) {
        part.what.size = (size_t)clt_rng_below(rng, c->what.size / SECTOR + 1) * SECTOR;
        apply(to, &part);
    } else {
        part.what = copy_of(c->what.data, c->what.size);
        memset(part.what.data, (int)(clt_rng_below(rng, 256)), part.what.size);
        apply(to, &part);
        free(part.what.data);
    }
}

static void save(const plate *p, const bytes *content, const char *into)
{
    char name[256];
    (void)snprintf(name, sizeof name, "%s%s", into, strrchr(p->name, '/'));
    FILE *out = fopen(name, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(content->data, 1, content->size, out), content->size);
    ck_assert_int_eq(fclose(out), 0);
}

void test_disk_cut(const test_disk *d, const char *into, uint64_t seed)
{
    clt_rng rng;
    clt_rng_init(&rng, seed, "power cut", 0);
    for (size_t i = 0; i < d->plate_count; i++) {
        const plate *p = &d->plates[i];
        bool heads = clt_rng_below(&rng, 2) == 0;
        if (!p->there && p->old_there && heads) {
            save(p, &p->old, into);
        } else if (p->there || (p->change_count > 0 && heads)) {
            bytes content = copy_of(p->now.data, p->now.size);
            for (size_t k = 0; k < p->change_count; k++) {
                apply_perhaps(&content, &p->changes[k], &rng);
            }
            save(p, &content, into);
            free(content.data);
        }
    }
}
