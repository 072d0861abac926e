#include "table/column.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void table_column_finish(table_column *c)
{
    free(c->numbers);
    free(c->codes);
    free(c->features);
    free(c->by_name);
    text_lexicon_finish(&c->categories);
}

static bool is_word(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasecmp(text, *words) == 0) {
            return true;
        }
    }
    return false;
}

bool table_number(text_piece cell, double *value)
{
    static const char *const not_finite[] = {"nan", "inf", "infinity", NULL};
    char text[64], *end;
    if (cell.length == 0 || cell.length >= sizeof text) {
        return false;
    }
    memcpy(text, cell.text, cell.length);
    text[cell.length] = '\0';
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    *value = NAN;
    if (isalpha((unsigned char)digits[0])) {
        return is_word(digits, not_finite);
    }
    if (!isdigit((unsigned char)digits[0]) && digits[0] != '.') {
        return false;
    }
    double x = strtod(text, &end);
    *value = isfinite(x) ? x : NAN;
    return *end == '\0' && strpbrk(text, "xX") == NULL;
}

/* ---- Fitting -------------------------------------------------------------------------------- */

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of numbers[count], which it sorts, the one that comes most often, the smallest of equals. */
static double most_frequent(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, rising);
    double best = 0;
    size_t most = 0;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && numbers[to] == numbers[from]; to++) {
        }
        if (to - from > most) {
            most = to - from;
            best = numbers[from];
        }
    }
    return best;
}

/* Mean, spread and so on of numbers[count]. */
static void learn_numbers(table_column *c, double *numbers, size_t count, table_missing missing,
                          table_scale scale)
{
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
        least = fmin(least, numbers[i]);
        most = fmax(most, numbers[i]);
    }
    double mean = count > 0 ? sum / (double)count : 0;
    for (size_t i = 0; i < count; i++) {
        squares += (numbers[i] - mean) * (numbers[i] - mean);
    }
    c->fill = missing == TABLE_MOST_FREQUENT ? most_frequent(numbers, count) : mean;
    c->shift = 0;
    c->scale = 1;
    if (scale == TABLE_STANDARD && count > 0) {
        c->shift = mean;
        c->scale = sqrt(squares / (double)count);
    } else if (scale == TABLE_RANGE && count > 0) {
        c->shift = least;
        c->scale = most - least;
    }
    /* A column that is constant, but for rounding, has nothing to be scaled by. */
    c->scale = c->scale > 1e-12 * fabs(mean) && c->scale > 0 ? c->scale : 1;
}

static bool fit_numbers(table_column *c, const uint32_t *rows, size_t count, table_missing missing,
                        table_scale scale)
{
    double *numbers = malloc((count + 1) * sizeof *numbers);
    size_t n = 0;
    for (size_t i = 0; numbers != NULL && i < count; i++) {
        double x = c->numbers[rows != NULL ? rows[i] : i];
        numbers[n] = x;
        n += isnan(x) ? 0 : 1;
    }
    if (numbers == NULL) {
        return false;
    }
    learn_numbers(c, numbers, n, missing, scale);
    free(numbers);
    c->feature_count = 1;
    return true;
}

static int by_name(const void *a, const void *b, void *column)
{
    const table_column *c = column;
    return strcmp(c->categories.entries[*(const int32_t *)a].text,
                  c->categories.entries[*(const int32_t *)b].text);
}

/* A feature for each category that occurs, by name; the most frequent one fills. */
static void learn_categories(table_column *c, const size_t *counts, table_missing missing)
{
    uint32_t n = 0;
    for (size_t i = 0; i < c->categories.count; i++) {
        c->features[i] = -1;
        if (counts[i] > 0) {
            c->by_name[n++] = (int32_t)i;
        }
    }
    qsort_r(c->by_name, n, sizeof *c->by_name, by_name, c);
    c->fill_code = -1;
    for (uint32_t k = 0; k < n; k++) {
        int32_t code = c->by_name[k];
        c->features[code] = (int32_t)k;
        if (missing != TABLE_INDICATOR &&
            (c->fill_code < 0 || counts[code] > counts[c->fill_code])) {
            c->fill_code = code;
        }
    }
    c->feature_count = n;
}

static bool fit_categories(table_column *c, const uint32_t *rows, size_t count,
                           table_missing missing)
{
    size_t n = c->categories.count + 1;
    size_t *counts = calloc(n, sizeof *counts);
    c->features = c->features != NULL ? c->features : malloc(n * sizeof *c->features);
    c->by_name = c->by_name != NULL ? c->by_name : malloc(n * sizeof *c->by_name);
    bool ok = counts != NULL && c->features != NULL && c->by_name != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        int32_t code = c->codes[rows != NULL ? rows[i] : i];
        if (code >= 0) {
            counts[code]++;
        }
    }
    if (ok) {
        learn_categories(c, counts, missing);
    }
    free(counts);
    return ok;
}

static bool is_missing(const table_column *c, size_t row)
{
    return c->categorical ? c->codes[row] < 0 : isnan(c->numbers[row]) != 0;
}

bool table_column_fit(table_column *c, const uint32_t *rows, size_t count, table_missing missing,
                      table_scale scale)
{
    if (!(c->categorical ? fit_categories(c, rows, count, missing)
                         : fit_numbers(c, rows, count, missing, scale))) {
        return false;
    }
    c->indicator = false;
    for (size_t i = 0; missing == TABLE_INDICATOR && i < count && !c->indicator; i++) {
        c->indicator = is_missing(c, rows != NULL ? rows[i] : i);
    }
    c->feature_count += c->indicator ? 1 : 0;
    return true;
}

/* ---- Writing -------------------------------------------------------------------------------- */

void table_column_write(const table_column *c, size_t row, float *out)
{
    bool missing = is_missing(c, row);
    memset(out, 0, c->feature_count * sizeof *out);
    if (!c->categorical) {
        out[0] = (float)(((missing ? c->fill : c->numbers[row]) - c->shift) / c->scale);
    } else {
        int32_t code = missing ? c->fill_code : c->codes[row];
        if (code >= 0 && c->features[code] >= 0) { /* else one that the fitted rows do not have */
            out[c->features[code]] = 1;
        }
    }
    if (c->indicator) {
        out[c->feature_count - 1] = missing ? 1 : 0;
    }
}

char *table_column_feature_name(const table_column *c, uint32_t i)
{
    char *name = NULL;
    int n;
    if (c->indicator && i + 1 == c->feature_count) {
        n = asprintf(&name, "%s is missing", c->name);
    } else if (c->categorical) {
        n = asprintf(&name, "%s=%s", c->name, c->categories.entries[c->by_name[i]].text);
    } else {
        return strdup(c->name);
    }
    return n < 0 ? NULL : name;
}

/* ---- Saving --------------------------------------------------------------------------------- */

void table_column_save(const table_column *c, text_writer *w)
{
    uint32_t categories = c->categorical ? c->feature_count - c->indicator : 0;
    text_put_string(w, c->name);
    text_put_number(w, c->categorical);
    text_put_number(w, c->indicator);
    if (!c->categorical) {
        text_put_real(w, c->shift);
        text_put_real(w, c->scale);
        text_put_real(w, c->fill);
        return;
    }
    text_put_number(w, categories);
    for (uint32_t k = 0; k < categories; k++) {
        text_put_string(w, c->categories.entries[c->by_name[k]].text);
    }
    text_put_number(w, c->fill_code < 0 ? 0 : (uint64_t)c->features[c->fill_code] + 1);
}

static void load_categories(table_column *c, text_reader *r)
{
    uint64_t n = text_take_number(r, text_most(r, sizeof(uint64_t)));
    /* one place more is for all that the column does not know */
    c->features = calloc(n + 1, sizeof *c->features);
    c->by_name = calloc(n + 1, sizeof *c->by_name);
    r->failed = r->failed || n >= INT32_MAX || c->features == NULL || c->by_name == NULL;
    for (uint64_t k = 0; k < n && !r->failed; k++) {
        char *text = text_take_string(r);
        c->features[k] = c->by_name[k] = (int32_t)k;
        r->failed = r->failed || text_lexicon_add(&c->categories, text, strlen(text)) != (int64_t)k;
        free(text);
    }
    c->feature_count = r->failed ? 0 : (uint32_t)n;
    c->fill_code = (int32_t)text_take_number(r, n) - 1;
    if (!r->failed) {
        c->features[n] = -1;
    }
}

void table_column_load(table_column *c, text_reader *r)
{
    c->name = text_take_string(r);
    c->categorical = text_take_number(r, 1) != 0;
    c->indicator = text_take_number(r, 1) != 0;
    if (c->categorical) {
        load_categories(c, r);
    } else {
        c->shift = text_take_real(r);
        c->scale = text_take_real(r);
        c->fill = text_take_real(r);
        c->feature_count = 1;
        r->failed = r->failed || !(c->scale > 0);
    }
    c->feature_count += c->indicator ? 1 : 0;
}

int32_t table_column_code(table_column *c, text_piece cell)
{
    int64_t known = (int64_t)c->feature_count - c->indicator;
    int64_t code = text_lexicon_add(&c->categories, cell.text, cell.length);
    return (int32_t)(code < known ? code : known);
}
