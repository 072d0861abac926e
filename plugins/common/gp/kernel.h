/**
 * @file gp/kernel.h
 * @brief The Matern 5/2 kernel over mixed points, with a weight for each dimension (ARD).
 *
 *     k(x, x') = scale m(q),   q = sum_d theta_d delta_d^2,
 *     m(q) = (1 + t + t^2 / 3) exp(-t),   t = sqrt(5 q)
 *
 * delta_d is the difference of two numbers in the unit interval, or for categories 0 where they are
 * equal and else 1. A dimension with conditions lies on an arc of one radian around its inactive
 * state: two active numbers are a chord apart (their difference, nearly), an active one is always 1
 * away from an inactive one, two inactive ones 0. Being distances between points of a Euclidean
 * space, all of these make the kernel positive definite (Swersky, Duvenaud, Snoek, Hutter, Osborne:
 * Raiders of the Lost Architecture, 2014).
 *
 * So a point is encoded as a few numbers, the columns: one for a number or a category, two for a
 * number with conditions.
 */
#ifndef GP_KERNEL_H
#define GP_KERNEL_H

#include "search/point.h"

/** How the points of a space are encoded. Constants have no column. */
typedef struct gp_layout {
    const search_space *space;
    uint32_t columns, thetas;
    uint32_t *theta_of; /**< [columns] */
    uint32_t *dim_of;   /**< [thetas] the dimension */
    bool *equal;        /**< [columns] compared for being equal: a category */
} gp_layout;

/** COLLET_E_NOMEM. The space must outlive it. */
collet_status gp_layout_init(gp_layout *layout, const search_space *space);
void gp_layout_finish(gp_layout *layout);

/** The coordinates u[dim_count] of the point x: 0 to 1, a category's index, NaN where inactive. */
void gp_coordinates(const gp_layout *layout, const double *x, double *u);

/** Encodes coordinates to z[columns], `stride` doubles apart. */
void gp_encode(const gp_layout *layout, const double *u, double *z, size_t stride);

/** The change of z's columns with the unit coordinate of dimension theta (a number, active), times
 *  dz[columns]: the chain rule's last link. */
double gp_encode_slope(const gp_layout *layout, uint32_t theta, const double *z, const double *dz);

/** q[n] between the point z[columns] and n encoded points, column c of which is at
 *  x + c * stride. theta has a weight for each dimension. */
void gp_distances(const gp_layout *layout, const double *theta, const double *z, size_t n,
                  const double *x, size_t stride, double *q);

/** k[n] = scale m(q); dk[n] (may be NULL) = scale m'(q). k or dk may be q. */
void gp_matern(size_t n, double scale, const double *q, double *k, double *dk);

/** sums[thetas] += over j < n of w[j] delta_d^2 between z and point j, for each dimension d. */
void gp_add_deltas(const gp_layout *layout, const double *z, size_t n, const double *x,
                   size_t stride, const double *w, double *sums);

/** dz[columns] = over j < n of w[j] times the gradient of q[j] by z; categories have none: 0. */
void gp_distance_gradient(const gp_layout *layout, const double *theta, const double *z, size_t n,
                          const double *x, size_t stride, const double *w, double *dz);

#endif /* GP_KERNEL_H */
