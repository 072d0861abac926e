#include "gp/lbfgs.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { MEMORY = 8, TRIES = 20 };

/* Pair k lies in slot k % MEMORY: s is the step, y the change of the gradient. */
typedef struct state {
    const gp_problem *p;
    double *x, *g, *d, *next, *next_g;
    double *s[MEMORY], *y[MEMORY], rho[MEMORY];
    int pairs;
    int evaluations;
} state;

size_t gp_lbfgs_work(size_t n)
{
    return (2 * MEMORY + 4) * n;
}

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

static double evaluate(state *t, const double *x, double *g)
{
    t->evaluations++;
    double f = t->p->f(t->p->self, x, g);
    return isnan(f) ? (double)INFINITY : f;
}

static bool is_free(const state *t, size_t i)
{
    return !((t->x[i] <= t->p->low[i] && t->g[i] > 0) || (t->x[i] >= t->p->high[i] && t->g[i] < 0));
}

/* The largest component of the gradient that is free to be followed. */
static double steepness(const state *t)
{
    double most = 0;
    for (size_t i = 0; i < t->p->n; i++) {
        most = is_free(t, i) ? fmax(most, fabs(t->g[i])) : most;
    }
    return most;
}

/* d = -H g on the free coordinates, by the two-loop recursion; 0 on the others. */
static void direct(state *t)
{
    size_t n = t->p->n;
    double alpha[MEMORY];
    int oldest = t->pairs > MEMORY ? t->pairs - MEMORY : 0;
    for (size_t i = 0; i < n; i++) {
        t->d[i] = is_free(t, i) ? -t->g[i] : 0;
    }
    for (int k = t->pairs - 1; k >= oldest; k--) {
        int at = k % MEMORY;
        alpha[at] = t->rho[at] * dot(n, t->s[at], t->d);
        for (size_t i = 0; i < n; i++) {
            t->d[i] -= alpha[at] * t->y[at][i];
        }
    }
    if (t->pairs > 0) {
        int at = (t->pairs - 1) % MEMORY;
        double scale = 1 / (t->rho[at] * dot(n, t->y[at], t->y[at]));
        for (size_t i = 0; i < n; i++) {
            t->d[i] *= scale;
        }
    }
    for (int k = oldest; k < t->pairs; k++) {
        int at = k % MEMORY;
        double beta = t->rho[at] * dot(n, t->y[at], t->d);
        for (size_t i = 0; i < n; i++) {
            t->d[i] += (alpha[at] - beta) * t->s[at][i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        t->d[i] = is_free(t, i) ? t->d[i] : 0;
    }
}

/* The slope along d; d becomes the steepest descent where it leads upwards. */
static double slope(state *t)
{
    double along = dot(t->p->n, t->g, t->d);
    if (along < 0) {
        return along;
    }
    t->pairs = 0;
    direct(t);
    return dot(t->p->n, t->g, t->d);
}

/* Remembers the step from x to next, where the function curves upwards along it. */
static void remember(state *t)
{
    int at = t->pairs % MEMORY;
    double sy = 0, yy = 0;
    for (size_t i = 0; i < t->p->n; i++) {
        t->s[at][i] = t->next[i] - t->x[i];
        t->y[at][i] = t->next_g[i] - t->g[i];
        sy += t->s[at][i] * t->y[at][i];
        yy += t->y[at][i] * t->y[at][i];
    }
    if (sy > 1e-12 * yy && sy > 0) {
        t->rho[at] = 1 / sy;
        t->pairs++;
    }
}

/* Backtracks along d, projected, until f falls enough (Armijo). False where it does not. */
static bool search(state *t, double *f, double along)
{
    size_t n = t->p->n;
    double step = 1;
    if (t->pairs == 0) { /* no scale is known yet: a tenth of the box at most */
        double longest = 0;
        for (size_t i = 0; i < n; i++) {
            longest = fmax(longest, fabs(t->d[i]) / (t->p->high[i] - t->p->low[i]));
        }
        step = fmin(1, 0.1 / longest);
    }
    for (int k = 0; k < TRIES && t->evaluations < t->p->evaluations; k++) {
        double gained = 0;
        for (size_t i = 0; i < n; i++) {
            double to = t->x[i] + step * t->d[i];
            t->next[i] = fmin(fmax(to, t->p->low[i]), t->p->high[i]);
            gained += t->g[i] * (t->next[i] - t->x[i]);
        }
        double value = evaluate(t, t->next, t->next_g);
        if (value <= *f + 1e-4 * gained && value < *f) {
            *f = value;
            return true;
        }
        double curve = 2 * (value - *f - step * along); /* of the parabola through what is known */
        double best = curve > 0 && isfinite(curve) ? -along * step / curve : 0.1;
        step *= fmin(fmax(best, 0.1), 0.5);
    }
    return false;
}

double gp_lbfgs(const gp_problem *problem, double *x, double *work)
{
    size_t n = problem->n;
    state t = {.p = problem,
               .x = x,
               .g = work,
               .d = work + n,
               .next = work + 2 * n,
               .next_g = work + 3 * n};
    for (size_t k = 0; k < MEMORY; k++) {
        t.s[k] = work + (4 + 2 * k) * n;
        t.y[k] = t.s[k] + n;
    }
    double f = evaluate(&t, x, t.g);
    while (isfinite(f) && t.evaluations < problem->evaluations &&
           steepness(&t) > problem->gradient) {
        double before = f;
        direct(&t);
        if (!search(&t, &f, slope(&t))) {
            if (t.pairs == 0) {
                break;
            }
            t.pairs = 0; /* what was learnt misleads: once more, downhill */
            continue;
        }
        remember(&t);
        memcpy(x, t.next, n * sizeof *x);
        memcpy(t.g, t.next_g, n * sizeof *x);
        if (before - f < problem->decrease * fmax(1, fabs(f))) {
            break;
        }
    }
    return f;
}
