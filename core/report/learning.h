/**
 * @file report/learning.h
 * @brief Learning curves of a trial, drawn beside what it was up against.
 *
 * Of a trial that was pruned, or is the best, that is the median of the other complete trials at
 * each step; of any other one, and wherever fewer than three are complete, the best trial. With
 * folds a point is a fold's value, as pruners see it, and the best trial stands beside.
 */
#ifndef CLT_REPORT_LEARNING_H
#define CLT_REPORT_LEARNING_H

#include "report/plot.h"
#include "report/trials.h"

/** Appends a plot for each goal; of a goal whose curve has fewer than two points, a line that says
 *  so, but for one that failed without any. list: with curves. step_name: "epoch", "step";
 * fold_name: "fold", "run". The axis marks where the trial was paused, by the study's stretches. */
void clt_learning_plots(const clt_trial_list *list, const clt_trial_row *trial,
                        const clt_stretch_row *stretches, size_t stretch_count,
                        const char *step_name, const char *fold_name, clt_plot_style style,
                        clt_str *out);

#endif /* CLT_REPORT_LEARNING_H */
