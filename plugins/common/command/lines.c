#include "command/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes room for n bytes more and a NUL; false: no memory. */
static bool reserve(command_lines *l, size_t n)
{
    size_t room = l->room > 0 ? l->room : 256;
    while (room < l->length + n + 1) {
        room *= 2;
    }
    char *line = room > l->room ? realloc(l->line, room) : l->line;
    if (line != NULL) {
        l->line = line;
        l->room = room;
    }
    return line != NULL;
}

/* Appends bytes of a line, as many of them as are kept. */
static void append(command_lines *l, const char *bytes, size_t n)
{
    size_t left = l->most - l->length, kept = n < left ? n : left;
    bool room = reserve(l, kept);
    l->cut = l->cut || kept < n || !room;
    l->no_memory = l->no_memory || !room;
    for (size_t i = 0; room && i < kept; i++) {
        l->line[l->length++] = bytes[i] != '\0' ? bytes[i] : ' ';
    }
}

void command_lines_end(command_lines *l)
{
    append(l, "", 0); /* a line is there, be it empty */
    while (l->length > 0 && (l->line[l->length - 1] == '\r' || l->line[l->length - 1] == ' ')) {
        l->length--;
    }
    if (l->line != NULL) {
        l->line[l->length] = '\0';
        if (l->line[strspn(l->line, " \t")] != '\0') {
            l->count++;
            l->take(l->ctx, l, l->line);
        }
    }
    l->length = 0;
    l->cut = l->no_memory = false;
}

void command_lines_finish(command_lines *l)
{
    free(l->line);
    l->line = NULL;
    l->length = l->room = 0;
}

static void echo(const command_lines *l, const char *bytes, size_t n)
{
    while (l->echo >= 0 && n > 0) {
        ssize_t written = write(l->echo, bytes, n);
        if (written < 0 && errno != EINTR) {
            return;
        }
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
}

/* One that was written anew is read anew. */
static ssize_t read_file(command_lines *l, char *bytes, size_t n)
{
    struct stat info;
    if (fstat(l->fd, &info) == 0 && (uint64_t)info.st_size < l->offset) {
        l->offset = 0;
        l->length = 0;
        l->cut = false;
    }
    ssize_t got = pread(l->fd, bytes, n, (off_t)l->offset);
    l->offset += got > 0 ? (uint64_t)got : 0;
    return got;
}

static void take_bytes(command_lines *l, const char *bytes, size_t n)
{
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        size_t length = end != NULL ? (size_t)(end - bytes) : n;
        append(l, bytes, length);
        if (end != NULL) {
            command_lines_end(l);
        }
        length += end != NULL;
        bytes += length;
        n -= length;
    }
}

bool command_lines_pump(command_lines *l)
{
    char bytes[4096];
    for (;;) {
        ssize_t n =
            l->is_file ? read_file(l, bytes, sizeof bytes) : read(l->fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return l->is_file || n < 0;
        }
        echo(l, bytes, (size_t)n);
        take_bytes(l, bytes, (size_t)n);
    }
}
