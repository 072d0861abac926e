#include "data/split.h"

#include "data/division.h"

#include <stdlib.h>

void clt_split_finish(clt_split *split)
{
    free(split->train);
    free(split->validation);
    *split = (clt_split){0};
}

clt_status clt_split_init(clt_split *split, const collet_data *data, double validation,
                          uint64_t rows, uint64_t seed, clt_error *err)
{
    clt_division division;
    clt_dividing how = {
        .validation = validation, .rows = rows, .repeats = 1, .stratify = true, .seed = seed};
    *split = (clt_split){0};
    clt_status status = clt_division_init(&division, data, &how, err);
    status = status == CLT_OK ? clt_division_split(&division, 0, split, err) : status;
    clt_division_finish(&division);
    return status;
}
