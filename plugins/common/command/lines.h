/**
 * @file command/lines.h
 * @brief Lines out of a descriptor that is read as bytes come.
 */
#ifndef COMMAND_LINES_H
#define COMMAND_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is beyond it in a line is dropped. */
enum { COMMAND_LONGEST_LINE = 65535 };

/** A source of lines. Set fd, echo, take and ctx; the rest to 0. */
typedef struct command_lines {
    int fd;   /**< to read: a pipe that does not block, or a file that grows; not closed here */
    int echo; /**< descriptor that gets the same bytes; -1: none */
    /** Gets each line without its end, but for blank ones. */
    void (*take)(void *ctx, struct command_lines *from, const char *line);
    void *ctx;
    bool is_file;    /**< it is read from `offset` on */
    uint64_t offset; /**< of a file */
    uint64_t count;  /**< lines taken */
    size_t length;
    char line[COMMAND_LONGEST_LINE + 1];
} command_lines;

/** Reads what is there by now. Returns false once a pipe is at its end. */
bool command_lines_pump(command_lines *l);

/** Takes the last line, which lacks its end. */
void command_lines_end(command_lines *l);

#endif /* COMMAND_LINES_H */
