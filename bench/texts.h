/**
 * @file texts.h
 * @brief Made-up texts for programs that measure.
 */
#ifndef BENCH_TEXTS_H
#define BENCH_TEXTS_H

#include <collet/dataset.h>

/** Texts of 200 words of 20 classes. Words follow Zipf's law over a vocabulary of 20,000; one in
 *  ten is from 50 words of its class. All is left to the end of the program, which ends here when
 *  memory runs out. */
collet_data bench_texts(uint64_t rows);

/** Prints them for fastText: "__label__3 w17 w4 ...", a line each. */
void bench_texts_print(const collet_data *texts);

#endif /* BENCH_TEXTS_H */
