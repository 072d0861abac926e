#include "base/rng.h"

#include "base/hash.h"

#include <collet/helpers.h>

/* The constants of the paper: two odd multipliers, and the golden ratio and sqrt(3) - 1 as Weyl
 * increments of the key. */
enum { ROUNDS = 10 };
static const uint32_t M0 = 0xD2511F53u, M1 = 0xCD9E8D57u, W0 = 0x9E3779B9u, W1 = 0xBB67AE85u;

void clt_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t p0 = (uint64_t)M0 * c0, p1 = (uint64_t)M1 * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += W0;
        k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void clt_rng_init(clt_rng *rng, uint64_t seed, const char *purpose, uint64_t number)
{
    uint64_t key = clt_hash_u64(clt_hash_text(CLT_HASH_START, purpose), seed);
    *rng = (clt_rng){.key = {(uint32_t)key, (uint32_t)(key >> 32)}, .number = number};
}

/* One block of 128 bits, as two words. */
static void next_block(clt_rng *rng, uint64_t out[2])
{
    uint32_t counter[4] = {(uint32_t)rng->block, (uint32_t)(rng->block >> 32),
                           (uint32_t)rng->number, (uint32_t)(rng->number >> 32)};
    uint32_t words[4];
    clt_philox(counter, rng->key, words);
    rng->block++;
    out[0] = words[0] | (uint64_t)words[1] << 32;
    out[1] = words[2] | (uint64_t)words[3] << 32;
}

void clt_rng_fill(clt_rng *rng, uint64_t *out, size_t n)
{
    size_t i = 0;
    if (n > 0 && rng->has_spare) {
        out[i++] = rng->spare;
        rng->has_spare = 0;
    }
    for (; i + 2 <= n; i += 2) {
        next_block(rng, out + i);
    }
    if (i < n) {
        uint64_t pair[2];
        next_block(rng, pair);
        out[i] = pair[0];
        rng->spare = pair[1];
        rng->has_spare = 1;
    }
}

static void fill(void *ctx, uint64_t *out, size_t n)
{
    clt_rng_fill(ctx, out, n);
}

collet_rng clt_rng_view(clt_rng *rng)
{
    return (collet_rng){.struct_size = COLLET_SIZE(collet_rng), .ctx = rng, .fill = fill};
}

uint64_t clt_rng_below(clt_rng *rng, uint64_t n)
{
    collet_rng view = clt_rng_view(rng);
    return collet_below(&view, n);
}
