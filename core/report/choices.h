/**
 * @file report/choices.h
 * @brief A study that chooses between components: how good each of them came out.
 */
#ifndef CLT_REPORT_CHOICES_H
#define CLT_REPORT_CHOICES_H

#include "report/trials.h"

/** Appends a table of the components that complete trials have chosen for a section ("model"), the
 *  best by the first goal on top: its best value, in which trial, and how many trials it had.
 *  Nothing where there are fewer than two. */
void clt_choices_table(const clt_trial_list *list, const char *section, clt_str *out);

#endif /* CLT_REPORT_CHOICES_H */
