#include "plugin/search.h"

#include "base/file.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static clt_status add(clt_search *search, const char *path, const char *reason, clt_error *err)
{
    clt_folder folder = {path, reason};
    return path != NULL && CLT_PUSH(&search->folders, folder) ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_search_add(clt_search *search, const char *list, const char *base,
                          const char *reason, clt_error *err)
{
    while (*list != '\0') {
        size_t n = strcspn(list, ":");
        char *path = clt_arena_printf(&search->arena, "%.*s", (int)n, list);
        if (path != NULL && base != NULL) {
            path = clt_path_join(&search->arena, base, path);
        }
        if (n > 0 && add(search, path, reason, err) != CLT_OK) {
            return err->status;
        }
        list += n + (list[n] == ':');
    }
    return CLT_OK;
}

clt_status clt_search_add_experiment(clt_search *search, const char *list, const char *file,
                                     clt_error *err)
{
    struct stat info;
    if (stat(file, &info) == 0 && info.st_uid != geteuid() && info.st_uid != 0) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: [plugins] path is refused, because the file belongs to another user; "
                        "give the folder with --plugin-path",
                        file);
    }
    const char *folder = clt_path_folder(&search->arena, file);
    return folder == NULL ? clt_fail_memory(err)
                          : clt_search_add(search, list, folder, "[plugins] path", err);
}

bool clt_search_missing(const clt_search *search, const char *reason, const char **path)
{
    struct stat info;
    for (size_t i = 0; i < search->folders.count; i++) {
        const clt_folder *folder = &search->folders.items[i];
        bool there = stat(folder->path, &info) == 0 && S_ISDIR(info.st_mode);
        if (!there && strcmp(folder->reason, reason) == 0) {
            *path = folder->path;
            return true;
        }
    }
    return false;
}

/* The shared library that this code is part of; NULL where it is part of the program. */
static const char *own_library(void)
{
    static const char inside = 0;
    Dl_info info;
    void *found = NULL;
    bool known = dladdr1(&inside, &info, &found, RTLD_DL_LINKMAP) != 0 && found != NULL;
    const struct link_map *map = found;
    return known && map->l_name[0] != '\0' ? map->l_name : NULL; /* the program's name is empty */
}

/* Drops what the kernel adds to the name of a program that was replaced while it runs, as by an
 * upgrade: its folder is the same. */
static void drop_mark(char *path)
{
    static const char mark[] = " (deleted)";
    size_t length = strlen(path), size = sizeof mark - 1;
    if (length > size && strcmp(path + length - size, mark) == 0) {
        path[length - size] = '\0';
    }
}

/* The folder of that library, or of the program. NULL: no memory, or by errno not known. */
static const char *own_folder(clt_search *search, const char *library)
{
    char program[PATH_MAX + 16] = "";
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (library == NULL && n <= 0) {
        return NULL;
    }
    drop_mark(program);
    const char *file = clt_path_absolute(&search->arena, library != NULL ? library : program);
    return file != NULL ? clt_path_folder(&search->arena, file) : NULL;
}

clt_status clt_search_add_standard(clt_search *search, clt_error *err)
{
    const char *list = secure_getenv("COLLET_PLUGIN_PATH");
    if (list != NULL && clt_search_add(search, list, NULL, "COLLET_PLUGIN_PATH", err) != CLT_OK) {
        return err->status;
    }
    const char *library = own_library();
    const char *folder = own_folder(search, library);
    if (folder == NULL) { /* without /proc the other folders must do */
        return errno == ENOMEM ? clt_fail_memory(err) : CLT_OK;
    }
    if (add(search, clt_arena_printf(&search->arena, "%s/plugins", folder),
            library != NULL ? "beside the library" : "beside the program", err) != CLT_OK) {
        return err->status;
    }
    return add(search, clt_arena_printf(&search->arena, "%s/../lib/collet/plugins-1", folder),
               "installed", err);
}

void clt_search_finish(clt_search *search)
{
    CLT_VEC_FINISH(&search->folders);
    clt_arena_finish(&search->arena);
}
