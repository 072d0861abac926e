/**
 * @file study/environment.h
 * @brief Where a study ran: all that may change a number besides the experiment itself, as
 * "key = value" lines, and what differs between two such texts.
 *
 * The program with its compiler and flags, the processor, the system, libraries by their build IDs,
 * the kernel of BLAS, every plugin file that the experiment uses by version and SHA-256, and every
 * other file that it reads (study/inputs.h).
 */
#ifndef CLT_STUDY_ENVIRONMENT_H
#define CLT_STUDY_ENVIRONMENT_H

#include "plugin/blas.h"
#include "study/plan.h"

/** One entry that differs. */
typedef struct clt_change {
    const char *key; /**< "blas kernel" */
    const char *was; /**< NULL: there was none */
    const char *is;  /**< NULL: there is none */
} clt_change;

/** The environment of this process, which has loaded the plan's plugins from the registry. sqlite:
 *  that library's version. From the plan's arena; NULL when memory ran out. */
const char *clt_environment_text(clt_plan *plan, const clt_registry *registry, const clt_blas *blas,
                                 const char *sqlite);

/** What differs, in the order of the entries; from the arena. Paths of plugins are not compared
 *  (their content is), nor are libraries that only one of the two has, nor inputs where the older
 *  one has none. NULL when memory ran out. */
const clt_change *clt_environment_compare(const char *was, const char *is, clt_arena *arena,
                                          size_t *count);

/** Appends a change as "blas kernel: was SkylakeX, is Haswell"; of digests the beginnings. */
void clt_change_text(const clt_change *change, clt_str *out);

/** Calls entry() for each line of an environment. Key and value are no strings: mind the lengths.
 */
void clt_environment_each(const char *text,
                          void (*entry)(void *ctx, const char *key, size_t key_length,
                                        const char *value, size_t value_length),
                          void *ctx);

#endif /* CLT_STUDY_ENVIRONMENT_H */
