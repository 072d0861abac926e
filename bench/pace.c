#include "pace.h"

#include <stdio.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void bench_pace_start(bench_pace *pace)
{
    pace->wall -= seconds(CLOCK_MONOTONIC);
    pace->processor -= seconds(CLOCK_PROCESS_CPUTIME_ID);
}

void bench_pace_stop(bench_pace *pace)
{
    pace->processor += seconds(CLOCK_PROCESS_CPUTIME_ID);
    pace->wall += seconds(CLOCK_MONOTONIC);
}

bool bench_pace_on(bench_pace *pace)
{
    char line[64];
    if (pace->begun) {
        pace->done += pace->unit;
        if (pace->done < pace->stretch) {
            return true;
        }
        bench_pace_stop(pace);
        (void)printf("%llu %.6f %.6f\n", (unsigned long long)pace->done, pace->processor,
                     pace->wall);
    }
    (void)fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return false;
    }
    pace->begun = true;
    pace->done = 0;
    pace->processor = pace->wall = 0;
    bench_pace_start(pace);
    return true;
}
