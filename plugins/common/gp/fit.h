/**
 * @file gp/fit.h
 * @brief Hyperparameters of a Gaussian process: the most probable ones given the data.
 *
 * They are logarithms, in one vector p: a weight theta for each dimension, the kernel's scale, the
 * noise's variance. What is maximised is
 *
 *     log N(y; 0, K + noise I) + log prior(p)
 *
 * by L-BFGS with exact gradients. The y are standardised, so the priors are the same for all data.
 *
 * Rasmussen, Williams: Gaussian Processes for Machine Learning (2006), section 5.4.1.
 */
#ifndef GP_FIT_H
#define GP_FIT_H

#include "gp/kernel.h"

/** The least variance of the noise: what makes K safe to factor. */
#define GP_LEAST_NOISE 1e-6

/** Places in p behind the weights. */
#define GP_SCALE(layout)      ((size_t)(layout)->thetas)
#define GP_NOISE(layout)      ((size_t)(layout)->thetas + 1)
#define GP_PARAMETERS(layout) ((size_t)(layout)->thetas + 2)

/** Data, and memory for the fit. */
typedef struct gp_fit {
    const gp_layout *layout;
    size_t n;
    const double *x; /**< encoded: column c at x + c * stride */
    size_t stride;
    const double *y;              /**< [n] */
    bool noiseless;               /**< the noise stays at its least */
    size_t room;                  /**< points that the memory is for */
    double *k, *dk, *w, *inverse; /**< [room][gp_padded(room)] each */
    double *alpha, *z;            /**< [room]; [columns] */
    double *theta, *work;         /**< [thetas]; of L-BFGS, with its bounds */
} gp_fit;

/** Memory for up to room points. COLLET_E_NOMEM; nothing is left behind then. */
collet_status gp_fit_init(gp_fit *fit, const gp_layout *layout, size_t room);
void gp_fit_finish(gp_fit *fit);

/** Where a fit may start: smooth functions and little noise; rough ones and more of it. */
void gp_fit_default(const gp_fit *fit, int which, double *p);
enum { GP_DEFAULTS = 2 };

/** The negative of what is maximised at p, and its gradient; INFINITY where K has no factor. */
double gp_fit_loss(gp_fit *fit, const double *p, double *g);

/** The negative logarithm of the priors' densities at p but for a constant; its gradient is added
 * to g unless that is NULL. */
double gp_fit_prior(const gp_fit *fit, const double *p, double *g);

/** Moves p to the nearest optimum; returns the loss there. */
double gp_fit_run(gp_fit *fit, double *p);

#endif /* GP_FIT_H */
