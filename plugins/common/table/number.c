#include "table/number.h"

#include "table/column.h"

#include <collet/helpers.h>

#include <ctype.h>
#include <stdio.h>

enum { LONGEST = 63 };

/* ---- Reading -------------------------------------------------------------------------------- */

static bool begins(text_piece piece, const char *with)
{
    size_t n = strlen(with);
    return piece.length >= n && memcmp(piece.text, with, n) == 0;
}

static bool ends(text_piece piece, const char *with)
{
    size_t n = strlen(with);
    return piece.length >= n && memcmp(piece.text + piece.length - n, with, n) == 0;
}

static const char *const spaces[] = {" ", "\xc2\xa0", "\xe2\x80\x89", "\xe2\x80\xaf", NULL};
static const char *const apostrophes[] = {"'", "\xe2\x80\x99", NULL};

/* The length of the first of some texts that the piece begins with; 0: with none. */
static size_t begins_any(text_piece piece, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        if (begins(piece, *texts)) {
            return strlen(*texts);
        }
    }
    return 0;
}

static text_piece skip(text_piece piece, size_t n)
{
    return (text_piece){piece.text + n, piece.length - n};
}

/* Without spaces of any kind at both ends. */
static text_piece trim_spaces(text_piece piece)
{
    size_t n;
    while ((n = begins_any(piece, spaces)) > 0) {
        piece = skip(piece, n);
    }
    for (const char *const *space = spaces; *space != NULL;) {
        bool there = ends(piece, *space);
        piece.length -= there ? strlen(*space) : 0;
        space = there ? spaces : space + 1;
    }
    return piece;
}

/* Without one of the units, before or behind; a sign may stand before one. */
static text_piece take_unit_off(const char *units, text_piece cell, char sign[2])
{
    sign[0] = '\0';
    while (units != NULL && *units != '\0') {
        char unit[32];
        size_t n = strcspn(units, ",");
        text_piece name = text_trim((text_piece){units, n});
        (void)snprintf(unit, sizeof unit, "%.*s", (int)name.length, name.text);
        units += n + (units[n] == ',');
        if (unit[0] == '\0') {
            continue;
        }
        bool is_signed = cell.length > 0 && (cell.text[0] == '-' || cell.text[0] == '+');
        if (is_signed && begins(skip(cell, 1), unit)) {
            sign[0] = cell.text[0];
            sign[1] = '\0';
            return trim_spaces(skip(cell, 1 + strlen(unit)));
        }
        if (begins(cell, unit)) {
            return trim_spaces(skip(cell, strlen(unit)));
        }
        if (ends(cell, unit)) {
            return trim_spaces((text_piece){cell.text, cell.length - strlen(unit)});
        }
    }
    return cell;
}

/* The length of what parts thousands at the beginning of the piece; 0: there is none. */
static size_t separator(table_thousands thousands, text_piece piece)
{
    switch (thousands) {
    case TABLE_THOUSANDS_COMMA:
        return begins(piece, ",");
    case TABLE_THOUSANDS_POINT:
        return begins(piece, ".");
    case TABLE_THOUSANDS_SPACE:
        return begins_any(piece, spaces);
    case TABLE_THOUSANDS_APOSTROPHE:
        return begins_any(piece, apostrophes);
    default:
        return 0;
    }
}

static size_t digits(text_piece piece)
{
    size_t n = 0;
    while (n < piece.length && isdigit((unsigned char)piece.text[n])) {
        n++;
    }
    return n;
}

/* Copies whole digits in groups to out, of which `used` bytes are there; what follows is left in
 * *piece. Groups have three digits, but for the first one, which is shorter or as long and is no
 * zero; in India all but the last have two. False where something else is parted so. */
static bool take_groups(table_thousands thousands, text_piece *piece, char *out, size_t *used)
{
    bool first = true;
    for (;;) {
        size_t n = digits(*piece), between;
        memcpy(out + *used, piece->text, n);
        *used += n;
        const char *group = piece->text;
        *piece = skip(*piece, n);
        between = separator(thousands, *piece);
        if (between == 0) {
            return first || n == 3;
        }
        if (first ? n == 0 || n > 3 || group[0] == '0' : n != 2 && n != 3) {
            return false;
        }
        first = false;
        *piece = skip(*piece, between);
    }
}

bool table_number_in(const table_format *f, text_piece cell, double *value)
{
    char plain[LONGEST + 1], sign[2];
    size_t n = 0;
    bool other = f->comma || f->thousands != TABLE_THOUSANDS_NONE || f->fortran ||
                 (f->units != NULL && f->units[0] != '\0');
    if (!other) {
        return table_number(cell, value);
    }
    cell = f->thousands == TABLE_THOUSANDS_SPACE ? trim_spaces(cell) : cell;
    cell = take_unit_off(f->units, cell, sign);
    if (cell.length == 0 || cell.length >= LONGEST) {
        return false;
    }
    if (sign[0] != '\0' || cell.text[0] == '-' || cell.text[0] == '+') {
        plain[n++] = sign[0] != '\0' ? sign[0] : cell.text[0];
        cell = sign[0] != '\0' ? cell : skip(cell, 1);
    }
    if (!take_groups(f->thousands, &cell, plain, &n)) {
        return false;
    }
    for (size_t i = 0; i < cell.length; i++) {
        char c = cell.text[i];
        bool exponent = f->fortran && (c == 'd' || c == 'D') && i > 0;
        if (f->comma && c == '.') {
            return false;
        }
        plain[n++] = f->comma && c == ',' ? '.' : exponent ? 'e' : c;
    }
    return table_number((text_piece){plain, n}, value);
}

/* ---- Advice --------------------------------------------------------------------------------- */

/* What may be found, the more likely first of those that read as many texts. */
static const struct {
    table_format format;
    const char *advice;
} formats[] = {
    {{.comma = false}, ""},
    {{.thousands = TABLE_THOUSANDS_COMMA}, "thousands = comma"},
    {{.comma = true}, "decimal = comma"},
    {{.comma = true, .thousands = TABLE_THOUSANDS_POINT}, "decimal = comma, thousands = point"},
    {{.thousands = TABLE_THOUSANDS_POINT}, "decimal = comma, thousands = point"},
    {{.thousands = TABLE_THOUSANDS_SPACE}, "thousands = space"},
    {{.comma = true, .thousands = TABLE_THOUSANDS_SPACE}, "decimal = comma, thousands = space"},
    {{.thousands = TABLE_THOUSANDS_APOSTROPHE}, "thousands = apostrophe"},
    {{.comma = true, .thousands = TABLE_THOUSANDS_APOSTROPHE},
     "decimal = comma, thousands = apostrophe"},
    {{.fortran = true}, "exponent = d"},
    {{.comma = true, .fortran = true}, "decimal = comma, exponent = d"},
};

enum { FORMATS = COLLET_COUNT(formats) };

#define MINUS "\xe2\x88\x92"

/* A text as something, a number and something: "$ 12", "5 %", "(7)", U+2212 for a minus, "7-". */
typedef struct parts {
    text_piece before, core, behind;
    char buffer[LONGEST + 1]; /* core, with a minus in place of U+2212, or of one behind it */
    bool minus, sign_behind;
} parts;

static bool is_number_like(text_piece at)
{
    return isdigit((unsigned char)at.text[0]) || at.text[0] == '-' || at.text[0] == '+' ||
           (at.text[0] == '.' && at.length > 1 && isdigit((unsigned char)at.text[1])) ||
           begins(at, MINUS);
}

/* How long a number may be that begins here: up to its last digit, and a sign before it. */
static size_t core_length(text_piece at)
{
    size_t last = 0;
    for (size_t i = 0; i < at.length; i++) {
        last = isdigit((unsigned char)at.text[i]) ? i + 1 : last;
    }
    return last;
}

static bool part(text_piece text, parts *p)
{
    size_t from = 0;
    if (text.length >= LONGEST) {
        return false;
    }
    while (from < text.length && !is_number_like(skip(text, from))) {
        from++;
    }
    p->before = trim_spaces((text_piece){text.text, from});
    text = skip(text, from);
    p->minus = begins(text, MINUS);
    text = p->minus ? skip(text, sizeof MINUS - 1) : text;
    size_t n = core_length(text);
    n += n < text.length && text.text[n] == '.' ? 1 : 0;
    p->behind = trim_spaces(skip(text, n));
    p->core = (text_piece){text.text, n};
    p->sign_behind = n > 0 && isdigit((unsigned char)text.text[0]) && p->behind.length == 1 &&
                     strchr("+-", p->behind.text[0]) != NULL;
    if (p->minus || (p->sign_behind && p->behind.text[0] == '-')) {
        p->buffer[0] = '-';
        memcpy(p->buffer + 1, text.text, n);
        p->core = (text_piece){p->buffer, n + 1};
    }
    p->behind.length -= p->sign_behind;
    return n > 0;
}

static bool same(text_piece a, text_piece b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static bool has_letter(text_piece piece)
{
    bool any = false;
    for (size_t i = 0; i < piece.length; i++) {
        any = any || isalpha((unsigned char)piece.text[i]);
    }
    return any;
}

/* How many of the texts each format reads that have these things around them, or nothing. */
typedef struct tally {
    text_piece before, behind;
    size_t read[FORMATS], minus, sign_behind, around;
    size_t first; /* the first of them that is no plain number */
} tally;

/* Which of the formats read the number; bit 0: it is a plain one. */
static unsigned readers(text_piece core)
{
    unsigned mask = 0;
    double value;
    for (unsigned k = 0; k < FORMATS; k++) {
        mask |= (unsigned)table_number_in(&formats[k].format, core, &value) << k;
    }
    return mask;
}

static void count_text(tally *t, text_piece text, size_t index)
{
    parts p;
    if (!part(text, &p)) {
        return;
    }
    bool bare = p.before.length == 0 && p.behind.length == 0;
    unsigned mask =
        bare || (same(p.before, t->before) && same(p.behind, t->behind)) ? readers(p.core) : 0;
    for (unsigned k = 0; k < FORMATS; k++) {
        t->read[k] += (mask >> k) & 1;
    }
    bool other = mask != 0 && (!bare || p.minus || (mask & 1) == 0 || same(p.core, text) == 0);
    t->minus += mask != 0 && p.minus;
    t->sign_behind += mask != 0 && p.sign_behind;
    t->around += mask != 0 && !bare;
    t->first = other && t->first == SIZE_MAX ? index : t->first;
}

/* What stands around the first number that something stands around. */
static void find_around(const text_piece *texts, size_t count, tally *t)
{
    parts p;
    for (size_t i = 0; i < count; i++) {
        if (part(texts[i], &p) && readers(p.core) != 0 && p.before.length + p.behind.length > 0) {
            t->before = p.before;
            t->behind = p.behind;
            return;
        }
    }
}

static unsigned best_format(const tally *t)
{
    unsigned best = 0;
    for (unsigned k = 1; k < FORMATS; k++) {
        best = t->read[k] > t->read[best] ? k : best;
    }
    return best;
}

/* Letters around a few numbers, such as 4WD and 2WD, make names. */
static bool is_name(const tally *t, size_t count)
{
    enum { MANY = 10 };
    return t->around > 0 && (has_letter(t->before) || (has_letter(t->behind) && count < MANY));
}

static void write_advice(const tally *t, unsigned format, char advice[256])
{
    bool around = t->around > 0, quotes = around && (same(t->before, t->behind));
    bool round = around && begins(t->before, "(") && begins(t->behind, ")");
    int before = (int)t->before.length, behind = (int)t->behind.length;
    char units[128] = "";
    if (round) {
        (void)snprintf(units, sizeof units, "a minus in place of the brackets");
    } else if (t->sign_behind > 0) {
        (void)snprintf(units, sizeof units, "the sign before the number");
    } else if (quotes && t->before.length == 1) {
        (void)snprintf(units, sizeof units, "quote = %s",
                       t->before.text[0] == '"' ? "double" : "single");
    } else if (around) {
        (void)snprintf(units, sizeof units, "units = %.*s%s%.*s", before, t->before.text,
                       before > 0 && behind > 0 ? ", " : "", behind, t->behind.text);
    }
    const char *second = formats[format].advice;
    const char *comma = units[0] != '\0' && second[0] != '\0' ? ", " : "";
    (void)snprintf(advice, 256, "%s%s%s", units, comma, second);
    if (t->minus > 0) {
        size_t n = strlen(advice);
        (void)snprintf(advice + n, 256 - n, "%sa plain minus in place of U+2212",
                       n > 0 ? ", " : "");
    }
    if (advice[0] == '\0') { /* nothing but other spaces around plain numbers */
        (void)snprintf(advice, 256, "thousands = space");
    }
}

bool table_number_advice(const text_piece *texts, size_t count, char advice[256],
                         text_piece *example)
{
    tally t = {.first = SIZE_MAX};
    find_around(texts, count, &t);
    for (size_t i = 0; i < count; i++) {
        count_text(&t, texts[i], i);
    }
    unsigned best = best_format(&t);
    if (t.first == SIZE_MAX || 2 * t.read[best] < count || is_name(&t, count)) {
        return false;
    }
    *example = texts[t.first];
    write_advice(&t, best, advice);
    return true;
}
