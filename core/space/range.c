#include "space/range.h"

#include "base/str.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "config/option.h"
#include "config/quote.h"
#include "space/steps.h"

#include <collet/steps.h>

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A call like "real(1, 2, log)", cut into pieces. */
typedef struct call {
    const char *name;
    const char **arguments; /* [count] */
    uint32_t count;
    const char *rest; /* after the bracket */
} call;

/* length bytes of text without blanks around, copied. */
static const char *copy_trimmed(clt_arena *arena, const char *text, size_t length)
{
    while (length > 0 && isspace((unsigned char)*text)) {
        text++;
        length--;
    }
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    return clt_arena_printf(arena, "%.*s", (int)length, text);
}

/* The keyword "when" as a word of its own, in no quotes, or NULL. */
static const char *find_when(const char *text)
{
    for (size_t i = 0; text[i] != '\0';) {
        const char *at = text + i;
        size_t quoted = clt_quoted_at(text, i);
        bool before = i > 0 && (isspace((unsigned char)at[-1]) || at[-1] == ')');
        if (before && strncmp(at, "when", 4) == 0 &&
            (isspace((unsigned char)at[4]) || at[4] == '\0')) {
            return at;
        }
        i += quoted > 0 ? quoted : 1;
    }
    return NULL;
}

/* What is quoted of a value that may be long, so that the reason behind it is seen. */
static const char *brief(clt_arena *arena, const char *text)
{
    enum { MOST = 120, SHOWN = 80 };
    if (strlen(text) <= MOST) {
        return text;
    }
    int whole_characters = (int)clt_utf8_valid(text, SHOWN);
    const char *cut = clt_arena_printf(arena, "%.*s...", whole_characters, text);
    return cut != NULL ? cut : "...";
}

/* One for each comma, and one more: as many as there can be. */
static const char **make_room(clt_arena *arena, const char *at)
{
    size_t most = 1;
    for (; *at != '\0'; at++) {
        most += *at == ',';
    }
    return clt_arena_array(arena, most, sizeof(const char *));
}

/* Has text more brackets of one kind than of the other: was it cut within them? */
static bool is_cut(const char *text)
{
    int open = 0;
    for (; *text != '\0'; text++) {
        open += strchr("([{", *text) != NULL ? 1 : strchr(")]}", *text) != NULL ? -1 : 0;
    }
    return open != 0;
}

/* One argument, up to the comma or the bracket behind it. */
static clt_status add_argument(clt_arena *arena, const char *text, const char **at, call *out,
                               clt_error *err)
{
    clt_listed item;
    if (clt_list_next(arena, at, ",)", &item, err) != CLT_OK) {
        return clt_prefix(err, "\"%s\"", brief(arena, text));
    }
    if (!item.quoted && is_cut(item.text)) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "\"%s\": \"%s\" has one bracket of two; a value with commas or brackets in "
                        "it stands in quotes: choice(\"[128, 32]\", \"[128]\")",
                        brief(arena, text), brief(arena, item.text));
    }
    if (**at == '\0') {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\": the bracket is not closed",
                        brief(arena, text));
    }
    bool empty = !item.quoted && item.text[0] == '\0';
    if (empty && (out->count > 0 || **at == ',')) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\": a value is missing beside a comma",
                        brief(arena, text));
    }
    if (!empty) {
        out->arguments[out->count++] = item.text;
    }
    return CLT_OK;
}

static clt_status split_call(clt_arena *arena, const char *text, size_t name_length, call *out,
                             clt_error *err)
{
    const char *at = text + name_length;
    *out =
        (call){.name = copy_trimmed(arena, text, name_length), .arguments = make_room(arena, at)};
    if (out->name == NULL || out->arguments == NULL) {
        return clt_fail_memory(err);
    }
    do {
        at++; /* behind the bracket, or the comma */
        if (add_argument(arena, text, &at, out, err) != CLT_OK) {
            return err->status;
        }
    } while (*at == ',');
    out->rest = at + 1;
    return CLT_OK;
}

/* log or step=s, the arguments behind low and high. */
static clt_status read_modifier(const char *text, clt_range *range, clt_error *err)
{
    if (strcmp(text, "log") == 0) {
        range->log = true;
        return CLT_OK;
    }
    if (strncmp(text, "step", 4) == 0) {
        const char *value = text + 4 + strspn(text + 4, " \t");
        if (*value == '=' && clt_number_parse(value + 1, &range->step) && range->step > 0) {
            return CLT_OK;
        }
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\": a step is written step=0.5, more than 0",
                        text);
    }
    return clt_fail(err, CLT_BAD_INPUT, "\"%s\": after low and high come log or step=...", text);
}

static clt_status check_bounds(const call *c, clt_range *range, clt_error *err)
{
    const char *low = c->arguments[0], *high = c->arguments[1];
    if (range->low > range->high) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "the bounds are reversed: %s(%s, %s); the lower one comes first", c->name,
                        low, high);
    }
    if (range->log && range->low <= 0) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "a log range starts above 0: %s(%s, %s, log) has the lower bound \"%s\"",
                        c->name, low, high, low);
    }
    if (range->log && range->step > 0) {
        return clt_fail(err, CLT_BAD_INPUT, "log and step do not go together");
    }
    if (range->step > 0 && range->low < range->high &&
        collet_step_value(range->low, range->step, 1) > range->high) {
        return clt_fail(err, CLT_BAD_INPUT, "the step is wider than the range %s to %s", low, high);
    }
    return CLT_OK;
}

static bool whole(double value)
{
    return value == floor(value) && fabs(value) <= 9007199254740992.0;
}

static clt_status check_whole(const call *c, const clt_range *range, clt_error *err)
{
    const double numbers[] = {range->low, range->high, range->step};
    for (uint32_t i = 0; i < c->count && i < 3; i++) {
        const char *text = c->arguments[i], *equals = strchr(text, '=');
        text = equals != NULL ? equals + 1 + strspn(equals + 1, " \t") : text;
        if ((i < 2 || equals != NULL) && clt_whole_check(text, numbers[i], err) != CLT_OK) {
            return clt_prefix(err, "%s() takes whole numbers: %s(%s, %s%s%s): the %s", c->name,
                              c->name, c->arguments[0], c->arguments[1], i == 2 ? ", " : "",
                              i == 2 ? c->arguments[2] : "",
                              i == 0   ? "lower bound"
                              : i == 1 ? "upper bound"
                                       : "step");
        }
    }
    return CLT_OK;
}

static clt_status read_numbers(const collet_option *option, const call *c, clt_range *range,
                               clt_error *err)
{
    if (c->count < 2) {
        return clt_fail(err, CLT_BAD_INPUT, "%s() needs two bounds: %s(low, high)", c->name,
                        c->name);
    }
    double *bounds[2] = {&range->low, &range->high};
    for (uint32_t i = 0; i < 2; i++) {
        if (!clt_number_parse(c->arguments[i], bounds[i])) {
            return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not a number", c->arguments[i]);
        }
    }
    for (uint32_t i = 2; i < c->count; i++) {
        if (read_modifier(c->arguments[i], range, err) != CLT_OK) {
            return err->status;
        }
    }
    if (range->type == COLLET_DIM_INT && check_whole(c, range, err) != CLT_OK) {
        return err->status;
    }
    if (check_bounds(c, range, err) != CLT_OK) {
        return err->status;
    }
    if (range->step > 0) {
        if (!(range->high / range->step - range->low / range->step <= CLT_STEPS_MOST)) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "%s(%s, %s): the step %g is too small for the range: it has more "
                            "values than can be counted",
                            c->name, c->arguments[0], c->arguments[1], range->step);
        }
        range->high = clt_step_last(range->low, range->high, range->step);
    }
    if (clt_option_in_range(option, range->low, c->arguments[0], err) != CLT_OK) {
        return err->status;
    }
    return clt_option_in_range(option, range->high, c->arguments[1], err);
}

static clt_status read_choices(clt_arena *arena, const collet_option *option, const call *c,
                               clt_range *range, clt_error *err)
{
    if (c->count == 0) {
        return clt_fail(err, CLT_BAD_INPUT, "%s() is empty; it needs at least one value", c->name);
    }
    double *numbers = clt_arena_array(arena, c->count, sizeof *numbers);
    if (numbers == NULL) {
        return clt_fail_memory(err);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        clt_value value = {0};
        if (option != NULL && clt_option_parse(option, c->arguments[i], &value, err) != CLT_OK) {
            return err->status;
        }
        numbers[i] = value.number;
        for (uint32_t k = 0; k < i; k++) {
            bool same = option != NULL && option->type <= COLLET_ENUM
                            ? numbers[k] == numbers[i]
                            : strcmp(c->arguments[k], c->arguments[i]) == 0;
            if (same) {
                return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is in the %s twice", c->arguments[i],
                                c->name);
            }
        }
    }
    const char **choices = clt_arena_array(arena, c->count, sizeof *choices);
    if (choices == NULL) {
        return clt_fail_memory(err);
    }
    memcpy(choices, c->arguments, c->count * sizeof *choices);
    range->type = COLLET_DIM_CATEGORY;
    range->choices = choices;
    range->choice_count = c->count;
    range->high = c->count - 1;
    range->ordinal = strcmp(c->name, "ordinal") == 0;
    return CLT_OK;
}

/* ---- normal(), lognormal() ------------------------------------------------------------------ */

/* "low=1" and the like behind mean and standard deviation. */
static clt_status read_named(const char *text, clt_range *range, clt_error *err)
{
    const struct {
        const char *name;
        double *number;
    } rows[] = {{"low", &range->low}, {"high", &range->high}, {"step", &range->step}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = strlen(rows[i].name), blank;
        if (strncmp(text, rows[i].name, length) != 0) {
            continue;
        }
        blank = strspn(text + length, " \t");
        if (text[length + blank] == '=' &&
            clt_number_parse(text + length + blank + 1, rows[i].number)) {
            return range->step < 0
                       ? clt_fail(err, CLT_BAD_INPUT, "\"%s\": a step is more than 0", text)
                       : CLT_OK;
        }
    }
    return clt_fail(err, CLT_BAD_INPUT,
                    "\"%s\": after mean and standard deviation come low and high, or low=..., "
                    "high=..., step=...",
                    text);
}

/* mean, sd, and the bounds that are written; the others stay NaN. */
static clt_status read_law_numbers(const call *c, clt_range *range, clt_error *err)
{
    double *places[4] = {&range->law.mean, &range->law.sd, &range->low, &range->high};
    uint32_t plain = 0;
    range->low = range->high = (double)NAN;
    while (plain < c->count && plain < 4 && strchr(c->arguments[plain], '=') == NULL) {
        if (!clt_number_parse(c->arguments[plain], places[plain])) {
            return clt_fail(err, CLT_BAD_INPUT, "\"%s\" is not a number%s", c->arguments[plain],
                            strcmp(c->arguments[plain], "log") == 0 ? "; see lognormal()" : "");
        }
        plain++;
    }
    if (plain < 2 || plain == 3) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s() needs a mean and a standard deviation, and may have both bounds: "
                        "%s(mean, sd) or %s(mean, sd, low, high)",
                        c->name, c->name, c->name);
    }
    for (uint32_t i = plain; i < c->count; i++) {
        if (read_named(c->arguments[i], range, err) != CLT_OK) {
            return err->status;
        }
    }
    return range->law.sd > 0
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s(%s, %s): the standard deviation \"%s\" must be more than 0", c->name,
                          c->arguments[0], c->arguments[1], c->arguments[1]);
}

/* A bound that is not written is the option's own. So many standard deviations away it ends anyway:
 * a sampler that tries the ends of what it sees would be sent to where the law has next to nothing.
 * Unless the bounds leave nothing else. */
static void find_ends(const collet_option *option, clt_range *range)
{
    const clt_law *law = &range->law;
    bool logs = law->kind == CLT_LOGNORMAL;
    double low = law->mean - CLT_LAW_CUT * law->sd, high = law->mean + CLT_LAW_CUT * law->sd;
    double least = option->min, most = option->max;
    low = logs ? exp(low) : low;
    high = logs ? exp(high) : high;
    if ((option->flags & COLLET_OPEN_MIN) != 0) {
        least = option->type == COLLET_INT ? least + 1 : nextafter(least, (double)INFINITY);
    }
    if ((option->flags & COLLET_OPEN_MAX) != 0) {
        most = option->type == COLLET_INT ? most - 1 : nextafter(most, -(double)INFINITY);
    }
    double from = isnan(range->low) ? least : range->low;
    double to = isnan(range->high) ? most : range->high;
    range->low = from < low && low < to ? low : from;
    range->high = to > high && high > from ? high : to;
}

/* Values with a step are counted from the lower bound, or where none is written from 0. */
static clt_status find_steps(const call *c, clt_range *range, double from, clt_error *err)
{
    bool whole_numbers = range->type == COLLET_DIM_INT;
    range->step = whole_numbers && range->step == 0 ? 1 : range->step;
    if (range->step == 0) {
        return CLT_OK;
    }
    if (whole_numbers && !(whole(range->step) && whole(from))) {
        return clt_fail(err, CLT_BAD_INPUT, "%s(): bounds and step are whole numbers here",
                        c->name);
    }
    double first = ceil((range->low - from) / range->step - 1e-9);
    if (!whole_numbers) {
        range->low = collet_step_value(from, range->step, first);
        range->high = clt_step_last(range->low, range->high, range->step);
        return CLT_OK;
    }
    range->low = from + first * range->step;
    double steps = floor((range->high - range->low) / range->step + 1e-9);
    range->high = range->low + steps * range->step;
    return CLT_OK;
}

/* A bound that is written must be one that the option allows. */
static clt_status check_bound(const collet_option *option, double bound, clt_error *err)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.9g", bound);
    return isnan(bound) ? CLT_OK : clt_option_in_range(option, bound, text, err);
}

static clt_status read_law(const collet_option *option, const call *c, clt_range *range,
                           clt_error *err)
{
    const double enough = 1e-290; /* of 1; the quantile is exact down to there */
    clt_law *law = &range->law;
    if (read_law_numbers(c, range, err) != CLT_OK) {
        return err->status;
    }
    bool anchored = !isnan(range->low);
    double from = anchored ? range->low : 0;
    if (check_bound(option, range->low, err) != CLT_OK ||
        check_bound(option, range->high, err) != CLT_OK) {
        return err->status;
    }
    find_ends(option, range);
    if (find_steps(c, range, from, err) != CLT_OK) {
        return err->status;
    }
    if (range->low > range->high) {
        return clt_fail(err, CLT_BAD_INPUT, "the range of %s(%s, %s) is empty: from %.6g to %.6g",
                        c->name, c->arguments[0], c->arguments[1], range->low, range->high);
    }
    law->low = range->low;
    law->high = range->high;
    law->step = range->step;
    bool logs = law->kind == CLT_LOGNORMAL;
    if (logs && law->low < 0) {
        return clt_fail(err, CLT_BAD_INPUT, "lognormal() has no values below 0: \"%.6g\"",
                        law->low);
    }
    if (!isfinite(law->low) || !isfinite(law->high) ||
        (logs && law->low == 0 && law->step == 0 && !anchored)) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s(%s, %s) goes beyond what a number can hold, from %.6g to %.6g; write "
                        "bounds, or a smaller standard deviation",
                        c->name, c->arguments[0], c->arguments[1], law->low, law->high);
    }
    return law->low == law->high || clt_law_mass(law) > enough
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT, "%s(%s, %s) has nothing between %.6g and %.6g",
                          c->name, c->arguments[0], c->arguments[1], law->low, law->high);
}

static clt_status unknown_range(const char *name, clt_error *err)
{
    static const char *const names[] = {"real", "int", "choice", "ordinal", "normal", "lognormal"};
    clt_suggest suggest = {.read = name};
    char hint[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        clt_suggest_offer(&suggest, names[i]);
    }
    return clt_fail(err, CLT_BAD_INPUT,
                    "\"%s(\": a range is real(), int(), choice(), ordinal(), normal() or "
                    "lognormal()%s",
                    name, clt_suggest_text(&suggest, hint, sizeof hint));
}

static clt_status read_call(clt_arena *arena, const collet_option *option, const call *c,
                            clt_range *range, clt_error *err)
{
    static const char *const types[] = {"",     "on/off", "int", "real", "a list of choices",
                                        "text", "a path"};
    bool is_real = strcmp(c->name, "real") == 0, is_int = strcmp(c->name, "int") == 0;
    bool normal = strcmp(c->name, "normal") == 0, lognormal = strcmp(c->name, "lognormal") == 0;
    if (strcmp(c->name, "choice") == 0 || strcmp(c->name, "ordinal") == 0) {
        return read_choices(arena, option, c, range, err);
    }
    if (!is_real && !is_int && !normal && !lognormal) {
        return unknown_range(c->name, err);
    }
    if (option == NULL || (option->type != COLLET_REAL && option->type != COLLET_INT)) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s() is a range of numbers, but \"%s\" is %s; use choice()", c->name,
                        option != NULL ? option->key : "use",
                        option != NULL ? types[option->type] : "a unit");
    }
    if (is_real && option->type == COLLET_INT) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "real() does not fit: \"%s\" is a whole number; use int()", option->key);
    }
    range->type = is_int || option->type == COLLET_INT ? COLLET_DIM_INT : COLLET_DIM_REAL;
    range->law.kind = normal ? CLT_NORMAL : lognormal ? CLT_LOGNORMAL : CLT_EVEN;
    return range->law.kind != CLT_EVEN ? read_law(option, c, range, err)
                                       : read_numbers(option, c, range, err);
}

/* `search`: the range that the option's own table declares. */
static clt_status read_search(clt_arena *arena, const collet_option *option, clt_range *range,
                              clt_error *err)
{
    if (option == NULL) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "\"search\" does not fit here; name the units: choice(a, b)");
    }
    clt_str text = {0};
    if (option->search != NULL) {
        clt_str_add(&text, option->search);
    } else if (option->type == COLLET_BOOL) {
        clt_str_add(&text, "choice(off, on)");
    } else if (option->type == COLLET_ENUM) {
        clt_str_add(&text, "choice(");
        for (const char *c = option->choices; *c != '\0'; c++) {
            clt_str_add_bytes(&text, *c == '|' ? "," : c, 1);
        }
        clt_str_add(&text, ")");
    } else {
        return clt_fail(err, CLT_BAD_INPUT,
                        "\"search\": option %s declares no range of its own; write one, such as %s",
                        option->key,
                        option->type == COLLET_INT    ? "int(1, 10)"
                        : option->type == COLLET_REAL ? "real(0, 1)"
                                                      : "choice(a, b)");
    }
    if (range->when != NULL) {
        clt_str_addf(&text, " when %s", range->when);
    }
    clt_status status = text.failed
                            ? clt_fail_memory(err)
                            : clt_range_parse(arena, option, clt_str_text(&text), range, err);
    clt_str_finish(&text);
    return status;
}

static clt_status read_plain(const collet_option *option, const char *text, clt_range *range,
                             clt_error *err)
{
    clt_value value;
    if (range->when != NULL) {
        return clt_fail(err, CLT_BAD_INPUT, "\"when\" follows a range, not the plain value \"%s\"",
                        text);
    }
    if (text[0] == '\0' && (option == NULL || option->type <= COLLET_ENUM)) {
        return clt_fail(err, CLT_BAD_INPUT, "a value is missing");
    }
    return option == NULL ? CLT_OK : clt_option_parse(option, text, &value, err);
}

/* A text may hold brackets and the word "when"; only where it begins like a range is it one. */
static bool is_text(const collet_option *option, const char *text)
{
    bool plain = option != NULL && option->type >= COLLET_STRING;
    return plain && strncmp(text, "choice(", 7) != 0 && strncmp(text, "ordinal(", 8) != 0 &&
           (option->search == NULL || strncmp(text, "search", 6) != 0);
}

const char *clt_range_plain(const clt_range *range, const char *written)
{
    return range->constant != NULL ? range->constant : written;
}

/* One value, which no condition takes away, is no dimension. */
static clt_status settle(clt_arena *arena, clt_range *range, clt_error *err)
{
    if (range->low < range->high || range->when != NULL || range->pinned || range->type == 0) {
        return CLT_OK;
    }
    clt_str text = {0};
    if (range->type == COLLET_DIM_CATEGORY) {
        clt_str_add(&text, range->choices[0]);
    } else if (range->type == COLLET_DIM_INT) {
        clt_str_addf(&text, "%.0f", range->low);
    } else {
        clt_str_add_real(&text, range->low);
    }
    const char *constant = text.failed ? NULL : clt_arena_copy(arena, clt_str_text(&text));
    clt_str_finish(&text);
    *range = (clt_range){.constant = constant};
    return constant != NULL ? CLT_OK : clt_fail_memory(err);
}

clt_status clt_range_parse(clt_arena *arena, const collet_option *option, const char *text,
                           clt_range *range, clt_error *err)
{
    *range = (clt_range){0};
    if (is_text(option, text)) {
        return CLT_OK;
    }
    const char *when = find_when(text);
    size_t length = when != NULL ? (size_t)(when - text) : strlen(text);
    const char *value = copy_trimmed(arena, text, length);
    range->when = when != NULL ? copy_trimmed(arena, when + 4, strlen(when + 4)) : NULL;
    if (value == NULL || (when != NULL && range->when == NULL)) {
        return clt_fail_memory(err);
    }
    if (strcmp(value, "search") == 0) {
        return option != NULL && (option->flags & COLLET_FIXED) != 0
                   ? clt_fail(err, CLT_BAD_INPUT, "\"%s\" cannot be searched over", option->key)
                   : read_search(arena, option, range, err);
    }
    size_t name = strspn(value, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    size_t blank = strspn(value + name, " \t");
    if (name == 0 || value[name + blank] != '(') {
        return read_plain(option, value, range, err);
    }
    if (option != NULL && (option->flags & COLLET_FIXED) != 0) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\" cannot be searched over", option->key);
    }
    call c = {0};
    if (split_call(arena, value, name + blank, &c, err) != CLT_OK) {
        return err->status;
    }
    range->pinned = strcmp(c.rest + strspn(c.rest, " \t"), "pinned") == 0;
    if (c.rest[strspn(c.rest, " \t")] != '\0' && !range->pinned) {
        return clt_fail(err, CLT_BAD_INPUT, "\"%s\": not understood after the range: \"%s\"",
                        brief(arena, value), brief(arena, c.rest + strspn(c.rest, " \t")));
    }
    if (read_call(arena, option, &c, range, err) != CLT_OK) {
        return err->status;
    }
    return range->pinned && range->low < range->high
               ? clt_fail(err, CLT_BAD_INPUT, "\"%s\": only a range of one value is pinned",
                          brief(arena, value))
               : settle(arena, range, err);
}
