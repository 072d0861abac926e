/**
 * @file train/auc.h
 * @brief The area under the ROC curve.
 */
#ifndef CLT_TRAIN_AUC_H
#define CLT_TRAIN_AUC_H

#include <stdbool.h>
#include <stddef.h>

/** One row: how strongly it is said to belong to the class, and whether it does. */
typedef struct clt_ranked {
    double score;
    bool positive;
} clt_ranked;

/** The share of pairs of a positive and another row in which the positive has the higher score;
 *  equal scores count a half. NaN where one of the two is missing. rows[n] are sorted on the way.
 *  Scores are not NaN.
 *
 *  Hanley, McNeil: The meaning and use of the area under a ROC curve (1982): Wilcoxon's rank sum.
 */
double clt_auc(clt_ranked *rows, size_t n);

#endif /* CLT_TRAIN_AUC_H */
