#include "data/split.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

void clt_split_finish(clt_split *split)
{
    free(split->train);
    free(split->validation);
    *split = (clt_split){0};
}

/* 0 .. count - 1 in random order: Fisher and Yates. */
static uint32_t *shuffled(size_t count, uint64_t seed)
{
    uint32_t *rows = malloc(count * sizeof *rows);
    clt_rng rng;
    clt_rng_init(&rng, seed, "split", 0);
    for (size_t i = 0; rows != NULL && i < count; i++) {
        size_t j = clt_rng_below(&rng, i + 1);
        rows[i] = rows[j];
        rows[j] = (uint32_t)i;
    }
    return rows;
}

/* Deals rows, in their random order, to the two parts so that each class is split by the same
 * fraction: of the first n rows of a class, round(n * fraction) validate. */
static clt_status deal(clt_split *split, const collet_data *data, const uint32_t *rows,
                       size_t count, double fraction, clt_error *err)
{
    uint32_t *seen = calloc(data->classes + 1u, sizeof *seen);
    if (seen == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t class = data->classes > 0 ? (uint32_t)data->labels[rows[i]] : 0;
        double before = floor(seen[class] * fraction + 0.5);
        seen[class]++;
        if (floor(seen[class] * fraction + 0.5) > before) {
            split->validation[split->validation_count++] = rows[i];
        } else {
            split->train[split->train_count++] = rows[i];
        }
    }
    free(seen);
    return CLT_OK;
}

static int rising(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

clt_status clt_split_init(clt_split *split, const collet_data *data, double validation,
                          uint64_t rows, uint64_t seed, clt_error *err)
{
    size_t available = (size_t)(data->rows - data->test_rows);
    size_t count = rows > 0 && rows < available ? (size_t)rows : available;
    uint32_t *order = shuffled(available, seed);
    *split = (clt_split){.train = malloc(count * sizeof(uint32_t)),
                         .validation = malloc(count * sizeof(uint32_t))};
    clt_status status = order == NULL || split->train == NULL || split->validation == NULL
                            ? clt_fail_memory(err)
                            : deal(split, data, order, count, validation, err);
    free(order);
    if (status == CLT_OK && (split->train_count == 0 || split->validation_count == 0)) {
        status = clt_fail(err, CLT_BAD_INPUT,
                          "%zu rows with validation = %g leave %zu to train on and %zu to validate",
                          count, validation, split->train_count, split->validation_count);
    }
    if (status != CLT_OK) {
        clt_split_finish(split);
        return status;
    }
    /* In the order of the file, reading for evaluation runs through memory once. */
    qsort(split->validation, split->validation_count, sizeof *split->validation, rising);
    return CLT_OK;
}
