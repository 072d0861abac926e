#include "population/genome.h"

enum { TRIES = 50 };

static double inside(double u)
{
    return u < 0 ? 0 : u > 1 ? 1 : u;
}

void genome_draw(const search_space *s, const collet_rng *rng, double *genes)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        double u = collet_uniform(rng);
        genes[i] = s->axes[i].category ? floor(u * (double)s->axes[i].count) : u;
    }
}

void genome_express(const search_space *s, const double *genes, double *x)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        if (!collet_dim_active(s->space, i, x)) {
            x[i] = (double)NAN;
        } else {
            x[i] = axis->category ? genes[i] : search_axis_value(axis, genes[i]);
        }
    }
}

void genome_read(const search_space *s, const double *x, uint64_t number, double *genes)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        double u = (double)(search_hash(number, i) >> 11) * 0x1p-53;
        if (axis->category) {
            genes[i] = isnan(x[i]) ? floor(u * (double)axis->count) : x[i];
        } else {
            genes[i] = isnan(x[i]) ? u : search_axis_unit(axis, x[i]);
        }
    }
}

/* The polynomial mutation, within 0 to 1. */
static double nudge(const collet_rng *rng, double u, double eta)
{
    double r = collet_uniform(rng), power = 1 / (eta + 1);
    if (r < 0.5) {
        return inside(u + pow(2 * r + (1 - 2 * r) * pow(1 - u, eta + 1), power) - 1);
    }
    return inside(u + 1 - pow(2 * (1 - r) + (2 * r - 1) * pow(u, eta + 1), power));
}

/* Another value of a category, each as likely. */
static double other_choice(const collet_rng *rng, const search_axis *axis, double index)
{
    double k = (double)collet_below(rng, axis->count - 1);
    return k < index ? k : k + 1;
}

static void mutate_gene(const search_axis *axis, const collet_rng *rng, double eta, double *gene)
{
    if (axis->category) {
        *gene = other_choice(rng, axis, *gene);
        return;
    }
    double old = *gene, value = search_axis_value(axis, old);
    *gene = nudge(rng, old, eta);
    if (axis->count > 0 && search_axis_value(axis, *gene) == value) { /* to a neighbour, then */
        double low, high, beyond = 1e-9;
        search_axis_share(axis, value, &low, &high);
        bool up = low <= 0 || (high < 1 && *gene >= old);
        *gene = up ? inside(high + beyond) : inside(low - beyond);
        *gene = search_axis_unit(axis, search_axis_value(axis, *gene));
    }
}

void genome_mutate(const search_space *s, const collet_rng *rng, double rate, double eta,
                   double *genes)
{
    uint32_t free_count = s->numeric + s->categories;
    if (free_count == 0) {
        return;
    }
    uint64_t sure = collet_below(rng, free_count);
    for (uint32_t i = 0; i < s->dim_count; i++) {
        const search_axis *axis = &s->axes[i];
        if (axis->count == 1) {
            continue;
        }
        double u = collet_uniform(rng);
        if (sure-- == 0 || u < rate) {
            mutate_gene(axis, rng, eta, &genes[i]);
        }
    }
}

/* One of the two children of simulated binary crossover, either as likely. */
static double between(const collet_rng *rng, double a, double b, double eta)
{
    double u = collet_uniform(rng), power = 1 / (eta + 1);
    double beta = u < 0.5 ? pow(2 * u, power) : pow(1 / (2 - 2 * u), power);
    bool first = collet_bits(rng) >> 63 != 0;
    return inside(0.5 *
                  (first ? (1 + beta) * a + (1 - beta) * b : (1 - beta) * a + (1 + beta) * b));
}

void genome_cross(const search_space *s, const collet_rng *rng, const double *a, const double *b,
                  double eta, double *child)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        child[i] = a[i];
        if (collet_bits(rng) >> 63 != 0) {
            child[i] = s->axes[i].category || !(eta > 0) ? b[i] : between(rng, a[i], b[i], eta);
        }
    }
}

void genome_start(const search_space *s, const search_sobol *sobol, uint64_t n, double *genes)
{
    for (uint32_t i = 0; i < s->dim_count; i++) {
        double u = search_sobol_at(sobol, i, n);
        genes[i] = s->axes[i].category ? floor(u * (double)s->axes[i].count) : u;
    }
}

/* The point of a genome, and where that is forbidden, an allowed one near by and its genes. */
static void settle(const search_space *s, const collet_rng *rng, double *genes, double *x)
{
    genome_express(s, genes, x);
    if (search_allowed(s, x)) {
        return;
    }
    search_mend(s, rng, x);
    for (uint32_t i = 0; i < s->dim_count; i++) {
        if (!isnan(x[i])) {
            genes[i] = s->axes[i].category ? x[i] : search_axis_unit(&s->axes[i], x[i]);
        }
    }
}

void genome_freshen(const search_space *s, const search_history *h, const search_seen *seen,
                    const collet_rng *rng, double *genes, double *x)
{
    settle(s, rng, genes, x);
    for (int i = 0; i < TRIES && search_seen_has(seen, s, x); i++) {
        genome_mutate(s, rng, 0, 5, genes);
        settle(s, rng, genes, x);
    }
    for (int i = 0; i < TRIES && search_seen_has(seen, s, x); i++) {
        genome_draw(s, rng, genes);
        settle(s, rng, genes, x);
    }
    for (int i = 0; i < TRIES && search_history_pending(h, s, x); i++) {
        genome_draw(s, rng, genes);
        settle(s, rng, genes, x);
    }
}
