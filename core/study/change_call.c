/* How trials are run: lines of [objective] use = command, which may be corrected while a study goes
 * on. */
#include "study/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTIL   "# until trial "
#define SECTION "objective."

static const char *next_line(const char *line)
{
    size_t length = strcspn(line, "\n");
    return line + length + (line[length] == '\n');
}

static size_t key_length(const char *line)
{
    const char *equals = strstr(line, " = ");
    return equals != NULL ? (size_t)(equals - line) : strcspn(line, "\n");
}

/* A program is called in another way; what any other objective computes would be another one. */
static bool may_change(const clt_plan *plan, const char *line)
{
    bool program = plan->black_box && !plan->outside &&
                   strcmp(clt_plan_component(plan, "objective", NULL)->id, "command") == 0;
    return program && strncmp(line, SECTION, sizeof SECTION - 1) == 0 &&
           strncmp(line, SECTION "use =", sizeof SECTION "use =" - 1) != 0;
}

const char *clt_change_rest(const clt_plan *plan, const char *lines, clt_arena *arena)
{
    clt_str rest = {0};
    for (; *lines != '\0'; lines = next_line(lines)) {
        if (!may_change(plan, lines)) {
            clt_str_add_bytes(&rest, lines, (size_t)(next_line(lines) - lines));
        }
    }
    const char *copy = rest.failed ? NULL : clt_arena_copy(arena, clt_str_text(&rest));
    clt_str_finish(&rest);
    return copy;
}

/* The line of that key, or NULL. */
static const char *find_line(const char *lines, const char *key, size_t length)
{
    for (; *lines != '\0'; lines = next_line(lines)) {
        if (key_length(lines) == length && strncmp(lines, key, length) == 0) {
            return lines;
        }
    }
    return NULL;
}

static const char *value_of(const char *line, clt_arena *arena)
{
    const char *value = line + key_length(line) + sizeof " = " - 1;
    return clt_arena_printf(arena, "%.*s", (int)strcspn(value, "\n"), value);
}

/* Adds the line's change, where the other text has another one or none. */
static clt_status compare_line(const char *line, const char *others, bool line_is_new,
                               clt_arena *arena, clt_changes *changes, clt_error *err)
{
    const size_t length = key_length(line);
    const char *other = find_line(others, line, length);
    const char *a = value_of(line, arena), *b = other != NULL ? value_of(other, arena) : NULL;
    const char *key = clt_arena_printf(arena, "%.*s", (int)length, line);
    if (a == NULL || key == NULL || (other != NULL && b == NULL)) {
        return clt_fail_memory(err);
    }
    /* what both have is compared once, from the new side */
    if (other != NULL ? line_is_new && strcmp(a, b) != 0 : true) {
        changes->calls[changes->call_count++] =
            (clt_change_of_call){key, line_is_new ? b : a, line_is_new ? a : NULL};
    }
    return CLT_OK;
}

static size_t count_lines(const char *lines)
{
    size_t count = 0;
    for (; *lines != '\0'; lines = next_line(lines)) {
        count++;
    }
    return count;
}

clt_status clt_change_calls(const clt_plan *plan, const char *was, clt_arena *arena,
                            clt_changes *changes, clt_error *err)
{
    const char *texts[] = {plan->identity, was};
    clt_status status = CLT_OK;
    changes->calls = clt_arena_array(arena, count_lines(was) + count_lines(plan->identity) + 1,
                                     sizeof *changes->calls);
    if (changes->calls == NULL) {
        return clt_fail_memory(err);
    }
    for (int side = 0; side < 2; side++) {
        for (const char *line = texts[side]; *line != '\0' && status == CLT_OK;
             line = next_line(line)) {
            status = may_change(plan, line)
                         ? compare_line(line, texts[1 - side], side == 0, arena, changes, err)
                         : CLT_OK;
        }
    }
    return status;
}

/* ---- In the identity ------------------------------------------------------------------------ */

const char *clt_change_until_lines(const clt_changes *changes, uint64_t trials, clt_arena *arena)
{
    clt_str lines = {0};
    for (size_t i = 0; i < changes->call_count && trials > 0; i++) {
        const clt_change_of_call *call = &changes->calls[i];
        clt_str_addf(&lines, UNTIL "%" PRIu64 ": %s%s%s\n", trials, call->key,
                     call->was != NULL ? " = " : "", call->was != NULL ? call->was : "");
    }
    const char *copy = lines.failed ? NULL : clt_arena_copy(arena, clt_str_text(&lines));
    clt_str_finish(&lines);
    return copy;
}

/* The number of a line that says so, and what stands behind it; NULL: another line. */
static const char *read_until(const char *line, uint64_t *trial)
{
    char *end;
    if (strncmp(line, UNTIL, sizeof UNTIL - 1) != 0) {
        return NULL;
    }
    *trial = strtoull(line + sizeof UNTIL - 1, &end, 10);
    return strncmp(end, ": ", 2) == 0 ? end + 2 : NULL;
}

static int by_trial(const void *left, const void *right)
{
    const clt_until *a = left, *b = right;
    return a->trial < b->trial ? -1 : a->trial > b->trial;
}

bool clt_change_untils(const char *identity, clt_arena *arena, clt_until **rows, size_t *count)
{
    bool whole = true;
    uint64_t trial;
    *count = 0;
    *rows = clt_arena_array(arena, count_lines(identity) + 1, sizeof **rows);
    if (*rows == NULL) {
        return false;
    }
    for (const char *line = identity; *line != '\0'; line = next_line(line)) {
        const char *text = read_until(line, &trial);
        if (text != NULL) {
            clt_until row = {trial,
                             clt_arena_printf(arena, "%.*s", (int)strcspn(text, "\n"), text)};
            whole = whole && row.line != NULL;
            (*rows)[(*count)++] = row;
        }
    }
    if (*count > 0) {
        qsort(*rows, *count, sizeof **rows, by_trial);
    }
    return whole;
}

uint64_t clt_change_same_call(const char *identity)
{
    static const char grace[] = SECTION "grace";
    uint64_t most = 0, trial;
    for (const char *line = identity; *line != '\0'; line = next_line(line)) {
        const char *text = read_until(line, &trial);
        bool matters = text != NULL && strncmp(text, grace, sizeof grace - 1) != 0;
        most = matters && trial > most ? trial : most;
    }
    return most;
}
