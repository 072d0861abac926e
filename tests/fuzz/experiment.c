/* Experiment files: from text to a plan, a point of its space, and the plain experiment that runs
 * that point alone, which must be understood again. */
#include "fuzz.h"

#include "base/rng.h"
#include "study/plan.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdlib.h>

static clt_status read_plan(const char *text, clt_arena *arena, clt_ini *ini, clt_plan *plan,
                            clt_error *err)
{
    return clt_ini_parse(arena, "x.ini", text, ini, err) == CLT_OK
               ? clt_plan_make(plan, ini, fuzz_registry(), err)
               : err->status;
}

/* A point as `random` would propose it, moved to where the constraints are met. */
static double *draw_point(const clt_plan *plan, clt_arena *arena)
{
    uint32_t n = plan->space.dim_count;
    const collet_space view = clt_space_view(&plan->space);
    double *x = clt_arena_array(arena, n + 1U, sizeof *x);
    double *work = clt_arena_array(arena, 3U * n + 1, sizeof *work);
    clt_rng rng;
    clt_rng_init(&rng, 1, "fuzz", 0);
    const collet_rng stream = clt_rng_view(&rng);
    fuzz_require(x != NULL && work != NULL, "there is memory for a point");
    for (uint32_t i = 0; i < n; i++) {
        double u = collet_uniform(&stream);
        x[i] = collet_dim_active(&view, i, x) ? clt_space_value(&plan->space, i, u) + 0.0
                                              : (double)NAN;
    }
    clt_rules_mend(&plan->rules, &plan->space, &stream, x, work);
    return x;
}

static void configure_all(const clt_plan *plan, const double *x, clt_arena *arena)
{
    clt_error err = {0};
    void *config;
    for (size_t i = 0; i < plan->component_count; i++) {
        const clt_component *c = &plan->components[i];
        if (clt_plan_component(plan, c->role, x) == c) {
            clt_status status = clt_plan_configure(plan, c, x, arena, &config, &err);
            fuzz_require(status == CLT_OK, err.text);
        }
    }
}

static void use(const clt_plan *plan, clt_arena *arena)
{
    clt_error err = {0};
    clt_str out = {0};
    clt_ini ini;
    clt_plan again = {0};
    const double *x = draw_point(plan, arena);
    fuzz_require(clt_space_check(&plan->space, x, &err) == CLT_OK, err.text);
    fuzz_require(clt_rules_met(&plan->rules, x), "a point that was mended meets the constraints");
    configure_all(plan, x, arena);
    clt_plan_trial_ini(plan, x, 1, &out);
    fuzz_require(read_plan(clt_str_text(&out), arena, &ini, &again, &err) == CLT_OK, err.text);
    fuzz_require(again.space.dim_count == 0, "a trial's plain experiment has nothing to search");
    clt_plan_finish(&again);
    clt_str_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_ini ini;
    clt_plan plan = {0};
    clt_status status = read_plan(fuzz_text(&arena, data, size), &arena, &ini, &plan, &err);
    fuzz_check_error(status, &err);
    if (status == CLT_OK) {
        use(&plan, &arena);
    }
    clt_plan_finish(&plan);
    clt_arena_finish(&arena);
    return 0;
}
