/**
 * @file report/plot.h
 * @brief Curves drawn in text, for a terminal: 60 by 10 cells.
 *
 * In Unicode a cell is a Braille sign of 2 by 4 dots; in ASCII one character. The curve itself is
 * a solid line. One may stand beside it: dotted, and dim where there are colours.
 */
#ifndef CLT_REPORT_PLOT_H
#define CLT_REPORT_PLOT_H

#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>

/** A point of a curve. */
typedef struct clt_plot_point {
    uint64_t step;
    double value; /**< not finite: the line has a gap here */
} clt_plot_point;

/** A curve, steps rising. */
typedef CLT_VEC(clt_plot_point) clt_plot_curve;

/** What the terminal can show. */
typedef struct clt_plot_style {
    bool unicode;
    bool colour;
} clt_plot_style;

/** A plot. */
typedef struct clt_plot {
    clt_plot_style style;
    const char *step_name;              /**< "epoch" */
    const clt_plot_curve *own, *beside; /**< beside: NULL, or one without points, is none */
    const uint64_t *marks;              /**< [mark_count], steps that the axis marks */
    size_t mark_count;
} clt_plot;

/** Number of points that can be drawn: those with finite values. */
size_t clt_plot_count(const clt_plot_curve *curve);

/** Appends the plot: ten lines with the least and the greatest value beside them, the axis with its
 *  marks, and the first and the last step. Nothing where no point can be drawn. */
void clt_plot_write(const clt_plot *plot, clt_str *out);

#endif /* CLT_REPORT_PLOT_H */
