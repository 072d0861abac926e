/*
 * command - any program as a black box: it gets the parameters, what it prints is the result.
 *
 * Definition: each trial starts `run` with the placeholders filled in. The last line of its
 * standard output is the result: a number, or a JSON object with the metrics by name.
 *
 * Options:
 *     run      the program and its arguments                                    required
 *     metrics  names of what it gives, with commas between            the goals of [study],
 *                                                                     and what it requires
 *     folder   where it works                              the folder of the experiment file
 *     grace    seconds from SIGTERM to SIGKILL when a trial is told to stop early       5
 *
 *     [study]
 *     maximize = accuracy
 *
 *     [objective]
 *     use = command
 *     run = python3 train.py --lr {lr} --kernel {kernel} [--gamma {gamma}]
 *
 *     [params]
 *     lr     = real(1e-4, 1, log)
 *     kernel = choice(linear, rbf)
 *     gamma  = real(1e-3, 10, log) when kernel == rbf
 *
 * Words: `run` is parted at blanks, and no shell is asked, so $ * | > ; have no meaning (for those
 * write run = sh -c '...'; the file itself ends a value at " ;"). '...' and "..." keep blanks
 * together, \ takes a character as it is, {lr} is the text of a parameter and stays in its word, {{
 * and }} are braces. [...] is left out while a parameter in it is inactive. {trial} and {seed} are
 * the trial's number and a number for the program's own randomness. A program's name without a
 * slash is looked for in PATH; with one, it starts from `folder`.
 *
 * The program also finds in its environment
 *     COLLET_PARAM_LR   each active parameter by its name in capitals, "_" for what is no letter or
 *                       digit
 *     COLLET_PARAMS     path of a JSON file with all of them: {"lr": 0.01, "kernel": "rbf"}
 *     COLLET_METRICS    path of a file that it may write lines to, instead of printing them
 *     COLLET_TRIAL, COLLET_ATTEMPT, COLLET_SEED
 * The files are in memory and go with the trial.
 *
 * Metrics: what stands in JSON under other names is ignored, other lines too. A line with a step,
 * {"step": 3, "accuracy": 0.8}, is one point of the learning curve, noted as it comes; steps are
 * whole numbers that rise from 1. A metric that the last line lacks is that of the last step. Once
 * a line is in the file COLLET_METRICS, the result is its last one, and printed lines are only
 * points of the curve.
 *
 * How it ends: a trial fails, with one line that says why, where the program ends with another exit
 * code than 0 or by a signal, prints no result, or one that is not finite. [run] trial_time and
 * no_progress (output is progress) send SIGTERM to the program's process group, and SIGKILL after
 * [run] grace; so does a run that is stopped. Whatever it has started ends with it, also in
 * sessions of its own, and also where all of Collet was killed: a guard that waits for that ends
 * the program's group, and then whatever has the trial's COLLET_METRICS in its environment. So one
 * thing is not found in that last case, a process that has left the group and was given another
 * environment; and nothing helps where the guard is killed as well, at the same moment. When a
 * pruner says that a trial is to stop, its result is that of the last step. No trial is run twice
 * in one process to see whether the same comes out, as other objectives are.
 */
#include "command/evaluation.h"
#include "command/surroundings.h"
#include "command/words.h"
#include "text/read.h"

#include <collet/helpers.h>
#include <collet/objective.h>

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_METRICS = 64 };

typedef struct command_config {
    const char *run, *metrics, *folder;
    double grace;
} command_config;

static const collet_option options[] = {
    COLLET_OPT_STRING(command_config, run, NULL, COLLET_REQUIRED | COLLET_FIXED,
                      "the program and its arguments, with {name} for parameters"),
    COLLET_OPT_STRING(command_config, metrics, "", COLLET_FIXED,
                      "names of what it gives, with commas between; if left out the goals and what "
                      "[study] requires"),
    COLLET_OPT_PATH(command_config, folder, ".", COLLET_FIXED,
                    "where it works; the experiment's own folder if left out"),
    COLLET_OPT_REAL(command_config, grace, "5", 0, 1e6, NULL, COLLET_FIXED,
                    "seconds from SIGTERM to SIGKILL when a trial is told to stop early"),
};

/* Places of texts behind those of the dimensions. */
enum { TRIAL, SEED, OWN_TEXTS };

typedef struct command {
    const collet_host *host;
    const command_config *config;
    const collet_space *space;
    command_line line;
    char *path;       /* of the program; NULL: its name depends on a parameter */
    char **variables; /* [dim_count] */
    char *list;       /* the option `metrics`, cut at the commas */
    const char *names[MOST_METRICS];
    collet_metrics metrics;
    command_wanted wanted;
} command;

static void destroy(void *self)
{
    command *c = self;
    if (c == NULL) {
        return;
    }
    for (uint32_t i = 0; c->variables != NULL && i < c->space->dim_count; i++) {
        free(c->variables[i]);
    }
    free(c->variables);
    free(c->path);
    free(c->list);
    command_finish(&c->line);
    free(c);
}

/* ---- Metrics -------------------------------------------------------------------------------- */

static collet_status add_metric(command *c, const char *name)
{
    if (c->metrics.count == MOST_METRICS || name[0] == '\0' || strcmp(name, "step") == 0) {
        return collet_fail(c->host, COLLET_E_INVALID,
                           name[0] == '\0'  ? "metrics: a name is missing beside a comma"
                           : name[0] == 's' ? "metrics: \"step\" is what tells a point of the "
                                              "learning curve; name the metric otherwise"
                                            : "metrics: more than 64 names");
    }
    c->names[c->metrics.count++] = name;
    return COLLET_OK;
}

static collet_status split_metrics(command *c)
{
    collet_status status = COLLET_OK;
    for (char *at = c->list, *next; at != NULL && status == COLLET_OK; at = next) {
        next = strchr(at, ',');
        if (next != NULL) {
            *next++ = '\0';
        }
        at += strspn(at, " \t");
        at[strcspn(at, " \t")] = '\0';
        status = add_metric(c, at);
    }
    return status;
}

static bool is_goal(const collet_space *space, const char *name)
{
    bool is = false;
    for (uint32_t i = 0; COLLET_CAN(space, objectives) && i < space->objective_count; i++) {
        is = is || strcmp(space->objectives[i], name) == 0;
    }
    for (uint32_t i = 0; COLLET_CAN(space, constraints) && i < space->constraint_count; i++) {
        is = is || strcmp(space->constraints[i], name) == 0;
    }
    return is;
}

static bool is_known(const command *c, const char *name)
{
    bool is = false;
    for (uint32_t i = 0; i < c->metrics.count; i++) {
        is = is || strcmp(c->names[i], name) == 0;
    }
    return is;
}

static collet_status name_metrics(command *c)
{
    const collet_space *space = c->space;
    collet_status status = COLLET_OK;
    c->metrics = (collet_metrics){COLLET_SIZE(collet_metrics), 0, c->names};
    c->list = strdup(c->config->metrics);
    if (c->list == NULL) {
        return collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
    }
    if (c->list[0] != '\0') {
        status = split_metrics(c);
    } else if (!COLLET_CAN(space, objectives)) {
        status = collet_fail(c->host, COLLET_E_INVALID, "metrics: name what the program gives");
    } else {
        for (uint32_t i = 0; i < space->objective_count && status == COLLET_OK; i++) {
            status = add_metric(c, space->objectives[i]);
        }
        for (uint32_t i = 0; COLLET_CAN(space, constraints) && i < space->constraint_count; i++) {
            bool known = is_known(c, space->constraints[i]);
            status = status != COLLET_OK || known ? status : add_metric(c, space->constraints[i]);
        }
    }
    c->wanted = (command_wanted){c->names, c->metrics.count, 0, c->config->grace};
    for (uint32_t i = 0; i < c->metrics.count; i++) {
        c->wanted.goals |= (uint64_t)is_goal(space, c->names[i]) << i;
    }
    return status;
}

/* ---- Parameters ----------------------------------------------------------------------------- */

static int32_t find_dim(const collet_space *space, const char *name)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        if (strcmp(collet_dim_at(space, i)->name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

/* A trial run alone: parameters that are inactive in it are not there at all. */
static bool is_plain(const collet_space *space)
{
    bool plain = true;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const collet_dim *dim = collet_dim_at(space, i);
        plain = plain && dim->low == dim->high && dim->category_count <= 1;
    }
    return plain;
}

static collet_status fail_unknown(const command *c, const char *name)
{
    uint32_t n = c->space->dim_count;
    const char **names = calloc(n + 1u, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < n; i++) {
        names[i] = collet_dim_at(c->space, i)->name;
    }
    int near = names != NULL ? text_nearest(name, names, n) : -1;
    collet_status status =
        near >= 0 ? collet_fail(c->host, COLLET_E_INVALID,
                                "run: there is no parameter \"%s\" (did you mean \"%s\"?)", name,
                                names[near])
                  : collet_fail(c->host, COLLET_E_INVALID,
                                "run: there is no parameter \"%s\" in [params]", name);
    free(names);
    return status;
}

static collet_status place_name(const command *c, command_part *part, bool in_bracket)
{
    const collet_space *space = c->space;
    part->place = find_dim(space, part->text);
    if (part->place >= 0) {
        bool always = collet_dim_at(space, (uint32_t)part->place)->condition_count == 0;
        return always || in_bracket
                   ? COLLET_OK
                   : collet_fail(c->host, COLLET_E_INVALID,
                                 "run: \"%s\" is not there in every trial; put what is to be left "
                                 "out without it into brackets, such as [--%s {%s}]",
                                 part->text, part->text, part->text);
    }
    int own = strcmp(part->text, "trial") == 0  ? TRIAL
              : strcmp(part->text, "seed") == 0 ? SEED
                                                : -1;
    if (own >= 0) {
        part->place = (int32_t)space->dim_count + own;
    }
    return own >= 0 || (in_bracket && is_plain(space)) ? COLLET_OK : fail_unknown(c, part->text);
}

static collet_status place_names(command *c)
{
    collet_status status = COLLET_OK;
    for (size_t w = 0; w < c->line.word_count; w++) {
        const command_word *word = &c->line.words[w];
        for (size_t p = 0; p < word->count && status == COLLET_OK; p++) {
            command_part *part = &c->line.parts[word->first + p];
            status = part->is_name ? place_name(c, part, word->group > 0) : COLLET_OK;
        }
    }
    return status;
}

static collet_status name_variables(command *c)
{
    uint32_t n = c->space->dim_count;
    c->variables = calloc(n + 1u, sizeof *c->variables);
    for (uint32_t i = 0; c->variables != NULL && i < n; i++) {
        c->variables[i] = command_variable(collet_dim_at(c->space, i)->name);
        for (uint32_t k = 0; c->variables[i] != NULL && k < i; k++) {
            if (strcmp(c->variables[k], c->variables[i]) == 0) {
                return collet_fail(c->host, COLLET_E_INVALID,
                                   "\"%s\" and \"%s\" are both %s in the environment; rename one",
                                   collet_dim_at(c->space, k)->name,
                                   collet_dim_at(c->space, i)->name, c->variables[i]);
            }
        }
        if (c->variables[i] == NULL) {
            return collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
        }
    }
    return c->variables != NULL ? COLLET_OK : collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
}

/* ---- The program ---------------------------------------------------------------------------- */

static collet_status find_program(const command *c, const char *name, char **path)
{
    *path = command_find(name, c->config->folder);
    return *path != NULL
               ? COLLET_OK
               : collet_fail(c->host, COLLET_E_INVALID,
                             "run: program \"%s\" cannot be run (%s): %s", name,
                             strchr(name, '/') != NULL ? c->config->folder
                                                       : "looked for in the folders of PATH",
                             strerror(errno));
}

/* Refused before the first trial where that can be told. */
static collet_status check_program(command *c)
{
    const command_word *first = &c->line.words[0];
    bool fixed = true;
    for (size_t p = 0; p < first->count; p++) {
        fixed = fixed && !c->line.parts[first->first + p].is_name;
    }
    return fixed
               ? find_program(c, first->count > 0 ? c->line.parts[first->first].text : "", &c->path)
               : COLLET_OK;
}

static collet_status create(const collet_host *host, const void *config, const collet_space *space,
                            void **self)
{
    command *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    c->host = host;
    c->config = config;
    c->space = space;
    collet_status status = command_read(&c->line, host, "run", c->config->run);
    status = status == COLLET_OK ? name_metrics(c) : status;
    status = status == COLLET_OK ? place_names(c) : status;
    status = status == COLLET_OK ? name_variables(c) : status;
    status = status == COLLET_OK ? check_program(c) : status;
    if (status != COLLET_OK) {
        destroy(c);
        return status;
    }
    *self = c;
    return COLLET_OK;
}

static const collet_metrics *metrics(void *self)
{
    return &((const command *)self)->metrics;
}

/* The words of this point; NULL: no memory. */
static char **words_of(const command *c, const collet_point *point, const char *seed)
{
    uint32_t n = c->space->dim_count;
    const char **texts = calloc(n + (size_t)OWN_TEXTS, sizeof *texts);
    char trial[32];
    if (texts == NULL) {
        return NULL;
    }
    (void)snprintf(trial, sizeof trial, "%" PRIu64, point->number);
    memcpy(texts, point->text, n * sizeof *texts);
    texts[n + TRIAL] = trial;
    texts[n + SEED] = seed;
    char **argv = command_fill(&c->line, texts);
    free(texts);
    return argv;
}

static collet_status run(const command *c, char **argv, const command_surroundings *around,
                         double *values)
{
    char *path = NULL;
    collet_status status = c->path == NULL ? find_program(c, argv[0], &path) : COLLET_OK;
    command_call call = {c->path != NULL ? c->path : path, argv, around->envp, c->config->folder,
                         around->mark};
    if (status == COLLET_OK) {
        status = command_evaluate(c->host, &call, &c->wanted, around->metrics, values);
    }
    free(path);
    return status;
}

static collet_status evaluate(void *self, const collet_rng *rng, const collet_point *point,
                              double *values)
{
    const command *c = self;
    command_surroundings around;
    char seed[32];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, collet_bits(rng) >> 33); /* fits an int */
    char **argv = words_of(c, point, seed);
    if (argv == NULL) {
        return collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
    }
    collet_status status =
        command_surroundings_make(&around, c->host, c->space, point, seed, c->variables);
    if (status == COLLET_OK) {
        status = run(c, argv, &around, values);
    }
    command_surroundings_finish(&around);
    free(argv);
    return status;
}

static const collet_objective vtable = {
    .struct_size = COLLET_SIZE(collet_objective),
    .flags = COLLET_OBJECTIVE_ALONE,
    .create = create,
    .destroy = destroy,
    .metrics = metrics,
    .evaluate = evaluate,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_OBJECTIVE,
                                 "command",
                                 "1.0.0",
                                 "any program: arguments in, printed metrics out",
                                 "",
                                 &vtable,
                                 COLLET_OPTIONS(options, command_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "command",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
