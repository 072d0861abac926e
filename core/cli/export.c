/* collet export: a study's trials for other programs. */
#include "cli/session.h"

static clt_status write_study(const clt_args *args, const clt_trial_list *list, clt_error *err)
{
    clt_str out = {0};
    if (args->csv) {
        clt_trials_csv(list, &out);
    } else {
        clt_json json = {.out = &out};
        clt_trials_json(list, &json);
        clt_str_add(&out, "\n");
    }
    return clt_print(&out, err);
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened opened = {0};
    if (args->csv == args->json) {
        return clt_fail(err, CLT_USAGE, "export: say which: --csv or --json");
    }
    clt_status status = clt_open_store(&opened, args, err);
    status = status == CLT_OK ? clt_open_study(&opened, args->words[0], true, err) : status;
    status = status == CLT_OK ? write_study(args, &opened.list, err) : status;
    clt_opened_finish(&opened);
    return status;
}

static const clt_flag flags[] = {
    {"--csv", 0, NULL, "comma-separated values, one line a trial", offsetof(clt_args, csv)},
    CLT_FLAG_JSON("one JSON object, with learning curves"),
    CLT_FLAG_STORE("the store; collet.db unless given"),
    CLT_FLAG_END,
};

const clt_command clt_command_export = {
    "export", "STUDY", "Writes all trials of a study to standard output", "", 1, 1, flags, run};
