#include "study/change.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE  "# before trial "
#define PLANNED "# planned for "
#define AT_SLOT " at slot "

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Past a line. */
static const char *next_line(const char *line)
{
    size_t length = strcspn(line, "\n");
    return line + length + (line[length] == '\n');
}

/* The lines that hold now. */
static size_t length_of_head(const char *identity)
{
    const char *line = identity;
    while (*line != '\0' && *line != '#') {
        line = next_line(line);
    }
    return (size_t)(line - identity);
}

/* Past those lines, and past what says how trials were run before. */
static size_t length_of_present(const char *identity)
{
    const char *line = identity + length_of_head(identity);
    while (*line == '#' && !begins_with(line, BEFORE) && !begins_with(line, PLANNED)) {
        line = next_line(line);
    }
    return (size_t)(line - identity);
}

bool clt_change_imported(const char *identity)
{
    return begins_with(identity, CLT_CHANGE_IMPORTED);
}

uint64_t clt_change_since(const char *identity)
{
    const char *before = identity + length_of_present(identity);
    return begins_with(before, BEFORE) ? strtoull(before + sizeof BEFORE - 1, NULL, 10) : 0;
}

const char *clt_change_origin(const char *identity)
{
    const char *origin = identity;
    for (const char *line = identity; *line != '\0'; line = next_line(line)) {
        origin = begins_with(line, BEFORE) ? next_line(line) : origin;
    }
    return origin;
}

uint64_t clt_change_slot(const clt_stretch_row *stretches, size_t count)
{
    uint64_t slot = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        slot = slot == UINT64_MAX || stretches[i].slot >= slot ? stretches[i].slot + 1 : slot;
    }
    return slot;
}

uint64_t clt_change_since_slot(const char *identity)
{
    const char *before = identity + length_of_present(identity);
    const char *slot = begins_with(before, BEFORE) ? strstr(before, AT_SLOT) : NULL;
    return slot != NULL && slot < next_line(before) ? strtoull(slot + sizeof AT_SLOT - 1, NULL, 10)
                                                    : UINT64_MAX;
}

/* "# before trial 40 at slot 52\n", before what was. */
static const char *add_marker(const char *head, int length, uint64_t trials, uint64_t slot,
                              const char *was, clt_arena *arena)
{
    char at[48] = "";
    if (slot != UINT64_MAX) {
        (void)snprintf(at, sizeof at, AT_SLOT "%" PRIu64, slot);
    }
    return clt_arena_printf(arena, "%.*s" BEFORE "%" PRIu64 "%s\n%s", length, head, trials, at,
                            was);
}

const char *clt_change_mark(const char *identity, uint64_t trials, uint64_t slot, clt_arena *arena)
{
    const size_t present = length_of_present(identity);
    return clt_change_since(identity) == trials
               ? add_marker(identity, (int)present, trials, slot, next_line(identity + present),
                            arena)
               : add_marker(identity, (int)length_of_head(identity), trials, slot, identity, arena);
}

const char *clt_change_begin(const clt_plan *plan, clt_arena *arena)
{
    return plan->study.trials == 0 ? plan->identity
                                   : clt_arena_printf(arena, "%s" PLANNED "%" PRId64 " trials\n",
                                                      plan->identity, (int64_t)plan->study.trials);
}

uint64_t clt_change_planned(const clt_plan *plan, const char *identity)
{
    for (const char *line = identity; *line != '\0'; line = next_line(line)) {
        if (begins_with(line, PLANNED)) {
            return strtoull(line + sizeof PLANNED - 1, NULL, 10);
        }
    }
    return (uint64_t)plan->study.trials;
}

bool clt_change_within(const clt_plan *plan, const double *x)
{
    clt_error ignored;
    return clt_space_check(&plan->space, x, &ignored) == CLT_OK && clt_rules_met(&plan->rules, x);
}

clt_status clt_change_point(const clt_plan *plan, const clt_trial_row *trial, double *x,
                            clt_error *err)
{
    for (size_t p = 0; p < trial->param_count; p++) {
        const clt_param *param = &trial->params[p];
        if (isnan(param->value)) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "trial %" PRIu64 " has %s = %s, a choice that the experiment does not "
                            "have any more",
                            trial->number, param->name, param->text);
        }
    }
    return clt_point_of(plan, trial, x, err) == CLT_OK ? clt_point_check(plan, trial, x, false, err)
                                                       : err->status;
}

/* ---- What has changed ----------------------------------------------------------------------- */

/* The searched variable that a line of the identity sets, up to its " = ". */
static const clt_variable *variable_of(const clt_plan *plan, const char *line)
{
    const char *equals = strstr(line, " = ");
    for (uint32_t i = 0; equals != NULL && i < plan->space.dim_count; i++) {
        const clt_variable *v = plan->space.variables[i];
        const char *name = v->name, *at = line;
        size_t section = strlen(v->section);
        if (v->option == NULL) { /* "model.use" sets model */
            section = strlen(name);
            name = "use";
        }
        if (v->option == NULL || strcmp(v->section, CLT_PARAMS) == 0) {
            at = strncmp(line, v->option == NULL ? v->name : v->section, section) == 0 &&
                         line[section] == '.'
                     ? line + section + 1
                     : "";
        }
        if (strncmp(at, name, strlen(name)) == 0 && at + strlen(name) == equals) {
            return v;
        }
    }
    return NULL;
}

/* Do the choices that both have stand in the same order? */
static bool same_order(const clt_range *a, const clt_range *b)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < a->choice_count; i++) {
        uint32_t k = 0;
        while (k < b->choice_count && strcmp(a->choices[i], b->choices[k]) != 0) {
            k++;
        }
        if (k < b->choice_count && k < next) {
            return false;
        }
        next = k < b->choice_count ? k : next;
    }
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Is it the same kind of range, with other bounds or choices? */
static bool only_bounds(const clt_range *a, const clt_range *b)
{
    return a->type == b->type && a->type != 0 && a->log == b->log && a->ordinal == b->ordinal &&
           a->step == b->step && a->law.kind == b->law.kind && a->law.mean == b->law.mean &&
           a->law.sd == b->law.sd && same_text(a->when, b->when) &&
           (!a->ordinal || same_order(a, b));
}

static size_t line_length(const char *line)
{
    return strcspn(line, "\n");
}

/* Adds the change that turns line `was` into line `is`; false where it is no such change. */
static bool add_change(const clt_plan *plan, const char *was, const char *is, clt_arena *arena,
                       clt_change_of_range *change)
{
    const clt_variable *v = variable_of(plan, is);
    const char *was_value = strstr(was, " = "), *is_value = strstr(is, " = ");
    clt_error ignored;
    if (v == NULL || was_value == NULL || was_value - was != is_value - is ||
        strncmp(was, is, (size_t)(is_value - is)) != 0) {
        return false;
    }
    was_value += sizeof " = " - 1;
    *change = (clt_change_of_range){.variable = v};
    change->was = clt_arena_printf(arena, "%.*s", (int)line_length(was_value), was_value);
    return change->was != NULL &&
           clt_range_parse(arena, v->option, change->was, &change->before, &ignored) == CLT_OK &&
           only_bounds(&change->before, &v->range);
}

/* Goes through both; false where anything but bounds and choices differs. */
static bool compare(const clt_plan *plan, const char *was, const char *is, clt_arena *arena,
                    clt_changes *changes)
{
    while (*was != '\0' && *is != '\0') {
        size_t m = line_length(was), n = line_length(is);
        if (m != n || strncmp(was, is, n) != 0) {
            if (changes->range_count == plan->space.dim_count ||
                !add_change(plan, was, is, arena, &changes->ranges[changes->range_count])) {
                return false;
            }
            changes->range_count++;
        }
        was += m + (was[m] == '\n');
        is += n + (is[n] == '\n');
    }
    return *was == *is;
}

clt_status clt_change_find(const clt_plan *plan, const char *study, const char *identity,
                           clt_arena *arena, clt_changes *changes, clt_error *err)
{
    const char *head = clt_arena_printf(arena, "%.*s", (int)length_of_head(identity), identity);
    const char *was = head != NULL ? clt_change_rest(plan, head, arena) : NULL;
    const char *is = clt_change_rest(plan, plan->identity, arena);
    *changes = (clt_changes){
        .ranges = clt_arena_array(arena, plan->space.dim_count + 1u, sizeof *changes->ranges)};
    if (was == NULL || is == NULL || changes->ranges == NULL) {
        return clt_fail_memory(err);
    }
    if (compare(plan, was, is, arena, changes)) {
        return clt_change_calls(plan, head, arena, changes, err);
    }
    clt_plan alike = *plan; /* but for what may be corrected */
    alike.identity = is;
    return clt_plan_same(&alike, study, was, err);
}

/* ---- Noting it ------------------------------------------------------------------------------ */

/* The place of a choice; choice_count where it is none. */
static uint32_t place_in(const clt_range *range, const char *choice)
{
    uint32_t k = 0;
    while (k < range->choice_count && strcmp(range->choices[k], choice) != 0) {
        k++;
    }
    return k;
}

/* Where each choice that was or is stands now: one may have been there before, and be back. */
static size_t add_moves(const clt_change_of_range *change, clt_study_move *moves)
{
    const clt_range *now = &change->variable->range, *before = &change->before;
    const char *name = change->variable->name;
    size_t count = 0;
    for (uint32_t i = 0; i < before->choice_count; i++) {
        const uint32_t k = place_in(now, before->choices[i]);
        moves[count++] = (clt_study_move){name, before->choices[i], k == now->choice_count, k};
    }
    for (uint32_t k = 0; k < now->choice_count; k++) {
        if (place_in(before, now->choices[k]) == before->choice_count) {
            moves[count++] = (clt_study_move){name, now->choices[k], false, k};
        }
    }
    return count;
}

/* The lines that hold now, what held until now, and all that the identity said before. */
static const char *new_identity(const clt_plan *plan, const clt_changes *changes, uint64_t trials,
                                uint64_t slot, const char *was, clt_arena *arena)
{
    const char *until = clt_change_until_lines(changes, trials, arena);
    if (until == NULL) {
        return NULL;
    }
    if (changes->range_count == 0) {
        return clt_arena_printf(arena, "%s%s%s", plan->identity, until, was + length_of_head(was));
    }
    const char *head = clt_arena_printf(arena, "%s%s", plan->identity, until);
    return head != NULL ? add_marker(head, (int)strlen(head), trials, slot, was, arena) : NULL;
}

clt_status clt_change_note(const clt_plan *plan, const clt_changes *changes, uint64_t trials,
                           clt_store *store, clt_study_row *study, clt_arena *arena, clt_error *err)
{
    size_t room = 1, stretch_count;
    clt_stretch_row *stretches;
    for (size_t i = 0; i < changes->range_count; i++) {
        room += changes->ranges[i].before.choice_count;
        room += changes->ranges[i].variable->range.choice_count;
    }
    clt_study_move *moves = clt_arena_array(arena, room, sizeof *moves);
    clt_study_change change = {.experiment = plan->ini->text, .moves = moves};
    if (clt_store_stretches(store, study->id, arena, &stretches, &stretch_count, err) != CLT_OK) {
        return err->status;
    }
    change.identity = new_identity(plan, changes, trials, clt_change_slot(stretches, stretch_count),
                                   study->identity, arena);
    if (moves == NULL || change.identity == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < changes->range_count; i++) {
        change.move_count += add_moves(&changes->ranges[i], moves + change.move_count);
    }
    if (clt_store_change_study(store, study->id, &change, err) != CLT_OK) {
        return err->status;
    }
    study->experiment = change.experiment;
    study->identity = change.identity;
    return CLT_OK;
}
