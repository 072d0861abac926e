/* collet export: a study's trials for other programs. */
#include "cli/session.h"

#include "base/file.h"
#include "report/optuna.h"

#include <unistd.h>

static clt_status write_study(const clt_args *args, clt_opened *o, clt_error *err)
{
    const clt_trial_list *list = &o->list;
    clt_str out = {0};
    clt_mark_interrupted(o, clt_store_is_run(o->store, o->study.id));
    if (args->csv) {
        clt_trials_csv(list, &out);
    } else {
        clt_json json = {.out = &out};
        clt_trials_json(list, &json);
        clt_str_add(&out, "\n");
    }
    return clt_print_exact(&out, err);
}

/* A file that is there may be a journal that Optuna goes on writing to: it stays as it is. */
static clt_status write_journal(const clt_args *args, const clt_optuna_report *report,
                                clt_error *err)
{
    clt_str text = {0};
    if (access(args->journal, F_OK) == 0) {
        return clt_fail(err, CLT_CANNOT_CREATE, "%s: there is a file already; name another",
                        args->journal);
    }
    clt_status status = clt_optuna_journal(report, &text, err);
    if (status == CLT_OK) {
        const clt_bytes part = {clt_str_text(&text), text.length};
        status = clt_file_write(args->journal, &part, 1, err);
    }
    clt_str_finish(&text);
    return status;
}

static clt_status export_journal(const clt_args *args, clt_opened *o, clt_error *err)
{
    clt_session session = {0};
    clt_wish *wishes;
    clt_optuna_report report = {.list = &o->list, .plan = &session.plan, .version = COLLET_VERSION};
    clt_status status =
        clt_store_wishes(o->store, o->study.id, &o->arena, &wishes, &report.wish_count, err);
    status = status == CLT_OK ? clt_session_stored(&session, o, args, err) : status;
    if (status == CLT_OK) {
        report.wishes = wishes;
        status = write_journal(args, &report, err);
    }
    clt_session_finish(&session);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened opened = {0};
    if (args->csv + args->json + (args->journal != NULL) != 1) {
        return clt_fail(err, CLT_USAGE,
                        "export: say which: --csv, --json or --optuna-journal FILE");
    }
    clt_status status = clt_open_store(&opened, args, err);
    status = status == CLT_OK ? clt_open_study(&opened, args->words[0], true, err) : status;
    if (status == CLT_OK) {
        status = args->journal != NULL ? export_journal(args, &opened, err)
                                       : write_study(args, &opened, err);
    }
    clt_opened_finish(&opened);
    return status;
}

static const clt_flag flags[] = {
    {"--csv", 0, NULL, "comma-separated values, one line a trial", offsetof(clt_args, csv)},
    CLT_FLAG_JSON("one JSON object, with learning curves"),
    {"--optuna-journal", 0, "FILE", "a new file that Optuna opens: JournalFileStorage(FILE)",
     offsetof(clt_args, journal)},
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_STORE("the store; collet.db unless given"),
    CLT_FLAG_END,
};

const clt_command clt_command_export = {
    "export",
    "STUDY",
    "Writes all trials of a study to standard output, or for Optuna to a file",
    "Columns of --csv: trial, state, the goals and what is required, metrics that are neither (at "
    "the\n"
    "epoch or step that counts; \"no_goals\" of --json names them), epochs (steps of an "
    "objective), elapsed (seconds by the clock; a goal \"seconds\" is the training alone), "
    "started,\n"
    "attempt, why, the parameters, folds. A metric or parameter that is called like another\n"
    "column gets its place in the JSON before its name: values.state, params.loss. A text that a\n"
    "spreadsheet would run as a formula has an apostrophe before it.\n",
    1,
    1,
    flags,
    run};
