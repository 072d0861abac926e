#include "study/fitting.h"

#include "study/goals.h"

/* The metric that is watched, and which way is better: the first goal's, unless another is named.
 */
static clt_status choose_watched(clt_source *source, const clt_plan *plan, const char *monitor,
                                 const char *const *names, size_t count, clt_error *err)
{
    const char *watched = monitor[0] != '\0' ? monitor : plan->goals[0].metric;
    if (clt_goal_check(plan, "training", "monitor", watched, names, count, err) != CLT_OK) {
        return err->status;
    }
    (void)clt_metrics_add(&source->metrics, source->data, watched);
    source->watched = (uint32_t)clt_metrics_find(&source->metrics, watched);
    source->watched_rises = clt_metric_rises(&source->metrics, source->watched);
    for (size_t g = plan->goal_count; g-- > 0;) {
        if (clt_metrics_find(&source->metrics, plan->goals[g].metric) == (int)source->watched) {
            source->watched_rises = plan->goals[g].maximize;
        }
    }
    return CLT_OK;
}

clt_status clt_fitting_metrics(clt_source *source, const clt_plan *plan,
                               const clt_training_options *options, clt_error *err)
{
    const char *names[CLT_MOST_METRICS + 1];
    size_t count = 0;
    while ((names[count] = clt_metric_name(source->data, (uint32_t)count)) != NULL) {
        count++;
    }
    source->metrics = clt_metrics_of(source->data);
    if (clt_goals_check(plan, names, count, err) != CLT_OK) {
        return err->status;
    }
    for (size_t g = 0; g < plan->goal_count; g++) {
        (void)clt_metrics_add(&source->metrics, source->data, plan->goals[g].metric);
    }
    return choose_watched(source, plan, options->monitor, names, count, err);
}

void clt_fitting_set(clt_train_setup *setup, const clt_source *source,
                     const clt_training_options *options)
{
    setup->stopping = (clt_stopping){.patience = (uint64_t)options->patience,
                                     .min_delta = options->min_delta,
                                     .metric = source->watched,
                                     .rises = source->watched_rises,
                                     .restore = options->patience > 0 && options->restore_best};
    setup->ema = options->ema;
}
