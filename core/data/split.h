/**
 * @file data/split.h
 * @brief Which rows train and which validate; and whether a dataset can be trusted.
 */
#ifndef CLT_DATA_SPLIT_H
#define CLT_DATA_SPLIT_H

#include "base/error.h"

#include <collet/dataset.h>

#include <stdint.h>

/** Row numbers of a dataset; the two parts do not overlap. Zero it before clt_split_init(). */
typedef struct clt_split {
    uint32_t *train; /**< [train_count] */
    size_t train_count;
    uint32_t *validation; /**< [validation_count], rising */
    size_t validation_count;
} clt_split;

/** Checks what a dataset plugin handed over: sizes, pointers, labels in range, finite numbers.
 *  CLT_BAD_INPUT naming the unit and the first row that is wrong. */
clt_status clt_data_check(const collet_data *data, const char *unit, clt_error *err);

/** The same of the input alone: labels and targets may be missing. */
clt_status clt_input_check(const collet_data *data, const char *unit, clt_error *err);

/** Draws the split. The source's own test rows are left out; of the rest, `rows` (0: all) are
 *  used, and the fraction `validation` of these, class by class where there are classes, is set
 *  aside. Depends on seed and data's labels only. CLT_BAD_INPUT when a part would be empty. */
clt_status clt_split_init(clt_split *split, const collet_data *data, double validation,
                          uint64_t rows, uint64_t seed, clt_error *err);

/** Frees both parts. */
void clt_split_finish(clt_split *split);

#endif /* CLT_DATA_SPLIT_H */
