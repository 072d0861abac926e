#include "study/environment.h"

#include "base/sha256.h"
#include "base/vec.h"
#include "plugin/arithmetic.h"
#include "plugin/machine.h"
#include "study/inputs.h"

#include <string.h>

/* ---- Writing -------------------------------------------------------------------------------- */

static bool is_plugin(const void *ctx, const char *path)
{
    const clt_registry *registry = ctx;
    const clt_loaded *file;
    for (size_t i = 0; (file = clt_registry_at(registry, i)) != NULL; i++) {
        if (strcmp(file->path, path) == 0) {
            return true;
        }
    }
    return false;
}

static void add_plugins(const clt_plan *plan, const clt_registry *registry, clt_str *out)
{
    char digest[CLT_SHA256_TEXT];
    for (size_t i = 0; i < plan->component_count; i++) {
        const clt_component *c = &plan->components[i];
        const clt_loaded *file = c->unit != NULL ? clt_registry_file_of(registry, c->unit) : NULL;
        if (file != NULL) {
            clt_str_addf(out, "%s %s = %s\n", c->role, c->id, c->unit->version);
            clt_str_addf(out, "sha256 %s %s = %s\n", c->role, c->id,
                         clt_sha256_file(file->path, digest));
            clt_str_addf(out, "path %s %s = %s\n", c->role, c->id, file->path);
        }
    }
}

const char *clt_environment_text(clt_plan *plan, const clt_registry *registry, const clt_blas *blas,
                                 const char *sqlite)
{
    clt_str out = {0};
    clt_str_addf(&out, "collet = %s\ncompiler = %s\nbuild = ", COLLET_VERSION, COLLET_COMPILER);
    clt_machine_build(&out);
    clt_str_add(&out, "\n");
    clt_machine_lines(&out);
    if (!plan->black_box) {
        clt_str_addf(&out, "denormals = %s\n", clt_denormals_text());
    }
    clt_str_addf(&out, "sqlite = %s\nblas = %s\nblas kernel = %s\nblas threads = %s\n", sqlite,
                 blas->version, blas->chosen, blas->threads);
    clt_machine_libraries(is_plugin, registry, &out);
    add_plugins(plan, registry, &out);
    clt_inputs_add(plan, &out);
    const char *text = out.failed ? NULL : clt_arena_copy(&plan->arena, clt_str_text(&out));
    clt_str_finish(&out);
    return text;
}

/* ---- Reading -------------------------------------------------------------------------------- */

void clt_environment_each(const char *text,
                          void (*entry)(void *ctx, const char *key, size_t key_length,
                                        const char *value, size_t value_length),
                          void *ctx)
{
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        const char *sign = memmem(line, n, " = ", 3);
        if (sign != NULL) {
            entry(ctx, line, (size_t)(sign - line), sign + 3, (size_t)(line + n - sign - 3));
        }
        line += n + (line[n] == '\n');
    }
}

typedef struct pair {
    const char *key, *value;
} pair;

typedef struct pairs {
    CLT_VEC(pair) list;
    clt_arena *arena;
    bool failed;
} pairs;

static void add_pair(void *ctx, const char *key, size_t key_length, const char *value,
                     size_t value_length)
{
    pairs *p = ctx;
    pair one = {clt_arena_printf(p->arena, "%.*s", (int)key_length, key),
                clt_arena_printf(p->arena, "%.*s", (int)value_length, value)};
    p->failed = p->failed || one.key == NULL || one.value == NULL || !CLT_PUSH(&p->list, one);
}

static const char *value_of(const pairs *p, const char *key)
{
    for (size_t i = 0; i < p->list.count; i++) {
        if (strcmp(p->list.items[i].key, key) == 0) {
            return p->list.items[i].value;
        }
    }
    return NULL;
}

static bool has_head(const char *key, const char *head)
{
    return strncmp(key, head, strlen(head)) == 0;
}

/* Does it count that an entry has these two values? NULL: there is none. Of inputs where old
 * records some: those of a study that is older than that are simply not known. */
static bool differs(const pairs *old, const char *key, const char *was, const char *is)
{
    bool both = was != NULL && is != NULL, unknown = false;
    if (!both && has_head(key, CLT_INPUT)) {
        unknown = true;
        for (size_t i = 0; i < old->list.count && unknown; i++) {
            unknown = !has_head(old->list.items[i].key, CLT_INPUT);
        }
    }
    return !has_head(key, "path ") && !unknown &&
           (both ? strcmp(was, is) != 0 : !has_head(key, "library "));
}

/* What differs among the keys of `old`, then the keys that only `now` has. */
static void collect(const pairs *old, const pairs *now, clt_change *changes, size_t *count)
{
    for (size_t i = 0; i < old->list.count; i++) {
        pair was = old->list.items[i];
        const char *is = value_of(now, was.key);
        if (differs(old, was.key, was.value, is)) {
            changes[(*count)++] = (clt_change){was.key, was.value, is};
        }
    }
    for (size_t i = 0; i < now->list.count; i++) {
        pair is = now->list.items[i];
        if (value_of(old, is.key) == NULL && differs(old, is.key, NULL, is.value)) {
            changes[(*count)++] = (clt_change){is.key, NULL, is.value};
        }
    }
}

const clt_change *clt_environment_compare(const char *was, const char *is, clt_arena *arena,
                                          size_t *count)
{
    pairs old = {.arena = arena}, now = {.arena = arena};
    *count = 0;
    clt_environment_each(was, add_pair, &old);
    clt_environment_each(is, add_pair, &now);
    clt_change *changes =
        clt_arena_array(arena, old.list.count + now.list.count + 1, sizeof *changes);
    bool ok = changes != NULL && !old.failed && !now.failed;
    if (ok) {
        collect(&old, &now, changes, count);
    }
    CLT_VEC_FINISH(&old.list);
    CLT_VEC_FINISH(&now.list);
    return ok ? changes : NULL;
}

/* How much of two values to show: of digests the beginnings, where these differ. */
static int shown_length(const char *was, const char *is)
{
    enum { SHORT = 12, DIGEST = 40, ALL = 4096 };
    bool digests = strlen(was) >= DIGEST && strspn(was, "0123456789abcdef") == strlen(was) &&
                   strlen(is) >= DIGEST && strncmp(was, is, SHORT) != 0;
    return digests ? SHORT : ALL;
}

void clt_change_text(const clt_change *change, clt_str *out)
{
    if (has_head(change->key, CLT_INPUT)) {
        clt_str_add(out, CLT_INPUT);
        clt_input_text(change, out);
        return;
    }
    if (change->was == NULL || change->is == NULL) {
        const char *none = has_head(change->key, "variable ") ? "not set" : "not recorded";
        clt_str_addf(out, "%s: was %s, is %s", change->key,
                     change->was != NULL ? change->was : none,
                     change->is != NULL ? change->is : none);
        return;
    }
    int shown = shown_length(change->was, change->is);
    clt_str_addf(out, "%s: was %.*s, is %.*s", change->key, shown, change->was, shown, change->is);
}
