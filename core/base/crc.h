/**
 * @file base/crc.h
 * @brief CRC-32C (Castagnoli), as in iSCSI: finds damage, not forgery. (RFC 3720, appendix B.4.)
 */
#ifndef CLT_BASE_CRC_H
#define CLT_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/** CRC of n bytes, going on from `crc`; 0 to begin. */
uint32_t clt_crc32c(uint32_t crc, const void *bytes, size_t n);

#endif /* CLT_BASE_CRC_H */
