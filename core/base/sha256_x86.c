#include "base/sha256_x86.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

bool clt_sha256_has_x86(void)
{
    unsigned a, b, c, d;
    const unsigned sha = 1u << 29, ssse3 = 1u << 9, sse41 = 1u << 19;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & ssse3) != 0 && (c & sse41) != 0 &&
           __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & sha) != 0;
}

static __m128i load(const void *at)
{
    return _mm_loadu_si128(at);
}

/* The 64 rounds of a block, four at a time: *abef and *cdgh are the eight words, two of each half
 * beside one another, as the instructions want them. */
__attribute__((target("sha,sse4.1"))) static inline void take_block(__m128i *abef, __m128i *cdgh,
                                                                    const uint32_t *k,
                                                                    const unsigned char *bytes)
{
    const __m128i turned = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i w[4], s0 = *abef, s1 = *cdgh;
    for (int i = 0; i < 4; i++) {
        w[i] = _mm_shuffle_epi8(load(bytes + 16 * i), turned);
    }
#pragma GCC unroll 16
    for (int r = 0; r < 16; r++) {
        const __m128i now = w[r % 4], next = w[(r + 1) % 4], last = w[(r + 3) % 4];
        __m128i sum = _mm_add_epi32(now, load(k + 4 * r));
        s1 = _mm_sha256rnds2_epu32(s1, s0, sum);
        s0 = _mm_sha256rnds2_epu32(s0, s1, _mm_shuffle_epi32(sum, 0x0e));
        sum = _mm_add_epi32(_mm_sha256msg1_epu32(now, next),
                            _mm_alignr_epi8(last, w[(r + 2) % 4], 4));
        w[r % 4] = _mm_sha256msg2_epu32(sum, last);
    }
    *abef = _mm_add_epi32(*abef, s0);
    *cdgh = _mm_add_epi32(*cdgh, s1);
}

__attribute__((target("sha,sse4.1"))) void clt_sha256_x86(uint32_t h[8], const uint32_t k[64],
                                                          const unsigned char *bytes, size_t blocks)
{
    __m128i cdab = _mm_shuffle_epi32(load(h), 0xb1), hgfe = _mm_shuffle_epi32(load(h + 4), 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, cdab, 0xf0);
    for (; blocks > 0; blocks--, bytes += 64) {
        take_block(&abef, &cdgh, k, bytes);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)h, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool clt_sha256_has_x86(void)
{
    return false;
}

void clt_sha256_x86(uint32_t h[8], const uint32_t k[64], const unsigned char *bytes, size_t blocks)
{
    (void)h, (void)k, (void)bytes, (void)blocks;
}

#endif
