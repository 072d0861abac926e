#include "base/file.h"
#include "store/sqlite_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

const char *clt_sqlite_network_name(long type)
{
    /* From statfs(2) and the kernel's linux/magic.h. */
    static const struct {
        unsigned long type;
        const char *name;
    } shared[] = {
        {0x6969, "NFS"},        {0x517b, "SMB"},
        {0xff534d42, "CIFS"},   {0xfe534d42, "SMB2"},
        {0x65735546, "FUSE"},   {0x01021997, "9P"},
        {0x00c36400, "Ceph"},   {0x5346414f, "AFS"},
        {0x6b414653, "AFS"},    {0x564c, "NCP"},
        {0x0bd00bd0, "Lustre"}, {0x01161970, "GFS2"},
        {0x7461636f, "OCFS2"},  {0x47504653, "GPFS"},
        {0x73757245, "Coda"},   {0x19830326, "BeeGFS"},
        {0xaad7aaea, "PanFS"},  {0x20030528, "PVFS"},
        {0xbacbacbc, "VMware"}, {0x786f4256, "VirtualBox"},
    };
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if (shared[i].type == ((unsigned long)type & 0xffffffffu)) {
            return shared[i].name;
        }
    }
    return NULL;
}

clt_status clt_sqlite_check_type(const char *path, long type, clt_error *err)
{
    const char *name = clt_sqlite_network_name(type);
    return name == NULL ? CLT_OK
                        : clt_fail(err, CLT_NO_STORE,
                                   "%s: lies on a network file system (%s), whose locks cannot be "
                                   "relied on; name a file on a local disk with --store",
                                   path, name);
}

/* Where the file is, or will be. */
static clt_status check_place(const clt_sqlite *s, clt_error *err)
{
    struct statfs info;
    clt_arena arena = {0};
    const char *folder = clt_path_folder(&arena, s->file);
    bool known = statfs(s->file, &info) == 0 || (folder != NULL && statfs(folder, &info) == 0);
    clt_arena_finish(&arena);
    return known ? clt_sqlite_check_type(s->path, (long)info.f_type, err) : CLT_OK;
}

/* SQLite would wait for a pipe for ever, and would take "" and ":memory:" for stores that are
 * nowhere: it is given absolute names of regular files only. Without symlinks, because the lock
 * lies beside the file, whatever it is called. */
static clt_status name_file(clt_sqlite *s, clt_error *err)
{
    clt_arena arena = {0};
    const char *folder = clt_path_folder(&arena, s->path);
    const char *real = clt_path_real(&arena, s->path);
    if (real == NULL && folder != NULL && (folder = clt_path_real(&arena, folder)) != NULL) {
        real = clt_path_join(&arena, folder, clt_path_name(s->path));
    }
    s->file = strdup(real != NULL ? real : s->path);
    clt_arena_finish(&arena);
    return s->file != NULL ? CLT_OK : clt_fail_memory(err);
}

static clt_status check_missing(const clt_sqlite *s, bool write, clt_error *err)
{
    if (!write && (errno == ENOENT || errno == ENOTDIR)) {
        return clt_fail(err, CLT_NO_STORE, "%s: there is no store; \"collet run\" makes one",
                        s->path);
    }
    return write && errno == ENOENT ? CLT_OK
           : write
               ? clt_fail(err, CLT_CANNOT_CREATE, "%s: cannot be written: %s", s->path,
                          strerror(errno))
               : clt_fail(err, CLT_NO_STORE, "%s: cannot be read: %s", s->path, strerror(errno));
}

clt_status clt_sqlite_find(clt_sqlite *s, bool write, clt_error *err)
{
    struct stat info;
    if (s->path[0] == '\0') {
        return clt_fail(err, CLT_NO_STORE, "the store has no name; name a file with --store");
    }
    if (stat(s->path, &info) != 0) {
        if (check_missing(s, write, err) != CLT_OK) {
            return err->status;
        }
    } else if (!S_ISREG(info.st_mode)) {
        return clt_fail(err, CLT_NO_STORE, "%s: %s; a store is a file", s->path,
                        S_ISDIR(info.st_mode) ? "a folder" : "not a regular file");
    } else if (access(s->path, write ? R_OK | W_OK : R_OK) != 0) {
        return clt_fail(err, write ? CLT_CANNOT_CREATE : CLT_NO_STORE, "%s: cannot be %s: %s",
                        s->path, write ? "written" : "read", strerror(errno));
    }
    if (name_file(s, err) != CLT_OK) {
        return err->status;
    }
    return write ? check_place(s, err) : CLT_OK;
}
