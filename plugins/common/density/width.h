/**
 * @file density/width.h
 * @brief How wide the kernels of one numeric column are.
 */
#ifndef DENSITY_WIDTH_H
#define DENSITY_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

/** Rule for the width before it is brought into its bounds. */
typedef enum density_rule {
    DENSITY_NEIGHBOUR,       /**< the larger gap to a neighbour; at both ends the inner one */
    DENSITY_NEIGHBOUR_PRIOR, /**< the same with 1/2, the prior's mean, among the neighbours */
    DENSITY_SCOTT            /**< spread times n^(-1/(dims + 4)), the same for all */
} density_rule;

typedef struct density_widths {
    density_rule rule;
    double floor;    /**< least width: the larger of this ... */
    double exponent; /**< ... and 1 / (n + 2)^exponent */
    bool clip;       /**< off: the least width is 1e-4 alone, which always holds */
    uint32_t dims;   /**< for Scott's rule */
} density_widths;

/** The least width among n kernels. */
float density_least(const density_widths *w, uint32_t n);

/** width[n] of kernels at rising places at[n] in 0 to 1. Bounds: the least width, and 1. */
void density_set_widths(const density_widths *w, uint32_t n, const float *at, float *width);

#endif /* DENSITY_WIDTH_H */
