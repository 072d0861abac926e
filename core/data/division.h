/**
 * @file data/division.h
 * @brief Which rows judge: the test part that no trial sees, and the parts that trials are judged
 * by.
 *
 * The rows of a study (all, or `rows` of them) are put in a random order. A share of them, or the
 * dataset's own test rows, is the test part. Of the others
 *     hold-out   a share validates, the rest trains: one part;
 *     folds      each validates in one of `folds` parts of equal size, and trains in the others;
 *                `repeats` times, each time in another order: folds * repeats parts.
 * Stratified, every class is dealt out by itself, so that each part has its share of it.
 *
 * Stone: Cross-validatory choice and assessment of statistical predictions (1974); Kohavi: A study
 * of cross-validation and bootstrap (1995), for the stratified.
 */
#ifndef CLT_DATA_DIVISION_H
#define CLT_DATA_DIVISION_H

#include "data/split.h"

#include <stdbool.h>

/** How rows are to be divided. */
typedef struct clt_dividing {
    double validation; /**< hold-out: share of the rows that are no test rows */
    double test;       /**< share of the rows; 0: none but the dataset's own */
    uint64_t rows;     /**< use this many only; 0: all */
    uint32_t folds;    /**< 0: hold-out; at least 2 */
    uint32_t repeats;  /**< of the folds, at least 1 */
    bool stratify;     /**< where there are classes */
    uint64_t seed;
} clt_dividing;

/** Rows divided. Zero it before clt_division_init(). */
typedef struct clt_division {
    clt_dividing how;
    const collet_data *data;
    uint32_t *used; /**< [used_count], what trains and validates, in random order */
    size_t used_count;
    const uint32_t *spare; /**< [spare_count], what `rows` left out, in random order; in `used` */
    size_t spare_count;
    uint32_t *test; /**< [test_count], rising */
    size_t test_count;
    uint32_t count;  /**< parts to be judged by */
    const char *key; /**< after a failure: the option that is wrong; NULL: the data are */
} clt_division;

/** Divides the rows of data, which must outlive it; depends on how and data's labels only.
 *  CLT_BAD_INPUT, without file and line, where a part would be empty, where there are fewer rows
 *  than folds, or fewer of a class, or only one class. Finish it also after a failure. */
clt_status clt_division_init(clt_division *division, const collet_data *data,
                             const clt_dividing *how, clt_error *err);

/** The rows of a part, 0 to count - 1: a fresh split. */
clt_status clt_division_split(const clt_division *division, uint32_t part, clt_split *split,
                              clt_error *err);

/** Frees it. */
void clt_division_finish(clt_division *division);

#endif /* CLT_DATA_DIVISION_H */
