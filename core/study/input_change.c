#include "study/inputs.h"

#include "base/hash.h"

#include <string.h>

static bool is_input(const char *key)
{
    return strncmp(key, CLT_INPUT, sizeof CLT_INPUT - 1) == 0;
}

bool clt_is_input(const clt_change *change)
{
    return is_input(change->key);
}

bool clt_inputs_recorded(const char *environment)
{
    return is_input(environment) || strstr(environment, "\n" CLT_INPUT) != NULL;
}

const clt_change *clt_inputs_compare(const char *was, const char *is, clt_arena *arena,
                                     size_t *count)
{
    size_t all;
    const clt_change *changes = clt_environment_compare(was, is, arena, &all);
    clt_change *inputs = changes != NULL ? clt_arena_array(arena, all + 1, sizeof *inputs) : NULL;
    *count = 0;
    for (size_t i = 0; inputs != NULL && i < all; i++) {
        if (is_input(changes[i].key)) {
            inputs[(*count)++] = changes[i];
        }
    }
    return inputs;
}

bool clt_input_is_program(const clt_change *change)
{
    static const char program[] = CLT_INPUT "objective ";
    return strncmp(change->key, program, sizeof program - 1) == 0;
}

/* "812 bytes (sha256 5f70bf18a086)"; of a digest the beginning. */
static void add_value(const char *value, clt_str *out)
{
    enum { SHOWN = 12 };
    static const char mark[] = ", sha256 ";
    const char *digest = value != NULL ? strstr(value, mark) : NULL;
    if (digest == NULL) {
        clt_str_add(out, value != NULL ? value : "not there");
        return;
    }
    clt_str_addf(out, "%.*s (sha256 %.*s)", (int)(digest - value), value, (int)SHOWN,
                 digest + sizeof mark - 1);
}

void clt_input_text(const clt_change *change, clt_str *out)
{
    const char *role = change->key + sizeof CLT_INPUT - 1, *name = strchr(role, ' ');
    clt_str_addf(out, "%s: was ", name != NULL ? name + 1 : role);
    add_value(change->was, out);
    clt_str_add(out, ", is ");
    add_value(change->is, out);
}

size_t clt_inputs_count(const clt_change *changes, size_t count, bool programs)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        n += clt_input_is_program(&changes[i]) == programs;
    }
    return n;
}

void clt_inputs_text(const clt_change *changes, size_t count, bool programs, clt_str *out)
{
    enum { SHOWN = 3 };
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (clt_input_is_program(&changes[i]) == programs && n++ < SHOWN) {
            clt_str_add(out, n > 1 ? "; " : "");
            clt_input_text(&changes[i], out);
        }
    }
    if (n > SHOWN) {
        clt_str_addf(out, "; and %zu more", n - SHOWN);
    }
}

static void hash_entry(void *ctx, const char *key, size_t key_length, const char *value,
                       size_t value_length)
{
    uint64_t *hash = ctx;
    if (is_input(key)) {
        *hash = clt_hash_bytes(clt_hash_bytes(*hash, key, key_length), value, value_length);
    }
}

uint64_t clt_inputs_hash(uint64_t hash, const char *environment)
{
    clt_environment_each(environment, hash_entry, &hash);
    return hash;
}
