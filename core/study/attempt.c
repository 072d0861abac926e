#include "study/attempt.h"

#include "base/hash.h"
#include "study/attempt_impl.h"

static uint64_t derived(const clt_plan *plan, const char *purpose, uint64_t number)
{
    uint64_t hash = clt_hash_text(CLT_HASH_START, purpose);
    return clt_hash_u64(clt_hash_u64(hash, (uint64_t)plan->study.seed), number) >> 11;
}

static clt_status training_seed(const clt_plan *plan, uint64_t number, uint64_t *seed,
                                clt_error *err)
{
    clt_arena arena = {0};
    void *config;
    const clt_component *training = clt_plan_component(plan, "training", NULL);
    clt_status status = clt_plan_configure(plan, training, NULL, &arena, &config, err);
    if (status == CLT_OK) {
        int64_t fixed = ((const clt_training_options *)config)->seed;
        *seed = fixed >= 0 ? (uint64_t)fixed : derived(plan, "training", number);
    }
    clt_arena_finish(&arena);
    return status;
}

uint64_t clt_attempt_fold_seed(uint64_t seed, uint32_t fold)
{
    uint64_t hash = clt_hash_u64(clt_hash_text(CLT_HASH_START, "part"), seed);
    return clt_hash_u64(hash, fold - 1) >> 11;
}

clt_status clt_attempt_seed(const clt_plan *plan, uint64_t number, uint64_t *seed, clt_error *err)
{
    int64_t fixed = plan->study.trial_seed;
    if (!plan->black_box) {
        return training_seed(plan, number, seed, err);
    }
    *seed = fixed >= 0 ? (uint64_t)fixed : derived(plan, "objective", number);
    return CLT_OK;
}

void clt_attempt_run(const clt_attempt_task *task, const clt_attempt_listener *listener,
                     clt_attempt_result *result)
{
    *result = (clt_attempt_result){0};
    if (task->plan->black_box) {
        clt_attempt_evaluate(task, listener, result);
    } else {
        clt_attempt_train(task, listener, result);
    }
}
