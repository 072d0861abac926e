/* Files of models (train/saved): read, made a model of, and given rows to predict. */
#include "fuzz.h"

#include "study/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char rows[] = "a,b,c\n1,2,p\n0.5,-1,q\n3,,r\n";

static void take(void *ctx, const clt_predicted *predicted)
{
    const clt_predict *p = ctx;
    double *values = calloc(predicted->outputs + 1U, sizeof *values);
    fuzz_require(values != NULL, "there is memory for a row");
    for (uint32_t i = 0; i < predicted->batch->rows; i++) {
        uint32_t best =
            clt_predict_read(p, predicted->out + (size_t)i * predicted->outputs, values);
        fuzz_require(best < predicted->outputs, "the class is one of the model's");
    }
    free(values);
}

static void predict(const clt_saved *saved, const clt_plan *plan)
{
    clt_predict *p = calloc(1, sizeof *p);
    clt_error err = {0};
    const clt_host_hooks hooks = {0};
    const char *path = fuzz_file("rows", (const uint8_t *)rows, sizeof rows - 1);
    fuzz_require(p != NULL, "there is memory for a model");
    clt_status status = clt_predict_open(p, saved, plan, path, &hooks, &err);
    fuzz_check_error(status, &err);
    if (status == CLT_OK) {
        fuzz_check_error(clt_predict_run(p, take, p, &err), &err);
    }
    clt_predict_close(p);
    free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    clt_saved saved = {0};
    clt_arena arena = {0};
    clt_error err = {0};
    clt_ini ini;
    clt_plan plan = {0};
    clt_str_add_bytes(&saved.file.file, (const char *)data, size);
    clt_status status = clt_saved_parse(&saved, "input", &err);
    fuzz_check_error(status, &err);
    if (status == CLT_OK &&
        clt_ini_parse(&arena, "input", saved.experiment, &ini, &err) == CLT_OK &&
        clt_plan_make(&plan, &ini, fuzz_registry(), &err) == CLT_OK) {
        predict(&saved, &plan);
    }
    clt_plan_finish(&plan);
    clt_arena_finish(&arena);
    clt_saved_finish(&saved);
    return 0;
}
