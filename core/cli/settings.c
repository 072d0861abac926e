#include "cli/settings.h"

#include "study/wish.h"

#include <string.h>

clt_status clt_settings_read(clt_settings *s, clt_opened *o, clt_error *err)
{
    s->opened = o;
    if (clt_store_wishes(o->store, o->study.id, &o->arena, &s->wishes, &s->count, err) != CLT_OK) {
        return err->status;
    }
    s->trials = clt_wish_trials(&o->arena, o->list.rows, o->list.count, s->count);
    return s->trials != NULL ? CLT_OK : clt_fail_memory(err);
}

/* Of one that waits: can it be a trial now? */
static bool fits(const clt_settings *s, size_t i, clt_error *why)
{
    *why = (clt_error){0};
    return s->plan == NULL || clt_wish_check(s->plan, s->wishes[i].text, why) == CLT_OK;
}

static bool is_open(const clt_settings *s, size_t i)
{
    return s->trials[i] == 0 && !s->wishes[i].withdrawn;
}

/* "waits", "run as trial 3", "withdrawn", "left out (x: ...)" */
static void add_state(const clt_settings *s, size_t i, clt_str *out)
{
    clt_error why;
    if (s->trials[i] > 0) {
        clt_str_addf(out, "run as trial %llu", (unsigned long long)s->trials[i] - 1);
    } else if (s->wishes[i].withdrawn) {
        clt_str_add(out, "withdrawn");
    } else if (!fits(s, i, &why)) {
        clt_str_addf(out, "left out (%s)", why.text);
    } else {
        clt_str_add(out, "waits");
    }
}

static void add_setting(const clt_settings *s, size_t i, bool state, clt_str *out)
{
    const char *text = s->wishes[i].text;
    clt_error why;
    clt_str_addf(out, "setting %zu", i + 1);
    if (state || !fits(s, i, &why)) {
        clt_str_add(out, ": ");
        add_state(s, i, out);
    }
    clt_str_add(out, text[0] == '\0' ? ": all of it is drawn\n" : "\n");
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        clt_str_addf(out, "  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* How many wait, and whether they will come to run. */
static void add_count(const clt_settings *s, uint64_t waiting, uint64_t left_out, clt_str *out)
{
    const clt_opened *o = s->opened;
    uint64_t trials = s->plan != NULL ? (uint64_t)s->plan->study.trials : 0;
    uint64_t room = trials > o->list.count ? trials - o->list.count : 0;
    clt_str_addf(out, "study \"%s\": %llu setting%s wait%s to be run before anything else",
                 o->study.name, (unsigned long long)waiting, waiting == 1 ? "" : "s",
                 waiting == 1 ? "s" : "");
    if (left_out > 0) {
        clt_str_addf(out, ", %llu %s left out", (unsigned long long)left_out,
                     left_out == 1 ? "is" : "are");
    }
    if (trials > 0 && room < waiting) {
        clt_str_addf(out, "; it began with [study] trials = %llu, which leaves room for %llu",
                     (unsigned long long)trials, (unsigned long long)room);
    }
    clt_str_add(out, "\n");
}

void clt_settings_text(const clt_settings *s, bool all, clt_str *out)
{
    uint64_t waiting = 0, left_out = 0;
    clt_error why;
    for (size_t i = 0; i < s->count; i++) {
        if (all || is_open(s, i)) {
            add_setting(s, i, all, out);
        }
        if (is_open(s, i)) {
            ++*(fits(s, i, &why) ? &waiting : &left_out);
        }
    }
    add_count(s, waiting, left_out, out);
}

static const char *state_word(const clt_settings *s, size_t i, clt_error *why)
{
    return s->trials[i] > 0         ? "run"
           : s->wishes[i].withdrawn ? "withdrawn"
           : fits(s, i, why)        ? "waits"
                                    : "left out";
}

/* "name = value" a line, as an object of strings. */
static void add_params(clt_json *json, const char *text)
{
    clt_arena arena = {0};
    clt_json_open(json, "params", '{');
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = clt_arena_printf(&arena, "%.*s", (int)length, text);
        char *equals = line != NULL ? strstr(line, " = ") : NULL;
        json->out->failed = json->out->failed || line == NULL;
        if (equals != NULL) {
            *equals = '\0';
            clt_json_text(json, line, equals + 3);
        }
        text += length + (text[length] == '\n');
    }
    clt_json_close(json, '}');
    clt_arena_finish(&arena);
}

void clt_settings_json(const clt_settings *s, clt_str *out)
{
    clt_json json = {.out = out};
    clt_error why = {0};
    clt_json_open(&json, NULL, '[');
    for (size_t i = 0; i < s->count; i++) {
        why = (clt_error){0};
        clt_json_open(&json, NULL, '{');
        clt_json_int(&json, "setting", (int64_t)i + 1);
        clt_json_text(&json, "state", state_word(s, i, &why));
        if (s->trials[i] > 0) {
            clt_json_int(&json, "trial", (int64_t)s->trials[i] - 1);
        } else if (why.status != CLT_OK) {
            clt_json_text(&json, "why", why.text);
        }
        add_params(&json, s->wishes[i].text);
        clt_json_close(&json, '}');
    }
    clt_json_close(&json, ']');
    clt_str_add(out, "\n");
}
