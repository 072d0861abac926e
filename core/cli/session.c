#include "cli/session.h"

#include "base/file.h"
#include "base/suggest.h"
#include "plugin/trust.h"
#include "study/environment.h"
#include "study/pin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder that the caller names must be there; one that a file or the environment names may be
 * another machine's. */
static clt_status check_folders(const clt_session *s, const clt_args *args,
                                const clt_search *search, clt_error *err)
{
    static const char *const others[] = {"[plugins] path", "COLLET_PLUGIN_PATH"};
    const char *path;
    if (clt_search_missing(search, "--plugin-path", &path)) {
        return clt_fail(err, CLT_USAGE, "--plugin-path: there is no folder \"%s\"", path);
    }
    for (size_t i = 0; i < 2 && !s->no_blas_probe && !args->verbose; i++) { /* a nursery, and the
                                                                         list, say it again */
        if (clt_search_missing(search, others[i], &path)) {
            clt_put_line(stderr, "collet: warning: %s: there is no folder \"%s\"", others[i], path);
        }
    }
    return CLT_OK;
}

/* Told by the environment, which the processes of the run have as well. */
static clt_status trust(const clt_args *args, clt_error *err)
{
    return args->trust && setenv(CLT_TRUST, "1", 1) != 0 ? clt_fail_memory(err) : CLT_OK;
}

clt_status clt_session_plugins(clt_session *s, const clt_args *args, clt_error *err)
{
    clt_search search = {0};
    const clt_entry *path =
        s->ini.entry_count > 0 && !s->foreign ? clt_ini_find(&s->ini, "plugins", "path") : NULL;
    clt_status status = CLT_OK;
    if (path != NULL) {
        status = clt_search_add_experiment(&search, path->value, s->ini.path, err);
    }
    if (status == CLT_OK) {
        status =
            clt_search_add(&search, clt_str_text(&args->plugin_path), NULL, "--plugin-path", err);
    }
    status = status == CLT_OK ? trust(args, err) : status;
    status = status == CLT_OK ? clt_search_add_standard(&search, err) : status;
    status = status == CLT_OK ? check_folders(s, args, &search, err) : status;
    if (status == CLT_OK && !s->no_blas_probe) {
        status = clt_blas_setup(&s->blas, err);
    }
    if (status != CLT_OK) {
        clt_search_finish(&search);
        return status;
    }
    return clt_registry_create(&search, &s->registry, err);
}

/* made: the plan is, so that nothing else tells of a file that was not loaded. */
static void print_warnings(const clt_session *s, bool made)
{
    const clt_loaded *file;
    for (size_t i = 0; s->registry != NULL && (file = clt_registry_at(s->registry, i)) != NULL;
         i++) {
        if (file->warning != NULL) {
            clt_put_line(stderr, "collet: warning: %s", file->warning);
        }
        if (file->untrusted && made) {
            clt_put_line(stderr, "collet: warning: %s", file->refusal);
        }
    }
}

static clt_status make_plan(clt_session *s, const clt_args *args, clt_error *err)
{
    if (clt_session_plugins(s, args, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = clt_plan_make(&s->plan, &s->ini, s->registry, err);
    if (!s->no_blas_probe) { /* a nursery would say it again */
        print_warnings(s, status == CLT_OK);
    }
    return status;
}

/* Beside the experiment, unless --store. */
static const char *store_of(clt_session *s, const clt_args *args)
{
    const char *folder = clt_path_folder(&s->arena, s->ini.path);
    return args->store != NULL ? args->store
           : folder != NULL    ? clt_path_join(&s->arena, folder, "collet.db")
                               : NULL;
}

clt_status clt_session_read(clt_session *s, const char *path, const clt_args *args,
                            const char **store, clt_error *err)
{
    if (clt_ini_read(&s->arena, path, &s->ini, err) != CLT_OK) {
        return err->status;
    }
    *store = store_of(s, args);
    clt_status status = *store != NULL ? CLT_OK : clt_fail_memory(err);
    if (status == CLT_OK && !args->fresh) {
        status = clt_pin(&s->ini, *store, clt_sqlite_open_to_read, &s->arena, err);
    }
    status = status == CLT_OK ? make_plan(s, args, err) : status;
    for (size_t i = 0; status == CLT_OK && i < s->plan.note_count; i++) {
        clt_put_line(stderr, "collet: warning: %s", s->plan.notes[i]);
    }
    return status;
}

clt_status clt_session_parse(clt_session *s, const char *path, const char *text,
                             const clt_args *args, clt_error *err)
{
    return clt_ini_parse(&s->arena, path, text, &s->ini, err) == CLT_OK ? make_plan(s, args, err)
                                                                        : err->status;
}

const char *clt_session_environment(clt_session *s)
{
    return clt_environment_text(&s->plan, s->registry, &s->blas, clt_sqlite_version());
}

void clt_session_finish(clt_session *s)
{
    clt_plan_finish(&s->plan);
    clt_registry_destroy(s->registry);
    clt_arena_finish(&s->arena);
}

clt_status clt_open_store(clt_opened *opened, const clt_args *args, clt_error *err)
{
    opened->path = args->store != NULL ? args->store : "collet.db";
    return clt_sqlite_open(opened->path, CLT_STORE_READ, &opened->store, err);
}

clt_status clt_open_to_change(clt_opened *opened, const clt_args *args, clt_error *err)
{
    opened->path = args->store != NULL ? args->store : "collet.db";
    const clt_store_mode mode = access(opened->path, F_OK) == 0 ? CLT_STORE_WRITE : CLT_STORE_READ;
    return clt_sqlite_open(opened->path, mode, &opened->store, err);
}

static clt_status no_study(clt_opened *opened, const char *name, clt_error *err)
{
    clt_study_summary *rows;
    size_t count;
    clt_suggest suggest = {.read = name};
    char hint[128];
    if (clt_store_list(opened->store, &opened->arena, &rows, &count, err) != CLT_OK) {
        return err->status;
    }
    for (size_t i = 0; i < count; i++) {
        clt_suggest_offer(&suggest, rows[i].study.name);
    }
    return clt_fail(err, CLT_BAD_INPUT, "%s: there is no study \"%s\"%s", opened->path, name,
                    clt_suggest_text(&suggest, hint, sizeof hint));
}

clt_status clt_open_study(clt_opened *opened, const char *name, bool with_curves, clt_error *err)
{
    bool found;
    clt_trial_row *rows;
    clt_environment_row *environments;
    clt_edit *edits;
    if (clt_store_find_study(opened->store, name, &opened->arena, &found, &opened->study, err) !=
        CLT_OK) {
        return err->status;
    }
    if (!found) {
        return no_study(opened, name, err);
    }
    /* What an objective gives beside the goals stands in the curve, and in every table. */
    with_curves = with_curves || clt_study_has_objective(&opened->study);
    if (clt_store_trials(opened->store, opened->study.id, with_curves, &opened->arena, &rows,
                         &opened->list.count, err) != CLT_OK ||
        clt_store_environments(opened->store, opened->study.id, &opened->arena, &environments,
                               &opened->list.environment_count, err) != CLT_OK) {
        return err->status;
    }
    if (clt_store_edits(opened->store, opened->study.id, &opened->arena, &edits,
                        &opened->list.edit_count, err) != CLT_OK) {
        return err->status;
    }
    opened->list.edits = edits;
    opened->list.environments = environments;
    opened->list.study = &opened->study;
    opened->list.rows = rows;
    return CLT_OK;
}

void clt_mark_interrupted(clt_opened *o, bool is_run)
{
    clt_trial_row *rows = (clt_trial_row *)o->list.rows; /* of this arena */
    for (size_t i = 0; i < o->list.count && !is_run; i++) {
        rows[i].state = rows[i].state == CLT_TRIAL_RUNNING ? CLT_TRIAL_INTERRUPTED : rows[i].state;
    }
}

clt_status clt_find_trial(const clt_opened *o, const clt_args *args, const char *command,
                          const clt_trial_row **trial, clt_error *err)
{
    const char *text = args->trial;
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number >= o->list.count) {
        return clt_fail(err, CLT_USAGE, "%s: study \"%s\" has no trial \"%s\"; it has %zu, from 0",
                        command, o->study.name, text, o->list.count);
    }
    *trial = &o->list.rows[number];
    return CLT_OK;
}

static bool is_there(const char *path)
{
    return path != NULL && access(path, F_OK) == 0;
}

/* Where the experiment lies now, or would: a study may have moved, store and file together, or the
 * store alone, to where the folder that it began in is not known. */
static const char *find_source(clt_opened *o)
{
    const char *source = o->study.source;
    const char *folder = clt_path_folder(&o->arena, o->path);
    const char *beside =
        folder != NULL ? clt_path_join(&o->arena, folder, clt_path_name(source)) : NULL;
    bool stays = is_there(source) || beside == NULL ||
                 (!is_there(beside) && is_there(clt_path_folder(&o->arena, source)));
    return stays ? source : beside;
}

clt_status clt_session_stored(clt_session *s, clt_opened *o, const clt_args *args, clt_error *err)
{
    s->plan.unnamed_sampler = clt_plan_unnamed_sampler(o->study.identity);
    return clt_session_parse(s, find_source(o), o->study.experiment, args, err);
}

/* A word as a shell takes it. */
static void add_word(const char *word, clt_str *out)
{
    static const char safe[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+";
    bool plain = word[0] != '\0' && strspn(word, safe) == strlen(word);
    clt_str_add(out, plain ? "" : "'");
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '\'') {
            clt_str_add(out, "'\\''");
        } else {
            clt_str_add_bytes(out, at, 1);
        }
    }
    clt_str_add(out, plain ? "" : "'");
}

/* A store for that experiment alone: y.db for y.ini. */
static void add_own_store(const char *file, clt_arena *arena, clt_str *out)
{
    size_t length = strlen(file);
    length -= length > 4 && strcmp(file + length - 4, ".ini") == 0 ? 4 : 0;
    const char *own = clt_arena_printf(arena, "%.*s.db", (int)length, file);
    out->failed = out->failed || own == NULL;
    add_word(own != NULL ? own : "", out);
}

const char *clt_run_beside(const char *command, const char *file, const char *reason,
                           clt_arena *arena)
{
    clt_str text = {0};
    if (strstr(reason, CLT_STORE_TAKEN) == NULL) {
        return "";
    }
    clt_str_addf(&text, "; beside it: collet %s ", command);
    add_word(file, &text);
    clt_str_add(&text, " --store ");
    add_own_store(clt_path_is_stream(file) ? "experiment" : file, arena, &text);
    const char *copy = text.failed ? NULL : clt_arena_copy(arena, clt_str_text(&text));
    clt_str_finish(&text);
    return copy;
}

clt_status clt_open_to_run(const char *command, const char *file, const char *path,
                           clt_store **store, clt_error *err)
{
    clt_arena arena = {0};
    clt_error why = {0};
    clt_status status = clt_sqlite_open(path, CLT_STORE_WRITE, store, &why);
    if (status != CLT_OK) {
        const char *hint = clt_run_beside(command, file, why.text, &arena);
        clt_fail(err, status, "%s%s", why.text, hint != NULL ? hint : "");
    }
    clt_arena_finish(&arena);
    return status;
}

void clt_opened_finish(clt_opened *opened)
{
    clt_store_close(opened->store);
    clt_arena_finish(&opened->arena);
}
