#include "train/stopping.h"

#include <math.h>

bool clt_stopping_take(const clt_stopping *s, clt_waiting *w, uint64_t epoch, double value)
{
    double gain = s->rises ? value - w->best : w->best - value;
    if (isnan(value) || (w->best_epoch > 0 && !(gain > s->min_delta))) {
        return false;
    }
    *w = (clt_waiting){epoch, value};
    return true;
}

bool clt_stopping_over(const clt_stopping *s, const clt_waiting *w, uint64_t epoch)
{
    return s->patience > 0 && epoch - w->best_epoch >= s->patience;
}
