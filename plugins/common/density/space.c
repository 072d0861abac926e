#include "density/space.h"

#include <stdlib.h>
#include <string.h>

static bool same_conditions(const collet_space *space, const collet_dim *a, const collet_dim *b)
{
    if (a->condition_count != b->condition_count) {
        return false;
    }
    for (uint32_t k = 0; k < a->condition_count; k++) {
        const collet_condition *p = collet_condition_at(space, a, k);
        const collet_condition *q = collet_condition_at(space, b, k);
        if (p->parent != q->parent || p->range_count != q->range_count ||
            memcmp(p->ranges, q->ranges, 2 * p->range_count * sizeof(double)) != 0) {
            return false;
        }
    }
    return true;
}

/* The block of the dimension of column c, given those before it. */
static uint32_t block_of(const density_space *s, uint32_t c, density_blocks how)
{
    const collet_dim *dim = s->columns[c].axis->dim;
    if (how == DENSITY_JOINT) {
        return 0;
    }
    for (uint32_t k = 0; how == DENSITY_GROUPED && k < c; k++) {
        if (same_conditions(s->space->space, dim, s->columns[k].axis->dim)) {
            return s->columns[k].block;
        }
    }
    return s->block_count;
}

static int by_block(const void *left, const void *right)
{
    const density_column *a = left, *b = right;
    uint32_t p = a->block * 4 + a->category * 2u + a->conditional;
    uint32_t q = b->block * 4 + b->category * 2u + b->conditional;
    return p != q ? (p > q) - (p < q) : (a->dim > b->dim) - (a->dim < b->dim);
}

/* Where the shares of the values meet. */
static collet_status make_edges(density_column *column)
{
    const search_axis *axis = column->axis;
    column->edges = malloc((axis->count + 1) * sizeof *column->edges);
    if (column->edges == NULL) {
        return COLLET_E_NOMEM;
    }
    for (uint64_t k = 0; k < axis->count; k++) {
        double low, high;
        search_axis_share(axis, search_axis_nth(axis, k), &low, &high);
        column->edges[k] = (float)low;
        column->edges[k + 1] = (float)high;
    }
    column->count = (uint32_t)axis->count;
    return COLLET_OK;
}

static collet_status make_columns(density_space *s, density_blocks how)
{
    for (uint32_t i = 0; i < s->space->dim_count; i++) {
        const search_axis *axis = &s->space->axes[i];
        if (axis->count == 1) {
            continue;
        }
        density_column *column = &s->columns[s->column_count];
        *column = (density_column){.axis = axis, .dim = i, .category = axis->category};
        column->conditional = axis->dim->condition_count > 0;
        s->conditional += column->conditional;
        column->block = block_of(s, s->column_count, how);
        s->block_count += column->block == s->block_count;
        column->count = axis->category ? (uint32_t)axis->count : 0;
        s->column_count++;
        bool table = !axis->category && axis->count > 0 && axis->count <= DENSITY_TABLE;
        if (table && make_edges(column) < 0) {
            return COLLET_E_NOMEM;
        }
    }
    return COLLET_OK;
}

/* Sorts the columns and notes where the runs end. */
static void arrange(density_space *s)
{
    qsort(s->columns, s->column_count, sizeof *s->columns, by_block);
    for (uint32_t i = 0; i < s->space->dim_count; i++) {
        s->column_of[i] = UINT32_MAX;
        const collet_dim *dim = s->space->axes[i].dim;
        for (uint32_t k = 0; k < dim->condition_count; k++) {
            s->parent[collet_condition_at(s->space->space, dim, k)->parent] = true;
        }
    }
    for (uint32_t c = 0; c < s->column_count; c++) {
        const density_column *column = &s->columns[c];
        density_block *b = &s->blocks[column->block];
        if (c == 0 || s->columns[c - 1].block != column->block) {
            *b = (density_block){c, c, c, c, c};
        }
        s->column_of[column->dim] = c;
        b->end = c + 1;
        b->category = column->category && column->conditional ? b->category : c + 1;
        b->numeric_if = column->category ? b->numeric_if : c + 1;
        b->numeric = column->category || column->conditional ? b->numeric : c + 1;
    }
}

collet_status density_space_init(density_space *s, const search_space *space, density_blocks how)
{
    size_t dims = space->dim_count + 1u;
    *s = (density_space){.space = space};
    s->columns = calloc(dims, sizeof *s->columns);
    s->blocks = calloc(dims, sizeof *s->blocks);
    s->column_of = calloc(dims, sizeof *s->column_of);
    s->parent = calloc(dims, sizeof *s->parent);
    if (s->columns == NULL || s->blocks == NULL || s->column_of == NULL || s->parent == NULL ||
        make_columns(s, how) < 0) {
        density_space_finish(s);
        return COLLET_E_NOMEM;
    }
    arrange(s);
    return COLLET_OK;
}

void density_space_finish(density_space *s)
{
    for (uint32_t c = 0; s->columns != NULL && c < s->column_count; c++) {
        free(s->columns[c].edges);
    }
    free(s->columns);
    free(s->blocks);
    free(s->column_of);
    free(s->parent);
    *s = (density_space){0};
}

uint32_t density_value_at(const density_column *column, float at)
{
    uint32_t low = 0, high = column->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (column->edges[middle + 1] <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}
