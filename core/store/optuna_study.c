/* A study of Optuna as one of ours. */
#include "store/optuna.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json_read.h"
#include "config/ini.h"
#include "config/quote.h"
#include "space/steps.h"
#include "study/change.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { MOST_GOALS = 16, MOST_CHOICES = 10000 };

/* What the ranges of a parameter in all trials come to. */
typedef struct range {
    const char *theirs, *ours; /* its name */
    enum { REAL = 1, INT, CATEGORY } type;
    bool log, unwritable;
    double low, high, step;
    const char **choices; /* as an experiment writes them; NULL: it cannot */
    size_t choice_count;
    const char *first; /* the distribution that was seen first */
} range;

/* Something that could not be carried over, and how often. */
typedef struct note {
    const char *text;
    size_t count;
} note;

/* The conversion. */
typedef struct turning {
    const clt_optuna_study *from;
    clt_arena *arena;
    clt_optuna_import *out;
    CLT_VEC(range) ranges;
    CLT_VEC(note) left_out; /* trials */
    size_t *order;          /* [goal_count]: their goal i is ours order[i] */
    clt_error *err;
} turning;

/* ---- Notes ---------------------------------------------------------------------------------- */

/* Notes why a trial is left out; text is from the arena (NULL: memory ran out). */
static clt_status leave_out(turning *t, const char *text)
{
    for (size_t i = 0; i < t->left_out.count && text != NULL; i++) {
        if (strcmp(t->left_out.items[i].text, text) == 0) {
            t->left_out.items[i].count++;
            return CLT_OK;
        }
    }
    return text != NULL && CLT_PUSH(&t->left_out, (note){text, 1}) ? CLT_OK
                                                                   : clt_fail_memory(t->err);
}

static void add_notes(turning *t)
{
    for (size_t i = 0; i < t->left_out.count; i++) {
        const note *n = &t->left_out.items[i];
        clt_str_addf(&t->out->notes, "%zu trial%s %s\n", n->count, n->count == 1 ? "" : "s",
                     n->text);
    }
    if (t->from->has_attributes) {
        clt_str_add(&t->out->notes, "user attributes are not carried over\n");
    }
}

/* ---- Distributions -------------------------------------------------------------------------- */

/* "my lr" and "my_lr" are two. */
static const char *make_single(turning *t, const char *name)
{
    for (size_t i = 0; i < t->ranges.count && name != NULL; i++) {
        if (strcmp(t->ranges.items[i].ours, name) == 0) {
            name =
                clt_arena_printf(t->arena, "%.*s_%zu", CLT_INI_NAME - 8, name, t->ranges.count + 1);
            i = (size_t)-1; /* that may be taken as well */
        }
    }
    return name;
}

/* A name that an experiment can hold. */
static const char *name_here(turning *t, const char *name)
{
    char *copy = clt_arena_printf(
        t->arena, "%s%s", isalpha((unsigned char)name[0]) || name[0] == '_' ? "" : "p_", name);
    for (char *at = copy; at != NULL && *at != '\0'; at++) {
        *at = isalnum((unsigned char)*at) || strchr("_.-", *at) != NULL ? *at : '_';
    }
    if (copy != NULL && strlen(copy) > CLT_INI_NAME) {
        copy[CLT_INI_NAME] = '\0';
    }
    const char *here = make_single(t, copy);
    if (here != NULL && strcmp(here, name) != 0) {
        clt_str_addf(&t->out->notes, "parameter \"%s\" is \"%s\" here\n", name, here);
    }
    return here;
}

static double number(const clt_json_value *attributes, const char *key, double otherwise)
{
    const clt_json_value *v = attributes != NULL ? clt_json_find(attributes, key) : NULL;
    return v != NULL && v->type == CLT_JSON_NUMBER ? v->number : otherwise;
}

/* A choice as an experiment writes it; NULL where it cannot, or memory ran out. */
static const char *choice_text(turning *t, const range *r, const clt_json_value *v)
{
    clt_str text = {0};
    static const char *const words[] = {"None", "False", "True"};
    if (v->type == CLT_JSON_NUMBER) {
        clt_str_add_real(&text, v->number);
    } else if (v->type == CLT_JSON_TEXT) {
        return strpbrk(v->text, "\n\r") == NULL ? v->text : NULL; /* a line is a line */
    } else if (v->type <= CLT_JSON_TRUE) {
        clt_str_add(&text, words[v->type]);
        clt_str_addf(&t->out->notes, "parameter \"%s\": the choice %s is the word %s here\n",
                     r->theirs, words[v->type], words[v->type]);
    }
    const char *copy = text.length > 0 ? clt_arena_copy(t->arena, clt_str_text(&text)) : NULL;
    t->out->notes.failed = t->out->notes.failed || text.failed;
    clt_str_finish(&text);
    return copy;
}

static clt_status read_choices(turning *t, range *r, const clt_json_value *attributes)
{
    const clt_json_value *list = attributes != NULL ? clt_json_find(attributes, "choices") : NULL;
    if (list == NULL || list->type != CLT_JSON_ARRAY || list->count > MOST_CHOICES) {
        return clt_fail(t->err, CLT_BAD_INPUT, "parameter \"%s\": a category without choices",
                        r->theirs);
    }
    r->choices = clt_arena_array(t->arena, list->count + 1, sizeof *r->choices);
    if (r->choices == NULL) {
        return clt_fail_memory(t->err);
    }
    bool numbers = false;
    for (const clt_json_value *v = list->first; v != NULL; v = v->next) {
        const char *text = choice_text(t, r, v);
        for (size_t k = 0; k < r->choice_count && text != NULL; k++) {
            bool twice = r->choices[k] != NULL && strcmp(r->choices[k], text) == 0;
            text = twice ? NULL : text; /* 1 and "1" */
        }
        r->choices[r->choice_count++] = text;
        numbers = numbers || v->type == CLT_JSON_NUMBER;
    }
    if (numbers) {
        clt_str_addf(&t->out->notes, "parameter \"%s\": choices that are numbers are words here\n",
                     r->theirs);
    }
    return CLT_OK;
}

/* Types by the names that they have, or had before Optuna 3. */
static const struct {
    const char *name;
    int type;
    bool log;
    const char *step;
} kinds[] = {
    {"FloatDistribution", REAL, false, "step"},
    {"IntDistribution", INT, false, "step"},
    {"CategoricalDistribution", CATEGORY, false, ""},
    {"UniformDistribution", REAL, false, ""},
    {"LogUniformDistribution", REAL, true, ""},
    {"DiscreteUniformDistribution", REAL, false, "q"},
    {"IntUniformDistribution", INT, false, "step"},
    {"IntLogUniformDistribution", INT, true, ""},
};

/* The distribution as a range; type 0 where it is not known. */
static clt_status read_distribution(turning *t, const char *text, range *r)
{
    clt_json_value *object;
    clt_error json = {0};
    r->first = text;
    if (clt_json_read(t->arena, text, &object, &json) != CLT_OK ||
        object->type != CLT_JSON_OBJECT) {
        return clt_fail(t->err, CLT_BAD_INPUT, "parameter \"%s\": its distribution is damaged: %s",
                        r->theirs, json.text[0] != '\0' ? json.text : "it is no object");
    }
    const clt_json_value *name = clt_json_find(object, "name");
    const clt_json_value *attributes = clt_json_find(object, "attributes");
    const clt_json_value *log = attributes != NULL ? clt_json_find(attributes, "log") : NULL;
    for (size_t i = 0; name != NULL && name->type == CLT_JSON_TEXT && i < 8; i++) {
        if (strcmp(kinds[i].name, name->text) == 0) {
            r->type = kinds[i].type == REAL ? REAL : kinds[i].type == INT ? INT : CATEGORY;
            r->log = kinds[i].log || (log != NULL && log->type == CLT_JSON_TRUE);
            r->step = number(attributes, kinds[i].step, 0);
        }
    }
    r->low = number(attributes, "low", (double)NAN);
    r->high = number(attributes, "high", (double)NAN);
    r->step = r->type == INT && r->step == 1 ? 0 : r->step;
    if (r->type == CATEGORY) {
        return read_choices(t, r, attributes);
    }
    return r->type == 0 || (isfinite(r->low) && isfinite(r->high))
               ? CLT_OK
               : clt_fail(t->err, CLT_BAD_INPUT,
                          "parameter \"%s\": its distribution is damaged: it has no bounds",
                          r->theirs);
}

/* The range of a parameter of that name; NULL: there is none yet. */
static range *find_range(turning *t, const char *name)
{
    for (size_t i = 0; i < t->ranges.count; i++) {
        if (strcmp(t->ranges.items[i].theirs, name) == 0) {
            return &t->ranges.items[i];
        }
    }
    return NULL;
}

/* A range may change from trial to trial: here it is what holds all of them. */
static bool widen(range *r, const range *more)
{
    bool same = r->type == more->type && r->choice_count == more->choice_count;
    for (size_t k = 0; k < r->choice_count && same; k++) {
        const char *a = r->choices[k], *b = more->choices[k];
        same = (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
    }
    if (!same) {
        return false;
    }
    bool changed = r->low != more->low || r->high != more->high || r->step != more->step;
    r->step = changed ? 0 : r->step;
    r->log = r->log && more->log;
    r->low = fmin(r->low, more->low);
    r->high = fmax(r->high, more->high);
    return true;
}

static clt_status add_range(turning *t, const clt_optuna_param *p, range **found, bool *fits)
{
    size_t notes = t->out->notes.length;
    range *r = find_range(t, p->name);
    *found = r;
    *fits = true;
    if (r != NULL && strcmp(r->first, p->distribution) == 0) {
        return CLT_OK;
    }
    range now = {.theirs = p->name, .ours = r != NULL ? r->ours : name_here(t, p->name)};
    if (now.ours == NULL) {
        return clt_fail_memory(t->err);
    }
    if (read_distribution(t, p->distribution, &now) != CLT_OK) {
        return t->err->status;
    }
    if (r != NULL) { /* its notes were made before */
        t->out->notes.length = notes;
        *fits = widen(r, &now);
        return CLT_OK;
    }
    if (!CLT_PUSH(&t->ranges, now)) {
        return clt_fail_memory(t->err);
    }
    *found = &t->ranges.items[t->ranges.count - 1];
    return CLT_OK;
}

/* ---- Trials --------------------------------------------------------------------------------- */

/* The index of a choice among those that an experiment can write. */
static double index_here(const range *r, size_t index)
{
    size_t here = 0;
    for (size_t k = 0; k < index; k++) {
        here += r->choices[k] != NULL;
    }
    return (double)here;
}

/* The parameter as a trial of ours has it; text is NULL where it cannot be had, and why says so. */
static clt_status turn_param(turning *t, const clt_optuna_param *p, clt_param *out,
                             const char **why)
{
    range *r;
    bool fits;
    if (add_range(t, p, &r, &fits) != CLT_OK) {
        return t->err->status;
    }
    bool category = r->type == CATEGORY,
         index = p->value >= 0 && p->value == floor(p->value) && p->value < (double)r->choice_count;
    *out = (clt_param){.name = r->ours, .value = p->value + 0.0};
    *why = NULL;
    if (r->type == 0) {
        *why = clt_arena_printf(t->arena,
                                "left out: parameter \"%s\" has a distribution that is "
                                "not known",
                                p->name);
    } else if (!fits) {
        *why = clt_arena_printf(t->arena,
                                "left out: parameter \"%s\" has other choices, or another "
                                "type, than before",
                                p->name);
    } else if (category ? !index : !isfinite(p->value)) {
        *why = clt_arena_printf(t->arena, "left out: parameter \"%s\" has no value of its range",
                                p->name);
    } else if (category && r->choices[(size_t)p->value] == NULL) {
        *why = clt_arena_printf(t->arena,
                                "left out: parameter \"%s\" has a choice that an "
                                "experiment cannot write",
                                p->name);
    } else {
        clt_str text = {0};
        if (category) {
            out->value = index_here(r, (size_t)p->value);
            clt_str_add(&text, r->choices[(size_t)p->value]);
        } else if (r->type == INT) {
            clt_str_addf(&text, "%.0f", p->value);
        } else {
            if (r->step > 0) { /* which Optuna reckons in binary */
                (void)clt_step_near(r->low, r->high, r->step, out->value, &out->value);
            }
            clt_str_add_real(&text, out->value);
        }
        out->text = text.failed ? NULL : clt_arena_copy(t->arena, clt_str_text(&text));
        clt_str_finish(&text);
    }
    return out->text != NULL || *why != NULL ? CLT_OK : clt_fail_memory(t->err);
}

static clt_status turn_params(turning *t, const clt_optuna_trial *from, clt_trial_row *row,
                              const char **why)
{
    clt_param *params = clt_arena_array(t->arena, from->params.count + 1, sizeof *params);
    row->params = params;
    *why = NULL;
    clt_status status = params != NULL ? CLT_OK : clt_fail_memory(t->err);
    for (size_t i = 0; i < from->params.count && status == CLT_OK && *why == NULL; i++) {
        status = turn_param(t, &from->params.items[i], &params[row->param_count++], why);
    }
    return status;
}

static clt_status turn_curve(turning *t, const clt_optuna_trial *from, clt_trial_row *row)
{
    clt_point *curve = clt_arena_array(t->arena, from->steps.count + 1, sizeof *curve);
    row->curve = curve;
    for (size_t i = 0; curve != NULL && i < from->steps.count; i++) {
        const clt_optuna_step *s = &from->steps.items[i];
        if (s->step >= 0 && t->from->goal_count == 1) {
            curve[row->curve_count++] =
                (clt_point){(uint64_t)s->step, t->out->study.goals[0].metric, s->value};
            row->last_step = (uint64_t)s->step;
        }
    }
    return curve != NULL ? CLT_OK : clt_fail_memory(t->err);
}

static void fail_trial(clt_trial_row *row, clt_failure failure, const char *why)
{
    row->state = CLT_TRIAL_FAILED;
    row->failure = failure;
    row->why = why;
}

/* State and values: a pruned trial has its last intermediate value where it has no other. */
static clt_status turn_end(turning *t, const clt_optuna_trial *from, clt_trial_row *row)
{
    size_t goals = t->from->goal_count;
    double *values = clt_arena_array(t->arena, goals, sizeof *values);
    bool pruned = from->state == CLT_OPTUNA_PRUNED, finite = true, nan = false,
         none = from->values == NULL;
    if (values == NULL) {
        return clt_fail_memory(t->err);
    }
    bool last = none && pruned && goals == 1 && from->steps.count > 0;
    for (size_t g = 0; g < goals; g++) {
        values[t->order[g]] = !none  ? from->values[g]
                              : last ? from->steps.items[from->steps.count - 1].value
                                     : (double)NAN;
        finite = finite && isfinite(values[t->order[g]]);
        nan = nan || isnan(values[t->order[g]]);
    }
    if (from->state == CLT_OPTUNA_FAIL) {
        fail_trial(row, CLT_FAIL_ERROR, from->why != NULL ? from->why : "it failed in Optuna");
    } else if (none && !last) {
        fail_trial(row, CLT_FAIL_NO_RESULT, "it has no value in Optuna");
        return leave_out(t, "count as failed: they ended without a value");
    } else if (!finite) {
        fail_trial(row, nan ? CLT_FAIL_NAN : CLT_FAIL_INFINITE,
                   "its value in Optuna is not a finite number");
        return leave_out(t, "count as failed: their value is not a finite number");
    } else {
        row->state = pruned ? CLT_TRIAL_PRUNED : CLT_TRIAL_COMPLETE;
        row->values = values;
        row->value_count = goals;
    }
    return CLT_OK;
}

static clt_status turn_trial(turning *t, const clt_optuna_trial *from)
{
    const char *why;
    clt_trial_row row = {.attempt = 1, .started_ms = from->started_ms};
    if (from->state == CLT_OPTUNA_RUNNING || from->state == CLT_OPTUNA_WAITING) {
        return leave_out(t, from->state == CLT_OPTUNA_RUNNING
                                ? "left out: still under way, as Optuna says"
                                : "left out: waiting to be run");
    }
    if (turn_params(t, from, &row, &why) != CLT_OK) {
        return t->err->status;
    }
    if (why != NULL) {
        return leave_out(t, why);
    }
    bool dated = from->started_ms > 0 && from->ended_ms > from->started_ms;
    row.seconds = dated ? (double)(from->ended_ms - from->started_ms) / 1000 : 0;
    if (turn_end(t, from, &row) != CLT_OK || turn_curve(t, from, &row) != CLT_OK) {
        return t->err->status;
    }
    row.number = t->out->count;
    t->out->trials[t->out->count++] = row;
    return CLT_OK;
}

/* ---- Goals ---------------------------------------------------------------------------------- */

/* Metric i of a list with commas; NULL where it is too short, or that is none. */
static const char *metric_of(turning *t, const char *list, size_t i)
{
    clt_error ignored = {0};
    clt_listed one = {0};
    for (size_t k = 0; k <= i; k++) {
        list += k > 0;
        if (clt_list_next(t->arena, &list, ",", &one, &ignored) != CLT_OK ||
            (k < i && *list != ',')) {
            return NULL;
        }
    }
    bool is_name = one.text[0] != '\0' && (one.quoted || strpbrk(one.text, " \t") == NULL);
    return is_name ? one.text : NULL;
}

/* Is it a name for each goal, and none more? */
static bool names_all(turning *t, const char *list)
{
    const size_t goals = t->from->goal_count;
    bool all = true;
    size_t commas = 0;
    for (size_t g = 0; g < goals; g++) {
        all = all && metric_of(t, list, g) != NULL;
    }
    for (const char *at = list; at[clt_quoted_span(at, ",")] == ',';) {
        at += clt_quoted_span(at, ",") + 1;
        commas++;
    }
    return all && commas + 1 == goals;
}

/* An experiment has a line of what it maximises and one of what it minimises: goals keep their
 * order but where both kinds take turns. */
static clt_status name_goals(turning *t, const char *list)
{
    const clt_optuna_study *from = t->from;
    clt_goal *goals = clt_arena_array(t->arena, from->goal_count, sizeof *goals);
    t->order = clt_arena_array(t->arena, from->goal_count, sizeof *t->order);
    if (goals == NULL || t->order == NULL) {
        return clt_fail_memory(t->err);
    }
    if (list != NULL && !names_all(t, list)) {
        return clt_fail(
            t->err, CLT_USAGE, "import: --goals \"%s\": the study has %zu goal%s; name %s%s", list,
            from->goal_count, from->goal_count == 1 ? "" : "s",
            from->goal_count == 1 ? "it" : "each, separated by commas",
            strchr(list, ' ') != NULL ? "; a name with a blank in it stands in quotes" : "");
    }
    bool moved = false;
    size_t place = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t g = 0; g < from->goal_count; g++) {
            if ((from->maximize[g] == from->maximize[0]) != (pass == 0)) {
                continue;
            }
            const char *metric = list != NULL            ? metric_of(t, list, g)
                                 : from->metrics != NULL ? from->metrics[g]
                                 : from->goal_count == 1
                                     ? "value"
                                     : clt_arena_printf(t->arena, "value%zu", g + 1);
            if (metric == NULL) {
                return clt_fail_memory(t->err);
            }
            moved = moved || place != g;
            t->order[g] = place;
            goals[place++] = (clt_goal){.metric = metric, .maximize = from->maximize[g]};
        }
    }
    for (size_t g = 0; moved && g < from->goal_count; g++) {
        clt_str_addf(&t->out->notes, "%s%s%s", g == 0 ? "goals are in another order: " : ", ",
                     goals[g].metric, g + 1 == from->goal_count ? "\n" : "");
    }
    t->out->study.goals = goals;
    t->out->study.goal_count = from->goal_count;
    return CLT_OK;
}

/* ---- The experiment ------------------------------------------------------------------------- */

/* The range as an experiment writes it, in out; false where it cannot. */
static bool write_range(const range *r, clt_str *out)
{
    if (r->type == CATEGORY) {
        clt_str_add(out, "choice(");
        const char *comma = "";
        for (size_t k = 0; k < r->choice_count; k++) {
            if (r->choices[k] != NULL) {
                clt_str_add(out, comma);
                clt_list_add(r->choices[k], out);
                comma = ", ";
            }
        }
        clt_str_add(out, ")");
        return comma[0] != '\0';
    }
    if (r->type == 0 || !isfinite(r->low) || !(r->low < r->high)) {
        return false;
    }
    clt_str_add(out, r->type == INT ? "int(" : "real(");
    clt_str_add_real(out, r->low);
    clt_str_add(out, ", ");
    clt_str_add_real(out, r->high);
    if (r->step > 0 && !r->log) {
        clt_str_add(out, ", step=");
        clt_str_add_real(out, r->step);
    }
    clt_str_add(out, r->log ? ", log)" : ")");
    return true;
}

/* A name with a blank in it stands in quotes, too. */
static void add_metric(const char *metric, clt_str *out)
{
    bool blank = strpbrk(metric, " \t") != NULL && clt_is_bare(metric);
    clt_str_add(out, blank ? "'" : "");
    if (blank) {
        clt_str_add(out, metric);
    } else {
        clt_list_add(metric, out);
    }
    clt_str_add(out, blank ? "'" : "");
}

static void add_goals(const turning *t, bool maximize, clt_str *out)
{
    const char *before = maximize ? "maximize = " : "minimize = ";
    for (size_t g = 0; g < t->out->study.goal_count; g++) {
        if (t->out->study.goals[g].maximize == maximize) {
            clt_str_add(out, before);
            add_metric(t->out->study.goals[g].metric, out);
            before = ", ";
        }
    }
    clt_str_add(out, before[0] == ',' ? "\n" : "");
}

/* What the study would be as an experiment; the identity is one that no experiment has. */
static clt_status write_experiment(turning *t, const char *path)
{
    clt_str text = {0}, identity = {0}, one = {0};
    clt_study_row *study = &t->out->study;
    clt_str_addf(&text, "; imported from %s\n[study]\nname = %s\n", clt_path_name(path),
                 study->name);
    add_goals(t, study->goals[0].maximize, &text);
    add_goals(t, !study->goals[0].maximize, &text);
    clt_str_add(&text, "\n[params]\n");
    clt_str_add(&identity, CLT_CHANGE_IMPORTED "optuna\n");
    for (size_t i = 0; i < t->ranges.count; i++) {
        range *r = &t->ranges.items[i];
        clt_str_clear(&one);
        bool good = write_range(r, &one);
        if (!good || strlen(r->ours) + 3 + one.length > CLT_INI_LINE) {
            clt_str_addf(&t->out->notes,
                         "parameter \"%s\": its range cannot be written in an experiment; its "
                         "values are kept\n",
                         r->theirs);
            continue;
        }
        clt_str_addf(&text, "%s = %s\n", r->ours, clt_str_text(&one));
        clt_str_addf(&identity, "params.%s = %s\n", r->ours, clt_str_text(&one));
    }
    study->experiment = clt_arena_copy(t->arena, clt_str_text(&text));
    study->identity = clt_arena_copy(t->arena, clt_str_text(&identity));
    bool failed = text.failed || identity.failed || one.failed || study->experiment == NULL ||
                  study->identity == NULL;
    clt_str_finish(&text);
    clt_str_finish(&identity);
    clt_str_finish(&one);
    return failed ? clt_fail_memory(t->err) : CLT_OK;
}

static clt_status describe(turning *t, const clt_optuna_file *file, const char *path,
                           const char *into)
{
    clt_study_row *study = &t->out->study;
    const char *source = clt_path_real(t->arena, path);
    study->name = into;
    study->source = source != NULL ? source : path;
    study->environment =
        clt_arena_printf(t->arena, "imported = Optuna, %s\nfile = %s\nstudy = %s\n", file->kind,
                         study->source, t->from->name);
    study->created_ms = clt_date_ms();
    study->window = 1;
    return study->environment != NULL ? CLT_OK : clt_fail_memory(t->err);
}

static clt_status turn(turning *t, const clt_optuna_file *file, const char *path, const char *into,
                       const char *goals)
{
    const clt_optuna_study *from = t->from;
    if (from->goal_count > MOST_GOALS) {
        return clt_fail(t->err, CLT_BAD_INPUT, "%s: study \"%s\" has %zu goals; %d are the most",
                        path, from->name, from->goal_count, MOST_GOALS);
    }
    t->out->trials = clt_arena_array(t->arena, from->trials.count + 1, sizeof *t->out->trials);
    if (t->out->trials == NULL) {
        return clt_fail_memory(t->err);
    }
    if (describe(t, file, path, into) != CLT_OK || name_goals(t, goals) != CLT_OK) {
        return t->err->status;
    }
    for (size_t i = 0; i < from->trials.count; i++) {
        if (turn_trial(t, from->trials.items[i]) != CLT_OK) {
            return clt_prefix(t->err, "%s: trial %zu", path, i);
        }
    }
    return write_experiment(t, path);
}

clt_status clt_optuna_convert(const clt_optuna_file *file, const clt_optuna_study *study,
                              const char *path, const char *into, const char *goals,
                              clt_arena *arena, clt_optuna_import *out, clt_error *err)
{
    turning t = {.from = study, .arena = arena, .out = out, .err = err};
    clt_status status = turn(&t, file, path, into, goals);
    add_notes(&t);
    if (file->torn) {
        clt_str_add(&out->notes, "the last line of the file is cut off, and left out\n");
    }
    CLT_VEC_FINISH(&t.ranges);
    CLT_VEC_FINISH(&t.left_out);
    return status == CLT_OK && out->notes.failed ? clt_fail_memory(err) : status;
}

static clt_status check_name(const clt_optuna_import *import, clt_store *store, clt_error *err)
{
    clt_arena arena = {0};
    clt_study_row row;
    bool found = false;
    clt_status status = clt_store_find_study(store, import->study.name, &arena, &found, &row, err);
    clt_arena_finish(&arena);
    return status == CLT_OK && found
               ? clt_fail(err, CLT_BAD_INPUT,
                          "the store has a study \"%s\" already; name this one with --into",
                          import->study.name)
               : status;
}

static clt_status store_all(clt_optuna_import *import, clt_store *store, clt_error *err)
{
    clt_status status = clt_store_add_study(store, &import->study, err);
    for (size_t i = 0; i < import->count && status == CLT_OK; i++) {
        status = clt_store_begin(store, import->study.id, &import->trials[i], err);
        status = status == CLT_OK
                     ? clt_store_finish(store, import->study.id, &import->trials[i], err)
                     : status;
    }
    return status;
}

clt_status clt_optuna_store(clt_optuna_import *import, clt_store *store, clt_error *err)
{
    clt_status status = check_name(import, store, err);
    status = status == CLT_OK ? clt_store_open_group(store, err) : status;
    status = status == CLT_OK ? store_all(import, store, err) : status;
    status = status == CLT_OK ? clt_store_commit(store, err) : status;
    if (status != CLT_OK) {
        clt_store_roll_back(store);
    }
    return status;
}
