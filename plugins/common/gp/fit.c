#include "gp/fit.h"

#include "gp/factor.h"
#include "gp/lbfgs.h"
#include "gp/vector.h"

#include <math.h>
#include <stdlib.h>

collet_status gp_fit_init(gp_fit *fit, const gp_layout *layout, size_t room)
{
    size_t square = (room + 1) * gp_padded(room + 1), p = GP_PARAMETERS(layout);
    *fit = (gp_fit){.layout = layout,
                    .room = room,
                    .k = calloc(square, sizeof(double)),
                    .dk = calloc(square, sizeof(double)),
                    .w = calloc(square, sizeof(double)),
                    .inverse = calloc(square, sizeof(double)),
                    .alpha = calloc(room + 1, sizeof(double)),
                    .z = calloc(layout->columns + 1, sizeof(double)),
                    .theta = calloc(p, sizeof(double)),
                    .work = calloc(gp_lbfgs_work(p) + 2 * p, sizeof(double))};
    if (fit->k == NULL || fit->dk == NULL || fit->w == NULL || fit->inverse == NULL ||
        fit->alpha == NULL || fit->z == NULL || fit->theta == NULL || fit->work == NULL) {
        gp_fit_finish(fit);
        return COLLET_E_NOMEM;
    }
    return COLLET_OK;
}

void gp_fit_finish(gp_fit *fit)
{
    free(fit->k);
    free(fit->dk);
    free(fit->w);
    free(fit->inverse);
    free(fit->alpha);
    free(fit->z);
    free(fit->theta);
    free(fit->work);
    *fit = (gp_fit){0};
}

/* The upper triangles of K and of dK/dq. */
static void fill(gp_fit *fit, double scale, double noise)
{
    size_t n = fit->n, ld = gp_padded(fit->room + 1);
    for (size_t i = 0; i < n; i++) {
        double *k = fit->k + i * ld + i;
        for (uint32_t c = 0; c < fit->layout->columns; c++) {
            fit->z[c] = fit->x[c * fit->stride + i];
        }
        gp_distances(fit->layout, fit->theta, fit->z, n - i, fit->x + i, fit->stride, k);
        gp_matern(n - i, scale, k, k, fit->dk + i * ld + i);
        k[0] += noise;
    }
}

/* log N(y) but for its constant; alpha and the factor are left in fit. -INFINITY: no factor. */
static double likelihood(gp_fit *fit)
{
    size_t n = fit->n, ld = gp_padded(fit->room + 1);
    if (!gp_factor_extend(0, n, fit->k, ld)) {
        return -(double)INFINITY;
    }
    memcpy(fit->alpha, fit->y, n * sizeof(double));
    gp_factor_forward_one(n, fit->k, ld, fit->alpha);
    double square = 0;
    for (size_t i = 0; i < n; i++) {
        square += fit->alpha[i] * fit->alpha[i];
    }
    gp_factor_backward_one(n, fit->k, ld, fit->alpha);
    return -0.5 * (square + gp_factor_log_determinant(n, fit->k, ld));
}

/* g = gradient of the likelihood: half the sum over W = alpha alpha^T - K^-1 times dK/dp. */
static void slopes(gp_fit *fit, double noise, double *g)
{
    size_t n = fit->n, ld = gp_padded(fit->room + 1);
    double trace = 0, fitted = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            fit->w[i * ld + j] = fit->alpha[i] * fit->alpha[j];
        }
        fitted += fit->y[i] * fit->alpha[i];
    }
    gp_factor_subtract_inverse(n, fit->k, ld, fit->inverse, fit->w);
    memset(g, 0, GP_PARAMETERS(fit->layout) * sizeof *g);
    for (size_t i = 0; i < n; i++) {
        double *w = fit->w + i * ld, *dk = fit->dk + i * ld;
        trace += w[i];
        for (size_t j = i + 1; j < n; j++) {
            w[j] *= dk[j];
        }
        for (uint32_t c = 0; c < fit->layout->columns; c++) {
            fit->z[c] = fit->x[c * fit->stride + i];
        }
        gp_add_deltas(fit->layout, fit->z, n - i - 1, fit->x + i + 1, fit->stride, w + i + 1, g);
    }
    for (uint32_t d = 0; d < fit->layout->thetas; d++) {
        g[d] *= fit->theta[d];
    }
    g[GP_NOISE(fit->layout)] = 0.5 * noise * trace;
    g[GP_SCALE(fit->layout)] = 0.5 * (fitted - (double)n - noise * trace); /* W . K = y a - n */
}

/* ---- Priors --------------------------------------------------------------------------------- */

/* Where the prior of a weight has its mode. With many dimensions it is less, so that the distance
 * between two points does not grow with their number (Hvarfner, Hellsten, Nardi: Vanilla Bayesian
 * Optimization Performs Great in High Dimensions, 2024). */
static double centre(const gp_layout *layout)
{
    return layout->thetas > 10 ? 10.0 / layout->thetas : 1;
}

/* Weights: exp(-0.1 (theta / c + c / theta)) with c the centre. Scale: Gamma(2, 1). Noise:
 * Gamma(1.1, 30). */
double gp_fit_prior(const gp_fit *fit, const double *p, double *g)
{
    const gp_layout *layout = fit->layout;
    const size_t s = GP_SCALE(layout), e = GP_NOISE(layout);
    double loss = 0;
    for (size_t d = 0; d < layout->thetas; d++) {
        double up = 0.1 * exp(p[d]) / centre(layout), down = 0.01 / up;
        loss += up + down;
        if (g != NULL) {
            g[d] += up - down;
        }
    }
    double scale = exp(p[s]), noise = exp(p[e]);
    loss += scale - p[s] + 30 * noise - 0.1 * p[e];
    if (g != NULL) {
        g[s] += scale - 1;
        g[e] += 30 * noise - 0.1;
    }
    return loss;
}

void gp_fit_default(const gp_fit *fit, int which, double *p)
{
    static const double shift[GP_DEFAULTS] = {-3, 0};
    static const double noise[GP_DEFAULTS] = {1e-4, 1e-2};
    for (size_t d = 0; d < fit->layout->thetas; d++) {
        p[d] = shift[which] - log(fit->layout->thetas);
    }
    p[GP_SCALE(fit->layout)] = 0;
    p[GP_NOISE(fit->layout)] = log(fit->noiseless ? GP_LEAST_NOISE : noise[which]);
}

double gp_fit_loss(gp_fit *fit, const double *p, double *g)
{
    const gp_layout *layout = fit->layout;
    const double noise = exp(p[GP_NOISE(layout)]);
    for (size_t d = 0; d < layout->thetas; d++) {
        fit->theta[d] = exp(p[d]);
    }
    fill(fit, exp(p[GP_SCALE(layout)]), noise);
    double value = likelihood(fit);
    if (!isfinite(value)) {
        return (double)INFINITY;
    }
    slopes(fit, noise, g);
    for (size_t i = 0; i < GP_PARAMETERS(layout); i++) {
        g[i] = -g[i];
    }
    double prior = gp_fit_prior(fit, p, g);
    return prior - value;
}

static double loss(void *self, const double *p, double *g)
{
    return gp_fit_loss(self, p, g);
}

double gp_fit_run(gp_fit *fit, double *p)
{
    size_t n = GP_PARAMETERS(fit->layout);
    double *low = fit->work, *high = low + n;
    for (size_t i = 0; i < n; i++) {
        low[i] = -16;
        high[i] = 10;
    }
    low[GP_SCALE(fit->layout)] = -7;
    high[GP_SCALE(fit->layout)] = 7;
    low[GP_NOISE(fit->layout)] = log(GP_LEAST_NOISE);
    high[GP_NOISE(fit->layout)] = fit->noiseless ? log(GP_LEAST_NOISE) + 1e-12 : 1;
    for (size_t i = 0; i < n; i++) {
        p[i] = fmin(fmax(p[i], low[i]), high[i]);
    }
    const gp_problem problem = {.n = n,
                                .f = loss,
                                .self = fit,
                                .low = low,
                                .high = high,
                                .gradient = 1e-2,
                                .decrease = 1e-5,
                                .evaluations = 60};
    return gp_lbfgs(&problem, p, high + n);
}
