/**
 * @file training.h
 * @brief One training of a model on Fashion-MNIST, through the host's own loop and the bundled
 * plugins, for programs that measure.
 */
#ifndef BENCH_TRAINING_H
#define BENCH_TRAINING_H

#include "data/augment.h"

#include <stdint.h>

/** What to train. */
typedef struct bench_training {
    const char *model;
    const char *const *options; /**< of the model: key, text, key, text, ..., NULL */
    const char *optimizer;      /**< momentum or adam, with its usual rate */
    uint32_t batch, epochs;
    clt_augment augment; /**< zero: none */
} bench_training;

/** Trains, prints "RATE samples/s, accuracy A, kernel K", and returns the rate, which is
 *  of processor time: other programs disturb it less. Ends the program
 *  with a message when something fails. argc and argv are main's: the program may be the child
 *  that looks for the BLAS kernel; then it prints that and ends. */
double bench_train(int argc, char **argv, const bench_training *training);

#endif /* BENCH_TRAINING_H */
