/* collet study: renames a study, deletes it, or copies it. */
#include "cli/session.h"

#include "base/file.h"
#include "study/keep.h"

#include <string.h>
#include <unistd.h>

/* What is wanted: CLT_USAGE unless it is one thing. */
static clt_status check_args(const clt_args *args, clt_error *err)
{
    const char *name = args->rename != NULL ? args->rename : args->copy;
    if ((args->rename != NULL) + args->delete + (args->copy != NULL) != 1) {
        return clt_fail(err, CLT_USAGE,
                        "study: say what is to be done with it: one of --copy NEW, --delete, "
                        "--rename NEW");
    }
    if (args->to != NULL && args->copy == NULL) {
        return clt_fail(err, CLT_USAGE, "study: --to goes with --copy");
    }
    if (name == NULL || (name[0] != '\0' && strpbrk(name, "\r\n") == NULL)) {
        return CLT_OK;
    }
    return clt_fail(err, CLT_USAGE, "study: the new name is %s",
                    name[0] == '\0' ? "empty" : "more than one line");
}

/* "12 trials (10 complete, 2 failed)" */
static void add_trials(const clt_opened *o, clt_str *out)
{
    static const char *const words[] = {"running", "complete", "pruned",
                                        "failed",  "paused",   "dropped"};
    size_t counts[6] = {0}, named = 0;
    for (size_t i = 0; i < o->list.count; i++) {
        const clt_trial_row *t = &o->list.rows[i];
        counts[t->dropped ? 5 : t->state]++;
    }
    clt_str_addf(out, "%zu trial%s", o->list.count, o->list.count == 1 ? "" : "s");
    for (size_t i = 0; i < 6; i++) {
        if (counts[i] > 0) {
            clt_str_addf(out, "%s%zu %s", named++ > 0 ? ", " : " (", counts[i], words[i]);
        }
    }
    clt_str_add(out, named > 0 ? ")" : "");
}

/* What runs left beside the store for trials to go on from. */
static void sweep_checkpoints(clt_opened *o)
{
    const char *real = clt_path_real(&o->arena, o->path);
    const char *folder = real != NULL ? clt_arena_printf(&o->arena, "%s-checkpoints", real) : NULL;
    const clt_keep keep = {.folder = folder, .study = o->study.id};
    clt_keep_sweep(&keep, NULL, 0);
    if (folder != NULL) {
        clt_keep_finish(&keep);
    }
}

static clt_status delete_study(clt_opened *o, clt_str *out, clt_error *err)
{
    if (clt_store_delete_study(o->store, o->study.id, err) != CLT_OK) {
        return err->status;
    }
    sweep_checkpoints(o);
    clt_str_addf(out, "%s: study \"%s\" is deleted, with ", o->path, o->study.name);
    add_trials(o, out);
    clt_str_add(out, "\n");
    return CLT_OK;
}

static clt_status rename_study(const clt_args *args, clt_opened *o, clt_str *out, clt_error *err)
{
    if (clt_store_rename_study(o->store, o->study.id, args->rename, err) != CLT_OK) {
        return err->status;
    }
    clt_str_addf(out,
                 "%s: study \"%s\" is \"%s\" now; an experiment goes on with it that says [study] "
                 "name = %s\n",
                 o->path, o->study.name, args->rename, args->rename);
    return CLT_OK;
}

/* Into another store, which is made where it is not there. */
static clt_status copy_to(const clt_args *args, clt_opened *o, clt_error *err)
{
    clt_store *target;
    const char *from = clt_path_real(&o->arena, o->path);
    const char *to = clt_path_real(&o->arena, args->to);
    if (from == NULL) {
        return clt_fail_memory(err);
    }
    if (to != NULL && strcmp(from, to) == 0) {
        return clt_fail(err, CLT_USAGE, "study: --to names the store that the study is in");
    }
    clt_status status = clt_sqlite_open(args->to, CLT_STORE_WRITE, &target, err);
    if (status != CLT_OK) {
        return status;
    }
    status = clt_store_copy_study(target, from, o->study.id, args->copy, err);
    clt_store_close(target);
    return status;
}

static clt_status copy_study(const clt_args *args, clt_opened *o, clt_str *out, clt_error *err)
{
    const char *to = args->to != NULL ? args->to : o->path;
    clt_status status = args->to != NULL
                            ? copy_to(args, o, err)
                            : clt_store_copy_study(o->store, NULL, o->study.id, args->copy, err);
    clt_str_addf(out, "%s: study \"%s\" is copied to \"%s\"", o->path, o->study.name, args->copy);
    clt_str_addf(out, args->to != NULL ? " in %s, with " : ", with ", to);
    add_trials(o, out);
    clt_str_add(out, "\n");
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened o = {0};
    clt_str out = {0};
    clt_status status = check_args(args, err);
    if (status == CLT_OK) { /* a copy for another store changes nothing in this one */
        status =
            args->to != NULL ? clt_open_store(&o, args, err) : clt_open_to_change(&o, args, err);
    }
    status = status == CLT_OK ? clt_open_study(&o, args->words[0], false, err) : status;
    if (status == CLT_OK) {
        status = args->delete           ? delete_study(&o, &out, err)
                 : args->rename != NULL ? rename_study(args, &o, &out, err)
                                        : copy_study(args, &o, &out, err);
    }
    if (status == CLT_OK) {
        status = clt_print(&out, err);
    }
    clt_str_finish(&out);
    clt_opened_finish(&o);
    return status;
}

static const clt_flag flags[] = {
    {"--copy", 0, "NEW", "copy it, with all its trials, under that name", offsetof(clt_args, copy)},
    {"--delete", 0, NULL, "delete it, with all its trials; nothing is asked",
     offsetof(clt_args, delete)},
    {"--rename", 0, "NEW", "give it that name", offsetof(clt_args, rename)},
    CLT_FLAG_STORE("the store; collet.db unless given"),
    {"--to", 0, "FILE", "with --copy: into that store, which is made unless it is there",
     offsetof(clt_args, to)},
    CLT_FLAG_END,
};

const clt_command clt_command_study = {
    "study",
    "STUDY",
    "Renames a study, deletes it, or copies it with all that belongs to it",
    "A copy goes on by itself, as a study of its own: what is done to one of them the other does\n"
    "not see. What an experiment goes on with is the study of its own name ([study] name, or that\n"
    "of its file). No run may have a store that is changed meanwhile.\n",
    1,
    1,
    flags,
    run};
