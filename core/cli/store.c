/* collet store: what is done with a store as a file. */
#include "cli/session.h"

#include "base/suggest.h"

#include <string.h>
#include <unistd.h>

static void add_number(uint64_t count, const char *one, const char *many, clt_str *out)
{
    clt_str_addf(out, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

/* What the copy holds, read from it: it is said of what is there. */
static clt_status say_copy(const clt_opened *o, const char *path, clt_error *err)
{
    clt_opened copy = {0};
    clt_study_summary *rows;
    size_t count = 0;
    uint64_t trials = 0;
    clt_str out = {0};
    clt_status status = clt_sqlite_open(path, CLT_STORE_READ, &copy.store, err);
    status =
        status == CLT_OK ? clt_store_list(copy.store, &copy.arena, &rows, &count, err) : status;
    for (size_t i = 0; status == CLT_OK && i < count; i++) {
        trials +=
            rows[i].running + rows[i].complete + rows[i].pruned + rows[i].failed + rows[i].paused;
    }
    if (status == CLT_OK) {
        clt_str_addf(&out, "%s: ", o->path);
        add_number(count, "study", "studies", &out);
        clt_str_add(&out, ", ");
        add_number(trials, "trial", "trials", &out);
        clt_str_addf(&out, ", copied to %s\n", path);
        status = clt_print(&out, err);
    }
    clt_opened_finish(&copy);
    return status;
}

static clt_status backup(const clt_args *args, clt_error *err)
{
    clt_opened opened = {0};
    const char *path = args->words[1];
    clt_status status = clt_open_store(&opened, args, err);
    status = status == CLT_OK ? clt_store_backup(opened.store, path, err) : status;
    status = status == CLT_OK ? say_copy(&opened, path, err) : status;
    clt_opened_finish(&opened);
    return status;
}

/* What can be done, by name. */
static const struct {
    const char *name, *words;
    int count; /* of the words */
    clt_status (*run)(const clt_args *args, clt_error *err);
} deeds[] = {
    {"backup", "FILE", 1, backup},
};

static clt_status unknown(const char *name, clt_error *err)
{
    clt_suggest suggest = {.read = name};
    char hint[64];
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        clt_suggest_offer(&suggest, deeds[i].name);
    }
    return clt_fail(err, CLT_USAGE,
                    "store: \"%s\" is nothing that can be done with a store%s; "
                    "\"collet help store\" lists what is",
                    name, clt_suggest_text(&suggest, hint, sizeof hint));
}

static clt_status run(const clt_args *args, clt_error *err)
{
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, args->words[0]) != 0) {
            continue;
        }
        return args->word_count == deeds[i].count + 1
                   ? deeds[i].run(args, err)
                   : clt_fail(err, CLT_USAGE, "store: it is: collet store %s %s", deeds[i].name,
                              deeds[i].words);
    }
    return unknown(args->words[0], err);
}

static const clt_flag flags[] = {
    CLT_FLAG_STORE("the store; collet.db unless given"),
    CLT_FLAG_END,
};

const clt_command clt_command_store = {
    "store",
    "backup FILE",
    "Copies a store, also while a run writes to it",
    "backup FILE makes FILE a store with all that is durable at that moment, whole or not at all.\n"
    "FILE must not be there. A store under way is the file and, beside it, its log: NAME and\n"
    "NAME-wal. Whoever copies the file alone may lack the last second, or have it torn; once\n"
    "the run has ended the file is all there is.\n",
    1,
    2,
    flags,
    run};
