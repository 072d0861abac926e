#include "command/script.h"

#include "command/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of its first line that the kernel looks at. */
enum { HEAD = 256 };

/* The start of the file, closed by a NUL; false where it cannot be read. */
static bool read_head(const char *path, const char *folder, char head[HEAD], size_t *length)
{
    int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(at >= 0 ? at : AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, head, HEAD - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (at >= 0) {
        close(at);
    }
    *length = n > 0 ? (size_t)n : 0;
    head[*length] = '\0';
    return n >= 0;
}

/* Cuts the next word at *at and moves behind it; "" at the end. */
static const char *next_word(char **at)
{
    char *word = *at + strspn(*at, " \t");
    char *end = word + strcspn(word, " \t");
    *at = end + (*end != '\0');
    *end = '\0';
    return word;
}

/* The program that env is to start: the first word that is neither a flag nor a variable. */
static const char *program_of_env(char *arguments)
{
    const char *word = next_word(&arguments);
    while (word[0] == '-' || strchr(word, '=') != NULL) {
        word = next_word(&arguments);
    }
    return word;
}

static bool is_env(const char *interpreter)
{
    const char *slash = strrchr(interpreter, '/');
    return slash != NULL && strcmp(slash, "/env") == 0;
}

/* Is that what the first line names there? Says why not. */
static void check_interpreter(const char *folder, char *line, char *out, size_t size)
{
    const char *interpreter = next_word(&line);
    char *found = interpreter[0] != '\0' ? command_find(interpreter, folder) : NULL;
    const char *missing = found == NULL ? interpreter : NULL;
    free(found);
    if (missing == NULL && is_env(interpreter)) {
        const char *program = program_of_env(line);
        found = program[0] != '\0' ? command_find(program, folder) : NULL;
        missing = found == NULL ? program : NULL;
        free(found);
    }
    if (missing != NULL) {
        (void)snprintf(out, size, "its first line says that \"%s\" is to run it: %s", missing,
                       strerror(errno));
    }
}

void command_script_check(const char *path, const char *folder, char *out, size_t size)
{
    char head[HEAD];
    size_t length;
    out[0] = '\0';
    if (!read_head(path, folder, head, &length)) {
        return; /* a program need not be readable */
    }
    char *end = memchr(head, '\n', length);
    bool text = memchr(head, '\0', length) == NULL;
    if (strncmp(head, "#!", 2) != 0) {
        if (text) {
            (void)snprintf(
                out, size,
                "it is no program, and no script that says what is to run it: that would "
                "be a first line such as #!/bin/sh");
        }
        return;
    }
    if (end != NULL) {
        *end = '\0';
    }
    if (end != NULL && end[-1] == '\r') {
        end[-1] = '\0';
        (void)snprintf(
            out, size,
            "its lines end with CR LF, as on Windows, so that \"%s\" with a CR behind it "
            "would be what is to run it; save it with LF alone",
            head + 2 + strspn(head + 2, " \t"));
        return;
    }
    check_interpreter(folder, head + 2, out, size);
}
