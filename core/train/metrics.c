#include "train/metrics.h"

#include <string.h>

/* For which data a metric is, and whether it is always reported. */
typedef struct metric {
    const char *name;
    clt_metric_id id;
    bool classes, numbers, always, rises;
    bool cost; /* of the model or its training, not of what it says */
} metric;

/* In the order in which they are reported: what has been reported longest comes first. */
static const metric all[] = {
    {"accuracy", CLT_METRIC_ACCURACY, true, false, true, true, false},
    {"loss", CLT_METRIC_LOSS, true, true, true, false, false},
    {"mae", CLT_METRIC_MAE, false, true, true, false, false},
    {"train_loss", CLT_METRIC_TRAIN_LOSS, true, true, true, false, false},
    {"balanced_accuracy", CLT_METRIC_BALANCED_ACCURACY, true, false, true, true, false},
    {"macro_f1", CLT_METRIC_MACRO_F1, true, false, true, true, false},
    {"mse", CLT_METRIC_MSE, false, true, true, false, false},
    {"r2", CLT_METRIC_R2, false, true, true, true, false},
    {"log_loss", CLT_METRIC_LOG_LOSS, true, false, false, false, false},
    {"auc", CLT_METRIC_AUC, true, false, false, true, false},
    {"parameters", CLT_METRIC_PARAMETERS, true, true, false, false, true},
    {"seconds", CLT_METRIC_SECONDS, true, true, false, false, true},
    {"predict_seconds", CLT_METRIC_PREDICT_SECONDS, true, true, false, false, true},
};

enum { COUNT = sizeof all / sizeof all[0] };

static bool suits(const metric *m, const collet_data *data)
{
    return data->classes > 0 ? m->classes : m->numbers;
}

static void push(clt_metrics *metrics, const metric *m)
{
    metrics->names[metrics->count] = m->name;
    metrics->ids[metrics->count++] = m->id;
}

clt_metrics clt_metrics_of(const collet_data *data)
{
    clt_metrics metrics = {.count = 0};
    for (int i = 0; i < COUNT; i++) {
        if (all[i].always && suits(&all[i], data)) {
            push(&metrics, &all[i]);
        }
    }
    return metrics;
}

const char *clt_metric_name(const collet_data *data, uint32_t i)
{
    for (int k = 0; k < COUNT; k++) {
        if (suits(&all[k], data) && i-- == 0) {
            return all[k].name;
        }
    }
    return NULL;
}

bool clt_metric_is_other(const collet_data *data, const char *name)
{
    bool is = false;
    for (int i = 0; i < COUNT; i++) {
        is = is || (!suits(&all[i], data) && strcmp(all[i].name, name) == 0);
    }
    return is;
}

bool clt_metrics_add(clt_metrics *metrics, const collet_data *data, const char *name)
{
    if (clt_metrics_find(metrics, name) >= 0) {
        return true;
    }
    for (int i = 0; i < COUNT; i++) {
        const metric *m = &all[i];
        if (suits(m, data) && strcmp(m->name, name) == 0) {
            push(metrics, m);
            return true;
        }
    }
    return false;
}

int clt_metrics_find(const clt_metrics *metrics, const char *name)
{
    for (uint32_t i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool clt_metric_judges(clt_metric_id id)
{
    bool judges = false;
    for (int i = 0; i < COUNT; i++) {
        judges = judges || (all[i].id == id && !all[i].cost && id != CLT_METRIC_TRAIN_LOSS);
    }
    return judges;
}

bool clt_metric_is_cost(const char *name)
{
    bool is = false;
    for (int i = 0; i < COUNT; i++) {
        is = is || (all[i].cost && strcmp(all[i].name, name) == 0);
    }
    return is;
}

bool clt_metric_is_time(const char *name)
{
    return clt_metric_is_cost(name) && strcmp(name, "parameters") != 0;
}

bool clt_metric_rises(const clt_metrics *metrics, uint32_t i)
{
    for (int k = 0; k < COUNT; k++) {
        if (all[k].id == metrics->ids[i]) {
            return all[k].rises;
        }
    }
    return false;
}
