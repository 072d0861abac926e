#include "study/inputs.h"

#include "base/file.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "plugin/host.h"

#include <collet/dataset.h>
#include <collet/objective.h>

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Which files ---------------------------------------------------------------------------- */

/* The files of one role. */
typedef struct files {
    const clt_plan *plan;
    const char *role;
    clt_arena *arena;
    CLT_VEC(const char *) paths;
    bool failed;
} files;

static void add_path(void *ctx, const char *path)
{
    files *f = ctx;
    const char *copy = clt_arena_copy(f->arena, path);
    f->failed = f->failed || copy == NULL || !CLT_PUSH(&f->paths, copy);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Does a file of that name come from this program, not from whoever made the data? */
static bool is_own(const char *name)
{
    static const char *const ends[] = {".ini",    ".db",         ".db-wal",
                                       ".db-shm", ".db-journal", ".safetensors"};
    bool own = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        own = own || ends_with(name, ends[i]);
    }
    return own;
}

/* The experiment's own folder holds too much else: of that only what lies in folders below. */
static void add_folder(files *f, const char *path)
{
    const int least = strcmp(path, f->plan->folder) == 0 ? 2 : 1;
    char *const roots[] = {(char *)(uintptr_t)path, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *e; walk != NULL && (e = fts_read(walk)) != NULL;) {
        bool hidden = e->fts_level > 0 && e->fts_name[0] == '.';
        if (e->fts_info == FTS_D && (hidden || ends_with(e->fts_name, ".db-checkpoints"))) {
            (void)fts_set(walk, e, FTS_SKIP);
        } else if (e->fts_info == FTS_F && e->fts_level >= least && !hidden &&
                   !is_own(e->fts_name)) {
            add_path(f, e->fts_path);
        }
    }
    if (walk != NULL) {
        (void)fts_close(walk);
    }
}

/* What an option of type COLLET_PATH names. */
static void add_named(files *f, const char *text, bool folders)
{
    struct stat about;
    const char *path = strcmp(text, ".") == 0 ? f->plan->folder
                       : text[0] != '\0'      ? clt_path_join(f->arena, f->plan->folder, text)
                                              : NULL;
    if (path == NULL || stat(path, &about) != 0) {
        return;
    }
    if (S_ISREG(about.st_mode)) {
        add_path(f, path);
    } else if (S_ISDIR(about.st_mode) && folders) {
        add_folder(f, path);
    }
}

static void add_options(files *f, const clt_component *c)
{
    const bool folders = strcmp(c->role, "data") == 0;
    for (size_t i = 0; i < c->setting_count; i++) {
        const clt_variable *v = &f->plan->variables[c->settings[i].variable];
        if (c->settings[i].option->type != COLLET_PATH || v->never) {
            continue;
        }
        for (uint32_t k = 0; v->range.type != 0 && k < v->range.choice_count; k++) {
            add_named(f, v->range.choices[k], folders);
        }
        if (v->range.type == 0) {
            add_named(f, v->text, folders);
        }
    }
}

typedef collet_status inputs_function(const collet_host *host, const void *config,
                                      void (*add)(void *ctx, const char *path), void *ctx);

/* The unit's own answer; NULL: it has none. */
static inputs_function *function_of(const clt_component *c)
{
    const collet_dataset *dataset = c->unit->vtable;
    const collet_objective *objective = c->unit->vtable;
    if (strcmp(c->role, "data") == 0) {
        return COLLET_CAN(dataset, inputs) ? dataset->inputs : NULL;
    }
    bool asks = strcmp(c->role, "objective") == 0 && COLLET_CAN(objective, inputs);
    return asks ? objective->inputs : NULL;
}

static void add_component(files *f, const clt_component *c)
{
    inputs_function *inputs = function_of(c);
    clt_error ignored = {0};
    clt_host host;
    void *config;
    if (inputs == NULL) {
        add_options(f, c);
    } else if (clt_plan_configure(f->plan, c, NULL, f->arena, &config, &ignored) == CLT_OK) {
        clt_host_init(&host, c->role, c->id, NULL);
        (void)inputs(clt_host_table(&host), config, add_path, f);
    }
}

/* ---- What they hold ------------------------------------------------------------------------- */

/* Some files as one. */
typedef struct digest {
    clt_sha256 sha;
    uint64_t bytes;
    size_t files;
    const char *trouble; /* NULL, or why there is none */
} digest;

static void add_content(digest *d, const char *path)
{
    enum { ROOM = 1 << 18 };
    unsigned char *buffer = malloc(ROOM);
    ssize_t n = -1;
    int fd = buffer != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0) {
        d->trouble = buffer != NULL && errno == ENOENT ? "not there" : "not readable";
        free(buffer);
        return;
    }
    while ((n = read(fd, buffer, ROOM)) > 0) {
        clt_sha256_add(&d->sha, buffer, (size_t)n);
        d->bytes += (uint64_t)n;
    }
    d->trouble = n < 0 ? "not readable" : d->trouble;
    d->files++;
    (void)close(fd);
    free(buffer);
}

/* The name of a path: from the experiment's folder where it lies below. */
static const char *name_of(const files *f, const char *path)
{
    size_t n = strlen(f->plan->folder);
    bool below = strncmp(path, f->plan->folder, n) == 0 && path[n] == '/';
    path += below ? n + 1 : 0;
    while (strncmp(path, "./", 2) == 0) {
        path += 2;
    }
    return path;
}

/* A line is one line, and its key ends where " = " begins. */
static void add_name(const char *name, size_t length, clt_str *out)
{
    for (size_t i = 0; i < length; i++) {
        bool plain = (unsigned char)name[i] >= ' ' && name[i] != 127 && name[i] != '=';
        clt_str_add_bytes(out, plain ? &name[i] : "_", 1);
    }
}

/* Without the number of files. */
static void add_digest(digest *d, clt_str *out)
{
    char text[CLT_SHA256_TEXT];
    clt_sha256_finish(&d->sha, text);
    clt_str_addf(out, "%llu byte%s, sha256 %s", (unsigned long long)d->bytes,
                 d->bytes == 1 ? "" : "s", text);
}

void clt_input_add_value(const char *path, clt_str *out)
{
    digest d = {0};
    clt_sha256_init(&d.sha);
    add_content(&d, path);
    if (d.trouble != NULL) {
        clt_str_add(out, d.trouble);
    } else {
        add_digest(&d, out);
    }
}

/* One line for paths[count]; their names are part of what they are, where there are several. */
static void add_line(const files *f, const char *const *paths, size_t count, const char *name,
                     size_t length, clt_str *out)
{
    digest d = {0};
    clt_sha256_init(&d.sha);
    for (size_t i = 0; i < count && d.trouble == NULL; i++) {
        uint64_t before = d.bytes;
        const char *own = name_of(f, paths[i]);
        add_content(&d, paths[i]);
        before = d.bytes - before;
        if (count > 1) {
            clt_sha256_add(&d.sha, own, strlen(own) + 1);
            clt_sha256_add(&d.sha, &before, sizeof before);
        }
    }
    clt_str_addf(out, CLT_INPUT "%s ", f->role);
    add_name(name, length, out);
    clt_str_add(out, " = ");
    if (d.trouble != NULL) {
        clt_str_addf(out, "%s\n", d.trouble);
        return;
    }
    if (count > 1) {
        clt_str_addf(out, "%zu files, ", d.files);
    }
    add_digest(&d, out);
    clt_str_add(out, "\n");
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) : 0;
}

static bool same_folder(const char *a, const char *b)
{
    size_t n = folder_length(a);
    return folder_length(b) == n && memcmp(a, b, n) == 0;
}

/* Folder by folder. */
static int by_place(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    size_t m = folder_length(x), n = folder_length(y);
    int order = memcmp(x, y, m < n ? m : n);
    return order != 0 ? order : m != n ? (m > n) - (m < n) : strcmp(x, y);
}

static size_t end_of_folder(const files *f, size_t from)
{
    size_t to = from + 1;
    while (to < f->paths.count && same_folder(f->paths.items[from], f->paths.items[to])) {
        to++;
    }
    return to;
}

/* What the first and the last have in common, up to a slash. */
static size_t common_length(const files *f)
{
    const char *a = f->paths.items[0], *b = f->paths.items[f->paths.count - 1];
    size_t n = 0, slash = 0;
    for (; a[n] != '\0' && a[n] == b[n]; n++) {
        slash = a[n] == '/' ? n : slash;
    }
    return slash;
}

static void add_group(const files *f, size_t from, size_t to, size_t length, clt_str *out)
{
    const char *path = f->paths.items[from], *name = name_of(f, path);
    size_t skipped = (size_t)(name - path);
    bool inside = length > skipped;
    add_line(f, f->paths.items + from, to - from, inside ? name : ".",
             inside ? length - skipped : 1, out);
}

static void add_lines(files *f, clt_str *out)
{
    size_t folders = 0, n = f->paths.count;
    if (n == 0) {
        return;
    }
    qsort(f->paths.items, n, sizeof *f->paths.items, by_place);
    for (size_t i = 0; n > CLT_MOST_INPUTS && i < n; i = end_of_folder(f, i)) {
        folders++;
    }
    if (folders > CLT_MOST_INPUTS) {
        add_group(f, 0, n, common_length(f), out);
        return;
    }
    for (size_t i = 0, to; i < n; i = to) {
        const char *path = f->paths.items[i];
        to = folders > 0 ? end_of_folder(f, i) : i + 1;
        if (folders > 0) {
            add_group(f, i, to, folder_length(path), out);
        } else if (i == 0 || strcmp(path, f->paths.items[i - 1]) != 0) {
            add_line(f, &f->paths.items[i], 1, name_of(f, path), strlen(name_of(f, path)), out);
        }
    }
}

void clt_inputs_add(const clt_plan *plan, clt_str *out)
{
    clt_arena arena = {0};
    for (size_t i = 0; i < plan->component_count; i++) {
        const clt_component *c = &plan->components[i];
        files f = {.plan = plan, .role = c->role, .arena = &arena};
        if (c->unit != NULL) {
            add_component(&f, c);
            add_lines(&f, out);
        }
        out->failed = out->failed || f.failed;
        CLT_VEC_FINISH(&f.paths);
    }
    clt_arena_finish(&arena);
}

const char *clt_inputs_here(clt_plan *plan)
{
    clt_str out = {0};
    clt_inputs_add(plan, &out);
    const char *text = out.failed ? NULL : clt_arena_copy(&plan->arena, clt_str_text(&out));
    clt_str_finish(&out);
    return text;
}
