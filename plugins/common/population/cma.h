/**
 * @file population/cma.h
 * @brief The covariance matrix adaptation evolution strategy: a normal distribution that moves,
 * widens and turns towards the better points it is shown.
 *
 * It knows neither bounds nor trials: points are d coordinates. Names are those of Hansen's
 * tutorial: m, sigma, C = B D^2 B', paths p_c and p_sigma, weights w (the worse half has negative
 * ones: "active"). Any number of points of two and more makes a generation, so whoever has got more
 * than lambda, or points from elsewhere, gives them too.
 *
 * Scenario: cma_create(); lambda times cma_sample(); cma_update() with those points, the best
 * first; for whole numbers cma_margin(); until cma_converged().
 *
 * Hansen: The CMA Evolution Strategy: A Tutorial. arXiv 1604.00772 (2016).
 * Ros, Hansen: A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity (2008),
 * for the diagonal one. Hansen: Injecting External Solutions Into CMA-ES. arXiv 1110.4181 (2011).
 * Nomura, Akimoto, Ono: CMA-ES with Learning Rate Adaptation. arXiv 2304.03473 (2023).
 * Hamano, Saito, Nomura, Shirakawa: CMA-ES with Margin. arXiv 2205.13482 (2022).
 */
#ifndef POPULATION_CMA_H
#define POPULATION_CMA_H

#include <collet/helpers.h>

#include <stdbool.h>

/** How it is set up. */
typedef struct cma_setup {
    uint32_t d;         /**< at least 1 */
    uint32_t lambda;    /**< points of a generation; 0: 4 + floor(3 ln d) */
    bool diagonal;      /**< only variances, no covariances */
    bool adapt_rate;    /**< slower where progress is noise; not with diagonal */
    const double *mean; /**< [d] */
    double sigma;
    const double *covariance; /**< [d][d], or NULL: the identity */
} cma_setup;

/** The constants of one size of generation. */
typedef struct cma_rates {
    uint32_t count, mu;
    double mu_eff, c1, c_mu, c_sigma, d_sigma, c_c;
    double weight_sum; /**< of all weights */
} cma_rates;

/** One of m and Sigma in learning-rate adaptation. */
typedef struct cma_signal {
    double eta, beta, v; /**< learning rate, decay, mean squared length of a step */
    double *e;           /**< mean step */
} cma_signal;

/** A run. Read the fields, change them by the functions. */
typedef struct cma {
    uint32_t d, lambda;
    bool diagonal, adapt_rate;
    cma_rates rates;
    double *weights; /**< [count] of the size that rates are for */
    double sigma, sigma_first;
    double *mean;  /**< [d] */
    double *c;     /**< [d][d]; [d] if diagonal */
    double *b;     /**< [d][d], rows are eigenvectors; NULL if diagonal */
    double *roots; /**< [d], D */
    double *scale; /**< [d], stretches a coordinate after C: 1 but for margins */
    double *p_c, *p_sigma;
    uint64_t generation, decomposed; /**< updates so far; after which of them B and D are */
    double *work;                    /**< 3 d + (d^2 + d if adapt_rate) */
    double chi;                      /**< expected length of a normal vector */
    cma_signal for_mean, for_sigma;
} cma;

/** NULL when memory ran out. */
cma *cma_create(const cma_setup *setup);

/** Does nothing for NULL. */
void cma_destroy(cma *s);

/** Draws x[d]. */
void cma_sample(const cma *s, const collet_rng *rng, double *x);

/** Brings a point that this generation's distribution did not draw so near to its mean that it can
 *  do no harm. */
void cma_inject(const cma *s, double *x);

/** One generation: count >= 2 points, the best first. COLLET_E_NOMEM. */
collet_status cma_update(cma *s, const double *const *points, size_t count);

/** Keeps coordinate j able to leave the cell (low, high) that its mean lies in, each way with a
 *  probability of at least alpha / 2; -INFINITY or INFINITY where there is no neighbour. */
void cma_margin(cma *s, uint32_t j, double low, double high, double alpha);

/** Replaces x_j by 2 * at - x_j throughout, for functions that are symmetric there. */
void cma_mirror(cma *s, uint32_t j, double at);

/** No further progress to be had: steps below 1e-12 of the first ones, or a covariance matrix out
 * of all proportion. */
bool cma_converged(const cma *s);

/** z such that a standard normal number is larger with probability p, 0 < p <= 1/2. */
double cma_normal_tail(double p);

#endif /* POPULATION_CMA_H */
