#include "density/order.h"

#include <stdlib.h>
#include <string.h>

void density_order_init(density_order *o, const density_rows *rows)
{
    *o = (density_order){.rows = rows};
}

void density_order_finish(density_order *o)
{
    free(o->count);
    free(o->sorted);
    free(o->numbers);
    *o = (density_order){0};
}

collet_status density_order_reserve(density_order *o)
{
    uint32_t columns = o->rows->space->column_count, room = o->rows->room;
    if (room <= o->room) {
        return COLLET_OK;
    }
    uint64_t *numbers = realloc(o->numbers, room * sizeof *numbers);
    o->numbers = numbers != NULL ? numbers : o->numbers;
    uint32_t *sorted = calloc((size_t)room * columns + 1, sizeof *sorted);
    uint32_t *count = o->count != NULL ? o->count : calloc(columns + 1u, sizeof *count);
    o->count = count;
    if (numbers == NULL || sorted == NULL || count == NULL) {
        free(sorted);
        return COLLET_E_NOMEM;
    }
    for (uint32_t c = 0; c < columns && o->sorted != NULL; c++) {
        memcpy(sorted + (size_t)c * room, o->sorted + (size_t)c * o->room,
               count[c] * sizeof *sorted);
    }
    free(o->sorted);
    o->sorted = sorted;
    o->room = room;
    return COLLET_OK;
}

/* By place, then by number; a number may come twice where a trial was told before it was asked for.
 */
static bool before(const density_order *o, uint32_t c, uint32_t a, uint32_t b)
{
    uint32_t columns = o->rows->space->column_count;
    float at = o->rows->at[(size_t)a * columns + c], there = o->rows->at[(size_t)b * columns + c];
    if (at != there) {
        return at < there;
    }
    return o->numbers[a] != o->numbers[b] ? o->numbers[a] < o->numbers[b] : a < b;
}

/* Where a row stands, or belongs, in a column. */
static uint32_t place_of(const density_order *o, uint32_t c, uint32_t row)
{
    uint32_t low = 0, high = o->count[c];
    const uint32_t *sorted = o->sorted + (size_t)c * o->room;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (before(o, c, sorted[middle], row)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has(const density_order *o, uint32_t c, uint32_t row)
{
    uint32_t columns = o->rows->space->column_count;
    return !o->rows->space->columns[c].category && o->rows->at[(size_t)row * columns + c] >= 0;
}

void density_order_add(density_order *o, uint32_t row, uint64_t number)
{
    o->numbers[row] = number;
    for (uint32_t c = 0; c < o->rows->space->column_count; c++) {
        if (has(o, c, row)) {
            uint32_t at = place_of(o, c, row), *sorted = o->sorted + (size_t)c * o->room;
            memmove(sorted + at + 1, sorted + at, (o->count[c] - at) * sizeof *sorted);
            sorted[at] = row;
            o->count[c]++;
        }
    }
}

void density_order_remove(density_order *o, uint32_t row)
{
    for (uint32_t c = 0; c < o->rows->space->column_count; c++) {
        if (has(o, c, row)) {
            uint32_t at = place_of(o, c, row), *sorted = o->sorted + (size_t)c * o->room;
            o->count[c]--;
            memmove(sorted + at, sorted + at + 1, (o->count[c] - at) * sizeof *sorted);
        }
    }
}
