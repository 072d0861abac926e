/**
 * @file study/ration.h
 * @brief The memory of an attempt with all that it has started, looked at from time to time.
 *
 * RLIMIT_DATA holds for each process by itself and not for shared memory; this is for their sum.
 * The data that an attempt has from the nursery count for nobody, and a page that several of its
 * processes have counts once.
 */
#ifndef CLT_STUDY_RATION_H
#define CLT_STUDY_RATION_H

#include "base/family.h"

/** Seconds between two looks. */
extern const double CLT_RATION_EVERY;

/** What every attempt begins with, in bytes. */
typedef struct clt_ration {
    clt_usage base;
    size_t attempts; /**< that share it now */
} clt_ration;

/** Bytes that the family has beyond what it began with. Those up to `most` are not exact: a sum
 * that counts shared pages more than once is enough to know that it is not more. */
uint64_t clt_ration_used(const clt_ration *ration, const clt_family *family, uint64_t most);

#endif /* CLT_STUDY_RATION_H */
