#include "study/plan_build.h"

#include <sched.h>
#include <string.h>

/* Processors that this process may use. */
static uint32_t processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? (uint32_t)count : 1;
}

/* A key of [run] that is a time; *seconds stays where it is not written. */
static clt_status read_time(clt_plan_build *b, const char *key, const char *text, double *seconds)
{
    const clt_entry *entry = clt_ini_find(b->plan->ini, "run", key);
    if (text[0] == '\0' || clt_duration_parse(text, seconds, b->err) == CLT_OK) {
        return CLT_OK;
    }
    return clt_plan_at(b, entry != NULL ? entry->line : 0, clt_plan_name(b, "run", key));
}

static clt_status read_memory(clt_plan_build *b, const char *text, uint64_t *bytes)
{
    const clt_entry *entry = clt_ini_find(b->plan->ini, "run", "trial_memory");
    if (text[0] == '\0' || clt_size_parse(text, bytes, b->err) == CLT_OK) {
        return CLT_OK;
    }
    return clt_plan_at(b, entry != NULL ? entry->line : 0, "run.trial_memory");
}

clt_status clt_plan_read_run(clt_plan_build *b)
{
    clt_run_options run;
    clt_plan *plan = b->plan;
    clt_limits *limits = &plan->limits;
    double time = 0;
    if (clt_plan_read_host(b, "run", &run) != CLT_OK ||
        read_time(b, "trial_time", run.trial_time, &limits->trial_time) != CLT_OK ||
        read_time(b, "no_progress", run.no_progress, &limits->no_progress) != CLT_OK ||
        read_time(b, "grace", run.grace, &limits->grace) != CLT_OK ||
        read_time(b, "time", run.time, &time) != CLT_OK ||
        read_time(b, "sampler_time", run.sampler_time, &limits->sampler_time) != CLT_OK ||
        read_memory(b, run.trial_memory, &limits->trial_memory) != CLT_OK) {
        return b->err->status;
    }
    if (time > 0 && (plan->time_limit == 0 || time < plan->time_limit)) {
        plan->time_limit = time;
    }
    limits->workers = run.workers > 0 ? (uint32_t)run.workers : processors();
    limits->threads = processors() > limits->workers ? processors() / limits->workers : 1;
    limits->max_failed = (uint64_t)run.max_failed;
    limits->reuse = run.reuse != 0;
    limits->checkpoint = run.checkpoint != 0;
    limits->free_order = run.order == CLT_ORDER_FREE;
    limits->window = (uint64_t)run.window;
    limits->retries = run.retries;
    return CLT_OK;
}
