#include "data/division.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void clt_division_finish(clt_division *division)
{
    free(division->used);
    free(division->test);
    *division = (clt_division){.key = division->key};
}

/* rows[count] in random order: Fisher and Yates, from the order in which they stand. */
static void shuffle(uint32_t *rows, size_t count, uint64_t seed, const char *purpose,
                    uint64_t number)
{
    clt_rng rng;
    clt_rng_init(&rng, seed, purpose, number);
    for (size_t i = 0; i < count; i++) {
        size_t j = clt_rng_below(&rng, i + 1);
        uint32_t row = rows[i];
        rows[i] = rows[j];
        rows[j] = row;
    }
}

static uint32_t class_of(const clt_division *d, uint32_t row)
{
    return d->how.stratify && d->data->classes > 0 ? (uint32_t)d->data->labels[row] : 0;
}

/* Two lists that rows are dealt out to. */
typedef struct deal {
    uint32_t *rest, *share;
    size_t rest_count, share_count;
} deal;

/* Deals rows[count], in their order, so that each class is divided by the same fraction: of its
 * first n rows, round(n * fraction) go to the share. rest may be rows itself. */
static clt_status deal_out(const clt_division *d, const uint32_t *rows, size_t count,
                           double fraction, deal *to, clt_error *err)
{
    uint32_t *seen = calloc(d->data->classes + 1u, sizeof *seen);
    if (seen == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t class = class_of(d, rows[i]);
        double before = floor(seen[class] * fraction + 0.5);
        seen[class]++;
        if (floor(seen[class] * fraction + 0.5) > before) {
            to->share[to->share_count++] = rows[i];
        } else {
            to->rest[to->rest_count++] = rows[i];
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

/* In the order of the file, reading for evaluation runs through memory once. */
static void sort(uint32_t *rows, size_t count)
{
    qsort(rows, count, sizeof *rows, rising);
}

/* Sets the test part aside: the dataset's own rows, or a share of those in use. */
static clt_status set_test_aside(clt_division *d, clt_error *err)
{
    const collet_data *data = d->data;
    size_t before = d->used_count;
    if (data->test_rows > 0 && d->how.test > 0) {
        d->key = "test";
        return clt_fail(err, CLT_BAD_INPUT,
                        "the dataset has %llu test rows of its own; leave test out",
                        (unsigned long long)data->test_rows);
    }
    for (uint64_t row = data->rows - data->test_rows; row < data->rows; row++) {
        d->test[d->test_count++] = (uint32_t)row;
    }
    if (d->how.test <= 0) {
        return CLT_OK;
    }
    deal to = {.rest = d->used, .share = d->test};
    if (deal_out(d, d->used, d->used_count, d->how.test, &to, err) != CLT_OK) {
        return err->status;
    }
    d->used_count = to.rest_count;
    d->test_count = to.share_count;
    sort(d->test, d->test_count);
    d->key = "test";
    return d->test_count > 0 && d->used_count > 0
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT, "%zu rows with test = %g leave %zu to test", before,
                          d->how.test, d->test_count);
}

/* `class 2 "bag"`, or `class 2` where they have no names. */
static const char *describe(const collet_data *data, uint32_t class, char *buffer, size_t size)
{
    if (data->class_names != NULL) {
        (void)snprintf(buffer, size, "class %u \"%s\"", class, data->class_names[class]);
    } else {
        (void)snprintf(buffer, size, "class %u", class);
    }
    return buffer;
}

/* Is there more than one class, and a row of each for every fold? */
static clt_status check_classes(clt_division *d, const uint32_t *counts, clt_error *err)
{
    char name[128];
    uint32_t occurring = 0, last = 0, folds = d->how.stratify ? d->how.folds : 0;
    for (uint32_t k = 0; k < d->data->classes; k++) {
        last = counts[k] > 0 ? k : last;
        occurring += counts[k] > 0;
    }
    if (occurring < 2) {
        d->key = NULL;
        return clt_fail(err, CLT_BAD_INPUT,
                        "every row in use is of %s: there is nothing to tell apart",
                        describe(d->data, last, name, sizeof name));
    }
    for (uint32_t k = 0; k < d->data->classes; k++) {
        if (counts[k] > 0 && counts[k] < folds) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "%s has %u row%s, fewer than folds = %u; write fewer folds, or "
                            "stratify = off",
                            describe(d->data, k, name, sizeof name), counts[k],
                            counts[k] == 1 ? "" : "s", folds);
        }
    }
    return CLT_OK;
}

static clt_status check(clt_division *d, clt_error *err)
{
    d->key = d->how.folds > 0 ? "folds" : "validation";
    if (d->how.folds == 1) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "1 fold leaves nothing to train on; write 2 or more, or 0 for a hold-out");
    }
    if (d->used_count < d->how.folds) {
        return clt_fail(err, CLT_BAD_INPUT, "%zu rows are fewer than folds = %u", d->used_count,
                        d->how.folds);
    }
    uint32_t *counts = calloc(d->data->classes + 1u, sizeof *counts);
    if (counts == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; d->data->classes > 0 && i < d->used_count; i++) {
        counts[d->data->labels[d->used[i]]]++;
    }
    clt_status status = d->data->classes > 0 ? check_classes(d, counts, err) : CLT_OK;
    free(counts);
    return status;
}

clt_status clt_division_init(clt_division *d, const collet_data *data, const clt_dividing *how,
                             clt_error *err)
{
    size_t available = (size_t)(data->rows - data->test_rows);
    *d = (clt_division){.how = *how, .data = data};
    d->used_count = how->rows > 0 && how->rows < available ? (size_t)how->rows : available;
    d->used = malloc(available * sizeof *d->used);
    d->test = malloc(data->rows * sizeof *d->test);
    if (d->used == NULL || d->test == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < available; i++) {
        d->used[i] = (uint32_t)i;
    }
    shuffle(d->used, available, how->seed, "split", 0);
    d->spare = d->used + d->used_count;
    d->spare_count = available - d->used_count;
    d->count = how->folds > 0 ? how->folds * how->repeats : 1;
    return set_test_aside(d, err) == CLT_OK ? check(d, err) : err->status;
}

static clt_status hold_out(const clt_division *d, clt_split *split, clt_error *err)
{
    deal to = {.rest = split->train, .share = split->validation};
    if (deal_out(d, d->used, d->used_count, d->how.validation, &to, err) != CLT_OK) {
        return err->status;
    }
    split->train_count = to.rest_count;
    split->validation_count = to.share_count;
    return split->train_count > 0 && split->validation_count > 0
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%zu rows with validation = %g leave %zu to train on and %zu to validate",
                          d->used_count, d->how.validation, split->train_count,
                          split->validation_count);
}

/* The fold of each place in order[used_count]: with the rows sorted by class, their order kept,
 * every folds-th goes to the same one. So the folds differ by one row at most, in all and in each
 * class. NULL: no memory. */
static uint32_t *fold_numbers(const clt_division *d, const uint32_t *order)
{
    size_t classes = d->data->classes + 1u;
    size_t *next = calloc(classes + 1, sizeof *next);
    uint32_t *folds = malloc(d->used_count * sizeof *folds);
    for (size_t i = 0; next != NULL && i < d->used_count; i++) {
        next[class_of(d, order[i]) + 1]++;
    }
    for (size_t k = 1; next != NULL && k < classes; k++) {
        next[k] += next[k - 1]; /* where class k begins */
    }
    for (size_t i = 0; next != NULL && folds != NULL && i < d->used_count; i++) {
        folds[i] = (uint32_t)(next[class_of(d, order[i])]++ % d->how.folds);
    }
    if (next == NULL) {
        free(folds);
        folds = NULL;
    }
    free(next);
    return folds;
}

static clt_status fold(const clt_division *d, uint32_t part, clt_split *split, clt_error *err)
{
    uint32_t *order = malloc(d->used_count * sizeof *order), *folds = NULL;
    for (size_t i = 0; order != NULL && i < d->used_count; i++) {
        order[i] = d->used[i];
    }
    if (order != NULL) {
        shuffle(order, d->used_count, d->how.seed, "folds", part / d->how.folds);
        folds = fold_numbers(d, order);
    }
    for (size_t i = 0; folds != NULL && i < d->used_count; i++) {
        if (folds[i] == part % d->how.folds) {
            split->validation[split->validation_count++] = order[i];
        } else {
            split->train[split->train_count++] = order[i];
        }
    }
    clt_status status = folds != NULL ? CLT_OK : clt_fail_memory(err);
    free(order);
    free(folds);
    return status;
}

clt_status clt_division_split(const clt_division *d, uint32_t part, clt_split *split,
                              clt_error *err)
{
    *split = (clt_split){.train = malloc(d->used_count * sizeof(uint32_t)),
                         .validation = malloc(d->used_count * sizeof(uint32_t))};
    clt_status status = CLT_OK;
    if (split->train == NULL || split->validation == NULL) {
        status = clt_fail_memory(err);
    } else {
        status = d->how.folds > 0 ? fold(d, part, split, err) : hold_out(d, split, err);
    }
    if (status != CLT_OK) {
        clt_split_finish(split);
        return status;
    }
    sort(split->validation, split->validation_count);
    return CLT_OK;
}
