/**
 * @file search/sobol_table.h
 * @brief What the directions of the Sobol sequence start from.
 */
#ifndef SEARCH_SOBOL_TABLE_H
#define SEARCH_SOBOL_TABLE_H

#include <stdint.h>

enum { SEARCH_SOBOL_TABLE = 869 };

/** A polynomial and its starting numbers for each dimension after the first. */
extern const uint16_t search_sobol_table[SEARCH_SOBOL_TABLE];

#endif /* SEARCH_SOBOL_TABLE_H */
