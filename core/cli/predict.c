/* collet predict: what a saved model says of the rows of a file. */
#include "cli/session.h"

#include "base/file.h"
#include "report/csv.h"
#include "study/inputs.h"
#include "study/predict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Rows on their way out. */
typedef struct printer {
    const clt_saved *saved;
    const clt_predict *predict;
    const char *path; /* of the rows */
    double *values;   /* [outputs] */
    uint64_t row;     /* of the last one, from 1 */
    bool as_json;
    clt_json json;
    clt_str out;
    clt_error *err; /* set where standard output takes no more */
    bool blank;     /* the model gave no number for the last row; what follows is not printed */
} printer;

static const char *class_name(const clt_saved *saved, uint32_t k, char digits[16])
{
    (void)snprintf(digits, 16, "%u", k);
    return saved->class_names != NULL ? saved->class_names[k] : digits;
}

static bool classifies(const printer *p)
{
    return p->saved->task.type == COLLET_TASK_CLASSIFY;
}

static void print_head(printer *p)
{
    char digits[16];
    uint32_t n = p->saved->task.outputs;
    clt_str_add(&p->out, classifies(p) ? "row,label" : n == 1 ? "row,value" : "row");
    for (uint32_t k = 0; k < n && (classifies(p) || n > 1); k++) {
        if (classifies(p)) {
            clt_str_add(&p->out, ",");
            clt_csv_add(&p->out, class_name(p->saved, k, digits));
        } else {
            clt_str_addf(&p->out, ",value%u", k + 1);
        }
    }
    clt_str_add(&p->out, "\n");
}

static void print_csv(printer *p, uint32_t best)
{
    char digits[16];
    clt_str_addf(&p->out, "%llu", (unsigned long long)p->row);
    if (classifies(p)) {
        clt_str_add(&p->out, ",");
        clt_csv_add(&p->out, class_name(p->saved, best, digits));
    }
    for (uint32_t k = 0; k < p->saved->task.outputs; k++) {
        clt_str_addf(&p->out, ",%.9g", p->values[k]);
    }
    clt_str_add(&p->out, "\n");
}

static void print_json(printer *p, uint32_t best)
{
    char digits[16];
    clt_json_open(&p->json, NULL, '{');
    clt_json_int(&p->json, "row", (int64_t)p->row);
    if (classifies(p)) {
        clt_json_text(&p->json, "label", class_name(p->saved, best, digits));
    }
    clt_json_open(&p->json, classifies(p) ? "probabilities" : "values", classifies(p) ? '{' : '[');
    for (uint32_t k = 0; k < p->saved->task.outputs; k++) {
        clt_json_real(&p->json, classifies(p) ? class_name(p->saved, k, digits) : NULL,
                      p->values[k]);
    }
    clt_json_close(&p->json, classifies(p) ? '}' : ']');
    clt_json_close(&p->json, '}');
}

static void flush(printer *p)
{
    if (p->err->status == CLT_OK) {
        (void)clt_print_exact(&p->out, p->err);
    }
    clt_str_clear(&p->out);
}

static bool has_numbers(const printer *p)
{
    bool all = true;
    for (uint32_t k = 0; k < p->saved->task.outputs; k++) {
        all = all && isfinite(p->values[k]);
    }
    return all;
}

static void take(void *ctx, const clt_predicted *predicted)
{
    printer *p = ctx;
    for (uint32_t i = 0; i < predicted->batch->rows && !p->blank; i++) {
        uint32_t best = clt_predict_read(
            p->predict, predicted->out + (size_t)i * predicted->outputs, p->values);
        p->row++;
        p->blank = !has_numbers(p);
        if (!p->blank) {
            (p->as_json ? print_json : print_csv)(p, best);
        }
    }
    flush(p);
}

static clt_status print_all(printer *p, clt_predict *predict, clt_error *err)
{
    p->json.out = &p->out;
    if (p->as_json) {
        clt_json_open(&p->json, NULL, '[');
    } else {
        print_head(p);
    }
    if (clt_predict_run(predict, take, p, err) != CLT_OK) {
        return err->status;
    }
    if (p->blank) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: the model has no finite number for row %llu: its values lie too far "
                        "from those that it has learnt from",
                        p->path, (unsigned long long)p->row);
    }
    if (p->as_json) {
        clt_json_close(&p->json, ']');
        clt_str_add(&p->out, "\n");
    }
    flush(p);
    return err->status;
}

static void log_line(void *ctx, const char *unit, int32_t level, const char *line)
{
    (void)ctx;
    if (level >= COLLET_LOG_WARN) {
        clt_put_line(stderr, "%s: %s", unit, line);
    }
}

/* Says where the rows are a file that the model was trained on, which is another one by now. */
static void say_changed(const clt_saved *saved, const char *path, clt_arena *arena)
{
    const char *real = clt_path_real(arena, path);
    const char *key = real != NULL ? clt_arena_printf(arena, CLT_INPUT "data %s", real) : NULL;
    const char *was = key != NULL ? clt_tensors_note(&saved->file, key) : NULL;
    clt_str is = {0}, text = {0};
    if (was != NULL) {
        clt_input_add_value(path, &is);
        const clt_change change = {key, was, clt_str_text(&is)};
        clt_input_text(&change, &text);
        if (strcmp(was, change.is) != 0) {
            clt_put_line(stderr, "predict: the data has changed since the model was trained: %s",
                         clt_str_text(&text));
        }
    }
    clt_str_finish(&is);
    clt_str_finish(&text);
}

/* Rows are read from regular files: a dataset may read its file twice, or from anywhere in it. */
static clt_status check_rows(const char *path, clt_error *err)
{
    struct stat about;
    if (strcmp(path, "-") == 0) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "predict: standard input is not read; write the rows to a file first, and "
                        "name that");
    }
    return stat(path, &about) != 0 || !S_ISFIFO(about.st_mode)
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "predict: %s is a pipe; a regular file is needed: write what comes from "
                          "it to a file first, and name that",
                          path);
}

static clt_status predict(const clt_args *args, clt_saved *saved, clt_session *session,
                          clt_predict *p, clt_error *err)
{
    const clt_host_hooks hooks = {.log = log_line};
    if (clt_saved_read(saved, args->words[0], err) != CLT_OK ||
        check_rows(args->words[1], err) != CLT_OK ||
        clt_session_parse(session, args->words[0], saved->experiment, args, err) != CLT_OK ||
        clt_predict_open(p, saved, &session->plan, args->words[1], &hooks, err) != CLT_OK) {
        return err->status;
    }
    say_changed(saved, args->words[1], &session->arena);
    printer to = {
        .saved = saved, .predict = p, .path = args->words[1], .err = err, .as_json = args->json};
    to.values = clt_arena_array(&saved->file.arena, saved->task.outputs, sizeof(double));
    clt_status status = to.values != NULL ? print_all(&to, p, err) : clt_fail_memory(err);
    clt_str_finish(&to.out);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_saved saved = {0};
    clt_session session = {.foreign = true};
    clt_predict *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return clt_fail_memory(err);
    }
    clt_status status = args->csv && args->json
                            ? clt_fail(err, CLT_USAGE, "predict: say which: --csv or --json")
                            : predict(args, &saved, &session, p, err);
    clt_predict_close(p);
    free(p);
    clt_session_finish(&session);
    clt_saved_finish(&saved);
    return status;
}

static const clt_flag flags[] = {
    {"--csv", 0, NULL, "comma-separated values, as without a flag", offsetof(clt_args, csv)},
    CLT_FLAG_JSON("one JSON array, an object a row"),
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_END,
};

const clt_command clt_command_predict = {
    "predict",
    "MODEL DATA",
    "Prints what a model that \"collet refit\" wrote says of the rows of a file",
    "DATA is of the format that the model was trained on: a table, texts, or IDX images; labels\n"
    "may be missing and are not looked at. Each row is numbered from 1 and has its class and the\n"
    "probability of every class, or its number. Plugins are found by --plugin-path and\n"
    "COLLET_PLUGIN_PATH, never by what the model's file says.\n",
    2,
    2,
    flags,
    run};
