#include "fuzz.h"

#include "base/utf8.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder and the registry live as long as the process: each costs more than an input. */
static char folder[64];
static clt_registry *registry;

const char *fuzz_text(clt_arena *arena, const uint8_t *data, size_t size)
{
    char *text = clt_arena_array(arena, size + 1, 1);
    fuzz_require(text != NULL, "there is memory for the input");
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    return text;
}

static void remove_folder(void)
{
    DIR *list = opendir(folder);
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(list), entry->d_name, 0);
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    (void)rmdir(folder);
}

static void make_folder(void)
{
    bool in_memory = access("/dev/shm", W_OK) == 0;
    (void)snprintf(folder, sizeof folder, "%s/collet-fuzz-XXXXXX", in_memory ? "/dev/shm" : "/tmp");
    fuzz_require(mkdtemp(folder) != NULL, "a folder can be made");
    (void)atexit(remove_folder);
}

const char *fuzz_path(const char *name)
{
    static char path[128];
    if (folder[0] == '\0') {
        make_folder();
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
    const char *path = fuzz_path(name);
    FILE *out = fopen(path, "w");
    fuzz_require(out != NULL && fwrite(data, 1, size, out) == size && fclose(out) == 0,
                 "the input's file can be written");
    return path;
}

clt_registry *fuzz_registry(void)
{
    clt_search search = {0};
    clt_error err = {0};
    if (registry == NULL) {
        clt_search_add(&search, PLUGINS, NULL, "fuzz", &err);
        clt_registry_create(&search, &registry, &err);
        fuzz_require(err.status == CLT_OK, err.text);
    }
    return registry;
}

void fuzz_require(bool holds, const char *promise)
{
    if (!holds) {
        (void)fprintf(stderr, "broken: %s\n", promise);
        abort();
    }
}

void fuzz_check_error(clt_status status, const clt_error *err)
{
    fuzz_require(status == err->status, "the status returned is the error's");
    if (status == CLT_OK) {
        return;
    }
    fuzz_require(err->text[0] != '\0', "a failure says why");
    fuzz_require(strchr(err->text, '\n') == NULL, "a failure is one line");
    fuzz_require(clt_utf8_valid(err->text, strlen(err->text)) == strlen(err->text),
                 "a failure's text is UTF-8");
}
