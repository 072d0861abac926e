#include "nn/embedding_kernel.h"

#include "simd/vector.h"

/* Rows that are asked for ahead; vectors that are summed at once; floats of a cache line. */
enum { AHEAD = 6, ABREAST = 256 / SIMD_BYTES < 8 ? 256 / SIMD_BYTES : 8, CACHE_LINE = 16 };

/* Columns c and on of one sum, `vectors` of them: they stay in registers while the chosen rows go
 * by. Rows that come soon are asked for. vectors is a constant where this is called. */
INLINE void sum_columns(const nn_row_sums *s, size_t i, size_t c, size_t vectors, float share,
                        float *out)
{
    const uint64_t last = s->starts[s->count];
    floats sums[ABREAST] = {{0}}, x;
    for (uint64_t j = s->starts[i]; j < s->starts[i + 1]; j++) {
        const float *row = s->table + s->which[j] * s->dim + c;
        const float *soon = s->table + s->which[j + AHEAD < last ? j + AHEAD : j] * s->dim + c;
        UNROLL
        for (size_t v = 0; v < vectors; v++) {
            if (v * LANES % CACHE_LINE == 0) {
                __builtin_prefetch(soon + v * LANES);
            }
            LOAD(x, row + v * LANES);
            sums[v] += x;
        }
    }
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
        sums[v] *= share;
        STORE(out + c + v * LANES, sums[v]);
    }
}

static void sum_column(const nn_row_sums *s, size_t i, size_t c, float share, float *out)
{
    float sum = 0;
    for (uint64_t j = s->starts[i]; j < s->starts[i + 1]; j++) {
        sum += s->table[s->which[j] * s->dim + c];
    }
    out[c] = sum * share;
}

static void sum_rows(const nn_row_sums *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const uint64_t rows = s->starts[i + 1] - s->starts[i];
        const float share = s->mean && rows > 0 ? 1.0f / (float)rows : 1.0f;
        float *out = s->out + (s->places != NULL ? s->places[i] : i) * s->dim;
        size_t c = 0;
        for (; c + ABREAST * LANES <= s->dim; c += ABREAST * LANES) {
            sum_columns(s, i, c, ABREAST, share, out);
        }
        for (; c + LANES <= s->dim; c += LANES) {
            sum_columns(s, i, c, 1, share, out);
        }
        for (; c < s->dim; c++) {
            sum_column(s, i, c, share, out);
        }
    }
}

SIMD_DEFINE(nn_embedding_kernels) = {.sum = sum_rows};
