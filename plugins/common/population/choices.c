#include "population/choices.h"

collet_status choices_init(choices *s, const uint32_t *sizes, uint32_t count)
{
    *s = (choices){.count = count, .delta = 1};
    s->sizes = calloc(2 * (size_t)count + 1, sizeof *s->sizes);
    s->starts = s->sizes == NULL ? NULL : s->sizes + count;
    for (uint32_t i = 0; s->sizes != NULL && i < count; i++) {
        s->sizes[i] = sizes[i];
        s->starts[i] = s->total;
        s->total += sizes[i];
    }
    s->q = calloc(3 * (size_t)s->total + 1, sizeof *s->q);
    if (s->sizes == NULL || s->q == NULL) {
        choices_finish(s);
        return COLLET_E_NOMEM;
    }
    s->path = s->q + s->total;
    s->gradient = s->path + s->total;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < sizes[i]; k++) {
            s->q[s->starts[i] + k] = 1.0 / sizes[i];
        }
    }
    return COLLET_OK;
}

void choices_finish(choices *s)
{
    free(s->sizes);
    free(s->q);
    s->sizes = NULL;
    s->q = NULL;
}

void choices_sample(const choices *s, const collet_rng *rng, double *value)
{
    for (uint32_t i = 0; i < s->count; i++) {
        double u = collet_uniform(rng);
        uint32_t k = 0;
        for (; k + 1 < s->sizes[i] && u >= s->q[s->starts[i] + k]; k++) {
            u -= s->q[s->starts[i] + k];
        }
        value[i] = k;
    }
}

static void find_gradient(choices *s, const double *const *points, const double *weights,
                          size_t count)
{
    memset(s->gradient, 0, s->total * sizeof *s->gradient);
    for (size_t n = 0; n < count; n++) {
        for (uint32_t i = 0; i < s->count; i++) {
            for (uint32_t k = 0; k < s->sizes[i] && !isnan(points[n][i]); k++) {
                uint32_t at = s->starts[i] + k;
                s->gradient[at] += weights[n] * ((points[n][i] == k ? 1 : 0) - s->q[at]);
            }
        }
    }
}

/* The gradient in coordinates in which the Fisher metric is the identity; returns its length. */
static double standardise(const choices *s, double *out)
{
    double square = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t first = s->starts[i], last = first + s->sizes[i] - 1;
        double sum = -s->gradient[last], q_last = s->q[last];
        for (uint32_t at = first; at < last; at++) {
            out[at] =
                s->gradient[at] / sqrt(s->q[at]) + sqrt(s->q[at]) * sum / (q_last + sqrt(q_last));
            square += out[at] * out[at];
        }
        out[last] = 0;
    }
    return sqrt(square);
}

/* Lifts what is below the margin, at the expense of what is above. */
static void lift(double *q, uint32_t size, uint32_t count)
{
    double least = (1 - pow(0.73, 1.0 / count)) / (size - 1), sum = 0, over = 0;
    for (uint32_t k = 0; k < size; k++) {
        q[k] = q[k] > least ? q[k] : least;
        sum += q[k];
        over += q[k] - least;
    }
    for (uint32_t k = 0; k < size && over > 0; k++) {
        q[k] -= (sum - 1) * (q[k] - least) / over;
    }
}

void choices_update(choices *s, const double *const *points, const double *weights, size_t count)
{
    const double alpha = 1.5;
    double free_count = s->total - s->count, path2 = 0;
    if (s->count == 0) {
        return;
    }
    find_gradient(s, points, weights, count);
    double *unit = calloc(s->total, sizeof *unit);
    if (unit == NULL) {
        return; /* a step that is left out does no harm */
    }
    double length = standardise(s, unit) + 1e-12, beta = s->delta / sqrt(free_count);
    beta = beta < 0.9 ? beta : 0.9;
    for (uint32_t at = 0; at < s->total; at++) {
        s->path[at] = (1 - beta) * s->path[at] + sqrt(beta * (2 - beta)) * unit[at] / length;
        path2 += s->path[at] * s->path[at];
        s->q[at] += s->delta / length * s->gradient[at];
    }
    free(unit);
    s->gamma = (1 - beta) * (1 - beta) * s->gamma + beta * (2 - beta);
    s->delta *= exp(beta * (s->gamma - path2 / alpha));
    s->delta = s->delta < 1e-3 ? 1e-3 : s->delta > 1 ? 1 : s->delta;
    for (uint32_t i = 0; i < s->count; i++) {
        lift(s->q + s->starts[i], s->sizes[i], s->count);
    }
}
