#include "base/sha256.h"

#include "base/sha256_x86.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Fractional parts of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

void clt_sha256_init(clt_sha256 *sha)
{
    /* Fractional parts of the square roots of the first 8 primes. */
    *sha = (clt_sha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                              0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
                        .native = clt_sha256_has_x86()};
}

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* w[64]: the block's 16 words, and those that follow from them. */
static void schedule(const unsigned char *block, uint32_t *w)
{
    for (int t = 0; t < 16; t++) {
        const unsigned char *b = block + 4 * t;
        w[t] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    for (int t = 16; t < 64; t++) {
        uint32_t s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
}

static void compress(clt_sha256 *sha, const unsigned char *block)
{
    uint32_t *s = sha->h, w[64];
    uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    schedule(block, w);
#pragma GCC unroll 8 /* then the turn of the letters is a matter of names */
    for (int t = 0; t < 64; t++) {
        uint32_t choice = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
        uint32_t t1 = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + K[t] + w[t];
        uint32_t t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    s[0] += a, s[1] += b, s[2] += c, s[3] += d;
    s[4] += e, s[5] += f, s[6] += g, s[7] += h;
}

static void compress_all(clt_sha256 *sha, const unsigned char *bytes, size_t blocks)
{
    if (sha->native) {
        clt_sha256_x86(sha->h, K, bytes, blocks);
        return;
    }
    for (; blocks > 0; blocks--, bytes += sizeof sha->block) {
        compress(sha, bytes);
    }
}

void clt_sha256_add(clt_sha256 *sha, const void *bytes, size_t n)
{
    const unsigned char *from = bytes;
    while (n > 0) {
        size_t used = sha->length % sizeof sha->block;
        size_t part = sizeof sha->block - used < n ? sizeof sha->block - used : n;
        if (used == 0 && n >= sizeof sha->block) {
            part = n - n % sizeof sha->block;
            compress_all(sha, from, part / sizeof sha->block);
        } else {
            memcpy(sha->block + used, from, part);
        }
        sha->length += part;
        from += part;
        n -= part;
        if (used + part == sizeof sha->block && used > 0) {
            compress_all(sha, sha->block, 1);
        }
    }
}

void clt_sha256_finish(clt_sha256 *sha, char text[CLT_SHA256_TEXT])
{
    static const unsigned char one = 0x80, zero = 0;
    unsigned char bits[8];
    for (int i = 0; i < 8; i++) {
        bits[i] = (unsigned char)(sha->length * 8 >> (56 - 8 * i));
    }
    clt_sha256_add(sha, &one, 1);
    while (sha->length % sizeof sha->block != sizeof sha->block - sizeof bits) {
        clt_sha256_add(sha, &zero, 1);
    }
    clt_sha256_add(sha, bits, sizeof bits);
    for (int i = 0; i < 8; i++) {
        (void)snprintf(text + 8 * i, 9, "%08x", sha->h[i]);
    }
}

const char *clt_sha256_file(const char *path, char text[CLT_SHA256_TEXT])
{
    clt_sha256 sha;
    unsigned char buffer[16384];
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    clt_sha256_init(&sha);
    while (fd >= 0 && (n = read(fd, buffer, sizeof buffer)) > 0) {
        clt_sha256_add(&sha, buffer, (size_t)n);
    }
    if (fd >= 0) {
        close(fd);
    }
    text[0] = '\0';
    if (n == 0) {
        clt_sha256_finish(&sha, text);
    }
    return text;
}
