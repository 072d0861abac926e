/**
 * @file training.h
 * @brief The trainings that are measured: a model by its short name, with data, optimizer and rate,
 * ready for the host's own loop.
 *
 *     mlp   784-256-128-10 on Fashion-MNIST
 *     cnn   16 and 32 filters of 3 x 3, each with max pooling by 2, 128 dense units, the same data
 *     mean  a bag of embeddings of 64 numbers, made-up texts (texts.h)
 *     kim   100 filters over 3, 4 and 5 words each, the same texts
 */
#ifndef BENCH_TRAINING_H
#define BENCH_TRAINING_H

#include "data/split.h"
#include "unit.h"

/** One training; zero but for what bench_training_open() fills in. */
typedef struct bench_training {
    clt_registry *registry;
    bench_unit model, optimizer, dataset;
    void *opened; /**< the dataset's instance, NULL with texts */
    const collet_data *data;
    collet_data texts;
    clt_split split;
    clt_train_setup setup;
} bench_training;

/** Opens it: what is one of the names above, optimizer sgd, momentum or adam. rows of made-up texts
 *  or, if not 0, of images. Rows to train on are a multiple of 512, so that all batches are full,
 *  and few validate. *t must not move. Ends the program with a message when something fails. */
void bench_training_open(bench_training *t, const char *what, const char *optimizer, uint32_t batch,
                         uint64_t rows);

/** Frees it. */
void bench_training_close(bench_training *t);

#endif /* BENCH_TRAINING_H */
