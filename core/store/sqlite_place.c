#include "base/file.h"
#include "store/sqlite_impl.h"

#include <sys/vfs.h>

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
        {0x0bd00bd0, "Lustre"}, {0x01161970, "GFS2"},
        {0x7461636f, "OCFS2"},  {0x47504653, "GPFS"},
        {0x73757245, "Coda"},   {0x786f4256, "VirtualBox"},
    };
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if (shared[i].type == ((unsigned long)type & 0xffffffffu)) {
            return shared[i].name;
        }
    }
    return NULL;
}

clt_status clt_sqlite_check_place(const char *path, clt_error *err)
{
    struct statfs info;
    clt_arena arena = {0};
    const char *folder = clt_path_folder(&arena, path);
    const char *name = folder != NULL && statfs(folder, &info) == 0
                           ? clt_sqlite_network_name((long)info.f_type)
                           : NULL;
    if (name != NULL) {
        clt_fail(err, CLT_NO_STORE,
                 "%s: lies on a network file system (%s), whose locks cannot be relied on; name a "
                 "file on a local disk with --store",
                 path, name);
    }
    clt_arena_finish(&arena);
    return name == NULL ? CLT_OK : err->status;
}
