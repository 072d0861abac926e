/**
 * @file text/state.h
 * @brief What a dataset has learnt, as bytes: numbers and strings one after another.
 *
 * Reading mistrusts: a failed read stays failed and gives zeros and NULL from then on, so a caller
 * reads a whole state and asks once, at the end; but before it allocates by a count it asks.
 */
#ifndef TEXT_STATE_H
#define TEXT_STATE_H

#include <collet/plugin.h>

#include <stdbool.h>

/** A state being written. Set the sink. */
typedef struct text_writer {
    const collet_sink *sink;
    collet_status status; /**< of the first write that failed */
} text_writer;

/** Writes a number, or length bytes with their count before them. */
void text_put_number(text_writer *writer, uint64_t value);
void text_put_real(text_writer *writer, double value);
void text_put_string(text_writer *writer, const char *text);

/** A state being read. Set the source. */
typedef struct text_reader {
    const collet_source *source;
    uint64_t used; /**< bytes */
    bool failed;
} text_reader;

/** Reads a number; 0 and failed where it is above most. */
uint64_t text_take_number(text_reader *reader, uint64_t most);

/** How many of what takes at least size bytes each can follow. */
uint64_t text_most(const text_reader *reader, uint64_t size);

/** Reads a number; failed where it is not finite. */
double text_take_real(text_reader *reader);

/** Reads a string, closed by a 0, to free(); NULL and failed where it has a zero byte or memory ran
 *  out. */
char *text_take_string(text_reader *reader);

/** Has all been read, and nothing been wrong? */
bool text_at_end(const text_reader *reader);

#endif /* TEXT_STATE_H */
