/**
 * @file base/error.h
 * @brief A small status, and one text that is set where the failure happened.
 *
 * Every function that can fail returns a clt_status and takes a clt_error, owned by the caller,
 * as its last argument. Whoever finds the failure writes the text; callers on the way up only
 * hand the status on, or put a prefix before the text. Only cli/ prints it.
 */
#ifndef CLT_BASE_ERROR_H
#define CLT_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

/** Every status with the exit code that the program ends with and what that means. */
#define CLT_STATUSES(X)                                                                            \
    X(CLT_OK, 0, "done")                                                                           \
    X(CLT_DIFFERS, 1, "what was compared differs")                                                 \
    X(CLT_USAGE, 64, "the command line is wrong")                                                  \
    X(CLT_BAD_INPUT, 65, "the experiment or its data is wrong")                                    \
    X(CLT_NO_STORE, 69, "the store cannot be reached")                                             \
    X(CLT_PLUGIN_FAILED, 70, "a plugin failed")                                                    \
    X(CLT_TRIALS_FAILED, 71, "too many trials failed")                                             \
    X(CLT_CANNOT_CREATE, 73, "a file cannot be created")                                           \
    X(CLT_IO, 74, "a file cannot be read or written, or memory ran out")                           \
    X(CLT_STOPPED, 75, "stopped before the end; run again to go on")                               \
    X(CLT_INTERRUPTED, 130, "interrupted from the keyboard")

/** Outcome of a function; 0 is success. The value is the program's exit code. */
typedef enum clt_status {
#define CLT_STATUS_ENUM(name, code, text) name = code,
    CLT_STATUSES(CLT_STATUS_ENUM)
#undef CLT_STATUS_ENUM
} clt_status;

/** One failure. Zero it once; success leaves it untouched. */
typedef struct clt_error {
    clt_status status;
    char text[1024]; /**< one line, no newline */
} clt_error;

/** Sets the error, printf-like, and returns status: `return clt_fail(err, CLT_IO, ...)`. */
clt_status clt_fail(clt_error *err, clt_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The same for a va_list. */
clt_status clt_fail_list(clt_error *err, clt_status status, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/** Sets the error to "out of memory"; returns CLT_IO. */
clt_status clt_fail_memory(clt_error *err);

/** Puts "prefix: " before the text of an error that is set; returns its status. */
clt_status clt_prefix(clt_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** What a status means, one line. */
const char *clt_status_text(clt_status status);

#endif /* CLT_BASE_ERROR_H */
