/* Samples a second of a CNN on Fashion-MNIST (16 and 32 filters of 3 x 3, max pooling by 2 after
 * each, 128 dense units), through the host's own training loop and the bundled plugins; and what
 * that is in multiplications and additions.   bench_train_cnn BATCH EPOCHS [OPTIMIZER] */
#include "training.h"

#include <stdio.h>
#include <stdlib.h>

/* Operations a sample, forward and for the weights' gradients, and for the gradients of all inputs
 * but the image. Padding counts, and so does
 * what is multiplied by zeros that are left out; activations and pooling do not. */
static double operations(void)
{
    double conv1 = 28 * 28 * 9 * 1 * 16, conv2 = 14 * 14 * 9 * 16 * 32;
    double dense = 7 * 7 * 32 * 128 + 128 * 10;
    return 2 * (2 * conv1 + 3 * conv2 + 3 * dense);
}

int main(int argc, char **argv)
{
    static const char *const options[] = {"filters.1", "16", "filters.2", "32", NULL};
    const bench_training training = {.model = "cnn",
                                     .options = options,
                                     .optimizer = argc > 3 ? argv[3] : "momentum",
                                     .batch = argc > 1 ? (uint32_t)atoi(argv[1]) : 64,
                                     .epochs = argc > 2 ? (uint32_t)atoi(argv[2]) : 1};
    double rate = bench_train(argc, argv, &training);
    (void)printf("%.1f GFLOP/s\n", rate * operations() * 1e-9);
    return 0;
}
