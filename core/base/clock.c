#include "base/clock.h"

#include <stdio.h>
#include <time.h>

double clt_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t clt_date_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *clt_date_text(int64_t ms, char *buffer, size_t size)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm date;
    if (gmtime_r(&seconds, &date) == NULL ||
        strftime(buffer, size, "%Y-%m-%dT%H:%M:%SZ", &date) == 0) {
        buffer[0] = '\0';
    }
    return buffer;
}

const char *clt_duration_text(double seconds, char *buffer, size_t size)
{
    seconds = seconds < 1e15 ? seconds : 1e15;
    long whole = (long)(seconds + 0.5);
    if (seconds < 9.95) {
        (void)snprintf(buffer, size, "%.1f s", seconds);
    } else if (whole < 60) {
        (void)snprintf(buffer, size, "%ld s", whole);
    } else if (whole < 3600) {
        (void)snprintf(buffer, size, "%ld min %ld s", whole / 60, whole % 60);
    } else {
        (void)snprintf(buffer, size, "%ld h %ld min", whole / 3600, whole / 60 % 60);
    }
    return buffer;
}
