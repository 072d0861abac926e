#include "study/suits.h"

#include "base/process.h"
#include "study/wish.h"
#include "train/predictor.h"

#include <collet/model.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Points at which a model is made before it is refused; rows of a batch that it is made for;
 * seconds for all of it. */
enum { POINTS = 16, ROWS = 1, PATIENCE = 10 };

/* What the process finds out. */
typedef struct finding {
    const clt_source *source;
    clt_arena arena;
    clt_str text; /* "cnn\nit learns from images only\nlinear, mlp": empty where all is well */
} finding;

/* Makes a model and lets it go. *why: what it said, in the arena. */
static collet_status try_model(finding *f, const collet_unit *unit, const void *config,
                               const char **why)
{
    const collet_model *model = unit->vtable;
    const collet_task task = clt_task_of(f->source->data, ROWS);
    void *self = NULL;
    clt_host host;
    clt_host_init(&host, "model", unit->id, NULL);
    collet_status code = model->create(clt_host_table(&host), config, &task, &self);
    if (code >= 0) {
        model->destroy(self);
    }
    *why = code < 0 ? clt_arena_copy(&f->arena, host.said) : NULL;
    return code;
}

/* The config at a point, drawn but for the choice of the model; NULL: none. */
static void *config_at(finding *f, const clt_component *model, uint64_t number)
{
    const clt_plan *plan = f->source->plan;
    const bool chosen = plan->variables[model->use].dim >= 0;
    void *config;
    clt_error ignored = {0};
    double *x = clt_arena_array(&f->arena, plan->space.dim_count + 1u, sizeof *x);
    const char *text = chosen ? clt_arena_printf(&f->arena, "%s = %s\n",
                                                 plan->variables[model->use].name, model->id)
                              : "";
    bool drawn = x != NULL && text != NULL &&
                 clt_wish_point(plan, text, number, x, &ignored) == CLT_OK &&
                 clt_plan_component(plan, "model", x) == model;
    return drawn && clt_plan_configure(plan, model, x, &f->arena, &config, &ignored) == CLT_OK
               ? config
               : NULL;
}

/* Does the model refuse the data wherever it was tried? */
static bool refuses(finding *f, const clt_component *model, const char **why)
{
    collet_status code = COLLET_E_UNSUPPORTED;
    size_t tried = 0;
    for (uint64_t k = 0; k < POINTS && code == COLLET_E_UNSUPPORTED; k++) {
        void *config = config_at(f, model, k);
        if (config != NULL) {
            code = try_model(f, model->unit, config, why);
            tried++;
        }
    }
    return tried > 0 && code == COLLET_E_UNSUPPORTED;
}

/* ---- Which could ---------------------------------------------------------------------------- */

static bool fits(finding *f, const collet_unit *unit)
{
    const char *why;
    clt_error ignored = {0};
    const clt_options options = {unit->options, unit->option_count, unit->option_size};
    void *config = clt_arena_alloc(&f->arena, (size_t)unit->config_size + 1);
    return config != NULL && clt_option_defaults(options, config, &ignored) == CLT_OK &&
           try_model(f, unit, config, &why) >= 0;
}

/* The models along the path that take the data with their usual options, but the refused one: as it
 * was set it cannot. */
static void list_fitting(finding *f, const collet_unit *refused)
{
    clt_registry *registry = f->source->plan->registry;
    const collet_unit *unit;
    clt_walk walk = {0};
    clt_error ignored = {0};
    const char *comma = "";
    (void)clt_registry_scan(registry, &ignored);
    while ((unit = clt_registry_next(registry, &walk)) != NULL) {
        if (strcmp(unit->kind, COLLET_KIND_MODEL) == 0 && unit != refused && fits(f, unit)) {
            clt_str_addf(&f->text, "%s%s", comma, unit->id);
            comma = ", ";
        }
    }
}

static void look(finding *f)
{
    const clt_plan *plan = f->source->plan;
    for (size_t i = 0; i < plan->component_count && f->text.length == 0; i++) {
        const clt_component *c = &plan->components[i];
        const char *why = NULL;
        if (strcmp(c->role, "model") == 0 && c->unit != NULL && refuses(f, c, &why)) {
            clt_str_addf(&f->text, "%s\n%s\n", c->id, why != NULL ? why : "");
            list_fitting(f, c->unit);
        }
    }
}

/* ---- The process ---------------------------------------------------------------------------- */

/* In the process: says what it found. Nothing that a model does here can hurt the nursery. */
_Noreturn static void find_out(const clt_source *source, int out)
{
    finding f = {.source = source};
    clt_process_usual_signals(false); /* the guard's handlers would keep it alive */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)alarm(PATIENCE);
    look(&f);
    size_t sent = 0;
    while (sent < f.text.length) {
        ssize_t n = write(out, clt_str_text(&f.text) + sent, f.text.length - sent);
        if (n <= 0) {
            break;
        }
        sent += (size_t)n;
    }
    _exit(0);
}

/* Reads all that it says; false where it did not come to its end. */
static bool hear(pid_t pid, int in, clt_str *text)
{
    double patience = PATIENCE + 2; /* its alarm is of no use where something has stopped it */
    char buffer[512];
    int status;
    ssize_t n;
    while ((n = clt_process_read(in, buffer, sizeof buffer, &patience)) > 0) {
        clt_str_add_bytes(text, buffer, (size_t)n);
    }
    if (n < 0 || clt_process_wait(pid, 2, &status) != 1) {
        (void)kill(pid, SIGKILL);
        (void)clt_process_wait(pid, 2, &status);
        return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 && !text->failed;
}

/* The refusal that was heard: id, why, and what fits, a line each. */
static clt_status refuse(const clt_plan *plan, const char *text, clt_error *err)
{
    size_t id = strcspn(text, "\n");
    const char *why = text + id + (text[id] == '\n');
    size_t length = strcspn(why, "\n");
    const char *fitting = why + length + (why[length] == '\n');
    const char *data = clt_plan_component(plan, "data", NULL)->id;
    int line = 0;
    for (size_t i = 0; i < plan->component_count; i++) {
        const clt_component *c = &plan->components[i];
        bool named =
            strcmp(c->role, "model") == 0 && strncmp(c->id, text, id) == 0 && c->id[id] == '\0';
        line = named ? plan->variables[c->use].line : line;
    }
    return clt_fail(err, CLT_BAD_INPUT,
                    "%s:%d: model.use: model \"%.*s\" cannot take what dataset \"%s\" has: "
                    "%.*s; %s%s",
                    plan->ini->path, line, (int)id, text, data, (int)length, why,
                    fitting[0] != '\0' ? "models that can: " : "no model that was found can",
                    fitting);
}

clt_status clt_suits_check(const clt_source *source, clt_error *err)
{
    int ends[2];
    clt_str text = {0};
    if (source->data == NULL || pipe(ends) != 0) {
        return CLT_OK;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        find_out(source, ends[1]);
    }
    close(ends[1]);
    bool whole = pid > 0 && hear(pid, ends[0], &text);
    close(ends[0]);
    clt_status status =
        whole && text.length > 0 ? refuse(source->plan, clt_str_text(&text), err) : CLT_OK;
    clt_str_finish(&text);
    return status;
}
