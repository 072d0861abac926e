#include "plugin/verify.h"

#include "config/option.h"

#include <collet/dataset.h>
#include <collet/model.h>
#include <collet/objective.h>
#include <collet/optimizer.h>
#include <collet/pruner.h>
#include <collet/sampler.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A function that a kind cannot do without. */
typedef struct required {
    const char *name;
    size_t offset;
} required;

typedef struct kind {
    const char *id;   /* "sampler/1" */
    const char *name; /* "sampler" */
    required functions[6];
} kind;

/* clang-format off */
#define NEEDS(type, function) {#function, offsetof(type, function)}
/* clang-format on */

static const kind kinds[] = {
    {COLLET_KIND_DATASET, "dataset", {NEEDS(collet_dataset, open), NEEDS(collet_dataset, close)}},
    {COLLET_KIND_MODEL,
     "model",
     {NEEDS(collet_model, create), NEEDS(collet_model, destroy), NEEDS(collet_model, layout),
      NEEDS(collet_model, init), NEEDS(collet_model, loss), NEEDS(collet_model, predict)}},
    {COLLET_KIND_OBJECTIVE,
     "objective",
     {NEEDS(collet_objective, create), NEEDS(collet_objective, destroy),
      NEEDS(collet_objective, metrics), NEEDS(collet_objective, evaluate)}},
    {COLLET_KIND_OPTIMIZER,
     "optimizer",
     {NEEDS(collet_optimizer, create), NEEDS(collet_optimizer, destroy),
      NEEDS(collet_optimizer, step)}},
    {COLLET_KIND_PRUNER,
     "pruner",
     {NEEDS(collet_pruner, create), NEEDS(collet_pruner, destroy), NEEDS(collet_pruner, decide)}},
    {COLLET_KIND_SAMPLER,
     "sampler",
     {NEEDS(collet_sampler, create), NEEDS(collet_sampler, destroy), NEEDS(collet_sampler, ask),
      NEEDS(collet_sampler, tell)}},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *clt_kind_at(unsigned i)
{
    return i < KINDS ? kinds[i].name : NULL;
}

static const kind *find_kind(const char *id)
{
    for (unsigned i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].id, id) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const char *clt_kind_short(const char *id)
{
    const kind *found = find_kind(id);
    return found != NULL ? found->name : NULL;
}

/* [a-z][a-z0-9_]* */
static bool is_identifier(const char *text)
{
    return text != NULL && text[0] >= 'a' && text[0] <= 'z' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static clt_status check_versions(const collet_plugin *p, clt_error *err)
{
    if (p->magic != COLLET_MAGIC) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "its table begins with 0x%08x instead of 0x%08x: not a collet plugin",
                        p->magic, COLLET_MAGIC);
    }
    if (p->abi_major != COLLET_ABI_MAJOR) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "built for ABI %u.%u, this program has ABI %u.%u; build it again with this "
                        "program's headers",
                        p->abi_major, p->abi_minor, COLLET_ABI_MAJOR, COLLET_ABI_MINOR);
    }
    if (!COLLET_HAS(p, license)) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "its table says it has %u bytes; ABI 1.0 has %zu",
                        p->struct_size, sizeof *p);
    }
    if (p->needs_minor > COLLET_ABI_MINOR) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "needs ABI %u.%u or newer, this program has %u.%u; use a newer collet",
                        COLLET_ABI_MAJOR, p->needs_minor, COLLET_ABI_MAJOR, COLLET_ABI_MINOR);
    }
    return CLT_OK;
}

static size_t field_size(uint32_t type)
{
    switch (type) {
    case COLLET_BOOL:
    case COLLET_ENUM:
        return sizeof(int32_t);
    case COLLET_INT:
    case COLLET_REAL:
    case COLLET_STRING:
    case COLLET_PATH:
        return 8;
    default:
        return 0;
    }
}

static const char *wrong_option(const collet_unit *unit, const collet_option *o)
{
    size_t size = field_size(o->type);
    if (!is_identifier(o->key)) {
        return "its key is not of the form [a-z][a-z0-9_]*";
    }
    if (o->doc == NULL) {
        return "it has no doc";
    }
    if (size == 0) {
        return "its type is unknown";
    }
    if (o->count == 0 || o->count > 65536 || o->offset % size != 0 ||
        (uint64_t)o->offset + (uint64_t)o->count * size > unit->config_size) {
        return "its field does not lie inside the config struct";
    }
    if (o->type == COLLET_ENUM && (o->choices == NULL || o->choices[0] == '\0')) {
        return "it has no choices";
    }
    if (o->def == NULL && (o->flags & COLLET_REQUIRED) == 0) {
        return "it has neither a default nor the flag REQUIRED";
    }
    return NULL;
}

static clt_status check_options(const collet_unit *unit, clt_error *err)
{
    clt_options options = {unit->options, unit->option_count, unit->option_size};
    if (unit->option_count > 0 &&
        (unit->options == NULL || unit->option_size < sizeof(collet_option))) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "its option table is missing or its rows too short");
    }
    for (uint32_t i = 0; i < options.count; i++) {
        const collet_option *option = clt_option_at(options, i);
        const char *wrong = wrong_option(unit, option);
        clt_value value;
        for (uint32_t k = 0; wrong == NULL && k < i; k++) {
            bool same = strcmp(clt_option_at(options, k)->key, option->key) == 0;
            wrong = same ? "its key is there twice" : NULL;
        }
        if (wrong != NULL) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "option %u (\"%s\"): %s", i,
                            option->key != NULL ? option->key : "", wrong);
        }
        if (option->def != NULL && clt_option_parse(option, option->def, &value, err) != CLT_OK) {
            err->status = CLT_PLUGIN_FAILED;
            return clt_prefix(err, "default of option \"%s\"", option->key);
        }
    }
    return CLT_OK;
}

/* The vtable reaches as far as the functions that the kind needs, and these are there. */
static clt_status check_vtable(const collet_unit *unit, const kind *k, clt_error *err)
{
    if (unit->vtable == NULL) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "its vtable is NULL");
    }
    uint32_t size;
    memcpy(&size, unit->vtable, sizeof size);
    for (unsigned i = 0; i < 6 && k->functions[i].name != NULL; i++) {
        size_t offset = k->functions[i].offset;
        void (*function)(void) = NULL;
        if (offset + sizeof function <= size) {
            memcpy(&function, (const char *)unit->vtable + offset, sizeof function);
        }
        if (function == NULL) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "its function %s() is missing",
                            k->functions[i].name);
        }
    }
    return CLT_OK;
}

static clt_status check_unit(const collet_unit *unit, uint32_t index, clt_error *err)
{
    if (unit == NULL || !COLLET_HAS(unit, reserved) || unit->kind == NULL) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "unit %u: its table is missing or too short",
                        index);
    }
    const kind *k = find_kind(unit->kind);
    if (k == NULL) {
        return CLT_OK; /* of a kind that this host does not know: listed and left alone */
    }
    if (!is_identifier(unit->id)) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "unit %u: its id \"%s\" is not of the form [a-z][a-z0-9_]*", index,
                        unit->id != NULL ? unit->id : "");
    }
    if (unit->version == NULL || unit->summary == NULL) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "%s \"%s\": it has no version or no summary",
                        k->name, unit->id);
    }
    if (check_vtable(unit, k, err) != CLT_OK || check_options(unit, err) != CLT_OK) {
        return clt_prefix(err, "%s \"%s\"", k->name, unit->id);
    }
    return CLT_OK;
}

clt_status clt_plugin_verify(const collet_plugin *plugin, clt_error *err)
{
    if (check_versions(plugin, err) != CLT_OK) {
        return err->status;
    }
    if (plugin->unit_count == 0 || plugin->units == NULL || plugin->unit_count > 4096) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "it offers no units");
    }
    for (uint32_t i = 0; i < plugin->unit_count; i++) {
        const collet_unit *unit = plugin->units[i];
        if (check_unit(unit, i, err) != CLT_OK) {
            return err->status;
        }
        for (uint32_t k = 0; k < i; k++) {
            const collet_unit *other = plugin->units[k];
            if (strcmp(other->kind, unit->kind) == 0 && other->id != NULL && unit->id != NULL &&
                strcmp(other->id, unit->id) == 0) {
                return clt_fail(err, CLT_PLUGIN_FAILED, "it has two units \"%s\" of kind %s",
                                unit->id, unit->kind);
            }
        }
    }
    return CLT_OK;
}
