/* The [enqueue] sections of an experiment. */
#include "study/plan_build.h"
#include "study/wish.h"

#include <string.h>

bool clt_plan_is_wish(const char *section)
{
    static const char name[] = "enqueue";
    size_t length = sizeof name - 1;
    return strncmp(section, name, length) == 0 &&
           (section[length] == '\0' || section[length] == '.');
}

/* What is no point of the space is refused of a study that begins, and left out of one that goes
 * on. */
static clt_status defer(clt_plan_build *b)
{
    if (b->err->status != CLT_BAD_INPUT) {
        return b->err->status;
    }
    if (b->plan->wish_error.status == CLT_OK) {
        b->plan->wish_error = *b->err;
    }
    *b->err = (clt_error){0};
    return CLT_OK;
}

static bool is_searched(const clt_plan *plan, const char *name)
{
    bool searched = false;
    for (uint32_t i = 0; i < plan->space.dim_count && !searched; i++) {
        searched = strcmp(plan->space.dims[i].name, name) == 0;
    }
    return searched;
}

/* Each line by itself first, so that a slip in one is told with its line. */
static clt_status add_lines(clt_plan_build *b, const clt_section *section, clt_str *text)
{
    const clt_ini *ini = b->plan->ini;
    for (size_t i = 0; i < ini->entry_count; i++) {
        const clt_entry *e = &ini->entries[i];
        if (strcmp(e->section, section->name) != 0) {
            continue;
        }
        if (clt_wish_check_one(b->plan, e->key, e->value, b->err) != CLT_OK) {
            (void)clt_plan_at(b, e->line, clt_plan_bracket(b, section->name));
            return is_searched(b->plan, e->key) ? defer(b) : b->err->status;
        }
        clt_wish_add(text, e->key, e->value);
    }
    if (clt_wish_check(b->plan, clt_str_text(text), b->err) == CLT_OK) {
        return CLT_OK;
    }
    (void)clt_plan_at(b, section->line, clt_plan_bracket(b, section->name));
    return defer(b);
}

static clt_status add_wish(clt_plan_build *b, const clt_section *section, clt_wish *wish)
{
    clt_str text = {0};
    clt_status status = add_lines(b, section, &text);
    wish->text = text.failed ? NULL : clt_arena_copy(&b->plan->arena, clt_str_text(&text));
    clt_str_finish(&text);
    return status == CLT_OK && wish->text == NULL ? clt_fail_memory(b->err) : status;
}

clt_status clt_plan_add_wishes(clt_plan_build *b)
{
    clt_plan *plan = b->plan;
    clt_wish *wishes = clt_arena_array(&plan->arena, plan->ini->section_count + 1, sizeof *wishes);
    plan->wishes = wishes;
    clt_status status = wishes != NULL ? CLT_OK : clt_fail_memory(b->err);
    for (size_t i = 0; i < plan->ini->section_count && status == CLT_OK; i++) {
        if (clt_plan_is_wish(plan->ini->sections[i].name)) {
            status = add_wish(b, &plan->ini->sections[i], &wishes[plan->wish_count++]);
        }
    }
    return status;
}
