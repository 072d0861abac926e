/**
 * @file linalg/tile_kernel.h
 * @brief The tile kernel, as a template: tile_isa.c includes it once for each instruction set and
 * defines NAME(x), TARGET, ROWS, LANES, VECTOR, MASK and the operations on them.
 */

/* c[m][vectors LANES] = A B + start, m and vectors being constants where this is called, so that
 * sum lives in registers. Three rows of A share a pointer, because base, base + a_row and
 * base + 2 a_row are addressing modes: fourteen pointers would not fit the registers. */
static inline __attribute__((always_inline, target(TARGET))) void
NAME(block)(size_t m, size_t vectors, const tile_product *t)
{
    VECTOR sum[ROWS][2], x[2];
    const float *base[(ROWS + 2) / 3], *b = t->b;
    const size_t a_row = t->a_row, a_step = t->a_step, b_step = t->b_step;
    const MASK mask = FIRST(t->n);
    UNROLL for (size_t i = 0; i < m; i++) {
        for (size_t v = 0; v < vectors; v++) {
            const size_t at = i * t->start_row + v * LANES;
            sum[i][v] = t->start == NULL ? ZERO
                        : vectors == 2   ? LOAD(t->start + at)
                                         : LOAD_SOME(t->start + at);
        }
    }
    UNROLL for (size_t i = 0; i < m; i += 3) {
        base[i / 3] = t->a + i * a_row;
    }
    for (size_t p = t->k; p > 0; p--) {
        for (size_t v = 0; v < vectors; v++) {
            x[v] = vectors == 2 ? LOAD(b + v * LANES) : LOAD_SOME(b);
        }
        UNROLL for (size_t i = 0; i < m; i++) {
            const VECTOR s = SPREAD(base[i / 3] + i % 3 * a_row);
            for (size_t v = 0; v < vectors; v++) {
                sum[i][v] = MULTIPLY_ADD(s, x[v], sum[i][v]);
            }
        }
        UNROLL for (size_t i = 0; i < m; i += 3) {
            base[i / 3] += a_step;
        }
        b += b_step;
    }
    UNROLL for (size_t i = 0; i < m; i++) {
        for (size_t v = 0; v < vectors; v++) {
            float *c = t->c + i * t->c_row + v * LANES;
            vectors == 2 ? STORE(c, sum[i][v]) : STORE_SOME(c, sum[i][v]);
        }
    }
}

/* Picks the block whose constants are m and the number of vectors. */
static __attribute__((target(TARGET))) void NAME(tile)(const tile_product *t)
{
#define BLOCK(M)                                                                                   \
    case M:                                                                                        \
        if (t->n > LANES) {                                                                        \
            NAME(block)(M, 2, t);                                                                  \
        } else {                                                                                   \
            NAME(block)(M, 1, t);                                                                  \
        }                                                                                          \
        break;
    switch (t->m) {
        BLOCKS
    default:
        break;
    }
#undef BLOCK
}
