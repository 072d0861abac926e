/**
 * @file base/hash.h
 * @brief FNV-1a of 64 bits, finished by a mixer: names of streams, digests of studies. Not for
 * secrets. (Fowler, Noll, Vo; the mixer is SplitMix64's, Steele et al. 2014.)
 */
#ifndef CLT_BASE_HASH_H
#define CLT_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/** The hash of nothing; where each chain starts. */
#define CLT_HASH_START 0xcbf29ce484222325u

/** Hash of what went into `hash` followed by n bytes. */
uint64_t clt_hash_bytes(uint64_t hash, const void *bytes, size_t n);

/** The same for a text, its final NUL included, so that "ab","c" differs from "a","bc". */
uint64_t clt_hash_text(uint64_t hash, const char *text);

/** The same for a number; all bits of the result depend on all bits before. */
uint64_t clt_hash_u64(uint64_t hash, uint64_t value);

#endif /* CLT_BASE_HASH_H */
