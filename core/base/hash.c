#include "base/hash.h"

#include <string.h>

uint64_t clt_hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ byte[i]) * 0x100000001b3u;
    }
    return hash;
}

uint64_t clt_hash_text(uint64_t hash, const char *text)
{
    return clt_hash_bytes(hash, text, strlen(text) + 1);
}

uint64_t clt_hash_u64(uint64_t hash, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
    uint64_t z = clt_hash_bytes(hash, bytes, sizeof bytes) + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
