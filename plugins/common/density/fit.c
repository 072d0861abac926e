#include "density/fit.h"

#include <stdlib.h>

void density_fit_finish(density_fit *f)
{
    free(f->at);
    free(f->width);
    free(f->rows);
    free(f->member);
    f->at = f->width = NULL;
    f->rows = NULL;
    f->member = NULL;
    f->room = 0;
}

collet_status density_fit_reserve(density_fit *f, uint32_t room)
{
    if (room <= f->room) {
        return COLLET_OK;
    }
    density_fit_finish(f); /* nothing in it is to be kept */
    f->at = malloc(room * sizeof *f->at);
    f->width = malloc(room * sizeof *f->width);
    f->rows = malloc(room * sizeof *f->rows);
    f->member = calloc(room, sizeof *f->member);
    if (f->at == NULL || f->width == NULL || f->rows == NULL || f->member == NULL) {
        density_fit_finish(f);
        return COLLET_E_NOMEM;
    }
    f->room = room;
    return COLLET_OK;
}

static void normalise(const density_fit *f, density_mixture *m)
{
    double sum = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        sum += (double)m->terms[i].weight;
    }
    double even = m->count == 0 ? 1.0 : f->prior * sum / m->count;
    m->prior = (float)(even / (sum + even));
    for (uint32_t i = 0; i < m->count; i++) {
        m->terms[i].weight = (float)((double)m->terms[i].weight / (sum + even));
    }
}

/* Of a kernel's names: what part is even, with a pseudo-count of prior / (n + 1) for each name. */
static void fit_category(const density_fit *f, uint32_t column, density_rows *rows,
                         const density_mixture *m)
{
    uint32_t n = 0, columns = rows->space->column_count;
    for (uint32_t i = 0; i < m->count; i++) {
        n += rows->at[(size_t)m->terms[i].row * columns + column] >= 0;
    }
    double pseudo = f->prior * (double)rows->space->columns[column].count;
    float even = (float)(pseudo / (n + 1.0 + pseudo));
    for (uint32_t i = 0; i < m->count; i++) {
        density_row_even(rows, m->terms[i].row, column, even > 1e-6f ? even : 1e-6f);
    }
}

/* Lists the mixture's rows in f->rows by their place in a column, by insertion. */
static uint32_t sort(const density_fit *f, uint32_t column, const density_rows *rows,
                     const density_mixture *m)
{
    uint32_t n = 0, columns = rows->space->column_count;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t row = m->terms[i].row, k = n;
        float at = rows->at[(size_t)row * columns + column];
        if (at < 0) {
            continue;
        }
        for (; k > 0 && rows->at[(size_t)f->rows[k - 1] * columns + column] > at; k--) {
            f->rows[k] = f->rows[k - 1];
        }
        f->rows[k] = row;
        n++;
    }
    return n;
}

/* The same from the order that all rows have. */
static uint32_t select_members(const density_fit *f, uint32_t column, const density_order *order)
{
    const uint32_t *sorted = order->sorted + (size_t)column * order->room;
    uint32_t n = 0;
    for (uint32_t i = 0; i < order->count[column]; i++) {
        f->rows[n] = sorted[i];
        n += f->member[sorted[i]];
    }
    return n;
}

static void fit_numeric(const density_fit *f, uint32_t column, uint32_t n, density_rows *rows)
{
    for (uint32_t i = 0; i < n; i++) {
        f->at[i] = rows->at[(size_t)f->rows[i] * rows->space->column_count + column];
    }
    density_set_widths(&f->widths, n, f->at, f->width);
    for (uint32_t i = 0; i < n; i++) {
        density_row_width(rows, f->rows[i], column, f->width[i]);
    }
}

static void mark(density_fit *f, const density_mixture *m, bool member)
{
    for (uint32_t i = 0; i < m->count; i++) {
        f->member[m->terms[i].row] = member;
    }
}

void density_fit_mixture(density_fit *f, const density_order *order, density_rows *rows,
                         density_mixture *m)
{
    normalise(f, m);
    mark(f, m, true);
    for (uint32_t c = 0; c < rows->space->column_count; c++) {
        if (rows->space->columns[c].category) {
            fit_category(f, c, rows, m);
        } else {
            uint32_t n = order == NULL ? sort(f, c, rows, m) : select_members(f, c, order);
            fit_numeric(f, c, n, rows);
        }
    }
    mark(f, m, false);
}

density_mixture density_fit_block(const density_fit *f, const density_block *block,
                                  const density_mixture *m, density_term *terms)
{
    density_mixture part = {.rows = m->rows, .terms = terms};
    for (uint32_t i = 0; i < m->count; i++) {
        const float *at = m->rows->at + (size_t)m->terms[i].row * m->rows->space->column_count;
        bool knows = false;
        for (uint32_t c = block->first; c < block->end; c++) {
            knows |= at[c] >= 0;
        }
        terms[part.count] = m->terms[i];
        part.count += knows;
    }
    normalise(f, &part);
    return part;
}
