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
 *     threads  that its libraries may use              processors / [run] workers, at least 1
 *     env.NAME a variable of its environment, as many as are wanted
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
 * the trial's number and a number for the program's own randomness; {worker} is below [run]
 * workers, and no other program that runs has the same. A program's name without a slash is looked
 * for in PATH; with one, it starts from `folder`.
 *
 * Variables: the value of env.NAME is taken as it stands but for {lr} and the like, {{ and }}; the
 * variable is not set while a parameter in it is inactive. A GPU for each worker:
 *
 *     env.CUDA_VISIBLE_DEVICES = {worker}
 *
 * `threads` is told by OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, MKL_NUM_THREADS, BLIS_NUM_THREADS and
 * NUMEXPR_NUM_THREADS, but for those that env. sets, and, where `threads` is left out, those that
 * are set where Collet was started.
 *
 * The program also finds in its environment
 *     COLLET_PARAM_LR   each active parameter by its name in capitals, "_" for what is no letter or
 *                       digit
 *     COLLET_PARAMS     path of a JSON file with all of them: {"lr": 0.01, "kernel": "rbf"}
 *     COLLET_METRICS    path of a file that it may write lines to, instead of printing them
 *     COLLET_TRIAL, COLLET_ATTEMPT, COLLET_SEED, COLLET_WORKER, COLLET_THREADS
 * The first file is in TMPDIR, or /tmp, the second in memory; both go with the trial.
 *
 * Metrics: what stands in JSON under other names is ignored, other lines too. A line with a step,
 * {"step": 3, "accuracy": 0.8}, is one point of the learning curve, noted as it comes; steps are
 * whole numbers from 0 that do not fall, and of one that comes again the later values stand. A line
 * has 16 MiB at most. A metric that the last line lacks is that of the last step. Once
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
#include "command/environment.h"
#include "command/evaluation.h"
#include "command/inputs.h"
#include "command/script.h"
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
    const char *run, *metrics, *folder, *env;
    double grace;
    int64_t threads;
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
    COLLET_OPT_INT(command_config, threads, "0", 0, 4096, NULL, COLLET_FIXED,
                   "threads that its libraries may use, told by OMP_NUM_THREADS and the like; 0: "
                   "the processors that may be used / workers"),
    COLLET_OPT_STRING(command_config, env, "", COLLET_FIXED | COLLET_NAMED,
                      "env.NAME = value: a variable of its environment, with {name} for "
                      "parameters"),
};

/* Places of texts behind those of the dimensions. */
enum { TRIAL, SEED, WORKER, OWN_TEXTS };

typedef struct command {
    const collet_host *host;
    const command_config *config;
    const collet_space *space;
    command_line line;
    command_environment environment;
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
    command_environment_finish(&c->environment);
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

/* Cuts the name at `at` off, in place, without quotes. Returns what stands behind it and its
 * blanks. */
static char *cut_name(char *at, char **name)
{
    char *end = *at == '"' || *at == '\'' ? strchr(at + 1, *at) : NULL;
    *name = end != NULL ? at + 1 : at;
    end = end != NULL ? end : at + strcspn(at, " \t,");
    char *behind = end + (*name > at);
    behind += strspn(behind, " \t");
    char next = *behind;
    *end = '\0';
    if (behind == end) { /* the end of the name and the comma are one */
        *behind = next;
    }
    return behind;
}

static collet_status split_metrics(command *c)
{
    collet_status status = COLLET_OK;
    char *at = c->list, *name;
    for (bool more = true; more && status == COLLET_OK;) {
        char *behind = cut_name(at + strspn(at, " \t"), &name);
        more = *behind == ',';
        if (*behind != ',' && *behind != '\0') {
            return collet_fail(c->host, COLLET_E_INVALID,
                               "metrics: \"%s\": separate metrics by commas", c->config->metrics);
        }
        *behind = '\0';
        status = add_metric(c, name);
        at = behind + more;
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

static collet_status fail_unknown(const command *c, const char *key, const char *name)
{
    uint32_t n = c->space->dim_count;
    const char **names = calloc(n + 1u, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < n; i++) {
        names[i] = collet_dim_at(c->space, i)->name;
    }
    int near = names != NULL ? text_nearest(name, names, n) : -1;
    collet_status status =
        near >= 0 ? collet_fail(c->host, COLLET_E_INVALID,
                                "%s: there is no parameter \"%s\" (did you mean \"%s\"?)", key,
                                name, names[near])
                  : collet_fail(c->host, COLLET_E_INVALID,
                                "%s: there is no parameter \"%s\" in [params]", key, name);
    free(names);
    return status;
}

static int own_text(const char *name)
{
    return strcmp(name, "trial") == 0    ? TRIAL
           : strcmp(name, "seed") == 0   ? SEED
           : strcmp(name, "worker") == 0 ? WORKER
                                         : -1;
}

static collet_status place_name(const command *c, const char *key, command_part *part,
                                bool in_bracket)
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
    int own = own_text(part->text);
    if (own >= 0) {
        part->place = (int32_t)space->dim_count + own;
    }
    return own >= 0 || (in_bracket && is_plain(space)) ? COLLET_OK
                                                       : fail_unknown(c, key, part->text);
}

static collet_status place_names(const command *c, const char *key, const command_line *line)
{
    collet_status status = COLLET_OK;
    for (size_t w = 0; w < line->word_count; w++) {
        const command_word *word = &line->words[w];
        for (size_t p = 0; p < word->count && status == COLLET_OK; p++) {
            command_part *part = &line->parts[word->first + p];
            status = part->is_name ? place_name(c, key, part, word->group > 0) : COLLET_OK;
        }
    }
    return status;
}

static collet_status read_environment(command *c)
{
    collet_status status = command_environment_read(&c->environment, c->host, c->config->env);
    for (size_t i = 0; i < c->environment.count && status == COLLET_OK; i++) {
        char key[128];
        (void)snprintf(key, sizeof key, "env.%.100s", c->environment.sets[i].name);
        status = place_names(c, key, &c->environment.sets[i].value);
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

/* What a shell would have understood, and nobody does here. */
static void shell_hint(const char *name, char *out, size_t size)
{
    const char *equals = strchr(name, '=');
    out[0] = '\0';
    if (equals != NULL) {
        (void)snprintf(out, size, "; to set a variable for it write env.%.*s = %s",
                       (int)(equals - name), name, equals + 1);
    } else if (strpbrk(name, "$~`*") != NULL) {
        (void)snprintf(out, size,
                       "; no shell is asked: write the name in full, or run = sh -c '...'");
    }
}

static collet_status find_program(const command *c, const char *name, char **path)
{
    char why[512], hint[256];
    *path = command_find(name, c->config->folder);
    if (*path == NULL) {
        int code = errno;
        shell_hint(name, hint, sizeof hint);
        return collet_fail(
            c->host, COLLET_E_INVALID, "run: program \"%s\" cannot be run (%s): %s%s", name,
            strchr(name, '/') != NULL ? c->config->folder : "looked for in the folders of PATH",
            strerror(code), hint);
    }
    command_script_check(*path, c->config->folder, why, sizeof why);
    if (why[0] != '\0') {
        free(*path);
        *path = NULL;
        return collet_fail(c->host, COLLET_E_INVALID, "run: program \"%s\" cannot be run: %s", name,
                           why);
    }
    return COLLET_OK;
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
    status = status == COLLET_OK ? place_names(c, "run", &c->line) : status;
    status = status == COLLET_OK ? read_environment(c) : status;
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

/* What the host says to the trial's process; `other` where it says nothing. */
static int64_t told(const char *name, int64_t other)
{
    const char *text = getenv(name);
    return text != NULL ? strtoll(text, NULL, 10) : other;
}

/* What a program is called with. */
typedef struct filled {
    char **argv, **entries;
} filled;

static void finish_filled(filled *f)
{
    free(f->argv);
    command_entries_free(f->entries);
}

/* The words and variables of this point; false: no memory. */
static bool fill(const command *c, const collet_point *point, const char *seed, filled *out)
{
    uint32_t n = c->space->dim_count;
    const char **texts = calloc(n + (size_t)OWN_TEXTS, sizeof *texts);
    const int64_t threads = c->config->threads;
    char trial[32], worker[32];
    *out = (filled){NULL, NULL};
    if (texts == NULL) {
        return false;
    }
    (void)snprintf(trial, sizeof trial, "%" PRIu64, point->number);
    (void)snprintf(worker, sizeof worker, "%" PRId64, told("COLLET_WORKER", 0));
    memcpy(texts, point->text, n * sizeof *texts);
    texts[n + TRIAL] = trial;
    texts[n + SEED] = seed;
    texts[n + WORKER] = worker;
    out->argv = command_fill(&c->line, texts);
    out->entries = command_environment_fill(
        &c->environment, texts, threads > 0 ? threads : told("COLLET_THREADS", 0), threads == 0);
    free(texts);
    return out->argv != NULL && out->entries != NULL;
}

/* Once in a study: an argument that looks as if a shell were to see it. */
static void hint_at_shell(const command *c, const collet_point *point)
{
    const char *word = command_shell_word(&c->line);
    char line[400];
    if (word != NULL && point->number == 0 && point->attempt == 1) {
        (void)snprintf(
            line, sizeof line,
            "run: no shell is asked, so the program gets \"%s\" as an argument; write run = "
            "sh -c '...' if a shell is meant, or '%s' if not",
            word, word);
        c->host->log(c->host->ctx, COLLET_LOG_WARN, line);
    }
}

static collet_status run(const command *c, char **argv, const command_surroundings *around,
                         double *values)
{
    char *path = NULL;
    collet_status status = c->path == NULL ? find_program(c, argv[0], &path) : COLLET_OK;
    command_call call = {c->path != NULL ? c->path : path,
                         argv,
                         around->envp,
                         c->config->folder,
                         around->mark,
                         around->file};
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
    filled f;
    char seed[32];
    (void)snprintf(seed, sizeof seed, "%" PRIu64, collet_bits(rng) >> 33); /* fits an int */
    if (!fill(c, point, seed, &f)) {
        finish_filled(&f);
        return collet_fail(c->host, COLLET_E_NOMEM, "out of memory");
    }
    hint_at_shell(c, point);
    const command_setting of = {c->space, point, seed, c->variables, f.entries};
    collet_status status = command_surroundings_make(&around, c->host, &of);
    if (status == COLLET_OK) {
        status = run(c, f.argv, &around, values);
    }
    command_surroundings_finish(&around);
    finish_filled(&f);
    return status;
}

static collet_status inputs(const collet_host *host, const void *config,
                            void (*add)(void *ctx, const char *path), void *ctx)
{
    const command_config *c = config;
    command_line line = {0};
    collet_status status = command_read(&line, host, "run", c->run);
    if (status == COLLET_OK) {
        command_inputs(&line, c->folder, add, ctx);
    }
    command_finish(&line);
    return status;
}

static const collet_objective vtable = {
    .struct_size = COLLET_SIZE(collet_objective),
    .flags = COLLET_OBJECTIVE_ALONE,
    .create = create,
    .destroy = destroy,
    .metrics = metrics,
    .evaluate = evaluate,
    .inputs = inputs,
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
