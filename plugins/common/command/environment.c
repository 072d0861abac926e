#include "command/environment.h"

#include <collet/helpers.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const of_threads[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                                         "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
                                         "NUMEXPR_NUM_THREADS"};
enum { OF_THREADS = sizeof of_threads / sizeof of_threads[0] };

/* ---- Reading -------------------------------------------------------------------------------- */

static bool is_variable(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return name[0] != '\0' && (name[0] < '0' || name[0] > '9') &&
           name[strspn(name, letters)] == '\0';
}

static collet_status read_one(command_set *set, const collet_host *host, char *line)
{
    char key[128];
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        return collet_fail(host, COLLET_E_INVALID,
                           "env: variables are set one by one: env.NAME = value");
    }
    *equals = '\0';
    set->name = line;
    (void)snprintf(key, sizeof key, "env.%.100s", line);
    if (!is_variable(line) || strncmp(line, "COLLET_", 7) == 0) {
        return collet_fail(host, COLLET_E_INVALID, "%s: \"%.100s\" %s", key, line,
                           is_variable(line) ? "is set by the program that runs the trials"
                                             : "is no name of a variable: letters, digits and _");
    }
    return command_read_value(&set->value, host, key, equals + 1);
}

collet_status command_environment_read(command_environment *e, const collet_host *host,
                                       const char *lines)
{
    size_t most = 1;
    for (const char *at = lines; *at != '\0'; at++) {
        most += *at == '\n';
    }
    e->memory = strdup(lines);
    e->sets = calloc(most, sizeof *e->sets);
    if (e->memory == NULL || e->sets == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    collet_status status = COLLET_OK;
    for (char *at = e->memory, *next; *at != '\0' && status == COLLET_OK; at = next) {
        next = at + strcspn(at, "\n");
        next += *next == '\n';
        at[strcspn(at, "\n")] = '\0';
        status = read_one(&e->sets[e->count++], host, at);
    }
    return status;
}

void command_environment_finish(command_environment *e)
{
    for (size_t i = 0; i < e->count; i++) {
        command_finish(&e->sets[i].value);
    }
    free(e->sets);
    free(e->memory);
    *e = (command_environment){0};
}

/* ---- Entries -------------------------------------------------------------------------------- */

bool command_entries_have(char *const *entries, const char *name)
{
    size_t n = strcspn(name, "=");
    bool have = false;
    for (size_t i = 0; entries[i] != NULL; i++) {
        have = have || (strncmp(entries[i], name, n) == 0 && entries[i][n] == '=');
    }
    return have;
}

void command_entries_free(char **entries)
{
    for (size_t i = 0; entries != NULL && entries[i] != NULL; i++) {
        free(entries[i]);
    }
    free(entries);
}

static char *make_entry(const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *entry = malloc(size);
    if (entry != NULL) {
        (void)snprintf(entry, size, "%s=%s", name, value);
    }
    return entry;
}

/* The variables of the experiment; false: no memory. */
static bool add_sets(const command_environment *e, const char *const *texts, char **entries,
                     size_t *count)
{
    bool good = true;
    for (size_t i = 0; i < e->count && good; i++) {
        char **words = command_fill(&e->sets[i].value, texts);
        good = words != NULL;
        if (good && words[0] != NULL) {
            entries[*count] = make_entry(e->sets[i].name, words[0]);
            good = entries[*count] != NULL;
            *count += good;
        }
        free(words);
    }
    return good;
}

/* Has the user set it? What Collet has set for the BLAS of its own plugins, it says so. */
static bool is_users(const char *name)
{
    const char *ours = getenv("COLLET_BLAS_THREADS");
    bool blas = strcmp(name, "OPENBLAS_NUM_THREADS") == 0;
    return getenv(name) != NULL && !(blas && ours != NULL);
}

char **command_environment_fill(const command_environment *e, const char *const *texts,
                                int64_t threads, bool unless_set)
{
    char **entries = calloc(e->count + OF_THREADS + 1, sizeof *entries);
    size_t count = 0;
    char number[32];
    (void)snprintf(number, sizeof number, "%" PRId64, threads);
    bool good = entries != NULL && add_sets(e, texts, entries, &count);
    for (size_t i = 0; i < OF_THREADS && threads > 0 && good; i++) {
        if (command_entries_have(entries, of_threads[i]) ||
            (unless_set && is_users(of_threads[i]))) {
            continue;
        }
        entries[count] = make_entry(of_threads[i], number);
        good = entries[count] != NULL;
        count += good;
    }
    if (!good) {
        command_entries_free(entries);
        return NULL;
    }
    return entries;
}
