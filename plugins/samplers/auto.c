/*
 * auto - the sampler to begin with: chooses among the others by the space and what it has seen.
 *
 * Definition: a committee. Each trial is proposed by one of these members, and each of them is told
 * of every trial:
 *
 *     space                       trial                                       member
 *     several goals               all                                         random
 *     one goal                    the first 10                                tpe
 *     one goal                    each `mix`-th, and all from `late` on       tpe
 *     one goal                    the others                                  gp
 *
 * Options:
 *     mix   every how manieth trial tpe proposes; 0: by the space            0
 *     late  finished trials from which on tpe proposes them all           1000
 *
 *     [sampler]
 *     use = auto
 *
 * How it works: ...
 */
#include "search/history.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <stdlib.h>

/* The other samplers' entries, renamed as they were compiled for this file (see CMakeLists.txt). */
const collet_plugin *collet_entry_of_gp(uint32_t abi_major, uint32_t abi_minor);
const collet_plugin *collet_entry_of_tpe(uint32_t abi_major, uint32_t abi_minor);
const collet_plugin *collet_entry_of_random(uint32_t abi_major, uint32_t abi_minor);

enum { STARTUP = 10 };
enum { GP, TPE, RANDOM, MEMBERS, NOBODY = MEMBERS };
static const collet_plugin_entry_fn entries[MEMBERS] = {collet_entry_of_gp, collet_entry_of_tpe,
                                                        collet_entry_of_random};

typedef struct auto_config {
    int64_t mix, late;
} auto_config;

static const collet_option options[] = {
    COLLET_OPT_INT(auto_config, mix, "0", 0, 1000000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "every how manieth trial tpe proposes; 0: by the space"),
    COLLET_OPT_INT(auto_config, late, "1000", 0, 1000000000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "finished trials from which on tpe proposes them all"),
};

/* A sampler at work, with its options at their defaults. */
typedef struct member {
    const collet_unit *unit;
    const collet_sampler *sampler;
    void *config, *self;
} member;

typedef struct committee {
    const collet_host *host;
    const auto_config *config;
    const collet_space *space;
    search_history history;
    bool conditional;
    member members[MEMBERS];
    int said; /* what was logged last */
} committee;

/* ---- Members -------------------------------------------------------------------------------- */

/* Where choice `text` stands in "a|b|c". */
static int32_t choice_of(const char *choices, const char *text)
{
    int32_t index = 0;
    size_t length = strlen(text);
    while (strncmp(choices, text, length) != 0 ||
           (choices[length] != '|' && choices[length] != '\0')) {
        choices = strchr(choices, '|');
        if (choices == NULL) {
            return 0;
        }
        choices++;
        index++;
    }
    return index;
}

/* Writes an option's default into config, each element of an array. */
static void set_default(const collet_option *o, char *config)
{
    const char *text = o->def != NULL ? o->def : "0";
    bool yes = strcmp(text, "on") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 ||
               strcmp(text, "1") == 0;
    for (uint32_t k = 0; k < o->count; k++) {
        void *field = config + o->offset;
        if (o->type == COLLET_INT) {
            ((int64_t *)field)[k] = strtoll(text, NULL, 10);
        } else if (o->type == COLLET_REAL) {
            ((double *)field)[k] = strtod(text, NULL);
        } else if (o->type == COLLET_ENUM) {
            ((int32_t *)field)[k] = choice_of(o->choices, text);
        } else if (o->type == COLLET_BOOL) {
            ((int32_t *)field)[k] = yes;
        } else {
            ((const char **)field)[k] = o->def;
        }
    }
}

static collet_status start(committee *c, int which)
{
    member *m = &c->members[which];
    m->unit = entries[which](COLLET_ABI_MAJOR, COLLET_ABI_MINOR)->units[0];
    m->sampler = m->unit->vtable;
    m->config = calloc(1, (size_t)m->unit->config_size + 1);
    if (m->config == NULL) {
        return collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
    }
    for (uint32_t k = 0; k < m->unit->option_count; k++) {
        set_default(&m->unit->options[k], m->config);
    }
    return m->sampler->create(c->host, m->config, c->space, &m->self);
}

static void destroy(void *self)
{
    committee *c = self;
    for (int k = 0; c != NULL && k < MEMBERS; k++) {
        if (c->members[k].self != NULL) {
            c->members[k].sampler->destroy(c->members[k].self);
        }
        free(c->members[k].config);
    }
    if (c != NULL) {
        search_history_finish(&c->history);
    }
    free(c);
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    committee *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *c = (committee){.host = host, .config = config, .space = space, .said = NOBODY};
    search_history_init(&c->history, space);
    for (uint32_t i = 0; i < space->dim_count; i++) {
        c->conditional |= collet_dim_at(space, i)->condition_count > 0;
    }
    collet_status status;
    if (space->objective_count > 1) {
        status = start(c, RANDOM);
    } else {
        status = start(c, GP);
        status = status < 0 ? status : start(c, TPE);
    }
    if (status < 0) {
        destroy(c);
        return status;
    }
    *self = c;
    return COLLET_OK;
}

/* ---- Choosing ------------------------------------------------------------------------------- */

/* Who proposes trial `number`. */
static int choose(const committee *c, uint64_t number)
{
    if (c->space->objective_count > 1) {
        return RANDOM;
    }
    uint64_t mix = (uint64_t)c->config->mix > 0 ? (uint64_t)c->config->mix : c->conditional ? 2 : 4;
    bool early = c->history.finished < STARTUP, late = c->history.finished >= (size_t)c->config->late;
    return early || late || number % mix == mix - 1 ? TPE : GP;
}

static collet_status tell_member(const committee *c, int which, const collet_trial *trial)
{
    const member *m = &c->members[which];
    return m->self == NULL ? COLLET_OK : m->sampler->tell(m->self, trial);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    committee *c = self;
    int which = choose(c, number);
    const member *m = &c->members[which];
    collet_status status = m->sampler->ask(m->self, rng, number, x);
    const collet_trial running = {.struct_size = COLLET_SIZE(collet_trial),
                                  .state = COLLET_TRIAL_RUNNING,
                                  .number = number,
                                  .x = x};
    for (int k = 0; status == COLLET_OK && k < MEMBERS; k++) {
        status = k == which ? COLLET_OK : tell_member(c, k, &running);
    }
    return status != COLLET_OK ? status : search_history_open(&c->history, number, x);
}

static collet_status tell(void *self, const collet_trial *trial)
{
    committee *c = self;
    collet_status status = search_history_tell(&c->history, trial, NULL);
    for (int k = 0; status >= 0 && k < MEMBERS; k++) {
        status = tell_member(c, k, trial);
    }
    return status;
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_MULTI |
             COLLET_SAMPLER_CONSTRAINT | COLLET_SAMPLER_FROM_HISTORY,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "auto",
                                 "1.0.0",
                                 "chooses among the others by the space and what it has seen",
                                 NULL,
                                 &vtable,
                                 COLLET_OPTIONS(options, auto_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "auto",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
