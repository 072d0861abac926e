/**
 * @file search/sobol.h
 * @brief Points that fill the unit cube more evenly than random ones: Sobol and Halton sequences,
 * scrambled.
 *
 * Any coordinate of any point can be had by itself. Scrambled by a seed, each point is uniform in
 * the cube, and the sequence as even as it was: Sobol's digits are scrambled as Owen has it (each
 * bit turned or not by a hash of the bits before it), Halton's by a permutation for each digit.
 *
 * Scenario: search_sobol_init(&s, dims, seed, true), u = search_sobol_at(&s, dim, index) for index
 * 0, 1, ...; the first 2^k points make the best sets. search_sobol_finish(&s).
 *
 * Sobol: On the Distribution of Points in a Cube. USSR Comp. Math. and Math. Phys. 7 (1967).
 * Owen: Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences (1995).
 * Joe, Kuo: Constructing Sobol Sequences with Better Two-Dimensional Projections (2008).
 * Halton: On the Efficiency of Certain Quasi-Random Sequences (1960); Owen: A Randomized Halton
 * Algorithm in R (2017).
 */
#ifndef SEARCH_SOBOL_H
#define SEARCH_SOBOL_H

#include <collet/plugin.h>

#include <stdbool.h>

/** Coordinates of the Sobol sequence; those beyond are of the Halton sequence. */
enum { SEARCH_SOBOL_DIMS = 101 };

/** A Sobol sequence of 2^32 points, after which it begins again; and the Halton sequence. */
typedef struct search_sobol {
    uint32_t dim_count;
    bool scramble;
    uint64_t seed;
    uint32_t (*directions)[32]; /**< [min(dim_count, SEARCH_SOBOL_DIMS)] */
    uint32_t *primes;           /**< [dim_count], from 2 */
} search_sobol;

/** COLLET_E_NOMEM; nothing is left behind then. */
collet_status search_sobol_init(search_sobol *s, uint32_t dim_count, uint64_t seed, bool scramble);

/** Frees what it holds. */
void search_sobol_finish(search_sobol *s);

/** Coordinate `dim` of point `index`, in [0, 1). Point 0 is the origin unless scrambled. */
double search_sobol_at(const search_sobol *s, uint32_t dim, uint64_t index);

/** The same of the Halton sequence: the digits of index, in the base of prime number `dim`, behind
 *  the point in reverse. */
double search_halton_at(const search_sobol *s, uint32_t dim, uint64_t index);

/** Bits that depend on all bits of both. */
uint64_t search_hash(uint64_t a, uint64_t b);

#endif /* SEARCH_SOBOL_H */
