/* Samples a second of an MLP 784-256-128-10 on Fashion-MNIST, through the host's own training loop
 * and the bundled plugins; with "augment" the pictures are shifted and mirrored.
 *   bench_train_mlp BATCH EPOCHS [OPTIMIZER] [augment] */
#include "training.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static const char *const options[] = {"units.1", "256", "units.2", "128", NULL};
    bench_training training = {.model = "mlp",
                               .options = options,
                               .optimizer = argc > 3 ? argv[3] : "momentum",
                               .batch = argc > 1 ? (uint32_t)atoi(argv[1]) : 128,
                               .epochs = argc > 2 ? (uint32_t)atoi(argv[2]) : 3};
    if (argc > 4 && strcmp(argv[4], "augment") == 0) {
        training.augment = (clt_augment){.shift = 2, .flip = 0.5};
    }
    (void)bench_train(argc, argv, &training);
    return 0;
}
