/**
 * @file base/sha256_x86.h
 * @brief SHA-256 by the instructions that most processors since 2017 have for it; nobody but
 * base/sha256.c includes it.
 */
#ifndef CLT_BASE_SHA256_X86_H
#define CLT_BASE_SHA256_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Has this processor those instructions? */
bool clt_sha256_has_x86(void);

/** Takes `blocks` of 64 bytes into h. k: the 64 constants. Only where the processor has them. */
void clt_sha256_x86(uint32_t h[8], const uint32_t k[64], const unsigned char *bytes, size_t blocks);

#endif /* CLT_BASE_SHA256_X86_H */
