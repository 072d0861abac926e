#include "population/cma.h"

#include "population/eigen.h"

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double length2(uint32_t d, const double *v)
{
    double sum = 0;
    for (uint32_t i = 0; i < d; i++) {
        sum += v[i] * v[i];
    }
    return sum;
}

/* Effective number of the weights of ranks first to end, counted from 1. */
static double effective(uint32_t count, uint32_t first, uint32_t end, double *total)
{
    double sum = 0, square = 0;
    for (uint32_t i = first; i < end; i++) {
        double w = log((count + 1) / 2.0) - log(i);
        sum += w;
        square += w * w;
    }
    *total = fabs(sum);
    return square > 0 ? sum * sum / square : 1;
}

static void set_rates(cma_rates *r, uint32_t count, double d, bool diagonal)
{
    double total;
    r->count = count;
    r->mu = count / 2;
    double mu_eff = effective(count, 1, r->mu + 1, &total);
    double spread = (d + 2) * (d + 2) + mu_eff;
    double faster = diagonal ? (d + 2) / 3 : 1;
    r->mu_eff = mu_eff;
    r->c1 = smaller(0.5, faster * 2 / ((d + 1.3) * (d + 1.3) + mu_eff));
    r->c_mu = smaller(1 - r->c1 - 1e-8, faster * 2 * (mu_eff - 2 + 1 / mu_eff) / spread);
    r->c_sigma = (mu_eff + 2) / (d + mu_eff + 5);
    r->d_sigma = 1 + 2 * larger(0, sqrt((mu_eff - 1) / (d + 1)) - 1) + r->c_sigma;
    r->c_c = (4 + mu_eff / d) / (d + 4 + 2 * mu_eff / d);
}

/* Positive weights sum to 1; negative ones are as large as keeps C positive definite. */
static collet_status set_weights(cma *s, uint32_t count)
{
    cma_rates *r = &s->rates;
    double good, bad, d = s->d;
    double *weights = realloc(s->weights, count * sizeof *weights);
    if (weights == NULL) {
        return COLLET_E_NOMEM;
    }
    s->weights = weights;
    set_rates(r, count, d, s->diagonal);
    (void)effective(count, 1, r->mu + 1, &good);
    double mu_bad = effective(count, r->mu + 1, count + 1, &bad);
    double limit = smaller(1 + r->c1 / larger(r->c_mu, 1e-12), 1 + 2 * mu_bad / (r->mu_eff + 2));
    limit = smaller(limit, (1 - r->c1 - r->c_mu) / (d * larger(r->c_mu, 1e-12)));
    r->weight_sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        double w = log((count + 1) / 2.0) - log(i + 1);
        weights[i] = w >= 0 ? w / good : limit * w / bad;
        r->weight_sum += weights[i];
    }
    return COLLET_OK;
}

static size_t square_of(const cma *s)
{
    return s->diagonal ? s->d : (size_t)s->d * s->d;
}

static void decompose(cma *s)
{
    s->decomposed = s->generation;
    if (s->diagonal) {
        for (uint32_t i = 0; i < s->d; i++) {
            s->roots[i] = sqrt(s->c[i]);
        }
    } else {
        population_eigen(s->d, s->c, s->b, s->roots);
    }
}

static bool allocate(cma *s)
{
    size_t d = s->d, square = square_of(s);
    s->mean = calloc(d, sizeof(double));
    s->c = calloc(square, sizeof(double));
    s->b = s->diagonal ? NULL : calloc(square, sizeof(double));
    s->roots = calloc(d, sizeof(double));
    s->scale = calloc(d, sizeof(double));
    s->p_c = calloc(d, sizeof(double));
    s->p_sigma = calloc(d, sizeof(double));
    s->work = calloc(4 * d + (s->adapt_rate ? 3 * square : 0), sizeof(double));
    s->for_mean.e = calloc(d, sizeof(double));
    s->for_sigma.e = calloc(s->adapt_rate ? square : 1, sizeof(double));
    return s->mean != NULL && s->c != NULL && (s->b != NULL || s->diagonal) && s->roots != NULL &&
           s->scale != NULL && s->p_c != NULL && s->p_sigma != NULL && s->work != NULL &&
           s->for_mean.e != NULL && s->for_sigma.e != NULL;
}

cma *cma_create(const cma_setup *setup)
{
    cma *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    double d = setup->d;
    uint32_t usual = 4 + (uint32_t)(3 * log(d));
    s->d = setup->d;
    s->lambda = setup->lambda > 0 ? setup->lambda : usual;
    s->diagonal = setup->diagonal;
    s->adapt_rate = setup->adapt_rate && !setup->diagonal;
    s->sigma = s->sigma_first = setup->sigma;
    s->chi = sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));
    if (!allocate(s) || set_weights(s, s->lambda) < 0) {
        cma_destroy(s);
        return NULL;
    }
    s->for_mean = (cma_signal){.eta = 1, .beta = 0.1, .e = s->for_mean.e};
    s->for_sigma = (cma_signal){.eta = 1, .beta = 0.03, .e = s->for_sigma.e};
    for (uint32_t i = 0; i < s->d; i++) {
        size_t at = s->diagonal ? i : (size_t)i * s->d + i;
        s->mean[i] = setup->mean[i];
        s->scale[i] = 1;
        s->c[at] = setup->covariance == NULL ? 1 : setup->covariance[(size_t)i * s->d + i];
    }
    if (setup->covariance != NULL && !s->diagonal) {
        memcpy(s->c, setup->covariance, square_of(s) * sizeof(double));
    }
    decompose(s);
    return s;
}

void cma_destroy(cma *s)
{
    if (s == NULL) {
        return;
    }
    free(s->weights);
    free(s->mean);
    free(s->c);
    free(s->b);
    free(s->roots);
    free(s->scale);
    free(s->p_c);
    free(s->p_sigma);
    free(s->work);
    free(s->for_mean.e);
    free(s->for_sigma.e);
    free(s);
}

void cma_sample(const cma *s, const collet_rng *rng, double *x)
{
    for (uint32_t i = 0; i < s->d; i++) {
        x[i] = 0;
    }
    for (uint32_t k = 0; k < s->d; k++) {
        double z = s->roots[k] * collet_normal(rng);
        if (s->diagonal) {
            x[k] = z;
        }
        for (uint32_t i = 0; i < s->d && !s->diagonal; i++) {
            x[i] += z * s->b[(size_t)k * s->d + i];
        }
    }
    for (uint32_t i = 0; i < s->d; i++) {
        x[i] = s->mean[i] + s->sigma * s->scale[i] * x[i];
    }
}

/* y = (x - m) / sigma. */
static void step_of(const cma *s, const double *x, double *y)
{
    for (uint32_t i = 0; i < s->d; i++) {
        y[i] = (x[i] - s->mean[i]) / (s->sigma * s->scale[i]);
    }
}

/* z = D^-1 B' y, in the axes of C. */
static void to_axes(const cma *s, const double *y, double *z)
{
    for (uint32_t k = 0; k < s->d; k++) {
        double sum = s->diagonal ? y[k] : 0;
        for (uint32_t i = 0; i < s->d && !s->diagonal; i++) {
            sum += s->b[(size_t)k * s->d + i] * y[i];
        }
        z[k] = sum / s->roots[k];
    }
}

void cma_inject(const cma *s, double *x)
{
    double *y = s->work, *z = s->work + s->d, d = s->d;
    step_of(s, x, y);
    to_axes(s, y, z);
    double length = sqrt(length2(s->d, z)), most = sqrt(d) + 2 * d / (d + 2);
    for (uint32_t i = 0; i < s->d && length > most; i++) {
        x[i] = s->mean[i] + (x[i] - s->mean[i]) * most / length;
    }
}

/* c += a v v'. */
COLLET_SIMD static void add_outer(uint32_t d, bool diagonal, double *c, double a, const double *v)
{
    for (uint32_t i = 0; i < d; i++) {
        if (diagonal) {
            c[i] += a * v[i] * v[i];
            continue;
        }
        double av = a * v[i], *row = c + (size_t)i * d;
        for (uint32_t j = 0; j < d; j++) {
            row[j] += av * v[j];
        }
    }
}

/* Both paths and sigma, from the mean step y. Returns whether p_c is held back. */
static bool walk(cma *s, const double *y, double *z)
{
    const cma_rates *r = &s->rates;
    double gain = sqrt(r->c_sigma * (2 - r->c_sigma) * r->mu_eff), d = s->d;
    to_axes(s, y, z);
    for (uint32_t i = 0; i < s->d; i++) {
        s->p_sigma[i] *= 1 - r->c_sigma;
        s->p_sigma[i] += s->diagonal ? gain * z[i] : 0;
    }
    for (uint32_t k = 0; k < s->d && !s->diagonal; k++) { /* C^-1/2 y = B z */
        for (uint32_t i = 0; i < s->d; i++) {
            s->p_sigma[i] += gain * z[k] * s->b[(size_t)k * s->d + i];
        }
    }
    double length = sqrt(length2(s->d, s->p_sigma));
    double settled = sqrt(1 - pow(1 - r->c_sigma, 2 * ((double)s->generation + 1)));
    bool held = length / settled >= (1.4 + 2 / (d + 1)) * s->chi;
    double pull = held ? 0 : sqrt(r->c_c * (2 - r->c_c) * r->mu_eff);
    for (uint32_t i = 0; i < s->d; i++) {
        s->p_c[i] = (1 - r->c_c) * s->p_c[i] + pull * y[i];
    }
    s->sigma *= exp(smaller(1, r->c_sigma / r->d_sigma * (length / s->chi - 1)));
    return held;
}

/* Moves m, sigma and C by one generation, at full rates. */
static void step(cma *s, const double *const *points)
{
    const cma_rates *r = &s->rates;
    double *mean_step = s->work, *y = s->work + s->d, *z = y + s->d;
    double sigma = s->sigma;
    memset(mean_step, 0, s->d * sizeof(double));
    for (uint32_t k = 0; k < r->mu; k++) {
        step_of(s, points[k], y);
        for (uint32_t i = 0; i < s->d; i++) {
            mean_step[i] += s->weights[k] * y[i];
        }
    }
    bool held = walk(s, mean_step, z);
    double wait = held ? r->c1 * r->c_c * (2 - r->c_c) : 0;
    double keep = 1 + wait - r->c1 - r->c_mu * r->weight_sum;
    for (size_t i = 0; i < square_of(s); i++) {
        s->c[i] *= keep;
    }
    add_outer(s->d, s->diagonal, s->c, r->c1, s->p_c);
    double now = s->sigma;
    s->sigma = sigma; /* the points were drawn with it */
    for (uint32_t k = 0; k < r->count; k++) {
        double w = s->weights[k];
        step_of(s, points[k], y);
        if (w < 0) {
            to_axes(s, y, z);
            w *= s->d / (length2(s->d, z) + 1e-300);
        }
        add_outer(s->d, s->diagonal, s->c, r->c_mu * w, y);
    }
    for (uint32_t i = 0; i < s->d; i++) {
        s->mean[i] += sigma * s->scale[i] * mean_step[i];
    }
    s->sigma = now;
}

/* Is a step more than noise? Shrinks or raises eta so that the signal-to-noise ratio stays at
 * alpha * eta. */
static void judge(cma_signal *g, const double *local, size_t n)
{
    const double alpha = 1.4, gamma = 0.1;
    double e2 = 0, step2 = 0;
    for (size_t i = 0; i < n; i++) {
        g->e[i] += g->beta * (local[i] - g->e[i]);
        e2 += g->e[i] * g->e[i];
        step2 += local[i] * local[i];
    }
    g->v += g->beta * (step2 - g->v);
    double snr = (e2 - g->beta / (2 - g->beta) * g->v) / larger(g->v - e2, 1e-300);
    double want = larger(-1, smaller(1, snr / (alpha * g->eta) - 1));
    g->eta = smaller(1, g->eta * exp(smaller(gamma * g->eta, g->beta) * want));
}

/* out = R m R, where R = B D^-1 B' / sigma; m symmetric. half[d][d] is scratch. */
static void localise(const cma *s, double sigma, const double *m, double *half, double *out)
{
    uint32_t d = s->d;
    for (int side = 0; side < 2; side++) { /* rows, then, transposed, the others */
        const double *from = side == 0 ? m : half;
        double *to = side == 0 ? half : out;
        for (uint32_t i = 0; i < d; i++) {
            double *z = s->work + d;
            to_axes(s, from + (size_t)i * d, z);
            for (uint32_t j = 0; j < d; j++) {
                double sum = 0;
                for (uint32_t k = 0; k < d; k++) {
                    sum += z[k] * s->b[(size_t)k * d + j];
                }
                to[(size_t)j * d + i] = sum / sigma;
            }
        }
    }
}

/* A generation with learning rates for m and Sigma = sigma^2 C. */
static void step_adapted(cma *s, const double *const *points)
{
    size_t d = s->d, square = d * d;
    double *old_mean = s->work + 3 * d, *old = old_mean + d, *half = old + square,
           *local = half + square;
    double sigma = s->sigma, eta_before = s->for_mean.eta, *z = s->work + d;
    memcpy(old_mean, s->mean, d * sizeof(double));
    memcpy(old, s->c, square * sizeof(double));
    step(s, points);
    for (size_t i = 0; i < d; i++) { /* R (m' - m), up to a turn, which no length depends on */
        s->work[i] = (s->mean[i] - old_mean[i]) / (sigma * s->scale[i]);
    }
    to_axes(s, s->work, z);
    memset(s->work, 0, d * sizeof(double));
    for (size_t k = 0; k < d; k++) {
        for (size_t i = 0; i < d; i++) {
            s->work[i] += z[k] * s->b[k * d + i];
        }
    }
    judge(&s->for_mean, s->work, d);
    for (size_t i = 0; i < square; i++) {
        old[i] *= sigma * sigma;
        s->c[i] = s->sigma * s->sigma * s->c[i] - old[i];
    }
    localise(s, sigma, s->c, half, local);
    for (size_t i = 0; i < square; i++) {
        local[i] *= 0.70710678118654752440;
    }
    judge(&s->for_sigma, local, square);
    for (size_t i = 0; i < d; i++) {
        s->mean[i] = old_mean[i] + s->for_mean.eta * (s->mean[i] - old_mean[i]);
    }
    for (size_t i = 0; i < square; i++) {
        s->c[i] = old[i] + s->for_sigma.eta * s->c[i];
    }
    population_eigen(s->d, s->c, s->b, s->roots);
    double log_det = 0;
    for (size_t i = 0; i < d; i++) {
        log_det += log(s->roots[i]);
    }
    s->sigma = exp(log_det / (double)d);
    for (size_t i = 0; i < square; i++) {
        s->c[i] /= s->sigma * s->sigma;
    }
    s->sigma *= eta_before / s->for_mean.eta;
}

collet_status cma_update(cma *s, const double *const *points, size_t count)
{
    if (s->rates.count != count && set_weights(s, (uint32_t)count) < 0) {
        return COLLET_E_NOMEM;
    }
    if (s->adapt_rate) {
        step_adapted(s, points);
    } else {
        step(s, points);
    }
    s->generation++;
    double gap = 1 / (10.0 * s->d * (s->rates.c1 + s->rates.c_mu));
    if (s->diagonal || s->adapt_rate || (double)(s->generation - s->decomposed) >= gap) {
        decompose(s);
    }
    return COLLET_OK;
}

double cma_normal_tail(double p)
{
    double low = 0, high = 40;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(middle * 0.70710678118654752440) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

static double tail_beyond(double distance, double deviation)
{
    return 0.5 * erfc(distance / deviation * 0.70710678118654752440);
}

void cma_margin(cma *s, uint32_t j, double low, double high, double alpha)
{
    double root = sqrt(s->c[s->diagonal ? j : (size_t)j * s->d + j]);
    double deviation = s->sigma * s->scale[j] * root, *m = &s->mean[j];
    if (isinf(low) && isinf(high)) {
        return;
    }
    if (isinf(low) || isinf(high)) { /* the first or the last cell: not too far from the way out */
        double most = deviation * cma_normal_tail(smaller(alpha, 0.5));
        *m = isinf(low) ? larger(*m, high - most) : smaller(*m, low + most);
        return;
    }
    double below = tail_beyond(*m - low, deviation), above = tail_beyond(high - *m, deviation);
    double inside = larger(alpha / 2, 1 - below - above);
    double p_low = larger(alpha / 2, below), p_high = larger(alpha / 2, above);
    double excess = (1 - p_low - p_high - inside) / (p_low + p_high + inside - 1.5 * alpha);
    p_low += excess * (p_low - alpha / 2);
    p_high += excess * (p_high - alpha / 2);
    if (p_low >= 0.5 || p_high >= 0.5 || (below >= alpha / 2 && above >= alpha / 2)) {
        return;
    }
    double z_low = cma_normal_tail(p_low), z_high = cma_normal_tail(p_high);
    *m = (low * z_high + high * z_low) / (z_low + z_high);
    s->scale[j] = (high - low) / (z_low + z_high) / (s->sigma * root);
}

void cma_mirror(cma *s, uint32_t j, double at)
{
    size_t d = s->d;
    s->mean[j] = 2 * at - s->mean[j];
    s->p_c[j] = -s->p_c[j];
    s->p_sigma[j] = -s->p_sigma[j];
    s->for_mean.e[j] = -s->for_mean.e[j];
    for (size_t i = 0; i < d && !s->diagonal; i++) {
        s->b[i * d + j] = -s->b[i * d + j];
        if (i != j) {
            s->c[i * d + j] = -s->c[i * d + j];
            s->c[j * d + i] = -s->c[j * d + i];
        }
        if (s->adapt_rate && i != j) {
            s->for_sigma.e[i * d + j] = -s->for_sigma.e[i * d + j];
            s->for_sigma.e[j * d + i] = -s->for_sigma.e[j * d + i];
        }
    }
}

bool cma_converged(const cma *s)
{
    double least = s->roots[0], most = s->roots[0], widest = 0;
    for (uint32_t i = 0; i < s->d; i++) {
        double variance = s->c[s->diagonal ? i : (size_t)i * s->d + i];
        least = smaller(least, s->roots[i]);
        most = larger(most, s->roots[i]);
        widest = larger(widest, s->sigma * larger(sqrt(variance), fabs(s->p_c[i])));
    }
    return widest < 1e-12 * s->sigma_first || most > 1e7 * least ||
           s->sigma * most > 1e4 * larger(1, s->sigma_first) || !isfinite(s->sigma * most);
}
