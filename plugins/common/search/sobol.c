#include "search/sobol.h"

#include "search/sobol_table.h"

#include <stdlib.h>

enum { DIGITS = 32 };

uint64_t search_hash(uint64_t a, uint64_t b)
{
    uint64_t h = a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2));
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

static uint32_t degree_of(uint32_t polynomial)
{
    uint32_t degree = 0;
    while (polynomial >> (degree + 1) != 0) {
        degree++;
    }
    return degree;
}

/* v[k] is m_(k+1) / 2^(k+1) as a fraction of 2^32; the recurrence is Bratley and Fox's. Returns
 * where the next dimension's row begins. */
static const uint16_t *direct(const uint16_t *row, uint32_t v[DIGITS])
{
    uint32_t polynomial = row[0], degree = degree_of(polynomial);
    for (uint32_t k = 0; k < degree; k++) {
        v[k] = (uint32_t)row[1 + k] << (31 - k);
    }
    for (uint32_t k = degree; k < DIGITS; k++) {
        v[k] = v[k - degree] ^ (v[k - degree] >> degree);
        for (uint32_t i = 1; i < degree; i++) {
            v[k] ^= (polynomial >> (degree - i) & 1) != 0 ? v[k - i] : 0;
        }
    }
    return row + 1 + degree;
}

static bool is_prime(uint32_t n, const uint32_t *primes)
{
    for (uint32_t i = 0; primes[i] * primes[i] <= n; i++) {
        if (n % primes[i] == 0) {
            return false;
        }
    }
    return true;
}

static void find_primes(uint32_t *primes, uint32_t count)
{
    uint32_t found = 1;
    primes[0] = 2;
    for (uint32_t n = 3; found < count; n += 2) {
        if (is_prime(n, primes)) {
            primes[found++] = n;
        }
    }
}

collet_status search_sobol_init(search_sobol *s, uint32_t dim_count, uint64_t seed, bool scramble)
{
    uint32_t count = dim_count < SEARCH_SOBOL_DIMS ? dim_count : SEARCH_SOBOL_DIMS;
    const uint16_t *row = search_sobol_table;
    *s = (search_sobol){.dim_count = dim_count, .scramble = scramble, .seed = seed};
    s->directions = calloc(count > 0 ? count : 1, sizeof *s->directions);
    s->primes = calloc((size_t)dim_count + 1, sizeof *s->primes);
    if (s->directions == NULL || s->primes == NULL) {
        search_sobol_finish(s);
        return COLLET_E_NOMEM;
    }
    find_primes(s->primes, dim_count);
    for (uint32_t k = 0; k < DIGITS; k++) {
        s->directions[0][k] = UINT32_C(1) << (31 - k);
    }
    for (uint32_t dim = 1; dim < count; dim++) {
        row = direct(row, s->directions[dim]);
    }
    return COLLET_OK;
}

void search_sobol_finish(search_sobol *s)
{
    free(s->directions);
    free(s->primes);
    s->directions = NULL;
    s->primes = NULL;
}

/* Owen's nested scrambling: a bit is turned or not as its dimension and the bits before it say. */
static uint64_t scramble_bits(uint32_t bits, uint64_t key)
{
    uint32_t turn = 0;
    for (uint32_t k = 0; k < DIGITS; k++) {
        uint32_t before = k == 0 ? 0 : bits >> (DIGITS - k);
        turn |= (uint32_t)(search_hash(key, (uint64_t)before << 6 | k) >> 63) << (31 - k);
    }
    return (uint64_t)(bits ^ turn) << 21 | search_hash(key, (uint64_t)bits << 6 | DIGITS) >> 43;
}

double search_sobol_at(const search_sobol *s, uint32_t dim, uint64_t index)
{
    uint32_t bits = 0;
    if (dim >= SEARCH_SOBOL_DIMS) {
        return search_halton_at(s, dim, index);
    }
    for (uint32_t k = 0; k < DIGITS; k++) {
        bits ^= (index >> k & 1) != 0 ? s->directions[dim][k] : 0;
    }
    uint64_t fraction =
        s->scramble ? scramble_bits(bits, search_hash(s->seed, dim)) : (uint64_t)bits << 21;
    return (double)fraction * 0x1p-53;
}

/* A permutation of 0 to n - 1 named by key: mixes the bits of numbers below the next power of two,
 * again while the result is not below n. */
static uint32_t permute(uint32_t value, uint32_t n, uint64_t key)
{
    uint32_t width = 1;
    while (width < 31 && UINT32_C(1) << width < n) {
        width++;
    }
    uint32_t mask = (UINT32_C(1) << width) - 1;
    do {
        for (uint32_t round = 0; round < 4; round++) {
            uint64_t h = search_hash(key, round);
            value = (value + (uint32_t)(h >> 32)) & mask;
            value = (value * ((uint32_t)h | 1)) & mask;
            value ^= value >> (width + 1) / 2;
        }
    } while (value >= n);
    return value;
}

double search_halton_at(const search_sobol *s, uint32_t dim, uint64_t index)
{
    uint32_t base = s->primes[dim];
    uint64_t seed = search_hash(s->seed, ~(uint64_t)dim);
    double u = 0, share = 1;
    for (uint32_t k = 0; share > 0x1p-54 && (s->scramble || index > 0); k++) {
        uint32_t digit = (uint32_t)(index % base);
        share /= base;
        u += share * (s->scramble ? permute(digit, base, search_hash(seed, k)) : digit);
        index /= base;
    }
    return u < 1 ? u : 0x1.fffffffffffffp-1;
}
