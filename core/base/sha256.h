/**
 * @file base/sha256.h
 * @brief SHA-256 (FIPS 180-4): what a file held, in 64 hexadecimal digits.
 */
#ifndef CLT_BASE_SHA256_H
#define CLT_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A digest in hexadecimal, with its NUL. */
enum { CLT_SHA256_TEXT = 65 };

/** A digest under way. */
typedef struct clt_sha256 {
    uint32_t h[8];
    uint64_t length;         /**< bytes so far */
    unsigned char block[64]; /**< the last length % 64 of them */
    bool native;             /**< the processor has instructions for it */
} clt_sha256;

/** Starts. */
void clt_sha256_init(clt_sha256 *sha);

/** Adds n bytes. */
void clt_sha256_add(clt_sha256 *sha, const void *bytes, size_t n);

/** Ends it and writes the digest. */
void clt_sha256_finish(clt_sha256 *sha, char text[CLT_SHA256_TEXT]);

/** The digest of a file's content; "" where the file cannot be read. */
const char *clt_sha256_file(const char *path, char text[CLT_SHA256_TEXT]);

#endif /* CLT_BASE_SHA256_H */
