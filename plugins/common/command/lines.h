/**
 * @file command/lines.h
 * @brief Lines out of a descriptor that is read as bytes come.
 */
#ifndef COMMAND_LINES_H
#define COMMAND_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most bytes of a line that is to be understood. */
enum { COMMAND_LONGEST_LINE = 16 << 20 };

/** A source of lines. Set fd, echo, most, take and ctx; the rest to 0. */
typedef struct command_lines {
    int fd;   /**< to read: a pipe that does not block, or a file that grows; not closed here */
    int echo; /**< descriptor that gets the same bytes; -1: none */
    /** Gets each line without its end, but for blank ones. */
    void (*take)(void *ctx, struct command_lines *from, const char *line);
    void *ctx;
    bool is_file;    /**< it is read from `offset` on */
    uint64_t offset; /**< of a file */
    uint64_t count;  /**< lines taken */
    size_t most;     /**< bytes that are kept of a line */
    bool cut;        /**< the line at hand was longer */
    bool no_memory;  /**< there was none for all of it */
    size_t length, room;
    char *line;
} command_lines;

/** Reads what is there by now. Returns false once a pipe is at its end. */
bool command_lines_pump(command_lines *l);

/** Takes the last line, which lacks its end. */
void command_lines_end(command_lines *l);

/** Frees what it holds. */
void command_lines_finish(command_lines *l);

#endif /* COMMAND_LINES_H */
