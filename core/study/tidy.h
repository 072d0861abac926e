/**
 * @file study/tidy.h
 * @brief Is a process still as it was before it ran a trial? Then it may run another.
 */
#ifndef CLT_STUDY_TIDY_H
#define CLT_STUDY_TIDY_H

#include "plugin/arithmetic.h"

#include <stdbool.h>
#include <stdint.h>

/** What a process was like. */
typedef struct clt_tidy {
    int threads;     /**< descriptor of the folder that lists them; -1: not to be had */
    uint64_t peak;   /**< most memory that it has had, bytes */
    uint64_t growth; /**< most that it may have had more, bytes */
    clt_arithmetic arithmetic;
} clt_tidy;

/** Notes what this process is like. From here on what its children leave behind comes to it.
 *  growth: bytes that it may grow and still be tidy. */
void clt_tidy_init(clt_tidy *tidy, uint64_t growth);

/** No child, no thread, no blocked signal, arithmetic as it was, and no more growth than allowed?
 */
bool clt_tidy_check(const clt_tidy *tidy);

#endif /* CLT_STUDY_TIDY_H */
