/*
 * The tile kernel for one instruction set. Included by tile.c once for each, which defines
 * TILE(name), TARGET, ROWS, LANES, VEC, MASK and the operations on them.
 */

/* C[rows][vectors * LANES] = A B + bias over all p. rows and vectors are constants where this is
 * called, so that sum stays in registers. Three rows of A share a pointer: base, base + i and
 * base + 2 i are addressing modes of the processor. */
static inline __attribute__((always_inline, target(TARGET))) void
TILE(block)(const size_t rows, const size_t vectors, const tile_product *t, const float *a,
           const float *b, const float *bias, float *c, MASK mask)
{
    VEC sum[ROWS][2], x[2];
    const float *base[(ROWS + 2) / 3];
    const size_t ai = t->a_row, ap = t->a_step, ldb = t->ldb;
    for (size_t v = 0; v < vectors; v++) {
        x[v] = bias == NULL ? ZERO() : LOAD(mask, vectors, bias + v * LANES);
    }
    TILE_UNROLL for (size_t i = 0; i < rows; i++) {
        for (size_t v = 0; v < vectors; v++) {
            sum[i][v] = x[v];
        }
    }
    TILE_UNROLL for (size_t i = 0; i < rows; i += 3) {
        base[i / 3] = a + i * ai;
    }
    for (size_t p = t->k; p > 0; p--) {
        for (size_t v = 0; v < vectors; v++) {
            x[v] = LOAD(mask, vectors, b + v * LANES);
        }
        TILE_UNROLL for (size_t i = 0; i < rows; i++) {
            VEC s = SPREAD(base[i / 3][i % 3 * ai]);
            for (size_t v = 0; v < vectors; v++) {
                sum[i][v] = MULTIPLY_ADD(s, x[v], sum[i][v]);
            }
        }
        TILE_UNROLL for (size_t i = 0; i < rows; i += 3) {
            base[i / 3] += ap;
        }
        b += ldb;
    }
    TILE_UNROLL for (size_t i = 0; i < rows; i++) {
        for (size_t v = 0; v < vectors; v++) {
            STORE(mask, vectors, c + i * t->ldc + v * LANES, sum[i][v]);
        }
    }
}
