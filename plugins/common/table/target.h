/**
 * @file table/target.h
 * @brief The column that is predicted: classes or numbers.
 */
#ifndef TABLE_TARGET_H
#define TABLE_TARGET_H

#include "table/frame.h"

/** What is wanted of it. */
typedef enum table_task {
    TABLE_AUTO, /**< classes where its cells are texts, or whole numbers of at most 20 different
                     values that come five times on average */
    TABLE_CLASSES,
    TABLE_NUMBERS
} table_task;

/** Classes and which one each row is of; to free(), but not what names point to. */
typedef struct table_labels {
    uint32_t classes;
    int32_t *labels;    /**< [table.rows] */
    const char **names; /**< [classes]: numbers rising, then others by name */
} table_labels;

/** Settles columns[target].categorical of a frame that is open and not yet filled. */
void table_target_choose(table_frame *frame, table_task task);

/** The classes of a frame that is filled. COLLET_E_INVALID where the training file has only one, or
 *  the test file one more. */
collet_status table_target_labels(const table_frame *frame, table_labels *labels);

/** COLLET_E_INVALID where the numbers to predict are one and the same. */
collet_status table_target_check(const table_frame *frame);

/** Writes the numbers to predict of a frame that is fitted to *targets[table.rows], to free(),
 * which is allocated if NULL. */
collet_status table_target_write(const table_frame *frame, float **targets);

#endif /* TABLE_TARGET_H */
