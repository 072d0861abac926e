#include "report/folds.h"

#include "report/csv.h"
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool clt_fold_point(const clt_point *point, size_t *fold, size_t *length)
{
    const char *at = strrchr(point->metric, '@');
    if (at == NULL || at[1] == '\0' || strspn(at + 1, "0123456789") != strlen(at + 1)) {
        return false;
    }
    *fold = (size_t)strtoul(at + 1, NULL, 10);
    *length = (size_t)(at - point->metric);
    return *fold > 0;
}

/* Counts folds, and the metrics of the first. */
static void count(const clt_trial_row *trial, clt_folds *folds)
{
    size_t fold, length;
    for (size_t i = 0; i < trial->curve_count; i++) {
        if (clt_fold_point(&trial->curve[i], &fold, &length)) {
            folds->count = fold > folds->count ? fold : folds->count;
            folds->metric_count += fold == 1;
        }
    }
}

/* Fills what count() has made room for, in the order of the curve. */
static bool fill(const clt_trial_row *trial, const clt_folds *folds, clt_arena *arena,
                 const char **metrics, double *values, uint64_t *epochs)
{
    size_t fold, length, at = 0;
    uint64_t steps = 0, last = 0;
    for (size_t i = 0; i < trial->curve_count; i++) {
        const clt_point *p = &trial->curve[i];
        if (!clt_fold_point(p, &fold, &length)) {
            steps += p->step != last;
            last = p->step;
            continue;
        }
        if (at >= folds->count * folds->metric_count || fold != at / folds->metric_count + 1) {
            return false; /* a store that was tampered with */
        }
        if (fold == 1) {
            metrics[at] = clt_arena_printf(arena, "%.*s", (int)length, p->metric);
        }
        if (metrics[at % folds->metric_count] == NULL) {
            return false;
        }
        epochs[fold - 1] += steps;
        steps = 0;
        values[at++] = p->value;
    }
    return at == folds->count * folds->metric_count;
}

clt_folds clt_folds_of(const clt_trial_row *trial, clt_arena *arena)
{
    clt_folds folds = {.count = 0};
    count(trial, &folds);
    if (folds.count == 0 || folds.metric_count == 0 || folds.count > trial->curve_count) {
        return (clt_folds){.count = 0};
    }
    const char **metrics = clt_arena_array(arena, folds.metric_count, sizeof *metrics);
    double *values = clt_arena_array(arena, folds.count * folds.metric_count, sizeof *values);
    uint64_t *epochs = clt_arena_array(arena, folds.count, sizeof *epochs);
    if (metrics == NULL || values == NULL || epochs == NULL ||
        !fill(trial, &folds, arena, metrics, values, epochs)) {
        return (clt_folds){.count = 0};
    }
    folds.metrics = metrics;
    folds.values = values;
    folds.epochs = epochs;
    return folds;
}

static double value_at(const clt_folds *folds, size_t fold, size_t metric)
{
    return folds->values[fold * folds->metric_count + metric];
}

double clt_folds_mean(const clt_folds *folds, size_t metric)
{
    double sum = 0;
    for (size_t f = 0; f < folds->count; f++) {
        sum += value_at(folds, f, metric);
    }
    return sum / (double)folds->count;
}

double clt_folds_sd(const clt_folds *folds, size_t metric)
{
    double mean = clt_folds_mean(folds, metric), squares = 0;
    for (size_t f = 0; f < folds->count; f++) {
        double d = value_at(folds, f, metric) - mean;
        squares += d * d;
    }
    return folds->count > 1 ? sqrt(squares / (double)(folds->count - 1)) : (double)NAN;
}

void clt_folds_table(const clt_folds *folds, const char *name, clt_str *out)
{
    clt_table table = {.columns = 2 + folds->metric_count};
    clt_table_add(&table, name);
    clt_table_add(&table, "epochs");
    for (size_t m = 0; m < folds->metric_count; m++) {
        clt_table_add(&table, folds->metrics[m]);
    }
    for (size_t f = 0; f < folds->count; f++) {
        clt_table_addf(&table, "%zu", f + 1);
        clt_table_addf(&table, "%llu", (unsigned long long)folds->epochs[f]);
        for (size_t m = 0; m < folds->metric_count; m++) {
            clt_table_add_real(&table, value_at(folds, f, m));
        }
    }
    for (int sd = 0; sd < 2; sd++) {
        clt_table_add(&table, sd ? "sd" : "mean");
        clt_table_add(&table, "");
        for (size_t m = 0; m < folds->metric_count; m++) {
            clt_table_add_real(&table, sd ? clt_folds_sd(folds, m) : clt_folds_mean(folds, m));
        }
    }
    clt_table_write(&table, out);
    out->failed = out->failed || table.failed;
    clt_table_finish(&table);
}

static void add_summary(const clt_folds *folds, const char *key,
                        double (*of)(const clt_folds *folds, size_t metric), clt_json *json)
{
    clt_json_open(json, key, '{');
    for (size_t m = 0; m < folds->metric_count; m++) {
        clt_json_real(json, folds->metrics[m], of(folds, m));
    }
    clt_json_close(json, '}');
}

void clt_folds_json(const clt_folds *folds, clt_json *json)
{
    clt_json_open(json, "folds", '[');
    for (size_t f = 0; f < folds->count; f++) {
        clt_json_open(json, NULL, '{');
        clt_json_int(json, "fold", (int64_t)f + 1);
        clt_json_int(json, "epochs", (int64_t)folds->epochs[f]);
        for (size_t m = 0; m < folds->metric_count; m++) {
            clt_json_real(json, folds->metrics[m], value_at(folds, f, m));
        }
        clt_json_close(json, '}');
    }
    clt_json_close(json, ']');
    add_summary(folds, "mean", clt_folds_mean, json);
    add_summary(folds, "sd", clt_folds_sd, json);
}

static void add_field(clt_str *out, double value)
{
    clt_str_add(out, ",");
    if (!isnan(value)) {
        clt_str_add_real(out, value);
    }
}

void clt_folds_csv(const clt_folds *folds, const clt_folds *head, clt_str *out)
{
    for (size_t m = 0; m < head->metric_count; m++) {
        bool there = folds->count > 0 && m < folds->metric_count;
        add_field(out, there ? clt_folds_mean(folds, m) : (double)NAN);
        add_field(out, there ? clt_folds_sd(folds, m) : (double)NAN);
    }
    for (size_t f = 0; f < head->count; f++) {
        for (size_t m = 0; m < head->metric_count; m++) {
            bool there = f < folds->count && m < folds->metric_count;
            add_field(out, there ? value_at(folds, f, m) : (double)NAN);
        }
    }
}

static void add_head(clt_str *out, const char *metric, const char *tail)
{
    clt_str name = {0};
    clt_str_addf(&name, "%s%s", metric, tail);
    clt_str_add(out, ",");
    clt_csv_add(out, clt_str_text(&name));
    out->failed = out->failed || name.failed;
    clt_str_finish(&name);
}

void clt_folds_csv_head(const clt_folds *head, clt_str *out)
{
    for (size_t m = 0; m < head->metric_count; m++) {
        add_head(out, head->metrics[m], "_mean");
        add_head(out, head->metrics[m], "_sd");
    }
    for (size_t f = 0; f < head->count; f++) {
        char tail[32];
        (void)snprintf(tail, sizeof tail, "@%zu", f + 1);
        for (size_t m = 0; m < head->metric_count; m++) {
            add_head(out, head->metrics[m], tail);
        }
    }
}
