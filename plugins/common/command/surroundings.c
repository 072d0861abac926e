#include "command/surroundings.h"

#include <collet/helpers.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Those that are not parameters. */
enum { OWN = 5 };

char *command_variable(const char *name)
{
    static const char before[] = "COLLET_PARAM_";
    char *variable = malloc(sizeof before + strlen(name));
    if (variable != NULL) {
        (void)strcpy(variable, before);
        char *at = variable + sizeof before - 1;
        for (; *name != '\0'; name++) {
            *at++ = (char)(isalnum((unsigned char)*name) ? toupper((unsigned char)*name) : '_');
        }
        *at = '\0';
    }
    return variable;
}

/* ---- The point as JSON ---------------------------------------------------------------------- */

/* As JSON has it: no sign in front but "-", a digit before the point and one behind it. */
static bool is_json_number(const char *text)
{
    const char *at = text + (*text == '-');
    size_t whole = strspn(at, "0123456789");
    bool good = whole == 1 || (whole > 1 && *at != '0');
    at += whole;
    if (good && *at == '.') {
        size_t n = strspn(at + 1, "0123456789");
        good = n > 0;
        at += n + 1;
    }
    if (good && (*at == 'e' || *at == 'E')) {
        at++;
        at += *at == '-' || *at == '+';
        size_t n = strspn(at, "0123456789");
        good = n > 0;
        at += n;
    }
    return good && *at == '\0';
}

static void write_text(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        (void)(c < 0x20 ? fprintf(out, "\\u%04x", c)
                        : fprintf(out, "%s%c", c == '"' || c == '\\' ? "\\" : "", c));
    }
    (void)fputc('"', out);
}

static void write_value(FILE *out, const collet_dim *dim, double x, const char *text)
{
    if (is_json_number(text)) {
        (void)fputs(text, out);
    } else if (dim->type != COLLET_DIM_CATEGORY) {
        (void)fprintf(out, "%.17g", x);
    } else {
        write_text(out, text);
    }
}

static bool write_point(int fd, const collet_space *space, const collet_point *point)
{
    int copy = dup(fd);
    FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
    const char *between = "";
    if (out == NULL) {
        return false;
    }
    (void)fputc('{', out);
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const collet_dim *dim = collet_dim_at(space, i);
        if (point->text[i] != NULL) {
            (void)fputs(between, out);
            write_text(out, dim->name);
            (void)fputs(": ", out);
            write_value(out, dim, point->x[i], point->text[i]);
            between = ", ";
        }
    }
    (void)fputs("}\n", out);
    bool good = !ferror(out);
    return fclose(out) == 0 && good;
}

/* ---- The environment ------------------------------------------------------------------------ */

/* Adds "name=value"; false: no memory. */
static bool add(char **envp, size_t *count, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 2;
    char *entry = malloc(size);
    if (entry != NULL) {
        (void)snprintf(entry, size, "%s=%s", name, value);
        envp[(*count)++] = entry;
    }
    return entry != NULL;
}

static bool add_file(char **envp, size_t *count, const char *name, int fd)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), fd);
    return add(envp, count, name, path);
}

static bool add_number(char **envp, size_t *count, const char *name, uint64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return add(envp, count, name, text);
}

/* What an outer trial was given is not this one's. */
static bool is_outer(const char *entry)
{
    static const char *const own[] = {"COLLET_PARAM_", "COLLET_TRIAL=",  "COLLET_ATTEMPT=",
                                      "COLLET_SEED=",  "COLLET_PARAMS=", "COLLET_METRICS="};
    bool is = false;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        is = is || strncmp(entry, own[i], strlen(own[i])) == 0;
    }
    return is;
}

static bool add_inherited(char **envp, size_t *count)
{
    bool good = true;
    for (char **entry = environ; good && *entry != NULL; entry++) {
        if (!is_outer(*entry)) {
            char *copy = strdup(*entry);
            good = copy != NULL;
            envp[*count] = copy;
            *count += good;
        }
    }
    return good;
}

static bool make_environment(command_surroundings *s, const collet_space *space,
                             const collet_point *point, const char *seed, char *const *variables)
{
    size_t count = 0, inherited = 0;
    while (environ[inherited] != NULL) {
        inherited++;
    }
    s->envp = calloc(inherited + OWN + space->dim_count + 1, sizeof *s->envp);
    bool good = s->envp != NULL && add_inherited(s->envp, &count) &&
                add_number(s->envp, &count, "COLLET_TRIAL", point->number) &&
                add_number(s->envp, &count, "COLLET_ATTEMPT", point->attempt) &&
                add(s->envp, &count, "COLLET_SEED", seed) &&
                add_file(s->envp, &count, "COLLET_PARAMS", s->params) &&
                add_file(s->envp, &count, "COLLET_METRICS", s->metrics);
    s->mark = good ? s->envp[count - 1] : NULL;
    for (uint32_t i = 0; good && i < space->dim_count; i++) {
        good = point->text[i] == NULL || add(s->envp, &count, variables[i], point->text[i]);
    }
    return good;
}

collet_status command_surroundings_make(command_surroundings *s, const collet_host *host,
                                        const collet_space *space, const collet_point *point,
                                        const char *seed, char *const *variables)
{
    *s = (command_surroundings){.params = memfd_create("collet-params", MFD_CLOEXEC),
                                .metrics = memfd_create("collet-metrics", MFD_CLOEXEC)};
    if (s->params < 0 || s->metrics < 0 || !write_point(s->params, space, point)) {
        return collet_fail(host, COLLET_E_IO, "a file in memory cannot be made: %s",
                           strerror(errno));
    }
    return make_environment(s, space, point, seed, variables)
               ? COLLET_OK
               : collet_fail(host, COLLET_E_NOMEM, "out of memory for the environment");
}

void command_surroundings_finish(command_surroundings *s)
{
    for (size_t i = 0; s->envp != NULL && s->envp[i] != NULL; i++) {
        free(s->envp[i]);
    }
    free(s->envp);
    if (s->params >= 0) {
        close(s->params);
    }
    if (s->metrics >= 0) {
        close(s->metrics);
    }
    *s = (command_surroundings){.params = -1, .metrics = -1};
}
