#include "command/surroundings.h"

#include "command/environment.h"

#include <collet/helpers.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

static bool add_file(char **envp, size_t *count, const char *name, int fd, const char *file)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getpid(), fd);
    return add(envp, count, name, file != NULL ? file : path);
}

static bool add_number(char **envp, size_t *count, const char *name, uint64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return add(envp, count, name, text);
}

/* What an outer trial was given is not this one's; nor is what this program tells its own parts. */
static bool is_outer(const char *entry)
{
    static const char *const own[] = {
        "COLLET_PARAM_",  "COLLET_TRIAL=",   "COLLET_ATTEMPT=", "COLLET_SEED=",
        "COLLET_PARAMS=", "COLLET_METRICS=", "COLLET_BLAS_"};
    bool is = false;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        is = is || strncmp(entry, own[i], strlen(own[i])) == 0;
    }
    return is;
}

/* Copies of entries but for those that `others` (may be NULL) has. */
static bool add_copies(char **envp, size_t *count, char *const *entries, char *const *others)
{
    bool good = true;
    for (char *const *entry = entries; good && *entry != NULL; entry++) {
        if (!is_outer(*entry) && (others == NULL || !command_entries_have(others, *entry))) {
            char *copy = strdup(*entry);
            good = copy != NULL;
            envp[*count] = copy;
            *count += good;
        }
    }
    return good;
}

static size_t length_of(char *const *entries)
{
    size_t n = 0;
    while (entries[n] != NULL) {
        n++;
    }
    return n;
}

static bool make_environment(command_surroundings *s, const command_setting *of)
{
    size_t count = 0, n = length_of(environ) + length_of(of->entries);
    const collet_point *point = of->point;
    s->envp = calloc(n + OWN + of->space->dim_count + 1, sizeof *s->envp);
    bool good = s->envp != NULL && add_copies(s->envp, &count, environ, of->entries) &&
                add_copies(s->envp, &count, of->entries, NULL) &&
                add_number(s->envp, &count, "COLLET_TRIAL", point->number) &&
                add_number(s->envp, &count, "COLLET_ATTEMPT", point->attempt) &&
                add(s->envp, &count, "COLLET_SEED", of->seed) &&
                add_file(s->envp, &count, "COLLET_PARAMS", s->params, s->file) &&
                add_file(s->envp, &count, "COLLET_METRICS", s->metrics, NULL);
    s->mark = good ? s->envp[count - 1] : NULL;
    for (uint32_t i = 0; good && i < of->space->dim_count; i++) {
        good = point->text[i] == NULL || add(s->envp, &count, of->variables[i], point->text[i]);
    }
    return good;
}

/* ---- Files ---------------------------------------------------------------------------------- */

/* A file that others may read, as far as the user's umask lets them; -1: there can be none. */
static int make_file(char **path)
{
    static const char name[] = "/collet-params-XXXXXX.json";
    const char *folder = getenv("TMPDIR");
    folder = folder != NULL && folder[0] == '/' ? folder : "/tmp";
    *path = malloc(strlen(folder) + sizeof name);
    if (*path == NULL) {
        return -1;
    }
    (void)strcpy(*path, folder);
    (void)strcat(*path, name);
    int fd = mkostemps(*path, (int)sizeof ".json" - 1, O_CLOEXEC);
    if (fd < 0) {
        free(*path);
        *path = NULL;
        return -1;
    }
    mode_t mask = umask(077);
    (void)umask(mask);
    (void)fchmod(fd, 0644 & ~mask);
    return fd;
}

static void remove_file(command_surroundings *s)
{
    if (s->file != NULL) {
        (void)unlink(s->file);
        free(s->file);
        s->file = NULL;
    }
    if (s->params >= 0) {
        close(s->params);
    }
    s->params = -1;
}

/* The point in a file; false: nowhere. A disk that is full leaves memory. */
static bool make_params(command_surroundings *s, const command_setting *of)
{
    s->params = make_file(&s->file);
    if (s->params >= 0 && write_point(s->params, of->space, of->point)) {
        return true;
    }
    remove_file(s);
    s->params = memfd_create("collet-params", MFD_CLOEXEC);
    return s->params >= 0 && write_point(s->params, of->space, of->point);
}

collet_status command_surroundings_make(command_surroundings *s, const collet_host *host,
                                        const command_setting *of)
{
    *s = (command_surroundings){.params = -1,
                                .metrics = memfd_create("collet-metrics", MFD_CLOEXEC)};
    if (s->metrics < 0 || !make_params(s, of)) {
        return collet_fail(host, COLLET_E_IO, "a file in memory cannot be made: %s",
                           strerror(errno));
    }
    return make_environment(s, of)
               ? COLLET_OK
               : collet_fail(host, COLLET_E_NOMEM, "out of memory for the environment");
}

void command_surroundings_finish(command_surroundings *s)
{
    command_entries_free(s->envp);
    remove_file(s);
    if (s->metrics >= 0) {
        close(s->metrics);
    }
    *s = (command_surroundings){.params = -1, .metrics = -1};
}
