#include "study/history.h"

#include <collet/helpers.h>

#include "base/rng.h"
#include "config/quote.h"
#include "plugin/guard.h"
#include "study/demand.h"

#include <math.h>
#include <string.h>

/* What a sampler may lack beside several goals. */
static const struct {
    uint32_t flag;
    const char *what;
} abilities[] = {
    {COLLET_SAMPLER_CONSTRAINT,
     "does not know constraints on outcomes, but the experiment has some ([study] require)"},
    {COLLET_SAMPLER_CATEGORY, "does not know categories, but the experiment has some"},
    {COLLET_SAMPLER_CONDITIONAL, "does not know conditions, but the experiment has some"},
};

/* The samplers along the path that say of themselves that they know it. */
static void list_knowing(clt_registry *registry, uint32_t flag, clt_str *text)
{
    const collet_unit *unit;
    clt_walk walk = {0};
    clt_error ignored = {0};
    (void)clt_registry_scan(registry, &ignored);
    while ((unit = clt_registry_next(registry, &walk)) != NULL) {
        if (strcmp(unit->kind, COLLET_KIND_SAMPLER) == 0 &&
            (((const collet_sampler *)unit->vtable)->flags & flag) != 0) {
            clt_str_addf(text, "%s%s", text->length > 0 ? ", " : "", unit->id);
        }
    }
}

/* The experiment has `what`, which the sampler lacks the flag for. */
static clt_status refuse(const clt_plan *plan, const char *id, uint32_t flag, const char *what,
                         clt_error *err)
{
    int line = plan->variables[clt_plan_component(plan, "sampler", NULL)->use].line;
    clt_str able = {0};
    list_knowing(plan->registry, flag, &able);
    (void)clt_fail(err, CLT_BAD_INPUT, "%s:%d: sampler \"%s\" %s; %s%s", plan->ini->path, line, id,
                   what, able.length > 0 ? "samplers that do: " : "no sampler that was found does",
                   clt_str_text(&able));
    clt_str_finish(&able);
    return err->status;
}

static clt_status refuse_goals(const clt_plan *plan, const char *id, clt_error *err)
{
    clt_str what = {0};
    clt_str_addf(&what, "does not know several goals, but [study] has %zu: ", plan->goal_count);
    for (size_t g = 0; g < plan->goal_count; g++) {
        clt_str_addf(&what, "%s%s", g > 0 ? ", " : "", plan->goals[g].metric);
    }
    (void)refuse(plan, id, COLLET_SAMPLER_MULTI, clt_str_text(&what), err);
    clt_str_finish(&what);
    return err->status;
}

static clt_status check_flags(const clt_teller *t, const char *id, clt_error *err)
{
    uint32_t needs = 0;
    for (uint32_t i = 0; i < t->space.dim_count; i++) {
        const collet_dim *dim = &t->plan->space.asked[i];
        needs |= dim->condition_count > 0 ? COLLET_SAMPLER_CONDITIONAL : 0u;
        needs |= dim->type == COLLET_DIM_CATEGORY ? COLLET_SAMPLER_CATEGORY : 0u;
    }
    needs |= t->space.constraint_count > 0 ? COLLET_SAMPLER_CONSTRAINT : 0u;
    needs |= t->space.objective_count > 1 ? COLLET_SAMPLER_MULTI : 0u;
    const uint32_t lacks = needs & ~t->sampler->flags;
    if ((lacks & COLLET_SAMPLER_MULTI) != 0) {
        return refuse_goals(t->plan, id, err);
    }
    for (size_t i = 0; i < sizeof abilities / sizeof abilities[0]; i++) {
        if ((lacks & abilities[i].flag) != 0) {
            return refuse(t->plan, id, abilities[i].flag, abilities[i].what, err);
        }
    }
    return CLT_OK;
}

static void enter(const clt_teller *t, const char *call, uint64_t number)
{
    clt_guard_enter(t->host.unit, call, number, t->plan->limits.sampler_time);
}

static void leave(clt_teller *t)
{
    clt_host_say_changed(&t->host, clt_guard_leave(), &t->warned);
}

/* A sampler's point as values, in t->work; false where it is no point of the space. */
static bool take_point(const clt_teller *t, const double *x)
{
    const clt_space *space = &t->plan->space;
    clt_error ignored;
    memcpy(t->work, x, space->dim_count * sizeof *x);
    clt_space_from_asked(space, t->work);
    return clt_space_check(space, t->work, &ignored) == CLT_OK;
}

static int32_t feasible(void *context, const double *x)
{
    const clt_teller *t = context;
    return take_point(t, x) && clt_rules_met(&t->plan->rules, t->work);
}

static collet_status repair(void *context, const collet_rng *rng, double *x)
{
    const clt_teller *t = context;
    const clt_space *space = &t->plan->space;
    if (!take_point(t, x)) {
        return COLLET_E_INVALID;
    }
    if (!clt_rules_met(&t->plan->rules, t->work)) {
        clt_rules_mend(&t->plan->rules, space, rng, t->work, t->work + space->dim_count);
        clt_space_to_asked(space, t->work, x);
    }
    return COLLET_OK;
}

clt_status clt_teller_open(clt_teller *t, const clt_plan *plan, uint64_t planned,
                           const clt_host_hooks *hooks, clt_error *err)
{
    const clt_component *component = clt_plan_component(plan, "sampler", NULL);
    void *config;
    t->plan = plan;
    t->sampler = component->unit->vtable;
    t->space = clt_space_asked(&plan->space);
    t->space.objective_count = (uint32_t)plan->goal_count;
    t->space.objectives = plan->value_names;
    t->space.constraint_count = (uint32_t)plan->demand_count;
    t->space.constraints = plan->value_names + plan->goal_count;
    t->space.trial_budget = planned;
    t->space.seed = (uint64_t)plan->study.seed;
    clt_host_init(&t->host, "sampler", component->id, hooks);
    t->turned = clt_arena_array(&t->arena, plan->value_count, sizeof *t->turned);
    t->x = clt_arena_array(&t->arena, plan->space.dim_count + 1u, sizeof *t->x);
    t->work = clt_arena_array(&t->arena, 4 * (size_t)plan->space.dim_count + 1, sizeof *t->work);
    if (plan->rules.count > 0) {
        t->space.feasible = feasible;
        t->space.repair = repair;
        t->space.context = t;
    }
    if (t->turned == NULL || t->x == NULL || t->work == NULL) {
        return clt_fail_memory(err);
    }
    if (check_flags(t, component->id, err) != CLT_OK ||
        clt_plan_configure(plan, component, NULL, &t->arena, &config, err) != CLT_OK) {
        return err->status;
    }
    clt_guard_note();
    enter(t, "create", UINT64_MAX);
    collet_status code = t->sampler->create(clt_host_table(&t->host), config, &t->space, &t->self);
    leave(t);
    if (code < 0) {
        t->self = NULL;
        return clt_host_fail(&t->host, code, "create", err);
    }
    return CLT_OK;
}

/* What is proposed all the same is moved: no trial is spent on it. */
static void mend(clt_teller *t, uint64_t number, double *x)
{
    const clt_rule *broken = clt_rules_broken(&t->plan->rules, x);
    clt_rng rng;
    if (broken == NULL) {
        return;
    }
    if (!t->mended) {
        t->mended = true;
        clt_host_say(&t->host, COLLET_LOG_INFO,
                     "proposed a point for trial %llu that does not meet \"%s\" (line %d); an "
                     "allowed one takes its place, here and whenever that happens again",
                     (unsigned long long)number, broken->text, broken->line);
    }
    clt_rng_init(&rng, (uint64_t)t->plan->study.seed, CLT_CONSTRAINTS, number + 1);
    const collet_rng view = clt_rng_view(&rng);
    clt_rules_mend(&t->plan->rules, &t->plan->space, &view, x, t->work);
}

bool clt_teller_moves(const clt_teller *t)
{
    return t->plan->space.has_laws || t->plan->rules.count > 0 ||
           t->plan->study.duplicates == CLT_DUPLICATES_RESAMPLE;
}

void clt_teller_close(clt_teller *t)
{
    if (t->self != NULL) {
        enter(t, "destroy", UINT64_MAX);
        t->sampler->destroy(t->self);
        leave(t);
    }
    clt_arena_finish(&t->arena);
    *t = (clt_teller){0};
}

clt_status clt_teller_ask(clt_teller *t, uint64_t number, uint32_t again, double *x, bool *done,
                          clt_error *err)
{
    clt_rng rng;
    clt_rng_init(&rng, (uint64_t)t->plan->study.seed, again > 0 ? "asked again" : "sampler",
                 again > 0 ? number * UINT8_MAX + again : number);
    collet_rng view = clt_rng_view(&rng);
    enter(t, "ask", number);
    collet_status code = t->sampler->ask(t->self, &view, t->before + number, x);
    leave(t);
    *done = code == COLLET_DONE;
    if (code < 0) {
        return clt_host_fail(&t->host, code, "ask", err);
    }
    clt_space_from_asked(&t->plan->space, x);
    if (!*done && clt_space_check(&t->plan->space, x, err) != CLT_OK) {
        return clt_prefix(err, "%s", t->host.unit);
    }
    if (!*done) {
        mend(t, number, x);
    }
    return CLT_OK;
}

clt_status clt_teller_expected(clt_teller *t, uint64_t number, double *expected, clt_error *err)
{
    *expected = (double)NAN;
    if (!COLLET_CAN(t->sampler, expected_improvement)) {
        return CLT_OK;
    }
    enter(t, "expected_improvement", number);
    collet_status code = t->sampler->expected_improvement(t->self, expected);
    leave(t);
    return code < 0 ? clt_host_fail(&t->host, code, "expected_improvement", err) : CLT_OK;
}

/* Samplers know no pauses: one is the end of a pruned trial, until there is another. */
static uint32_t state_of(const clt_trial_row *trial)
{
    return trial->state == CLT_TRIAL_PAUSED ? COLLET_TRIAL_PRUNED : (uint32_t)trial->state;
}

clt_status clt_teller_tell(clt_teller *t, const clt_trial_row *trial, const double *x,
                           clt_error *err)
{
    const clt_plan *plan = t->plan;
    const size_t goals = plan->goal_count;
    const bool scored = trial->value_count > 0;
    for (size_t i = 0; scored && i < plan->value_count; i++) {
        double value = trial->values[i];
        t->turned[i] = i >= goals ? clt_demand_excess(&plan->demands[i - goals], value)
                       : plan->goals[i].maximize ? -value
                                                 : value;
    }
    clt_space_to_asked(&t->plan->space, x, t->x);
    collet_trial told = {.struct_size = COLLET_SIZE(collet_trial),
                         .state = state_of(trial),
                         .number = t->before + trial->number,
                         .last_step = trial->last_step,
                         .x = t->x,
                         .values = scored ? t->turned : NULL,
                         .constraints =
                             scored && plan->demand_count > 0 ? t->turned + goals : NULL};
    enter(t, "tell", trial->number);
    collet_status code = t->sampler->tell(t->self, &told);
    leave(t);
    return code < 0 ? clt_host_fail(&t->host, code, "tell", err) : CLT_OK;
}

clt_status clt_params_of(const clt_plan *plan, const double *x, clt_arena *arena,
                         clt_trial_row *trial, clt_error *err)
{
    clt_param *params = clt_arena_array(arena, plan->space.dim_count + 1u, sizeof *params);
    if (params == NULL) {
        return clt_fail_memory(err);
    }
    trial->params = params;
    trial->param_count = 0;
    for (uint32_t i = 0; i < plan->space.dim_count; i++) {
        const clt_variable *v = plan->space.variables[i];
        if (isnan(x[i])) {
            continue;
        }
        const char *text = clt_plan_text(plan, (size_t)(v - plan->variables), x, arena);
        if (text == NULL) {
            return clt_fail_memory(err);
        }
        params[trial->param_count++] = (clt_param){v->name, text, x[i]};
    }
    return CLT_OK;
}

static clt_status no_point(const clt_trial_row *trial, const char *name, double value,
                           clt_error *err)
{
    return clt_fail(err, CLT_NO_STORE,
                    "trial %llu of the store has %s = %.17g, which the experiment has not",
                    (unsigned long long)trial->number, name, value);
}

/* A category's number is a place among its choices, or NaN for one that is gone. */
static bool is_place(const collet_dim *dim, double value)
{
    return dim->type != COLLET_DIM_CATEGORY || isnan(value) ||
           (value >= 0 && value < dim->category_count && value == floor(value));
}

clt_status clt_point_check(const clt_plan *plan, const clt_trial_row *trial, const double *x,
                           bool bounds, clt_error *err)
{
    const collet_space view = clt_space_view(&plan->space);
    for (uint32_t i = 0; i < plan->space.dim_count; i++) {
        const collet_dim *dim = &plan->space.dims[i];
        bool active = collet_dim_active(&view, i, x) != 0;
        double slack = 1e-9 * fabs(dim->high - dim->low);
        if (active == (isnan(x[i]) != 0)) {
            return clt_fail(err, CLT_NO_STORE,
                            active ? "trial %llu of the store lacks %s"
                                   : "trial %llu of the store has %s, which is not active there",
                            (unsigned long long)trial->number, dim->name);
        }
        if (active && bounds && !(x[i] >= dim->low - slack && x[i] <= dim->high + slack)) {
            return no_point(trial, dim->name, x[i], err);
        }
    }
    return CLT_OK;
}

/* Quotes were part of a choice once, and did not keep its commas together. Is the stored choice the
 * one that its index stands for now? */
static bool is_choice(const collet_dim *dim, const clt_param *param)
{
    const char *text = param->text;
    if (dim->type != COLLET_DIM_CATEGORY || isnan(param->value) || strpbrk(text, "\"'") == NULL) {
        return true;
    }
    if (!(param->value >= 0 && param->value < dim->category_count)) {
        return false;
    }
    const char *choice = dim->categories[(size_t)param->value];
    clt_arena arena = {0};
    const char *meant = clt_meant(&arena, text);
    bool same = strcmp(choice, text) == 0 || (meant != NULL && strcmp(choice, meant) == 0);
    clt_arena_finish(&arena);
    return same;
}

clt_status clt_point_of(const clt_plan *plan, const clt_trial_row *trial, double *x, clt_error *err)
{
    for (uint32_t i = 0; i < plan->space.dim_count; i++) {
        x[i] = (double)NAN;
    }
    for (size_t p = 0; p < trial->param_count; p++) {
        uint32_t i = 0;
        while (i < plan->space.dim_count &&
               strcmp(plan->space.dims[i].name, trial->params[p].name) != 0) {
            i++;
        }
        if (i == plan->space.dim_count) {
            return clt_fail(err, CLT_NO_STORE,
                            "trial %llu of the store has \"%s\", which the experiment has not",
                            (unsigned long long)trial->number, trial->params[p].name);
        }
        x[i] = trial->params[p].value;
        if (!is_choice(&plan->space.dims[i], &trial->params[p])) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "trial %llu of the store has %s = %s, which is no choice of the "
                            "experiment as it is read now; start another study with --new",
                            (unsigned long long)trial->number, trial->params[p].name,
                            trial->params[p].text);
        }
        if (!is_place(&plan->space.dims[i], x[i])) {
            return no_point(trial, trial->params[p].name, x[i], err);
        }
    }
    clt_space_settle(&plan->space, x);
    return CLT_OK;
}

bool clt_point_found(const clt_plan *plan, const clt_trial_row *trial, double *x)
{
    clt_error ignored = {0};
    bool found = clt_point_of(plan, trial, x, &ignored) == CLT_OK;
    if (!found && plan->space.dim_count > 0) {
        x[0] = (double)INFINITY;
    }
    return found;
}
