#include "gp/kernel.h"

#include "gp/delta_kernel.h"
#include "gp/vector.h"

static uint32_t columns_of(const search_axis *axis)
{
    return axis->count == 1 ? 0 : axis->dim->condition_count > 0 && !axis->category ? 2 : 1;
}

collet_status gp_layout_init(gp_layout *layout, const search_space *space)
{
    size_t room = 2 * (size_t)space->dim_count + 1;
    *layout = (gp_layout){.space = space,
                          .theta_of = calloc(room, sizeof *layout->theta_of),
                          .dim_of = calloc(room, sizeof *layout->dim_of),
                          .equal = calloc(room, sizeof *layout->equal)};
    if (layout->theta_of == NULL || layout->dim_of == NULL || layout->equal == NULL) {
        gp_layout_finish(layout);
        return COLLET_E_NOMEM;
    }
    for (uint32_t i = 0; i < space->dim_count; i++) {
        uint32_t columns = columns_of(&space->axes[i]);
        for (uint32_t c = 0; c < columns; c++) {
            layout->theta_of[layout->columns] = layout->thetas;
            layout->equal[layout->columns++] = space->axes[i].category;
        }
        layout->dim_of[layout->thetas] = i;
        layout->thetas += columns > 0;
    }
    return COLLET_OK;
}

void gp_layout_finish(gp_layout *layout)
{
    free(layout->theta_of);
    free(layout->dim_of);
    free(layout->equal);
    *layout = (gp_layout){0};
}

void gp_coordinates(const gp_layout *layout, const double *x, double *u)
{
    const search_space *space = layout->space;
    for (uint32_t i = 0; i < space->dim_count; i++) {
        const search_axis *axis = &space->axes[i];
        u[i] = isnan(x[i]) || axis->category ? x[i] : search_axis_unit(axis, x[i]);
    }
}

void gp_encode(const gp_layout *layout, const double *u, double *z, size_t stride)
{
    for (uint32_t c = 0; c < layout->columns; c++) {
        uint32_t dim = layout->dim_of[layout->theta_of[c]];
        const search_axis *axis = &layout->space->axes[dim];
        bool active = !isnan(u[dim]);
        if (columns_of(axis) == 1) {
            z[c * stride] = active ? u[dim] : -1; /* only a category is ever inactive here */
        } else {
            z[c * stride] = active ? cos(u[dim]) : 0;
            z[++c * stride] = active ? sin(u[dim]) : 0;
        }
    }
}

double gp_encode_slope(const gp_layout *layout, uint32_t theta, const double *z, const double *dz)
{
    uint32_t c = theta; /* columns are never fewer than weights */
    while (layout->theta_of[c] != theta) {
        c++;
    }
    if (columns_of(&layout->space->axes[layout->dim_of[theta]]) == 1) {
        return dz[c];
    }
    return z[c] * dz[c + 1] - z[c + 1] * dz[c]; /* cos' = -sin, sin' = cos */
}

/* ---- Distances ------------------------------------------------------------------------------ */

COLLET_SIMD
void gp_distances(const gp_layout *layout, const double *theta, const double *z, size_t n,
                  const double *x, size_t stride, double *q)
{
    memset(q, 0, n * sizeof *q);
    for (uint32_t c = 0; c < layout->columns; c++) {
        const double *column = x + c * stride, at = z[c], w = theta[layout->theta_of[c]];
        if (layout->equal[c]) {
            for (size_t j = 0; j < n; j++) {
                q[j] += column[j] == at ? 0 : w;
            }
        } else {
            for (size_t j = 0; j < n; j++) {
                double delta = column[j] - at;
                q[j] += w * (delta * delta);
            }
        }
    }
}

void gp_add_deltas(const gp_layout *layout, const double *z, size_t n, const double *x,
                   size_t stride, const double *w, double *sums)
{
    const gp_delta_kernels *kernels = SIMD_BEST(gp_delta_kernels);
    for (uint32_t c = 0; c < layout->columns; c++) {
        sums[layout->theta_of[c]] += kernels->squares(n, x + c * stride, z[c], layout->equal[c], w);
    }
}

void gp_distance_gradient(const gp_layout *layout, const double *theta, const double *z, size_t n,
                          const double *x, size_t stride, const double *w, double *dz)
{
    const gp_delta_kernels *kernels = SIMD_BEST(gp_delta_kernels);
    for (uint32_t c = 0; c < layout->columns; c++) {
        const size_t count = layout->equal[c] ? 0 : n;
        dz[c] =
            2 * theta[layout->theta_of[c]] * kernels->differences(count, x + c * stride, z[c], w);
    }
}

/* ---- The kernel ----------------------------------------------------------------------------- */

/* exp(-t), t >= 0, to about one unit in the last place: 2^k exp(r), |r| <= ln 2 / 2, by Taylor's
 * series to the 13th power. A processor's libm may differ from another's in the last bit; this
 * does not. */
GP_INLINE double exp_minus(double t)
{
    t = t < 708 ? t : 708;
    double shifted = -t * 1.4426950408889634074 + 6755399441055744.0; /* + 1.5 * 2^52: rounds */
    double k = shifted - 6755399441055744.0;
    double r = (-t - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double p = 1.0 / 6227020800;
    p = p * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52; /* the low bits of the shifted number are k */
    double power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

COLLET_SIMD
void gp_matern(size_t n, double scale, const double *q, double *k, double *dk)
{
    if (dk == NULL) {
        for (size_t j = 0; j < n; j++) {
            double t = sqrt(5 * q[j]);
            k[j] = scale * (1 + t + t * t / 3) * exp_minus(t);
        }
        return;
    }
    for (size_t j = 0; j < n; j++) {
        double t = sqrt(5 * q[j]), e = scale * exp_minus(t);
        k[j] = (1 + t + t * t / 3) * e;
        dk[j] = -5.0 / 6 * (1 + t) * e;
    }
}
