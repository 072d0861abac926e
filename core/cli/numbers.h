/**
 * @file cli/numbers.h
 * @brief A list of numbers as a user writes it: "3", "3,7-9".
 */
#ifndef CLT_CLI_NUMBERS_H
#define CLT_CLI_NUMBERS_H

#include "base/error.h"
#include "base/vec.h"

#include <stdint.h>

/** Numbers, rising, each once. Zero it; CLT_VEC_FINISH() frees it. */
typedef CLT_VEC(uint64_t) clt_numbers;

/** Adds what text lists. what: who reads it, for messages. CLT_USAGE where it is no such list, or
 *  one of more than a million. */
clt_status clt_numbers_read(const char *text, const char *what, clt_numbers *numbers,
                            clt_error *err);

#endif /* CLT_CLI_NUMBERS_H */
