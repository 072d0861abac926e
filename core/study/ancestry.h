/**
 * @file study/ancestry.h
 * @brief The trials of an older study that a study begins with: `[study] warm_start`.
 *
 * A finished trial of the older study is taken where it is a point of the new space: each parameter
 * that is active there has its value from the trial, or from the older experiment where that fixed
 * it, and it lies within the new range; they meet the constraints; and each parameter that the
 * trial had besides is fixed here to the same value. So ranges may have grown or shrunk, a
 * parameter may have been opened or fixed. What else an experiment fixes (data, epochs) is not
 * compared: to change it is why one starts anew.
 */
#ifndef CLT_STUDY_ANCESTRY_H
#define CLT_STUDY_ANCESTRY_H

#include "study/plan.h"

/** Opens the store in a file, to be read. */
typedef clt_status (*clt_store_opener)(const char *path, clt_store **store, clt_error *err);

/** What a study begins with; everything lives in the arena that it was read into. */
typedef struct clt_ancestry {
    const char *study; /**< name of the older study */
    clt_ancestor *rows;
    size_t count;
    size_t finished;    /**< trials that it has finished */
    const char *misfit; /**< why the first of them that was not taken does not fit; or NULL */
} clt_ancestry;

/** Reads what the plan's [study] warm_start names: a study of `store` (NULL: there is none), or of
 *  another file, "path.db:name". CLT_BAD_INPUT with file and line where there is no such study, or
 *  it has no value of a goal. Nothing is read where the plan names none. */
clt_status clt_ancestry_read(const clt_plan *plan, clt_store *store, clt_store_opener open,
                             clt_arena *arena, clt_ancestry *ancestry, clt_error *err);

/** One line of what was taken, and what was not. */
void clt_ancestry_text(const clt_ancestry *ancestry, clt_str *out);

#endif /* CLT_STUDY_ANCESTRY_H */
