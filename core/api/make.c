/* Making a study of an experiment, and its end. */
#include "api/study_impl.h"

#include "store/sqlite.h"
#include "study/pin.h"
#include "study/start.h"

#include <collet/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const DEFAULT_NAME = "experiment";

void clt_study_log(void *ctx, const char *unit, int32_t level, const char *line)
{
    collet_study *s = ctx;
    char text[1024];
    if (s->log != NULL) {
        (void)snprintf(text, sizeof text, "%s: %s", unit, line);
        s->log(s->log_ctx, level, text);
    }
}

/* The options that the caller knows of; the rest are none. */
static collet_study_options take_options(const collet_study_options *given)
{
    collet_study_options options = {0};
    if (given != NULL) {
        size_t size = given->struct_size < sizeof options ? given->struct_size : sizeof options;
        memcpy(&options, given, size);
    }
    return options;
}

/* The path of an experiment that is no file starts from the working folder. */
static clt_status search_path(collet_study *s, bool is_file, const char *given, clt_search *search)
{
    const clt_entry *path = clt_ini_find(&s->ini, "plugins", "path");
    clt_status status = CLT_OK;
    if (path != NULL && is_file) {
        status = clt_search_add_experiment(search, path->value, s->ini.path, &s->err);
    } else if (path != NULL) {
        status = clt_search_add(search, path->value, NULL, "[plugins] path", &s->err);
    }
    if (status == CLT_OK && given != NULL) {
        status = clt_search_add(search, given, NULL, "the program", &s->err);
    }
    return status == CLT_OK ? clt_search_add_standard(search, &s->err) : status;
}

static void log_warnings(collet_study *s, bool made)
{
    const clt_loaded *file;
    for (size_t i = 0; (file = clt_registry_at(s->registry, i)) != NULL; i++) {
        if (file->warning != NULL && s->log != NULL) {
            s->log(s->log_ctx, COLLET_LOG_WARN, file->warning);
        }
        if (file->untrusted && made && s->log != NULL) {
            s->log(s->log_ctx, COLLET_LOG_WARN, file->refusal);
        }
    }
}

static clt_status make_plan(collet_study *s, bool is_file, const char *plugin_path)
{
    clt_search search = {0};
    if (search_path(s, is_file, plugin_path, &search) != CLT_OK) {
        clt_search_finish(&search);
        return s->err.status;
    }
    if (clt_registry_create(&search, &s->registry, &s->err) != CLT_OK) {
        return s->err.status;
    }
    clt_status status = clt_plan_make(&s->plan, &s->ini, s->registry, &s->err);
    log_warnings(s, status == CLT_OK);
    for (size_t i = 0; status == CLT_OK && s->log != NULL && i < s->plan.note_count; i++) {
        s->log(s->log_ctx, COLLET_LOG_WARN, s->plan.notes[i]);
    }
    return status == CLT_OK ? clt_study_list_params(s) : status;
}

static clt_status begin_in_memory(collet_study *s)
{
    const clt_host_hooks hooks = {.ctx = s, .log = clt_study_log};
    const uint64_t window = clt_start_window(&s->plan.limits);
    clt_ancestry a;
    if (s->plan.wish_error.status != CLT_OK) {
        s->err = s->plan.wish_error;
        return s->err.status;
    }
    clt_status status =
        clt_ancestry_read(&s->plan, NULL, clt_sqlite_open_to_read, &s->arena, &a, &s->err);
    if (status == CLT_OK) {
        status = clt_order_open(&s->order, &s->plan, window, (uint64_t)s->plan.study.trials, &hooks,
                                &s->err);
    }
    status =
        status == CLT_OK ? clt_order_tell_ancestors(&s->order, a.rows, a.count, &s->err) : status;
    for (size_t i = 0; i < s->plan.wish_count && status == CLT_OK; i++) {
        status = clt_order_add_wish(&s->order, &s->plan.wishes[i], &s->err);
    }
    return status == CLT_OK
               ? clt_pruning_open(&s->pruning, &s->plan, window, s->order.teller.space.trial_budget,
                                  (clt_prunable){0}, &hooks, &s->err)
               : status;
}

/* A result is the sampler's at once, unless the experiment asks for a fixed order: who tells one
 * trial after another does not want the last eight to be overlooked. */
static clt_status begin(collet_study *s, const collet_study_options *options, const clt_blas *blas)
{
    if (clt_ini_find(s->plan.ini, "run", "order") == NULL) {
        s->plan.limits.free_order = true;
    }
    return options->store != NULL ? clt_study_take_up(s, options->store, options->fresh != 0, blas)
                                  : begin_in_memory(s);
}

clt_status clt_study_make(const char *path, const char *text, const collet_study_options *given,
                          const clt_blas *blas, collet_study **study)
{
    const collet_study_options options = take_options(given);
    collet_study *s = calloc(1, sizeof *s);
    *study = s;
    if (s == NULL) {
        return CLT_IO;
    }
    s->best = UINT64_MAX;
    s->log = options.log;
    s->log_ctx = options.log_ctx;
    s->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (s->plain == (locale_t)0) {
        return clt_fail_memory(&s->err);
    }
    locale_t usual = uselocale(s->plain);
    clt_status status = text != NULL
                            ? clt_ini_parse(&s->arena, DEFAULT_NAME, text, &s->ini, &s->err)
                            : clt_ini_read(&s->arena, path, &s->ini, &s->err);
    if (status == CLT_OK && options.store != NULL && options.fresh == 0) {
        status = clt_pin(&s->ini, options.store, clt_sqlite_open_to_read, &s->arena, &s->err);
    }
    status = status == CLT_OK ? make_plan(s, text == NULL, options.plugin_path) : status;
    status = status == CLT_OK ? begin(s, &options, blas) : status;
    (void)uselocale(usual);
    s->ready = status == CLT_OK;
    return status;
}

/* What the program's environment says of OpenBLAS; a library does not probe, nor set anything. */
static clt_blas known_blas(void)
{
    clt_blas blas = {0};
    const char *kernel = getenv("OPENBLAS_CORETYPE"), *threads = getenv("OPENBLAS_NUM_THREADS");
    (void)snprintf(blas.chosen, sizeof blas.chosen, "%s", kernel != NULL ? kernel : "");
    (void)snprintf(blas.threads, sizeof blas.threads, "%s", threads != NULL ? threads : "");
    return blas;
}

int32_t collet_study_from_text(const char *text, const collet_study_options *options,
                               collet_study **study)
{
    const clt_blas blas = known_blas();
    return (int32_t)clt_study_make(NULL, text != NULL ? text : "", options, &blas, study);
}

int32_t collet_study_from_file(const char *path, const collet_study_options *options,
                               collet_study **study)
{
    const clt_blas blas = known_blas();
    return (int32_t)clt_study_make(path != NULL ? path : "", NULL, options, &blas, study);
}

void collet_study_destroy(collet_study *s)
{
    if (s == NULL) {
        return;
    }
    clt_pruning_close(&s->pruning);
    clt_order_close(&s->order);
    clt_store_close(s->store);
    for (size_t i = 0; i < s->trials.count; i++) {
        CLT_VEC_FINISH(&s->trials.items[i].curve);
    }
    CLT_VEC_FINISH(&s->trials);
    clt_journal_finish(&s->journal);
    clt_str_finish(&s->text);
    clt_plan_finish(&s->plan);
    clt_registry_destroy(s->registry);
    clt_arena_finish(&s->points);
    if (s->plain != (locale_t)0) {
        freelocale(s->plain);
    }
    clt_arena_finish(&s->arena);
    free(s);
}

const char *collet_study_error(const collet_study *s)
{
    return s != NULL ? s->err.text : "out of memory";
}
