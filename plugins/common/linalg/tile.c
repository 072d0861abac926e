#include "linalg/tile.h"

#include <string.h>

/* Most steps of k in a packed panel, and its widest rows: 48 KiB of stack. */
enum { MOST_STEPS = 384, MOST_WIDTH = 32 };
/* Rows of C below which B is read in place, and rows that are computed before the panel is packed
 * anew, so that their part of A stays in the cache. Both were measured. */
enum { FEW_ROWS = 56, MOST_ROWS = 512 };

/* start of the next tile, panel or part. */
static const float *moved(const float *start, size_t n)
{
    return start == NULL ? NULL : start + n;
}

/* All tiles of one panel of columns, of nearly equal height. */
static void panel_tiles(const tile_isa *isa, const tile_product *panel)
{
    tile_product t = *panel;
    for (size_t left = panel->m; left > 0; left -= t.m) {
        size_t tiles = (left + isa->rows - 1) / isa->rows;
        t.m = (left + tiles - 1) / tiles;
        isa->tile(&t);
        t.a += t.m * t.a_row;
        t.c += t.m * t.c_row;
        t.start = moved(t.start, t.m * t.start_row);
    }
}

/* packed[k][width] = B(p, j), the first n of width columns. */
static void pack(const tile_product *t, size_t width, float *packed)
{
    for (size_t p = 0; p < t->k && t->b_column == 1; p++) {
        memcpy(packed + p * width, t->b + p * t->b_step, t->n * sizeof *packed);
    }
    for (size_t j = 0; j < t->n && t->b_column != 1; j++) {
        const float *b = t->b + j * t->b_column;
        for (size_t p = 0; p < t->k; p++) {
            packed[p * width + j] = b[p * t->b_step];
        }
    }
}

/* Panels of two vectors while there are as many columns, then of one. */
static void columns(const tile_isa *isa, const tile_product *product, int packing)
{
    float packed[MOST_STEPS * MOST_WIDTH] __attribute__((aligned(64)));
    tile_product t = *product;
    for (size_t left = product->n; left > 0; left -= t.n) {
        size_t most = left >= 2 * isa->lanes ? 2 * isa->lanes : isa->lanes;
        t.n = left < most ? left : most;
        tile_product panel = t;
        if (packing) {
            pack(&t, most, packed);
            panel.b = packed;
            panel.b_step = most;
            panel.b_column = 1;
        }
        panel_tiles(isa, &panel);
        t.b += t.n * t.b_column;
        t.c += t.n;
        t.start = moved(t.start, t.n);
    }
}

/* Cuts k into nearly equal parts; each but the first adds to what is there. */
static void steps(const tile_isa *isa, const tile_product *product)
{
    tile_product t = *product;
    size_t left = product->k;
    do {
        size_t parts = (left + MOST_STEPS - 1) / MOST_STEPS;
        t.k = left == 0 ? 0 : (left + parts - 1) / parts;
        columns(isa, &t, 1);
        t.a += t.k * t.a_step;
        t.b += t.k * t.b_step;
        t.start = t.c;
        t.start_row = t.c_row;
        left -= t.k;
    } while (left > 0);
}

void tile_multiply(const tile_isa *isa, const tile_product *product)
{
    tile_product t = *product;
    if (t.m <= FEW_ROWS && t.b_column == 1) {
        columns(isa, &t, 0);
        return;
    }
    for (size_t left = product->m; left > 0; left -= t.m) {
        t.m = left < MOST_ROWS ? left : MOST_ROWS;
        steps(isa, &t);
        t.a += t.m * t.a_row;
        t.c += t.m * t.c_row;
        t.start = moved(t.start, t.m * t.start_row);
    }
}
