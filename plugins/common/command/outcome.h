/**
 * @file command/outcome.h
 * @brief What a line that a program printed says: a number, named metrics in JSON, or nothing.
 */
#ifndef COMMAND_OUTCOME_H
#define COMMAND_OUTCOME_H

#include <collet/plugin.h>

#include <stdbool.h>

/** What a line is. */
typedef enum command_kind {
    COMMAND_TEXT,   /**< neither of these */
    COMMAND_NUMBER, /**< a number alone; NaN and infinity are numbers here */
    COMMAND_OBJECT  /**< a JSON object */
} command_kind;

/** The numbers of a line. */
typedef struct command_outcome {
    double number;    /**< of COMMAND_NUMBER */
    double *values;   /**< [count]: of an object's members by their names; the caller's memory */
    uint64_t present; /**< bit i: values[i] was there */
    bool has_step;    /**< there is a member "step" that is a number, or one as text: "3" */
    double step;
} command_outcome;

/** Reads a line, without its end. Of an object, numbers whose names are not in names[count], at
 *  most 64, and members that are no numbers are passed over; so are those deeper inside. */
command_kind command_outcome_read(const char *line, const char *const *names, uint32_t count,
                                  command_outcome *out);

#endif /* COMMAND_OUTCOME_H */
