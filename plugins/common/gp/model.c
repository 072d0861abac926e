#include "gp/model.h"

#include "gp/factor.h"
#include "gp/factor_kernel.h"
#include "gp/vector.h"

#include <math.h>
#include <stdlib.h>

void gp_model_init(gp_model *model, const gp_layout *layout)
{
    *model = (gp_model){.layout = layout};
}

void gp_model_finish(gp_model *model)
{
    free(model->p);
    free(model->keys);
    free(model->x);
    free(model->r);
    gp_model_init(model, model->layout);
}

/* Memory for count rows; what was factored is forgotten when it moves. */
static collet_status grow(gp_model *model, size_t count)
{
    if (count <= model->room) {
        return COLLET_OK;
    }
    const gp_layout *layout = model->layout;
    gp_model_finish(model);
    size_t room = gp_padded(count + count / 4 + 16), columns = layout->columns;
    size_t parameters = GP_PARAMETERS(layout);
    model->p = calloc(parameters + layout->thetas + 3 * columns + 1, sizeof(double));
    model->keys = calloc(room, sizeof(uint64_t));
    model->x = calloc((columns + 4 + GP_BATCH) * room, sizeof(double));
    model->r = calloc(room * room, sizeof(double));
    if (model->p == NULL || model->keys == NULL || model->x == NULL || model->r == NULL) {
        gp_model_finish(model);
        return COLLET_E_NOMEM;
    }
    model->theta = model->p + parameters;
    model->z = model->theta + layout->thetas;
    model->slopes = model->z + columns;
    model->alpha = model->x + columns * room;
    model->k = model->alpha + room;
    model->dk = model->k + room;
    model->v = model->dk + room;
    model->batch = model->v + room;
    model->room = model->stride = room;
    return COLLET_OK;
}

/* How many of the first rows are factored already; takes up p. */
static size_t known_rows(gp_model *model, const double *p, const gp_row *rows, size_t count)
{
    size_t parameters = GP_PARAMETERS(model->layout), known = 0;
    if (memcmp(model->p, p, parameters * sizeof *p) != 0) {
        memcpy(model->p, p, parameters * sizeof *p);
        for (size_t d = 0; d < model->layout->thetas; d++) {
            model->theta[d] = exp(p[d]);
        }
        model->scale = exp(p[GP_SCALE(model->layout)]);
        model->noise = exp(p[GP_NOISE(model->layout)]);
        return 0;
    }
    while (known < count && known < model->rows && model->keys[known] == rows[known].key) {
        known++;
    }
    return known;
}

/* Encodes the rows from `known` on, and fills their columns of K. */
static void fill(gp_model *model, const gp_row *rows, size_t known, size_t count)
{
    size_t ld = model->stride;
    for (size_t i = known; i < count; i++) {
        model->keys[i] = rows[i].key;
        gp_encode(model->layout, rows[i].u, model->x + i, ld);
    }
    for (size_t i = 0; i < count; i++) {
        size_t from = i < known ? known : i;
        double *k = model->r + i * ld + from;
        for (uint32_t c = 0; c < model->layout->columns; c++) {
            model->z[c] = model->x[c * ld + i];
        }
        gp_distances(model->layout, model->theta, model->z, count - from, model->x + from, ld, k);
        gp_matern(count - from, model->scale, k, k, NULL);
        if (from == i) {
            k[0] += model->noise;
        }
    }
}

void gp_model_forget(gp_model *model)
{
    model->rows = 0;
}

collet_status gp_model_update(gp_model *model, const double *p, const gp_row *rows, size_t count,
                              size_t measured, const double *y)
{
    collet_status status = grow(model, count);
    if (status < 0) {
        return status;
    }
    size_t known = model->kept = known_rows(model, p, rows, count);
    model->rows = 0;
    fill(model, rows, known, count);
    if (!gp_factor_extend(known, count, model->r, model->stride)) {
        return COLLET_E_NUMERIC;
    }
    model->rows = count;
    model->measured = measured;
    memcpy(model->alpha, y, measured * sizeof *y);
    gp_factor_forward_one(measured, model->r, model->stride, model->alpha);
    gp_factor_backward_one(measured, model->r, model->stride, model->alpha);
    return COLLET_OK;
}

/* ---- Predictions ---------------------------------------------------------------------------- */

static double dot(size_t n, const double *a, const double *b)
{
    return SIMD_BEST(gp_factor_kernels)->dot(n, a, b);
}

static double positive(double variance)
{
    return variance > 1e-300 ? variance : 1e-300;
}

void gp_model_at(gp_model *model, const double *z, double *mean, double *variance, double *dmean,
                 double *dvar)
{
    const size_t n = model->rows, ld = model->stride;
    gp_distances(model->layout, model->theta, z, n, model->x, ld, model->k);
    gp_matern(n, model->scale, model->k, model->k, model->dk);
    *mean = dot(model->measured, model->alpha, model->k);
    memcpy(model->v, model->k, n * sizeof(double));
    gp_factor_forward_one(n, model->r, ld, model->v);
    *variance = positive(model->scale - dot(n, model->v, model->v));
    if (dmean == NULL) {
        return;
    }
    gp_factor_backward_one(n, model->r, ld, model->v);
    for (size_t i = 0; i < n; i++) {
        model->v[i] *= -2 * model->dk[i];
    }
    gp_distance_gradient(model->layout, model->theta, z, n, model->x, ld, model->v, dvar);
    for (size_t i = 0; i < model->measured; i++) {
        model->v[i] = model->alpha[i] * model->dk[i];
    }
    gp_distance_gradient(model->layout, model->theta, z, model->measured, model->x, ld, model->v,
                         dmean);
}

/* mean[m] and the squares' sum[m], of b[rows][GP_BATCH] before and after the substitution. */
COLLET_SIMD
static void add_rows(size_t rows, size_t m, const double *b, const double *alpha, double *sum)
{
    for (size_t i = 0; i < rows; i++) {
        const double *row = b + i * GP_BATCH;
        for (size_t j = 0; j < m; j++) {
            sum[j] += (alpha != NULL ? alpha[i] : row[j]) * row[j];
        }
    }
}

void gp_model_many(gp_model *model, size_t count, const double *z, size_t stride, double *mean,
                   double *variance)
{
    for (size_t first = 0; first < count; first += GP_BATCH) {
        size_t m = count - first < GP_BATCH ? count - first : GP_BATCH;
        size_t whole = gp_padded(m); /* whole vectors: the rest is zeros */
        double squares[GP_BATCH] = {0};
        for (size_t i = 0; i < model->rows; i++) {
            double *row = model->batch + i * GP_BATCH;
            for (uint32_t c = 0; c < model->layout->columns; c++) {
                model->z[c] = model->x[c * model->stride + i];
            }
            gp_distances(model->layout, model->theta, model->z, m, z + first, stride, row);
            gp_matern(m, model->scale, row, row, NULL);
            memset(row + m, 0, (whole - m) * sizeof *row);
        }
        memset(mean + first, 0, m * sizeof *mean);
        add_rows(model->measured, m, model->batch, model->alpha, mean + first);
        gp_factor_forward(model->rows, model->r, model->stride, whole, model->batch, GP_BATCH);
        add_rows(model->rows, m, model->batch, NULL, squares);
        for (size_t j = 0; j < m; j++) {
            variance[first + j] = positive(model->scale - squares[j]);
        }
    }
}

double gp_model_fitted(const gp_model *model, size_t i, double y)
{
    return y - model->noise * model->alpha[i];
}
