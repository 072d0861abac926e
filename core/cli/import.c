/* collet import: a study of Optuna becomes one of ours. */
#include "cli/session.h"

#include "base/suggest.h"
#include "store/optuna.h"

#include <stdio.h>
#include <string.h>

/* The study of --study; where there is only one it need not be said. */
static clt_status choose(const clt_args *args, const clt_optuna_file *file,
                         const clt_optuna_study **study, clt_error *err)
{
    clt_suggest suggest = {.read = args->study != NULL ? args->study : ""};
    clt_str names = {0};
    size_t count = 0;
    char hint[128];
    *study = NULL;
    for (size_t i = 0; i < file->studies.count; i++) {
        const clt_optuna_study *s = file->studies.items[i];
        if (s->name == NULL) {
            continue;
        }
        bool wanted = args->study == NULL || strcmp(args->study, s->name) == 0;
        *study = wanted ? s : *study;
        clt_suggest_offer(&suggest, s->name);
        clt_str_addf(&names, "%s%s", count++ > 0 ? ", " : "", s->name);
    }
    if (args->study == NULL && count > 1) {
        clt_fail(err, CLT_USAGE, "import: %s holds %zu studies; say which with --study: %.600s",
                 args->words[0], count, clt_str_text(&names));
    } else if (*study == NULL) {
        clt_fail(err, CLT_BAD_INPUT, "%s: there is no study%s%s%s%s", args->words[0],
                 count > 0 ? " \"" : "", count > 0 ? args->study : "", count > 0 ? "\"" : "",
                 count > 0 ? clt_suggest_text(&suggest, hint, sizeof hint) : "");
    }
    clt_str_finish(&names);
    return err->status;
}

static clt_status print(const clt_opened *o, clt_optuna_import *import, clt_error *err)
{
    clt_str out = {0};
    clt_put_lines(stderr, clt_str_text(&import->notes));
    clt_str_addf(&out, "%s: study \"%s\", %zu trial%s\n", o->path, import->study.name,
                 import->count, import->count == 1 ? "" : "s");
    return clt_print(&out, err);
}

static clt_status import_file(const clt_args *args, clt_optuna_file *file, clt_opened *o,
                              clt_optuna_import *import, clt_error *err)
{
    const clt_optuna_study *study;
    if (clt_optuna_read(args->words[0], file, err) != CLT_OK ||
        choose(args, file, &study, err) != CLT_OK) {
        return err->status;
    }
    const char *into = args->into != NULL ? args->into : study->name;
    o->path = args->store != NULL ? args->store : "collet.db";
    if (clt_optuna_convert(file, study, args->words[0], into, args->goals, &o->arena, import,
                           err) != CLT_OK ||
        clt_sqlite_open(o->path, CLT_STORE_WRITE, &o->store, err) != CLT_OK ||
        clt_optuna_store(import, o->store, err) != CLT_OK) {
        return err->status;
    }
    return print(o, import, err);
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_optuna_file file = {0};
    clt_optuna_import import = {0};
    clt_opened opened = {0};
    clt_status status = import_file(args, &file, &opened, &import, err);
    clt_str_finish(&import.notes);
    clt_opened_finish(&opened);
    clt_optuna_finish(&file);
    return status;
}

static const clt_flag flags[] = {
    {"--goals", 0, "NAMES", "names of what the study optimises, in Optuna's order: loss,seconds",
     offsetof(clt_args, goals)},
    {"--into", 0, "NAME", "the study's name here; its own unless given", offsetof(clt_args, into)},
    CLT_FLAG_STORE("the store; collet.db unless given, made where there is none"),
    {"--study", 0, "NAME", "which study of FILE, where it holds several",
     offsetof(clt_args, study)},
    CLT_FLAG_END,
};

const clt_command clt_command_import = {
    "import",
    "FILE",
    "Takes a study of Optuna into a store, for show, export and warm start",
    "FILE is an SQLite file of Optuna's RDBStorage, or a journal of its JournalFileStorage. What\n"
    "cannot be carried over is told, a line each; a damaged file leaves the store as it was. An\n"
    "experiment with [study] warm_start = NAME begins with its trials.\n",
    1,
    1,
    flags,
    run};
