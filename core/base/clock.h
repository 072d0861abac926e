/**
 * @file base/clock.h
 * @brief Time: durations from the monotonic clock, dates from the wall clock.
 */
#ifndef CLT_BASE_CLOCK_H
#define CLT_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/** Seconds from an arbitrary start; never goes back. */
double clt_clock(void);

/** Milliseconds since 1970, UTC. */
int64_t clt_date_ms(void);

/** "2026-03-01T12:00:00Z" into buffer of at least 21 bytes; returns buffer. */
const char *clt_date_text(int64_t ms, char *buffer, size_t size);

/** "41 s", "3 min 20 s", "2 h 5 min" into buffer; returns buffer. */
const char *clt_duration_text(double seconds, char *buffer, size_t size);

#endif /* CLT_BASE_CLOCK_H */
