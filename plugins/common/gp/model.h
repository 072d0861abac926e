/**
 * @file gp/model.h
 * @brief The posterior of a Gaussian process.
 *
 * Rows are points, each with a key. The first `measured` of them have a value; the others are
 * trials under way, taken as if they had brought exactly what the model expects of them ("Kriging
 * believer"): they leave the mean as it is and take the variance away.
 *
 * Ginsbourger, Le Riche, Carraro: Kriging Is Well-Suited to Parallelize Optimization (2010).
 */
#ifndef GP_MODEL_H
#define GP_MODEL_H

#include "gp/fit.h"

/** A row. Equal keys must mean equal points. */
typedef struct gp_row {
    uint64_t key;
    const double *u; /**< coordinates: gp_coordinates() */
} gp_row;

/** A posterior, with the memory for it. */
typedef struct gp_model {
    const gp_layout *layout;
    double *p;     /**< [parameters] logarithms, that the factor was made with */
    double *theta; /**< [thetas] */
    double scale, noise;
    size_t rows, measured, room;
    size_t stride;      /**< gp_padded(room) */
    uint64_t *keys;     /**< [rows] */
    double *x;          /**< [columns][stride] */
    double *r;          /**< [room][stride] factor */
    double *alpha;      /**< [measured] K^-1 y */
    double *k, *dk, *v; /**< [room] work of one prediction */
    double *batch;      /**< [room][GP_BATCH] of many */
    double *z;          /**< [columns] */
    double *slopes;     /**< [2 columns] */
    size_t kept;        /**< rows that the last update found in the factor */
} gp_model;

enum { GP_BATCH = 64 };

void gp_model_init(gp_model *model, const gp_layout *layout);
void gp_model_finish(gp_model *model);

/** Takes hyperparameters p and rows[count], y of the first `measured`. What rows have in common
 *  with the last ones, from the first on, stays factored. COLLET_E_NOMEM; COLLET_E_NUMERIC where K
 *  has no factor. */
collet_status gp_model_update(gp_model *model, const double *p, const gp_row *rows, size_t count,
                              size_t measured, const double *y);

/** Keeps nothing factored: a key has another point now. */
void gp_model_forget(gp_model *model);

/** Mean and variance of the noiseless value at z[columns]. With dmean and dvar (or NULL both) their
 *  gradients by z. */
void gp_model_at(gp_model *model, const double *z, double *mean, double *variance, double *dmean,
                 double *dvar);

/** The same at `count` points, column c of which is at z + c * stride. */
void gp_model_many(gp_model *model, size_t count, const double *z, size_t stride, double *mean,
                   double *variance);

/** The posterior mean at measured row i, given its y. */
double gp_model_fitted(const gp_model *model, size_t i, double y);

#endif /* GP_MODEL_H */
