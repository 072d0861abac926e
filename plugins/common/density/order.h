/**
 * @file density/order.h
 * @brief Rows of kernels, sorted in each numeric column; kept so when one comes or goes.
 */
#ifndef DENSITY_ORDER_H
#define DENSITY_ORDER_H

#include "density/kernels.h"

/** Rows by rising place, in each numeric column those that are active there. */
typedef struct density_order {
    const density_rows *rows;
    uint32_t room, *count; /**< count[column_count] */
    uint32_t *sorted;      /**< [column_count][room]; ties by number */
    uint64_t *numbers;     /**< [room]: of the trial in each row */
} density_order;

void density_order_init(density_order *o, const density_rows *rows);
void density_order_finish(density_order *o);
/** Room for as many rows as the kernels have. COLLET_E_NOMEM, with what was there left. */
collet_status density_order_reserve(density_order *o);

/** A row that has just been placed, and a row that is about to be given away. O(log n) comparisons
 *  and a move of at most n numbers in each column. */
void density_order_add(density_order *o, uint32_t row, uint64_t number);
void density_order_remove(density_order *o, uint32_t row);

#endif /* DENSITY_ORDER_H */
