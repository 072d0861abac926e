/**
 * @file problems.h
 * @brief What bench/samplers minimises: functions of continuous, mixed and conditional spaces, each
 * in many instances. Some are held out: nobody is to tune a sampler to those; others are there to
 * practise on.
 */
#ifndef BENCH_PROBLEMS_H
#define BENCH_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Groups, in the order in which they are printed. */
typedef enum bench_group { BENCH_CONTINUOUS, BENCH_MIXED, BENCH_CONDITIONAL } bench_group;

/** What a problem is for. */
typedef enum bench_set { BENCH_LISTED, BENCH_HELD_OUT, BENCH_PRACTICE, BENCH_SETS } bench_set;

/** Some parameters of one kind: x1 ... xN. */
typedef struct bench_block {
    const char *name;
    int count;         /**< 0: the one parameter `name` */
    const char *range; /**< as [params] has it */
} bench_block;

/** One problem. */
typedef struct bench_problem {
    const char *name;
    bench_group group;
    bench_set set;
    bench_block blocks[16]; /**< ends with a name of NULL */
    /** The value at a point as samplers see it: n numbers, in the order of the blocks (parents
     * stand first there), NaN where inactive, categories by index. Smaller is better. */
    double (*value)(const double *x, size_t n, uint64_t instance);
} bench_problem;

/** Problem i, or NULL past the end. */
const bench_problem *bench_problem_at(size_t i);

/** The problem of that name, or NULL. */
const bench_problem *bench_problem_find(const char *name);

/** Writes the problem's experiment for a sampler into text. */
void bench_problem_text(const bench_problem *problem, const char *sampler, uint64_t seed,
                        int trials, char *text, size_t size);

#endif /* BENCH_PROBLEMS_H */
