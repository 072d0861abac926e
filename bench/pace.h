/**
 * @file pace.h
 * @brief Work in stretches that a driver asks for, so that ours and a peer's can take turns on one
 * core without starting anew each time.
 *
 * The program prints "ready ..." and then, for each line of its input, works for a stretch and
 * prints "UNITS PROCESSOR WALL": what it did, and how many seconds that took by the process' own
 * time and by the clock. It ends with its input.
 */
#ifndef BENCH_PACE_H
#define BENCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

/** Where a stretch stands. Start with the first two alone. */
typedef struct bench_pace {
    uint64_t stretch; /**< units of one */
    uint64_t unit;    /**< units between two calls of bench_pace_on() */
    uint64_t done;
    double processor, wall;
    bool begun;
} bench_pace;

/** To be called before each piece of work. False: the input has ended. */
bool bench_pace_on(bench_pace *pace);

/** Starts and stops the clocks; between them nothing counts. */
void bench_pace_start(bench_pace *pace);
void bench_pace_stop(bench_pace *pace);

#endif /* BENCH_PACE_H */
