/*
 * auto - the sampler to begin with: a committee of others, by the space and by what is known.
 *
 * Definition: each trial is proposed by one member, and every member is told of all trials:
 *
 *     goals         finished trials     proposed by
 *     five or more  any number          tpe, with single kernels and joint ones in turn
 *     fewer         fewer than 10       tpe, whose first trials lie apart
 *     one           10 to 99            gp; each 4th by tpe where all parameters are continuous,
 *                                       fewer where some are not
 *     one           100 to `late` - 1   the same, with each 2nd
 *     two to four   10 to `late` - 1    gp; each 20th by tpe
 *     one           `late` and more     tpe, because it takes less than a millisecond
 *     two to four   `late` and more     the same, with single kernels and joint ones in turn
 *
 * Options:
 *     mix   each how manieth trial is tpe's instead (of tpe's turns: by joint  0
 *           kernels); 1: all; 0: as above
 *     late  see above                                                      1000
 *
 *     [sampler]
 *     use = auto
 *
 * How it works: a Gaussian process does most with few trials where the goal is smooth, and may
 * dwell at a minimum that is not the best one; densities find another, and what lies close to the
 * best. Each goes on from the other's best trials, and the two together ended lower than either.
 * But a process does not dwell where there are only so many values, since it takes no point twice.
 * So the share of densities is as above times the share of the parameters that are continuous
 * (real, or whole with more than a thousand values), and one in 20 at least. The choice depends on
 * a trial's number and on how many have finished, so a study goes on as it would have. A process
 * with several goals does not dwell either, since a front has no end, but a seldom other view
 * helps. Without it single kernels are soon at a front and then stay where they are; joint ones
 * spread along it. Members have their default options but for that; each change of rule is noted in
 * the log.
 */
#include "search/history.h"

#include <collet/helpers.h>
#include <collet/sampler.h>

#include <math.h>
#include <stdlib.h>

/* The other samplers' entries, renamed as they were compiled for this file (see CMakeLists.txt). */
const collet_plugin *collet_entry_of_gp(uint32_t abi_major, uint32_t abi_minor);
const collet_plugin *collet_entry_of_tpe(uint32_t abi_major, uint32_t abi_minor);

/* Finished trials before a model is asked, and those that are few; tpe gets each 20th at least;
 * values beyond which a number is continuous. */
enum { STARTUP = 10, FEW = 100, RARELY = 20, MANY = 1000, MOST_GOALS = 4 };
enum { GP, TPE, SINGLE, MEMBERS };
static const struct seat {
    collet_plugin_entry_fn entry;
    const char *key, *value; /* an option that is not at its default, or NULL */
} seats[MEMBERS] = {{collet_entry_of_gp, NULL, NULL},
                    {collet_entry_of_tpe, NULL, NULL},
                    {collet_entry_of_tpe, "kernels", "single"}};

typedef struct auto_config {
    int64_t mix, late;
} auto_config;

static const collet_option options[] = {
    COLLET_OPT_INT(auto_config, mix, "0", 0, 1000000, NULL, COLLET_FIXED | COLLET_ADVANCED,
                   "each how manieth trial is tpe's; 0: as many as seem best"),
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
    member members[MEMBERS];
    int asked;         /* the member that proposed last */
    double continuous; /* share of the parameters that are */
    char said[160];    /* who proposes and why, as it was logged last */
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

/* Writes an option's value into config, for each element of an array. */
static void set(const collet_option *o, const char *value, char *config)
{
    const char *text = value != NULL ? value : "0";
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
            ((const char **)field)[k] = value;
        }
    }
}

static collet_status start(committee *c, int which)
{
    member *m = &c->members[which];
    m->unit = seats[which].entry(COLLET_ABI_MAJOR, COLLET_ABI_MINOR)->units[0];
    m->sampler = m->unit->vtable;
    m->config = calloc(1, (size_t)m->unit->config_size + 1);
    if (m->config == NULL) {
        return collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
    }
    for (uint32_t k = 0; k < m->unit->option_count; k++) {
        const collet_option *o = &m->unit->options[k];
        bool own = seats[which].key != NULL && strcmp(o->key, seats[which].key) == 0;
        set(o, own ? seats[which].value : o->def, m->config);
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

/* The share of the parameters that have more values than can be tried. */
static double continuous_share(const collet_space *space)
{
    uint32_t count = 0, all = 0;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const collet_dim *dim = collet_dim_at(space, i);
        double step = collet_dim_step(dim), values = (dim->high - dim->low) / step;
        bool number = dim->type != COLLET_DIM_CATEGORY && dim->high > dim->low;
        count += number && (step == 0 || values > MANY);
        all += number || dim->category_count > 1;
    }
    return all > 0 ? (double)count / all : 0;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    committee *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    *c = (committee){
        .host = host, .config = config, .space = space, .continuous = continuous_share(space)};
    search_history_init(&c->history, space);
    collet_status status = start(c, TPE);
    if (status >= 0 && space->objective_count <= MOST_GOALS) {
        status = start(c, GP);
    }
    if (status >= 0 && space->objective_count > 1) {
        status = start(c, SINGLE);
    }
    if (status < 0) {
        destroy(c);
        return status;
    }
    *self = c;
    return COLLET_OK;
}

/* ---- Choosing ------------------------------------------------------------------------------- */

/* What holds with so many trials. */
typedef struct rule {
    size_t until; /* finished trials */
    uint64_t mix; /* each how manieth trial is the second's */
    int first, second;
    const char *why;
} rule;

/* Each how manieth trial is tpe's when n have finished. */
static uint64_t usual_mix(const committee *c, size_t n)
{
    double share = (n < FEW ? 0.25 : 0.5) * c->continuous;
    return share > 1.0 / RARELY ? (uint64_t)(1 / share + 0.5) : RARELY;
}

static rule rule_of(const committee *c)
{
    const size_t late = (size_t)c->config->late;
    const uint64_t mix = (uint64_t)c->config->mix;
    const bool several = c->space->objective_count > 1;
    const uint64_t usual = mix > 0 ? mix : several ? RARELY : usual_mix(c, c->history.finished);
    const uint64_t turns = mix > 0 ? mix : several ? 2 : 1;
    const rule rules[] = {
        {late < STARTUP ? late : STARTUP, 1, TPE, TPE, "the first trials lie apart"},
        {late, usual, GP, TPE,
         mix == 1 ? "mix = 1 says so" : "gp needs few trials, tpe looks elsewhere as well"},
        {SIZE_MAX, turns, several ? SINGLE : TPE, TPE,
         "a Gaussian process of so many trials takes long"},
        {SIZE_MAX, turns, SINGLE, TPE, "a Gaussian process for so many goals takes long"},
    };
    size_t k = c->space->objective_count > MOST_GOALS ? 3 : 0;
    while (c->history.finished >= rules[k].until) {
        k++;
    }
    return rules[k];
}

/* Says who proposes from trial `number` on, and why, where that is another than before. */
static void say(committee *c, const rule *now, uint64_t number)
{
    static const char *const names[MEMBERS] = {"gp", "tpe", "tpe with single kernels"};
    char text[sizeof c->said], line[sizeof c->said + 40], share[48] = "";
    const bool both = now->mix > 1 && now->first != now->second;
    if (both) {
        (void)snprintf(share, sizeof share, ", one in %llu by %s", (unsigned long long)now->mix,
                       names[now->second]);
    }
    (void)snprintf(text, sizeof text, "by %s%s: %s", names[both ? now->first : now->second], share,
                   now->why);
    if (strcmp(c->said, text) != 0 && c->space->dim_count > 0) { /* else there is no choice */
        (void)snprintf(line, sizeof line, "from trial %llu on %s", (unsigned long long)number,
                       text);
        c->host->log(c->host->ctx, COLLET_LOG_INFO, line);
        memcpy(c->said, text, sizeof text);
    }
}

/* Who proposes trial `number`. */
static int choose(committee *c, uint64_t number)
{
    const rule now = rule_of(c);
    say(c, &now, number);
    return number % now.mix == now.mix - 1 ? now.second : now.first;
}

static collet_status tell_member(const committee *c, int which, const collet_trial *trial)
{
    const member *m = &c->members[which];
    return m->self == NULL ? COLLET_OK : m->sampler->tell(m->self, trial);
}

static collet_status ask(void *self, const collet_rng *rng, uint64_t number, double *x)
{
    committee *c = self;
    int which = c->asked = choose(c, number);
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
    (void)search_history_again(&c->history, trial);
    collet_status status = search_history_tell(&c->history, trial, NULL);
    for (int k = 0; status >= 0 && k < MEMBERS; k++) {
        status = tell_member(c, k, trial);
    }
    return status;
}

static collet_status expected_improvement(void *self, double *value)
{
    const committee *c = self;
    const member *m = &c->members[c->asked];
    *value = (double)NAN;
    return COLLET_CAN(m->sampler, expected_improvement)
               ? m->sampler->expected_improvement(m->self, value)
               : COLLET_OK;
}

static const collet_sampler vtable = {
    .struct_size = COLLET_SIZE(collet_sampler),
    .flags = COLLET_SAMPLER_CONDITIONAL | COLLET_SAMPLER_CATEGORY | COLLET_SAMPLER_MULTI |
             COLLET_SAMPLER_CONSTRAINT | COLLET_SAMPLER_FROM_HISTORY,
    .create = create,
    .destroy = destroy,
    .ask = ask,
    .tell = tell,
    .expected_improvement = expected_improvement,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_SAMPLER,
                                 "auto",
                                 "1.0.0",
                                 "chooses among the others by space and budget",
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
