/**
 * @file base/rng.h
 * @brief Random numbers from a counter: Philox4x32-10.
 *
 * A stream is named by (seed, purpose, number): the study's seed, what it is for ("sampler",
 * "model.mlp"), and usually a trial's number. Two streams with different names are independent;
 * the same name gives the same numbers on any machine, in any order, in any process.
 *
 * Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011).
 */
#ifndef CLT_BASE_RNG_H
#define CLT_BASE_RNG_H

#include <collet/plugin.h>

#include <stdint.h>

/** One application of the Philox4x32-10 bijection: out = f(counter, key). */
void clt_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/** A stream, owned by the caller; plain data. */
typedef struct clt_rng {
    uint32_t key[2];
    uint64_t number; /**< upper half of the counter */
    uint64_t block;  /**< lower half: the next block to compute */
    uint64_t spare;  /**< second word of the last block */
    uint32_t has_spare;
    uint32_t reserved;
} clt_rng;

/** Starts the stream (seed, purpose, number) at its beginning. */
void clt_rng_init(clt_rng *rng, uint64_t seed, const char *purpose, uint64_t number);

/** The next n words. */
void clt_rng_fill(clt_rng *rng, uint64_t *out, size_t n);

/** Uniform in [0, n), n > 0, without bias. */
uint64_t clt_rng_below(clt_rng *rng, uint64_t n);

/** The stream as plugins see it; valid as long as rng, which it advances. */
collet_rng clt_rng_view(clt_rng *rng);

#endif /* CLT_BASE_RNG_H */
