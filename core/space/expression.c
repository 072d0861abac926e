#include "space/expression.h"

#include "base/suggest.h"
#include "config/option.h"
#include "config/quote.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

/* What a part of the line turned out to be. */
typedef enum type { NUMBER, TRUTH, CHOICE, WORD } type;

typedef struct part {
    type type;
    const clt_term *term;  /* NUMBER, TRUTH */
    const clt_variable *v; /* CHOICE: the parameter */
    const char *word;      /* as written; NULL for what is more than one word */
} part;

typedef struct reader {
    clt_arena *arena;
    const char *at;
    const clt_variable *variables;
    size_t count;
    int depth;
    clt_error *err;
} reader;

static clt_status read_or(reader *r, part *out);

/* ---- Words ---------------------------------------------------------------------------------- */

static void skip(reader *r)
{
    r->at += strspn(r->at, " \t");
}

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Takes a sign or, where it is one by itself, a word. */
static bool take(reader *r, const char *sign)
{
    size_t n = strlen(sign);
    skip(r);
    if (strncmp(r->at, sign, n) != 0 || (isalpha((unsigned char)sign[0]) && is_letter(r->at[n]))) {
        return false;
    }
    r->at += n;
    return true;
}

static clt_status fail_here(reader *r, const char *what)
{
    skip(r);
    return *r->at == '\0' ? clt_fail(r->err, CLT_BAD_INPUT, "%s at the end of the line", what)
                          : clt_fail(r->err, CLT_BAD_INPUT, "%s before \"%s\"", what, r->at);
}

/* ---- Parameters ----------------------------------------------------------------------------- */

static const clt_variable *find(const reader *r, const char *name)
{
    const size_t params = sizeof "params." - 1;
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->variables[i].name, name) == 0) {
            return &r->variables[i];
        }
    }
    return strncmp(name, "params.", params) == 0 ? find(r, name + params) : NULL;
}

/* "units.2" is what "units" says where it is not written; "model.use" is "model". */
static const clt_variable *find_part(const reader *r, const char *name)
{
    const clt_variable *v = find(r, name);
    const char *dot = strrchr(name, '.');
    if (v != NULL || dot == NULL) {
        return v;
    }
    const char *whole = clt_arena_printf(r->arena, "%.*s", (int)(dot - name), name);
    v = whole != NULL ? find(r, whole) : NULL;
    if (v == NULL || v->option == NULL) {
        return v != NULL && strcmp(dot, ".use") == 0 ? v : NULL;
    }
    char *end;
    unsigned long element = strtoul(dot + 1, &end, 10);
    return isdigit((unsigned char)dot[1]) && *end == '\0' && element >= 1 &&
                   element <= v->option->count
               ? v
               : NULL;
}

static clt_status fail_name(reader *r, const char *name)
{
    clt_suggest suggest = {.read = name};
    char hint[160];
    for (size_t i = 0; i < r->count; i++) {
        clt_suggest_offer(&suggest, r->variables[i].name);
    }
    return clt_fail(r->err, CLT_BAD_INPUT, "there is no parameter \"%s\"%s", name,
                    clt_suggest_text(&suggest, hint, sizeof hint));
}

static bool is_number(const clt_variable *v)
{
    return v->option != NULL && (v->option->type == COLLET_REAL || v->option->type == COLLET_INT);
}

static const clt_term *keep(reader *r, clt_term term)
{
    clt_term *kept = clt_arena_alloc(r->arena, sizeof *kept);
    if (kept != NULL) {
        *kept = term;
    } else {
        clt_fail_memory(r->err);
    }
    return kept;
}

/* The choice among units that v belongs to: v is a parameter only while that is `choice`. */
static uint32_t guard_of(const reader *r, const clt_variable *v, uint32_t *choice)
{
    const clt_variable *parent = v->parent != NULL ? find(r, v->parent) : NULL;
    *choice = 0;
    if (parent == NULL || parent->dim < 0) {
        return CLT_TERM_FREE;
    }
    while (*choice < parent->range.choice_count &&
           strcmp(parent->range.choices[*choice], v->parent_value) != 0) {
        (*choice)++;
    }
    return (uint32_t)parent->dim;
}

/* The numbers of a choice among numbers. */
static const clt_term *number_table(reader *r, const clt_variable *v)
{
    double *table = clt_arena_array(r->arena, v->range.choice_count + 1u, sizeof *table);
    if (table == NULL) {
        clt_fail_memory(r->err);
        return NULL;
    }
    for (uint32_t i = 0; i < v->range.choice_count; i++) {
        (void)clt_number_parse(v->range.choices[i], &table[i]);
    }
    return keep(r, (clt_term){.kind = CLT_TERM_TABLE,
                              .dim = (uint32_t)v->dim,
                              .count = v->range.choice_count,
                              .table = table});
}

/* A parameter that is a number, searched over or not. */
static const clt_term *number_of(reader *r, const clt_variable *v)
{
    clt_term term = {.kind = CLT_TERM_NUMBER};
    if (v->range.type == COLLET_DIM_CATEGORY && v->dim >= 0) {
        return number_table(r, v);
    }
    if (v->dim >= 0) {
        return keep(r, (clt_term){.kind = CLT_TERM_DIM, .dim = (uint32_t)v->dim});
    }
    term.dim = guard_of(r, v, &term.choice);
    if (v->never || v->text == NULL || !clt_number_parse(v->text, &term.number)) {
        term.number = (double)NAN; /* see compare() */
    }
    return keep(r, term);
}

/* ---- Comparisons ---------------------------------------------------------------------------- */

typedef enum op { LESS, AT_MOST, MORE, AT_LEAST, EQUAL, DIFFERS, NO_OP } op;

static op take_op(reader *r)
{
    static const struct {
        const char *sign;
        op op;
    } rows[] = {{"<=", AT_MOST}, {">=", AT_LEAST}, {"==", EQUAL}, {"!=", DIFFERS},
                {"<", LESS},     {">", MORE},      {"=", EQUAL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (take(r, rows[i].sign)) {
            return rows[i].op;
        }
    }
    return NO_OP;
}

/* The same with its sides exchanged. */
static op turn(op o)
{
    static const op turned[] = {MORE, AT_LEAST, LESS, AT_MOST, EQUAL, DIFFERS};
    return turned[o];
}

static bool holds(op o, double a, double b)
{
    switch (o) {
    case LESS:
        return a < b;
    case AT_MOST:
        return a <= b;
    case MORE:
        return a > b;
    case AT_LEAST:
        return a >= b;
    default:
        return (a == b) == (o == EQUAL);
    }
}

static bool same_value(const clt_variable *v, const char *a, const char *b)
{
    clt_error ignored;
    clt_value one, other;
    if (v->option == NULL || v->option->type >= COLLET_STRING) {
        return strcmp(a, b) == 0;
    }
    return clt_option_parse(v->option, a, &one, &ignored) == CLT_OK &&
           clt_option_parse(v->option, b, &other, &ignored) == CLT_OK && one.number == other.number;
}

static clt_status fail_choice(reader *r, const clt_variable *v, const char *word)
{
    clt_suggest suggest = {.read = word};
    char hint[160];
    for (uint32_t i = 0; i < v->range.choice_count; i++) {
        clt_suggest_offer(&suggest, v->range.choices[i]);
    }
    return clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" never has the value \"%s\"%s", v->name, word,
                    clt_suggest_text(&suggest, hint, sizeof hint));
}

/* What is not searched over is settled, but where it may be absent. */
static clt_status compare_plain(reader *r, const clt_variable *v, op o, const char *word, part *out)
{
    uint32_t choice, dim = guard_of(r, v, &choice), count = 1;
    bool met = v->text != NULL && same_value(v, v->text, word) == (o == EQUAL);
    const clt_variable *parent = v->parent != NULL ? find(r, v->parent) : NULL;
    clt_term term = {.kind = CLT_TERM_ALWAYS, .dim = CLT_TERM_FREE};
    if (dim == CLT_TERM_FREE || parent == NULL) { /* 0 <= 0, or 1 <= 0: "not" turns it round */
        const clt_term *a = keep(r, (clt_term){.dim = CLT_TERM_FREE, .number = met ? 0 : 1});
        const clt_term *b = keep(r, (clt_term){.dim = CLT_TERM_FREE});
        term = (clt_term){.kind = CLT_TERM_AT_MOST, .dim = CLT_TERM_FREE, .a = a, .b = b};
        out->term = a != NULL && b != NULL ? keep(r, term) : NULL;
        return out->term != NULL ? CLT_OK : r->err->status;
    }
    count = parent->range.choice_count;
    unsigned char *set = clt_arena_array(r->arena, count + 1u, 1);
    if (set == NULL) {
        return clt_fail_memory(r->err);
    }
    for (uint32_t i = 0; i < count; i++) {
        set[i] = i != choice ? CLT_TERM_NO_MATTER : met ? CLT_TERM_IN : CLT_TERM_OUT;
    }
    term = (clt_term){.kind = CLT_TERM_AMONG, .dim = dim, .count = count, .set = set};
    out->term = keep(r, term);
    return out->term != NULL ? CLT_OK : r->err->status;
}

/* A choice among words beside one of them. */
static clt_status compare_choice(reader *r, const clt_variable *v, op o, const char *word,
                                 part *out)
{
    uint32_t count = v->range.choice_count, place = 0;
    if (o != EQUAL && o != DIFFERS && !v->range.ordinal) {
        return clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" has no order; use == or !=", v->name);
    }
    if (v->never) {
        out->term = keep(r, (clt_term){.kind = CLT_TERM_ALWAYS, .dim = CLT_TERM_FREE});
        return out->term != NULL ? CLT_OK : r->err->status;
    }
    if (v->dim < 0) {
        return compare_plain(r, v, o, word, out);
    }
    while (place < count && !same_value(v, v->range.choices[place], word)) {
        place++;
    }
    if (place == count) {
        return fail_choice(r, v, word);
    }
    unsigned char *set = clt_arena_array(r->arena, count + 1u, 1);
    if (set == NULL) {
        return clt_fail_memory(r->err);
    }
    for (uint32_t i = 0; i < count; i++) {
        set[i] = holds(o, i, place) ? CLT_TERM_IN : CLT_TERM_OUT;
    }
    out->term = keep(
        r, (clt_term){.kind = CLT_TERM_AMONG, .dim = (uint32_t)v->dim, .count = count, .set = set});
    return out->term != NULL ? CLT_OK : r->err->status;
}

static clt_status compare_numbers(reader *r, const part *a, op o, const part *b, part *out)
{
    const clt_term *left = a->term, *right = b->term;
    bool turned = o == MORE || o == AT_LEAST;
    bool never = (a->v != NULL && a->v->never) || (b->v != NULL && b->v->never);
    clt_term term = {.dim = CLT_TERM_FREE, .a = turned ? right : left, .b = turned ? left : right};
    o = turned ? turn(o) : o;
    term.kind = never          ? CLT_TERM_ALWAYS
                : o == LESS    ? CLT_TERM_LESS
                : o == AT_MOST ? CLT_TERM_AT_MOST
                : o == EQUAL   ? CLT_TERM_EQUAL
                               : CLT_TERM_DIFFERS;
    out->term = keep(r, term);
    return out->term != NULL ? CLT_OK : r->err->status;
}

static clt_status compare(reader *r, const part *a, op o, const part *b, part *out)
{
    *out = (part){.type = TRUTH};
    if (a->type == TRUTH || b->type == TRUTH) {
        return clt_fail(r->err, CLT_BAD_INPUT, "what is compared must be a number or a choice");
    }
    if (a->type == CHOICE && b->type != CHOICE && b->word != NULL) {
        return compare_choice(r, a->v, o, b->word, out);
    }
    if (b->type == CHOICE && a->type != CHOICE && a->word != NULL) {
        return compare_choice(r, b->v, turn(o), a->word, out);
    }
    if (a->type == CHOICE || b->type == CHOICE) {
        return clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is compared with one of its values only",
                        a->type == CHOICE ? a->v->name : b->v->name);
    }
    if (a->type == WORD || b->type == WORD) {
        return fail_name(r, a->type == WORD ? a->word : b->word);
    }
    return compare_numbers(r, a, o, b, out);
}

/* ---- The grammar ---------------------------------------------------------------------------- */

static clt_status be_number(reader *r, const part *p)
{
    switch (p->type) {
    case NUMBER:
        return CLT_OK;
    case WORD:
        return fail_name(r, p->word);
    case CHOICE:
        return clt_fail(r->err, CLT_BAD_INPUT, "\"%s\" is no number to reckon with", p->v->name);
    default:
        return clt_fail(r->err, CLT_BAD_INPUT, "a comparison is no number to reckon with");
    }
}

static clt_status be_truth(reader *r, const part *p)
{
    if (p->type == TRUTH) {
        return CLT_OK;
    }
    if (p->type == WORD) {
        return fail_name(r, p->word);
    }
    return p->word != NULL
               ? clt_fail(r->err, CLT_BAD_INPUT,
                          "\"%s\" is not compared with anything; use < <= > >= == !=", p->word)
               : clt_fail(r->err, CLT_BAD_INPUT,
                          "a sum or product is not compared with anything; use < <= > >= == !=");
}

static clt_status join(reader *r, clt_term_kind kind, const part *a, const part *b, part *out)
{
    bool truth = kind == CLT_TERM_AND || kind == CLT_TERM_OR;
    if (truth ? be_truth(r, a) != CLT_OK || be_truth(r, b) != CLT_OK
              : be_number(r, a) != CLT_OK || be_number(r, b) != CLT_OK) {
        return r->err->status;
    }
    bool never = !truth && ((a->v != NULL && a->v->never) || (b->v != NULL && b->v->never));
    const clt_variable *absent = a->v != NULL && a->v->never ? a->v : b->v;
    *out = (part){.type = truth ? TRUTH : NUMBER, .v = never ? absent : NULL};
    out->term = keep(r, (clt_term){.kind = kind, .dim = CLT_TERM_FREE, .a = a->term, .b = b->term});
    return out->term != NULL ? CLT_OK : r->err->status;
}

static clt_status take_quoted(reader *r, part *out)
{
    size_t length = clt_quoted(r->at);
    if (length == 0) {
        return clt_fail(r->err, CLT_BAD_INPUT, "the quote is not closed: %s", r->at);
    }
    *out = (part){.type = WORD};
    out->word = clt_unquote(r->arena, r->at, length);
    r->at += length;
    return out->word != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status set_parameter(reader *r, const clt_variable *v, part *out)
{
    out->v = v;
    out->type = is_number(v) ? NUMBER : CHOICE;
    out->term = out->type == NUMBER ? number_of(r, v) : NULL;
    return out->type == CHOICE || out->term != NULL ? CLT_OK : r->err->status;
}

/* A name, which may have a "-" in it: the longest that there is, or all of it. */
static clt_status take_name(reader *r, part *out)
{
    size_t most = 0, least = 0;
    while (is_letter(r->at[most]) || (most > 0 && r->at[most] == '-')) {
        least = least == 0 && r->at[most] == '-' ? most : least;
        most++;
    }
    least = least == 0 ? most : least;
    *out = (part){.type = WORD};
    for (size_t n = most; n >= least; n--) {
        const char *name = clt_arena_printf(r->arena, "%.*s", (int)n, r->at);
        const clt_variable *v = name != NULL ? find_part(r, name) : NULL;
        if (name == NULL) {
            return clt_fail_memory(r->err);
        }
        out->word = n == most || v != NULL ? name : out->word;
        if (v != NULL) {
            r->at += n;
            return set_parameter(r, v, out);
        }
    }
    r->at += most;
    return CLT_OK;
}

/* A number; true where one stands here. "3x3" is none. */
static bool take_number(reader *r, part *out)
{
    char *end;
    double number = strtod(r->at, &end);
    if (!(isdigit((unsigned char)r->at[0]) ||
          (r->at[0] == '.' && isdigit((unsigned char)r->at[1]))) ||
        is_letter(*end) || !isfinite(number)) {
        return false;
    }
    *out = (part){.type = NUMBER};
    out->word = clt_arena_printf(r->arena, "%.*s", (int)(end - r->at), r->at);
    out->term =
        keep(r, (clt_term){.kind = CLT_TERM_NUMBER, .dim = CLT_TERM_FREE, .number = number});
    r->at = end;
    return true;
}

static clt_status read_primary(reader *r, part *out)
{
    skip(r);
    if (take(r, "(")) {
        if (read_or(r, out) != CLT_OK) {
            return r->err->status;
        }
        return take(r, ")") ? CLT_OK : fail_here(r, "a \")\" is missing");
    }
    if (*r->at == '"' || *r->at == '\'') {
        return take_quoted(r, out);
    }
    if (take_number(r, out)) {
        return out->term != NULL && out->word != NULL ? CLT_OK : clt_fail_memory(r->err);
    }
    return is_letter(*r->at) ? take_name(r, out)
                             : fail_here(r, "a number or a parameter is missing");
}

static clt_status read_unary(reader *r, part *out)
{
    if (!take(r, "-")) {
        return read_primary(r, out);
    }
    part of;
    clt_status status =
        ++r->depth > DEEPEST ? clt_fail(r->err, CLT_BAD_INPUT, "too deep") : read_unary(r, &of);
    r->depth--;
    if (status != CLT_OK || be_number(r, &of) != CLT_OK) {
        return r->err->status;
    }
    *out = (part){.type = NUMBER, .v = of.v};
    out->term = keep(r, (clt_term){.kind = CLT_TERM_NEGATE, .dim = CLT_TERM_FREE, .a = of.term});
    return out->term != NULL ? CLT_OK : r->err->status;
}

static clt_status read_product(reader *r, part *out)
{
    clt_status status = read_unary(r, out);
    while (status == CLT_OK) {
        part left = *out, right;
        bool times = take(r, "*");
        if (!times && !take(r, "/")) {
            break;
        }
        status = read_unary(r, &right);
        status = status == CLT_OK
                     ? join(r, times ? CLT_TERM_MULTIPLY : CLT_TERM_DIVIDE, &left, &right, out)
                     : status;
    }
    return status;
}

static clt_status read_sum(reader *r, part *out)
{
    clt_status status = read_product(r, out);
    while (status == CLT_OK) {
        part left = *out, right;
        bool plus = take(r, "+");
        if (!plus && !take(r, "-")) {
            break;
        }
        status = read_product(r, &right);
        status = status == CLT_OK
                     ? join(r, plus ? CLT_TERM_ADD : CLT_TERM_SUBTRACT, &left, &right, out)
                     : status;
    }
    return status;
}

/* 1 <= a <= 3 is 1 <= a and a <= 3. */
static clt_status read_comparison(reader *r, part *out)
{
    part left, right, one, chain = {0};
    op o;
    clt_status status = read_sum(r, &left);
    *out = left;
    for (bool first = true; status == CLT_OK && (o = take_op(r)) != NO_OP; first = false) {
        status = read_sum(r, &right);
        status = status == CLT_OK ? compare(r, &left, o, &right, &one) : status;
        status = status == CLT_OK && !first ? join(r, CLT_TERM_AND, &chain, &one, out) : status;
        *out = first ? one : *out;
        chain = *out;
        left = right;
    }
    return status;
}

static clt_status read_not(reader *r, part *out)
{
    if (!take(r, "not")) {
        return read_comparison(r, out);
    }
    clt_status status =
        ++r->depth > DEEPEST ? clt_fail(r->err, CLT_BAD_INPUT, "too deep") : read_not(r, out);
    r->depth--;
    if (status != CLT_OK || be_truth(r, out) != CLT_OK) {
        return r->err->status;
    }
    out->term = clt_term_not(r->arena, out->term);
    return out->term != NULL ? CLT_OK : clt_fail_memory(r->err);
}

static clt_status read_and(reader *r, part *out)
{
    clt_status status = read_not(r, out);
    while (status == CLT_OK && take(r, "and")) {
        part left = *out, right;
        status = read_not(r, &right);
        status = status == CLT_OK ? join(r, CLT_TERM_AND, &left, &right, out) : status;
    }
    return status;
}

static clt_status read_or(reader *r, part *out)
{
    if (++r->depth > DEEPEST) {
        return clt_fail(r->err, CLT_BAD_INPUT, "more than %d brackets in one another", DEEPEST);
    }
    clt_status status = read_and(r, out);
    while (status == CLT_OK && take(r, "or")) {
        part left = *out, right;
        status = read_and(r, &right);
        status = status == CLT_OK ? join(r, CLT_TERM_OR, &left, &right, out) : status;
    }
    r->depth--;
    return status;
}

clt_status clt_expression_read(clt_arena *arena, const char *text, const clt_variable *variables,
                               size_t count, const clt_term **term, clt_error *err)
{
    reader r = {.arena = arena, .at = text, .variables = variables, .count = count, .err = err};
    part all;
    if (read_or(&r, &all) != CLT_OK) {
        return err->status;
    }
    skip(&r);
    if (*r.at != '\0') {
        return clt_fail(err, CLT_BAD_INPUT, "not understood: \"%s\"", r.at);
    }
    *term = all.term;
    return be_truth(&r, &all);
}
