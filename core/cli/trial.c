/* collet trial: leaves trials of a study out, has them run again, or says that they failed. */
#include "cli/numbers.h"
#include "cli/session.h"

#include "base/file.h"
#include "study/edit.h"
#include "study/keep.h"

#include <string.h>
#include <unistd.h>

/* What is wanted: CLT_USAGE unless it is one thing. */
static clt_status choose_kind(const clt_args *args, clt_edit_kind *kind, clt_error *err)
{
    const bool wants[] = {args->drop, args->restore, args->retry, args->fail};
    int count = 0;
    for (int i = 0; i < 4; i++) {
        *kind = wants[i] ? (clt_edit_kind)i : *kind;
        count += wants[i];
    }
    if (count != 1) {
        return clt_fail(err, CLT_USAGE,
                        "trial: say what is to be done with it: one of --drop, --restore, --retry, "
                        "--fail");
    }
    if (args->why != NULL && (!args->fail || strpbrk(args->why, "\r\n") != NULL)) {
        return clt_fail(err, CLT_USAGE, "trial: --why goes with --fail, and is one line");
    }
    if (args->failed ? args->word_count > 1 || args->fail || args->restore : args->word_count < 2) {
        return clt_fail(err, CLT_USAGE,
                        "trial: name the trials, such as 3 or 3,7-9; or with --retry or --drop "
                        "--failed, for all that have failed");
    }
    return CLT_OK;
}

/* Of --failed: those that failed by themselves, and are not left out. */
static clt_status list_failed(const clt_opened *o, clt_numbers *numbers, clt_error *err)
{
    for (size_t i = 0; i < o->list.count; i++) {
        const clt_trial_row *t = &o->list.rows[i];
        bool failed = t->state == CLT_TRIAL_FAILED && t->twin == 0 && !t->dropped;
        if (failed && !CLT_PUSH(numbers, t->number)) {
            return clt_fail_memory(err);
        }
    }
    return CLT_OK;
}

static void print_text(const clt_opened *o, const clt_editing *e, clt_str *out)
{
    for (size_t i = 0; i < e->done.count; i++) {
        const clt_edit *edit = &e->done.items[i];
        clt_str_addf(out, "trial %llu: %s; it was %s\n", (unsigned long long)edit->number,
                     clt_edit_text(edit->kind), edit->was);
    }
    clt_str_addf(out, "study \"%s\": %zu trial%s changed", o->study.name, e->done.count,
                 e->done.count == 1 ? "" : "s");
    if (e->done.count > 0) {
        clt_str_add(out, e->kind == CLT_EDIT_RETRY ? "; \"collet run\" runs what is to run again"
                                                   : "; the sampler knows when the study goes on");
    }
    clt_str_add(out, "\n");
}

static void print_json(const clt_editing *e, clt_str *out)
{
    clt_json json = {.out = out};
    clt_json_open(&json, NULL, '[');
    for (size_t i = 0; i < e->done.count; i++) {
        clt_json_open(&json, NULL, '{');
        clt_json_int(&json, "trial", (int64_t)e->done.items[i].number);
        clt_json_text(&json, "now", clt_edit_text(e->done.items[i].kind));
        clt_json_text(&json, "was", e->done.items[i].was);
        clt_json_close(&json, '}');
    }
    clt_json_close(&json, ']');
    clt_str_add(out, "\n");
}

/* A trial that runs again goes on from no checkpoint. */
static void forget_checkpoints(clt_opened *o, const clt_editing *e)
{
    const char *real = clt_path_real(&o->arena, o->path);
    const char *folder = real != NULL ? clt_arena_printf(&o->arena, "%s-checkpoints", real) : NULL;
    const clt_keep keep = {.folder = folder, .study = o->study.id};
    for (size_t i = 0; i < e->done.count && e->kind == CLT_EDIT_RETRY; i++) {
        const uint64_t number = e->done.items[i].number;
        clt_keep_drop(&keep, number, 0, o->list.rows[number].attempt);
    }
}

static clt_status edit(const clt_args *args, clt_opened *o, clt_editing *e, clt_error *err)
{
    clt_numbers numbers = {0};
    clt_str out = {0};
    clt_status status = args->failed ? list_failed(o, &numbers, err)
                                     : clt_numbers_read(args->words[1], "trial", &numbers, err);
    status = status == CLT_OK ? clt_edit_trials(e, numbers.items, numbers.count, &o->arena, err)
                              : status;
    if (status == CLT_OK) {
        forget_checkpoints(o, e);
        if (args->json) {
            print_json(e, &out);
        } else {
            print_text(o, e, &out);
        }
        status = clt_print(&out, err);
    }
    CLT_VEC_FINISH(&numbers);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened o = {0};
    clt_editing e = {.why = args->why != NULL ? args->why : "its result was rejected by hand"};
    clt_status status = choose_kind(args, &e.kind, err);
    status = status == CLT_OK ? clt_open_to_change(&o, args, err) : status;
    status = status == CLT_OK ? clt_open_study(&o, args->words[0], false, err) : status;
    if (status == CLT_OK) {
        e.store = o.store;
        e.study = &o.study;
        e.rows = o.list.rows;
        e.count = o.list.count;
        status = edit(args, &o, &e, err);
    }
    CLT_VEC_FINISH(&e.done);
    clt_opened_finish(&o);
    return status;
}

static const clt_flag flags[] = {
    {"--drop", 0, NULL, "leave it out: not the best, not on the front, not told to the sampler",
     offsetof(clt_args, drop)},
    {"--fail", 0, NULL, "its result is wrong: it has failed, which the sampler is told",
     offsetof(clt_args, fail)},
    {"--failed", 0, NULL, "with --retry or --drop: all that have failed",
     offsetof(clt_args, failed)},
    CLT_FLAG_JSON("print what was done as JSON"),
    {"--restore", 0, NULL, "take --drop back", offsetof(clt_args, restore)},
    {"--retry", 0, NULL, "run it again under its number when the study goes on",
     offsetof(clt_args, retry)},
    CLT_FLAG_STORE("the store; collet.db unless given"),
    {"--why", 0, "TEXT", "with --fail: why, one line", offsetof(clt_args, why)},
    CLT_FLAG_END,
};

const clt_command clt_command_trial = {
    "trial",
    "STUDY [N]",
    "Leaves trials of a study out, has them run again, or says that they failed",
    "N is a number or a list such as 3,7-9. What was changed, and what each trial was before, is\n"
    "kept in the store: collet show STUDY --trial N has it. When the study goes on (collet run),\n"
    "the next trial is asked of a sampler that is told of all older ones as they are now; collet\n"
    "replay derives the decisions from there on. Trials that have the result of a trial (\n"
    "[study] duplicates) are changed along with it. No run may have the store meanwhile.\n",
    1,
    2,
    flags,
    run};
