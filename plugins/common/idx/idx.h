/**
 * @file idx/idx.h
 * @brief Reads IDX files, plain or gzipped: arrays of bytes with their dimensions.
 *
 * The format (LeCun, Cortes, Burges: the MNIST database): two zero bytes, a type (0x08: unsigned
 * byte), the number of dimensions, each dimension as 32 bits with the highest byte first, and
 * then the numbers, row major.
 */
#ifndef IDX_IDX_H
#define IDX_IDX_H

#include <collet/helpers.h>

enum { IDX_MOST_DIMENSIONS = 4 };

/** An array of bytes. */
typedef struct idx_array {
    uint32_t dimension_count;
    uint32_t dimensions[IDX_MOST_DIMENSIONS];
    size_t size;    /**< product of the dimensions */
    uint8_t *bytes; /**< [size], to free() */
} idx_array;

/** Reads the file at path, appending it to *array where that holds something already (then all
 *  dimensions but the first must agree). dimensions_from..dimensions_to is what the caller wants.
 *  COLLET_E_IO or COLLET_E_INVALID with one line that names the file; *array is then as before. */
collet_status idx_read(const collet_host *host, const char *path, uint32_t dimensions_from,
                       uint32_t dimensions_to, idx_array *array);

#endif /* IDX_IDX_H */
