#include "texts.h"

#include "base/rng.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { VOCABULARY = 20000, LENGTH = 200, CLASSES = 20, OWN_WORDS = 50 };

static uint32_t draw(const collet_rng *rng, uint32_t class)
{
    if (collet_uniform(rng) < 0.1) {
        return 1000 + class * OWN_WORDS + (uint32_t)collet_below(rng, OWN_WORDS);
    }
    uint32_t word = (uint32_t)exp(collet_uniform(rng) * log(VOCABULARY + 1.0)) - 1;
    return word < VOCABULARY ? word : VOCABULARY - 1;
}

collet_data bench_texts(uint64_t rows)
{
    uint32_t *tokens = malloc(rows * LENGTH * sizeof *tokens);
    uint64_t *offsets = malloc((rows + 1) * sizeof *offsets);
    int32_t *labels = malloc(rows * sizeof *labels);
    clt_rng stream;
    clt_rng_init(&stream, 1, "texts", 0);
    collet_rng rng = clt_rng_view(&stream);
    if (tokens == NULL || offsets == NULL || labels == NULL) {
        exit(1);
    }
    for (uint64_t i = 0; i <= rows; i++) {
        offsets[i] = i * LENGTH;
    }
    for (uint64_t i = 0; i < rows; i++) {
        labels[i] = (int32_t)(i % CLASSES);
        for (int t = 0; t < LENGTH; t++) {
            tokens[i * LENGTH + (uint64_t)t] = draw(&rng, (uint32_t)labels[i]);
        }
    }
    return (collet_data){.struct_size = COLLET_SIZE(collet_data),
                         .form = COLLET_DATA_TOKENS,
                         .storage = COLLET_STORE_F32,
                         .classes = CLASSES,
                         .rows = rows,
                         .vocabulary = VOCABULARY,
                         .scale = 1,
                         .tokens = tokens,
                         .offsets = offsets,
                         .labels = labels};
}

void bench_texts_print(const collet_data *texts)
{
    for (uint64_t i = 0; i < texts->rows; i++) {
        (void)printf("__label__%d", texts->labels[i]);
        for (uint64_t t = texts->offsets[i]; t < texts->offsets[i + 1]; t++) {
            (void)printf(" w%u", texts->tokens[t]);
        }
        (void)printf("\n");
    }
}
