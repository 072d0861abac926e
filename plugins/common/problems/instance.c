#include "problems/instance.h"

#include <math.h>
#include <stdlib.h>

static const double PI = 3.14159265358979323846;

/* Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators (2014). */
uint64_t problem_word(uint64_t *state)
{
    uint64_t w = *state += 0x9e3779b97f4a7c15u;
    w = (w ^ (w >> 30)) * 0xbf58476d1ce4e5b9u;
    w = (w ^ (w >> 27)) * 0x94d049bb133111ebu;
    return w ^ (w >> 31);
}

double problem_uniform(uint64_t *state)
{
    return (double)(problem_word(state) >> 11) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double u = 1 - problem_uniform(state), v = problem_uniform(state);
    return sqrt(-2 * log(u)) * cos(2 * PI * v);
}

static double dot(const double *a, const double *b, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Gram and Schmidt, each row twice: once leaves rounding errors that matter for large n. */
static void orthonormalise(double *R, uint32_t n)
{
    for (size_t row = 0; row < n; row++) {
        double *r = R + row * n;
        for (size_t k = 0; k < 2 * row; k++) {
            const double *other = R + k % row * n;
            double along = dot(r, other, n);
            for (uint32_t i = 0; i < n; i++) {
                r[i] -= along * other[i];
            }
        }
        double length = sqrt(dot(r, r, n));
        for (uint32_t i = 0; i < n; i++) {
            r[i] /= length;
        }
    }
}

bool instance_draw(instance *out, uint64_t seed, uint32_t n, double half, bool rotate)
{
    uint64_t state = seed;
    *out = (instance){.n = n,
                      .shift = calloc(n, sizeof *out->shift),
                      .moved = calloc(n, sizeof *out->moved),
                      .R = rotate ? calloc((size_t)n * n, sizeof *out->R) : NULL};
    if (out->shift == NULL || out->moved == NULL || (rotate && out->R == NULL)) {
        instance_finish(out);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        out->shift[i] = (problem_uniform(&state) - 0.5) * half;
    }
    for (size_t i = 0; rotate && i < (size_t)n * n; i++) {
        out->R[i] = normal(&state);
    }
    if (rotate) {
        orthonormalise(out->R, n);
    }
    return true;
}

void instance_finish(instance *in)
{
    free(in->shift);
    free(in->moved);
    free(in->R);
    *in = (instance){0};
}

void instance_apply(const instance *in, const double *x, double place, double *z)
{
    for (uint32_t i = 0; i < in->n; i++) {
        in->moved[i] = x[i] - in->shift[i];
    }
    for (size_t i = 0; i < in->n; i++) {
        z[i] = place + (in->R != NULL ? dot(in->R + i * in->n, in->moved, in->n) : in->moved[i]);
    }
}
