#include "study/pin.h"

#include "space/range.h"
#include "space/steps.h"
#include "study/plan.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* A range as it is written: "real(-1, 1, log) when a == b", in pieces. */
typedef struct written {
    const char *name, *arguments, *rest; /* rest: behind the bracket */
    int name_length, arguments_length;
} written;

static bool is_numbers(const written *w)
{
    return strncmp(w->name, "choice", 6) != 0 && strncmp(w->name, "ordinal", 7) != 0;
}

static bool has_law(const written *w)
{
    return w->name[0] == 'n' || w->name[0] == 'l';
}

/* The place of the closing bracket, past what is in quotes; NULL: there is none. */
static const char *find_close(const char *at)
{
    char quote = 0;
    for (; *at != '\0' && *at != '\n'; at++) {
        if (quote != 0) {
            quote = *at == quote ? 0 : quote;
        } else if (*at == '"') {
            quote = *at;
        } else if (*at == ')') {
            return at;
        }
    }
    return NULL;
}

static bool read_written(const char *text, written *out)
{
    static const char *const names[] = {"real", "int", "choice", "ordinal", "normal", "lognormal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        const char *open = text + n + (strncmp(text, names[i], n) == 0 ? strspn(text + n, " ") : 0);
        const char *close =
            strncmp(text, names[i], n) == 0 && *open == '(' ? find_close(open) : NULL;
        if (close != NULL) {
            *out = (written){text, open + 1, close + 1, (int)n, (int)(close - open - 1)};
            return true;
        }
    }
    return false;
}

/* Argument i, without blanks around; its length is 0 where there is none. */
static const char *argument(const written *w, int i, int *length)
{
    const char *at = w->arguments, *end = w->arguments + w->arguments_length;
    for (; i > 0 && at < end; i--) {
        size_t n = strcspn(at, ",)");
        at += at + n < end ? n + 1 : (size_t)(end - at);
    }
    at += strspn(at, " \t");
    size_t n = at < end ? strcspn(at, ",)") : 0;
    while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t')) {
        n--;
    }
    *length = (int)n;
    return at;
}

static bool is_said_pinned(const written *w)
{
    return strncmp(w->rest + strspn(w->rest, " \t"), "pinned", 6) == 0;
}

/* Does the range have one value, and is not said to be pinned? */
static bool is_single(const written *w)
{
    int n, m;
    const int first = has_law(w) ? 2 : 0;
    const char *a = argument(w, first, &n), *b = argument(w, first + 1, &m);
    return !is_said_pinned(w) && n > 0 &&
           (is_numbers(w) ? n == m && strncmp(a, b, (size_t)n) == 0 : m == 0);
}

/* Modifiers that stay: log, step=s; bounds of a law by name do not. */
static void add_modifiers(const written *w, clt_str *out)
{
    int n;
    const int first = 2;
    for (int i = first;; i++) {
        const char *text = argument(w, i, &n);
        if (n == 0) {
            return;
        }
        if (strncmp(text, "log", 3) == 0 || strncmp(text, "step", 4) == 0) {
            clt_str_addf(out, ", %.*s", n, text);
        }
    }
}

/* The range with that one value. */
static void add_pinned(const written *w, const char *value, clt_str *out)
{
    int mean, sd;
    const char *rest = w->rest + strspn(w->rest, " \t");
    rest += strncmp(rest, "pinned", 6) == 0 ? 6 : 0;
    const int rest_length = (int)strcspn(rest, "\n");
    const char *first = argument(w, 0, &mean), *second = argument(w, 1, &sd);
    clt_str_addf(out, "%.*s(", w->name_length, w->name);
    if (has_law(w)) {
        clt_str_addf(out, "%.*s, %.*s, ", mean, first, sd, second);
    }
    clt_str_addf(out, is_numbers(w) ? "%s, %s" : "%s", value, value);
    if (is_numbers(w)) {
        add_modifiers(w, out);
    }
    clt_str_addf(out, ") pinned%s%.*s", rest_length > 0 && rest[0] != ' ' ? " " : "", rest_length,
                 rest);
}

/* The last range that the study has had for the entry. */
static bool find_range(const char *identity, const clt_entry *e, written *out)
{
    size_t section = strlen(e->section), key = strlen(e->key);
    for (const char *line = identity; *line != '\0'; line += *line == '\n') {
        bool same = strncmp(line, e->section, section) == 0 && line[section] == '.' &&
                    strncmp(line + section + 1, e->key, key) == 0 &&
                    strncmp(line + section + 1 + key, " = ", 3) == 0;
        if (same && read_written(line + section + 1 + key + 3, out)) {
            return true;
        }
        line += strcspn(line, "\n");
    }
    return false;
}

/* Is the value low + k step, also beyond the bounds? */
static bool is_step(const clt_range *range, double value)
{
    double on;
    return value < range->low
               ? clt_step_near(value, range->low, range->step, range->low, &on)
               : clt_step_near(range->low, fmax(range->high, value), range->step, value, &on);
}

/* A value between the steps of the range that the study has had would be none of its points. */
static clt_status check_steps(const clt_ini *ini, const clt_entry *e, const written *was,
                              double value, clt_arena *arena, clt_error *err)
{
    const collet_option any = {
        .key = e->key, .min = -INFINITY, .max = INFINITY, .type = COLLET_REAL, .count = 1};
    clt_error ignored = {0};
    clt_range range = {0};
    const char *text = clt_arena_printf(arena, "%.*s%s", (int)(was->rest - was->name), was->name,
                                        is_said_pinned(was) ? " pinned" : "");
    if (text == NULL) {
        return clt_fail_memory(err);
    }
    bool stepped = clt_range_parse(arena, &any, text, &range, &ignored) == CLT_OK && range.step > 0;
    return !stepped || is_step(&range, value)
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s:%d: %s.%s: \"%s\" lies between the steps of %s, the range that the "
                          "study has had",
                          ini->path, e->line, e->section, e->key, e->value, text);
}

/* What the entry is to be, in *out; nothing where it stays. */
static clt_status pin_entry(const clt_ini *ini, const clt_entry *e, const char *identity,
                            clt_arena *arena, clt_str *out, clt_error *err)
{
    written was, is;
    double value;
    if (strcmp(e->section, CLT_INI_LINES) == 0 || !find_range(identity, e, &was) ||
        is_single(&was)) { /* a constant, that was never searched over */
        return CLT_OK;
    }
    bool range = read_written(e->value, &is);
    if (range && is_single(&is)) {
        clt_str_addf(out, "%.*s pinned%s", (int)(is.rest - is.name), is.name, is.rest);
    } else if (!range && strcmp(e->value, "search") != 0 && strstr(e->value, " when ") == NULL) {
        if (is_numbers(&was) && !clt_number_parse(e->value, &value)) {
            return CLT_OK;
        }
        if (is_numbers(&was) && check_steps(ini, e, &was, value, arena, err) != CLT_OK) {
            return err->status;
        }
        add_pinned(&was, e->value, out);
    }
    return CLT_OK;
}

/* The text with another value on that line. */
static bool replace_line(clt_str *text, int line, const char *key, const char *value)
{
    const char *whole = clt_str_text(text), *at = whole;
    clt_str changed = {0};
    for (int i = 1; i < line; i++) {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    clt_str_add_bytes(&changed, whole, (size_t)(at - whole));
    clt_str_addf(&changed, "%s = %s", key, value);
    clt_str_add(&changed, at + strcspn(at, "\n"));
    clt_str_finish(text);
    *text = changed;
    return !text->failed;
}

clt_status clt_pin_by(clt_ini *ini, const char *identity, clt_arena *arena, clt_error *err)
{
    clt_str text = {0};
    clt_status status = CLT_OK;
    bool any = false;
    clt_str_add(&text, ini->text);
    for (size_t i = 0; i < ini->entry_count && status == CLT_OK && !text.failed; i++) {
        const clt_entry *e = &ini->entries[i];
        clt_str value = {0};
        status = pin_entry(ini, e, identity, arena, &value, err);
        if (status == CLT_OK && value.length > 0) {
            any = true;
            text.failed =
                value.failed || !replace_line(&text, e->line, e->key, clt_str_text(&value));
        }
        clt_str_finish(&value);
    }
    const char *copy = any && !text.failed ? clt_arena_copy(arena, clt_str_text(&text)) : NULL;
    status = status == CLT_OK && any && copy == NULL ? clt_fail_memory(err) : status;
    clt_str_finish(&text);
    return status == CLT_OK && any ? clt_ini_parse(arena, ini->path, copy, ini, err) : status;
}

clt_status clt_pin(clt_ini *ini, const char *store, clt_store_opener open, clt_arena *arena,
                   clt_error *err)
{
    clt_error ignored = {0};
    clt_store *opened = NULL;
    clt_study_row study;
    bool found = false;
    const char *name = clt_plan_study_name(ini, arena);
    if (name == NULL) {
        return clt_fail_memory(err);
    }
    if (access(store, F_OK) == 0 && open(store, &opened, &ignored) == CLT_OK) {
        (void)clt_store_find_study(opened, name, arena, &found, &study, &ignored);
        found = found && ignored.status == CLT_OK;
    }
    clt_store_close(opened);
    return found ? clt_pin_by(ini, study.identity, arena, err) : CLT_OK;
}
