/**
 * @file population/genome.h
 * @brief Points as evolutionary samplers breed them: one gene a dimension, active or not.
 *
 * A gene of a numeric dimension is its place from 0 to 1 (search/axis.h), that of a category its
 * index. Genes of inactive parameters are handed down all the same, so any two genomes can be
 * crossed, and a branch that becomes active again finds what was good there.
 *
 * Deb, Agrawal: Simulated Binary Crossover for Continuous Search Space. Complex Systems 9 (1995).
 * Deb, Goyal: A Combined Genetic Adaptive Search (GeneAS) for Engineering Design (1996), for the
 * polynomial mutation.
 */
#ifndef POPULATION_GENOME_H
#define POPULATION_GENOME_H

#include "search/history.h"
#include "search/seen.h"
#include "search/sobol.h"

/** Genes drawn evenly. */
void genome_draw(const search_space *s, const collet_rng *rng, double *genes);

/** The point x of a genome: nearest allowed values, NaN where inactive. */
void genome_express(const search_space *s, const double *genes, double *x);

/** The genome of a point; genes of inactive parameters are drawn from a hash of `number`. */
void genome_read(const search_space *s, const double *x, uint64_t number, double *genes);

/** Mutates each gene with probability `rate`, and at least one that matters: numeric ones by a
 *  polynomial mutation of index eta (larger: nearer), categories to another value. A discrete gene
 *  that mutates always changes its value. */
void genome_mutate(const search_space *s, const collet_rng *rng, double rate, double eta,
                   double *genes);

/** Child of a and b: each gene crossed with probability 1/2, numeric ones by SBX of index eta,
 * which keeps the parents' mean, or if eta is 0 and for categories, by taking b's; else a's. */
void genome_cross(const search_space *s, const collet_rng *rng, const double *a, const double *b,
                  double eta, double *child);

/** The genes of point n of a sequence. */
void genome_start(const search_space *s, const search_sobol *sobol, uint64_t n, double *genes);

/** Mutates genes until their point x is allowed and one that no trial has had; when that does not
 * help, draws until it is one that is not under way. x is the point in the end. */
void genome_freshen(const search_space *s, const search_history *h, const search_seen *seen,
                    const collet_rng *rng, double *genes, double *x);

#endif /* POPULATION_GENOME_H */
