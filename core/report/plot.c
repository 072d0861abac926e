#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 60, ROWS = 10 };

/* Both lines in dots. A cell has a byte of each: the dots of a Braille sign, or 1. */
typedef struct canvas {
    int across, down; /* dots of a cell */
    unsigned char own[ROWS][COLUMNS], beside[ROWS][COLUMNS];
} canvas;

/* What both curves span. */
typedef struct frame {
    uint64_t first, last;
    double low, high;
    bool any;
} frame;

size_t clt_plot_count(const clt_plot_curve *curve)
{
    size_t count = 0;
    for (size_t i = 0; curve != NULL && i < curve->count; i++) {
        count += isfinite(curve->items[i].value) != 0;
    }
    return count;
}

static void span(frame *f, const clt_plot_curve *curve)
{
    for (size_t i = 0; curve != NULL && i < curve->count; i++) {
        const clt_plot_point *p = &curve->items[i];
        if (!isfinite(p->value)) {
            continue;
        }
        if (!f->any) {
            *f = (frame){p->step, p->step, p->value, p->value, true};
        }
        f->first = p->step < f->first ? p->step : f->first;
        f->last = p->step > f->last ? p->step : f->last;
        f->low = p->value < f->low ? p->value : f->low;
        f->high = p->value > f->high ? p->value : f->high;
    }
}

/* ---- Dots ----------------------------------------------------------------------------------- */

static void set_dot(const canvas *c, unsigned char plane[ROWS][COLUMNS], int x, int y)
{
    static const unsigned char bits[4][2] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    plane[y / c->down][x / c->across] |= bits[y % c->down][x % c->across];
}

static int column(const canvas *c, const frame *f, uint64_t step)
{
    double share =
        f->last > f->first ? (double)(step - f->first) / (double)(f->last - f->first) : 0;
    return (int)lround(share * (COLUMNS * c->across - 1));
}

/* Halved, so that the widest range does not overflow; where all values are one it lies amid. */
static int row(const canvas *c, const frame *f, double value)
{
    double height = f->high / 2 - f->low / 2;
    double share = height > 0 ? (f->high / 2 - value / 2) / height : 0.5;
    return (int)lround(share * (ROWS * c->down - 1));
}

/* From the dot before to this one, without the former. Every stride-th dot is set; *phase counts
 * on from line to line. */
static void draw_line(const canvas *c, unsigned char plane[ROWS][COLUMNS], const int from[2],
                      const int to[2], int stride, int *phase)
{
    int dx = to[0] - from[0], dy = to[1] - from[1];
    int length = abs(dx) > abs(dy) ? abs(dx) : abs(dy);
    for (int i = 1; i <= length; i++) {
        if (++*phase % stride == 0) {
            set_dot(c, plane, from[0] + (int)lround((double)dx * i / length),
                    from[1] + (int)lround((double)dy * i / length));
        }
    }
}

static void draw(const canvas *c, unsigned char plane[ROWS][COLUMNS], const frame *f,
                 const clt_plot_curve *curve, int stride)
{
    int before[2] = {0, 0}, phase = 0;
    bool joined = false;
    for (size_t i = 0; curve != NULL && i < curve->count; i++) {
        const clt_plot_point *p = &curve->items[i];
        bool drawn = isfinite(p->value) != 0;
        if (drawn) {
            int at[2] = {column(c, f, p->step), row(c, f, p->value)};
            if (joined) {
                draw_line(c, plane, before, at, stride, &phase);
            } else {
                set_dot(c, plane, at[0], at[1]);
            }
            memcpy(before, at, sizeof before);
        }
        joined = drawn;
    }
}

/* ---- Text ----------------------------------------------------------------------------------- */

/* A Braille sign is U+2800 and its dots. */
static void add_cell(const clt_plot *p, unsigned own, unsigned beside, clt_str *out)
{
    unsigned dots = own | beside;
    if (dots == 0 || !p->style.unicode) {
        clt_str_add(out, dots == 0 ? " " : own != 0 ? "*" : ".");
        return;
    }
    bool dim = p->style.colour && own == 0;
    clt_str_addf(out, "%s\xe2%c%c%s", dim ? "\033[2m" : "", (char)(0xa0 | dots >> 6),
                 (char)(0x80 | (dots & 0x3f)), dim ? "\033[0m" : "");
}

static void add_row(const clt_plot *p, const canvas *c, int y, clt_str *out)
{
    int end = COLUMNS;
    while (end > 0 && c->own[y][end - 1] == 0 && c->beside[y][end - 1] == 0) {
        end--;
    }
    for (int x = 0; x < end; x++) {
        add_cell(p, c->own[y][x], c->beside[y][x], out);
    }
    clt_str_add(out, "\n");
}

static void add_axis(const clt_plot *p, const canvas *c, const frame *f, int margin, clt_str *out)
{
    bool marked[COLUMNS] = {false};
    char last[64];
    for (size_t i = 0; i < p->mark_count; i++) {
        if (p->marks[i] >= f->first && p->marks[i] <= f->last) {
            marked[column(c, f, p->marks[i]) / c->across] = true;
        }
    }
    clt_str_addf(out, "%*s %s", margin, "", p->style.unicode ? "└" : "+");
    for (int x = 0; x < COLUMNS; x++) {
        clt_str_add(out, p->style.unicode ? (marked[x] ? "┴" : "─") : (marked[x] ? "^" : "-"));
    }
    (void)snprintf(last, sizeof last, "%s %llu", p->step_name, (unsigned long long)f->last);
    int head = (int)strlen(p->step_name) + 1, room = COLUMNS - head;
    clt_str_addf(out, "\n%*s  %s %-*llu", margin, "", p->step_name,
                 room > (int)strlen(last) ? room - (int)strlen(last) : 1,
                 (unsigned long long)f->first);
    clt_str_addf(out, f->last > f->first ? "%s\n" : "\n", last);
}

void clt_plot_write(const clt_plot *p, clt_str *out)
{
    canvas c = {.across = p->style.unicode ? 2 : 1, .down = p->style.unicode ? 4 : 1};
    frame f = {.any = false};
    char high[32], low[32];
    span(&f, p->own);
    span(&f, p->beside);
    if (!f.any) {
        return;
    }
    draw(&c, c.beside, &f, p->beside, p->style.unicode ? 3 : 1);
    draw(&c, c.own, &f, p->own, 1);
    int top = snprintf(high, sizeof high, "%.6g", f.high);
    int bottom = snprintf(low, sizeof low, "%.6g", f.low), margin = top > bottom ? top : bottom;
    int flat = f.high > f.low ? -1 : row(&c, &f, f.high) / c.down;
    for (int y = 0; y < ROWS; y++) {
        const char *label = flat < 0 ? (y == 0          ? high
                                        : y == ROWS - 1 ? low
                                                        : "")
                                     : (y == flat ? high : "");
        bool tick = label[0] != '\0';
        clt_str_addf(out, "%*s %s", margin, label,
                     p->style.unicode ? (tick ? "┤" : "│") : (tick ? "+" : "|"));
        add_row(p, &c, y, out);
    }
    add_axis(p, &c, &f, margin, out);
}
