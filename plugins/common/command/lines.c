#include "command/lines.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void command_lines_end(command_lines *l)
{
    while (l->length > 0 && (l->line[l->length - 1] == '\r' || l->line[l->length - 1] == ' ')) {
        l->length--;
    }
    l->line[l->length] = '\0';
    if (l->line[strspn(l->line, " \t")] != '\0') {
        l->count++;
        l->take(l->ctx, l, l->line);
    }
    l->length = 0;
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
    }
    ssize_t got = pread(l->fd, bytes, n, (off_t)l->offset);
    l->offset += got > 0 ? (uint64_t)got : 0;
    return got;
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
        for (ssize_t i = 0; i < n; i++) {
            if (bytes[i] == '\n') {
                command_lines_end(l);
            } else if (l->length < COMMAND_LONGEST_LINE) {
                l->line[l->length++] = bytes[i] != '\0' ? bytes[i] : ' ';
            }
        }
    }
}
