/*
 * The kernel of tile.h, compiled once for each vector width by a file that defines
 *     LANES      floats of a vector
 *     ROWS       rows of the largest tile: ROWS x 2 sums, 2 vectors of B and 1 of A fit the
 * registers MULTIPLY   name of the function vec        type of a vector, with load_count() and
 * store_count() for its first count floats
 */
#include <string.h>

/* Under sanitizers nothing stays in registers anyway, and the unrolled code takes minutes to
 * compile. */
#if defined(COLLET_SANITIZED)
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 14")
#endif

INLINE vec load(const float *from)
{
    vec x;
    memcpy(&x, from, sizeof x);
    return x;
}

INLINE void store(float *to, vec x)
{
    memcpy(to, &x, sizeof x);
}

/* vectors 0 stands for one vector of which count floats are there. */
INLINE vec load_some(size_t vectors, const float *from, size_t count)
{
    return vectors > 0 ? load(from) : load_count(from, count);
}

INLINE void store_some(size_t vectors, float *to, size_t count, vec x)
{
    if (vectors > 0) {
        store(to, x);
    } else {
        store_count(to, count, x);
    }
}

/* The tile at a, b, c with its sums in registers: rows and vectors are constants where this is
 * called. Three rows of A share a pointer, because base, base + row and base + 2 row are
 * addressing modes: fourteen pointers would not fit the registers. */
INLINE void tile(size_t rows, size_t vectors, const tile_product *t, const float *a_start,
                 const float *b_start, const float *bias, float *c, size_t count)
{
    const size_t width = vectors > 0 ? vectors : 1, a_row = t->a_row, a_step = t->a_step;
    const size_t a_three = t->a_three > 0 ? t->a_three : 3 * a_row, b_step = t->b_step;
    const float *a[(ROWS + 2) / 3], *b;
    vec sum[ROWS][2], x[2];
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        for (size_t v = 0; v < width; v++) {
            sum[r][v] = t->add         ? load_some(vectors, c + r * t->c_row + v * LANES, count)
                        : bias != NULL ? load_some(vectors, bias + v * LANES, count)
                                       : (vec){0};
        }
    }
    for (size_t q = 0; q < t->runs; q++) {
        UNROLL
        for (size_t r = 0; r < rows; r += 3) {
            a[r / 3] = a_start + q * t->a_run + r / 3 * a_three;
        }
        b = b_start + q * t->b_run;
        for (size_t p = t->k; p > 0; p--) {
            for (size_t v = 0; v < width; v++) {
                x[v] = load_some(vectors, b + v * LANES, count);
            }
            UNROLL
            for (size_t r = 0; r < rows; r++) {
                const float s = a[r / 3][r % 3 * a_row];
                for (size_t v = 0; v < width; v++) {
                    sum[r][v] += x[v] * s;
                }
            }
            UNROLL
            for (size_t r = 0; r < rows; r += 3) {
                a[r / 3] += a_step;
            }
            b += b_step;
        }
    }
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        for (size_t v = 0; v < width; v++) {
            store_some(vectors, c + r * t->c_row + v * LANES, count, sum[r][v]);
        }
    }
}

/* Picks the code for rows x count columns. */
static void some_tile(size_t rows, size_t count, const tile_product *t, const float *a,
                      const float *b, const float *bias, float *c)
{
#define CASE(R)                                                                                    \
    case R:                                                                                        \
        if (count == 2 * LANES) {                                                                  \
            tile(R, 2, t, a, b, bias, c, count);                                                   \
        } else if (count == LANES) {                                                               \
            tile(R, 1, t, a, b, bias, c, count);                                                   \
        } else {                                                                                   \
            tile(R, 0, t, a, b, bias, c, count);                                                   \
        }                                                                                          \
        break
    switch (rows) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
#if ROWS > 6
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
        CASE(13);
        CASE(14);
#endif
    default:
        break;
    }
#undef CASE
}

/* The first of the tiles that m rows are cut into: of nearly equal height; in threes where threes
 * have a stride of their own. */
static size_t height(const tile_product *t, size_t m)
{
    size_t tiles = (m + ROWS - 1) / ROWS, rows = (m + tiles - 1) / tiles;
    if (t->a_three > 0 && m > ROWS) {
        rows = ROWS / 3 * 3;
    }
    return rows;
}

static size_t row_offset(const tile_product *t, size_t i)
{
    return t->a_three > 0 ? i / 3 * t->a_three + i % 3 * t->a_row : i * t->a_row;
}

void MULTIPLY(const tile_product *t)
{
    size_t count, rows;
    for (size_t j = 0; j < t->n; j += count) {
        const float *b = t->b + j / TILE_PANEL * t->b_panel + j % TILE_PANEL;
        const float *bias = t->bias != NULL ? t->bias + j : NULL;
        size_t left = t->n - j;
        count = left >= 2 * LANES ? 2 * LANES : left >= LANES ? LANES : left;
        for (size_t l = 0; l < t->lines; l++) {
            const float *a = t->a + l * t->a_line;
            float *c = t->c + l * t->c_line + j;
            for (size_t i = 0; i < t->m; i += rows) {
                rows = height(t, t->m - i);
                some_tile(rows, count, t, a + row_offset(t, i), b + l * t->b_line, bias,
                          c + i * t->c_row);
            }
        }
    }
}
