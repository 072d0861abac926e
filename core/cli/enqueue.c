/* collet enqueue: settings that a study is to run before what its sampler proposes. */
#include "cli/session.h"

#include "study/wish.h"

#include <string.h>
#include <unistd.h>

/* To be written, but not to be made: a slip in the path is no new store. */
static clt_status open_store(const clt_args *args, clt_opened *o, clt_error *err)
{
    o->path = args->store != NULL ? args->store : "collet.db";
    clt_store_mode mode =
        access(o->path, F_OK) == 0 && args->word_count > 1 ? CLT_STORE_WRITE : CLT_STORE_READ;
    return clt_sqlite_open(o->path, mode, &o->store, err);
}

/* NAME=VALUE of each further word. */
static clt_status read_words(const clt_args *args, const clt_plan *plan, clt_str *text,
                             clt_error *err)
{
    clt_arena arena = {0};
    clt_status status = CLT_OK;
    for (int i = 1; i < args->word_count && status == CLT_OK; i++) {
        const char *word = args->words[i], *equals = strchr(word, '=');
        if (equals == NULL || equals == word || strchr(word, '\n') != NULL) {
            status = clt_fail(err, CLT_USAGE, "enqueue: \"%s\" is not NAME=VALUE", word);
            break;
        }
        const char *name = clt_arena_printf(&arena, "%.*s", (int)(equals - word), word);
        if (name == NULL) {
            status = clt_fail_memory(err);
            break;
        }
        clt_wish_add(text, name, equals + 1);
    }
    clt_arena_finish(&arena);
    status = status == CLT_OK && text->failed ? clt_fail_memory(err) : status;
    if (status == CLT_OK && clt_wish_check(plan, clt_str_text(text), err) != CLT_OK) {
        status = clt_prefix(err, "enqueue");
    }
    return status;
}

/* The wishes that have become trials are the first ones. */
static uint64_t granted(const clt_opened *o)
{
    uint64_t most = 0;
    for (size_t i = 0; i < o->list.count; i++) {
        most = o->list.rows[i].wish > most ? o->list.rows[i].wish : most;
    }
    return most;
}

static void add_setting(const char *text, clt_str *out)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        clt_str_addf(out, "  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* What waits, and whether it will come to run. */
static void list_waiting(const clt_opened *o, const clt_plan *plan, const clt_wish *wishes,
                         size_t count, clt_str *out)
{
    uint64_t first = granted(o), trials = (uint64_t)plan->study.trials;
    uint64_t left = trials > o->list.count ? trials - o->list.count : 0, waiting = count - first;
    for (uint64_t i = first; i < count; i++) {
        clt_str_addf(out, "setting %llu%s\n", (unsigned long long)i + 1,
                     wishes[i].text[0] == '\0' ? ": all of it is drawn" : "");
        add_setting(wishes[i].text, out);
    }
    clt_str_addf(out, "study \"%s\": %llu setting%s wait%s to be run before anything else",
                 o->study.name, (unsigned long long)waiting, waiting == 1 ? "" : "s",
                 waiting == 1 ? "s" : "");
    if (trials > 0 && left < waiting) {
        clt_str_addf(out, "; it began with [study] trials = %llu, which leaves room for %llu",
                     (unsigned long long)trials, (unsigned long long)left);
    }
    clt_str_add(out, "\n");
}

static clt_status add(const clt_args *args, const clt_opened *o, const clt_plan *plan,
                      clt_error *err)
{
    clt_str text = {0};
    clt_status status = read_words(args, plan, &text, err);
    if (status == CLT_OK && args->word_count > 1) {
        const clt_wish wish = {clt_str_text(&text)};
        status = clt_store_add_wish(o->store, o->study.id, &wish, err);
    }
    clt_str_finish(&text);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_session session = {0};
    clt_opened opened = {0};
    clt_wish *wishes;
    size_t count;
    clt_str out = {0};
    clt_status status = open_store(args, &opened, err);
    status = status == CLT_OK ? clt_open_study(&opened, args->words[0], false, err) : status;
    status = status == CLT_OK ? clt_session_stored(&session, &opened, args, err) : status;
    status = status == CLT_OK ? add(args, &opened, &session.plan, err) : status;
    if (status == CLT_OK && clt_store_wishes(opened.store, opened.study.id, &opened.arena, &wishes,
                                             &count, err) == CLT_OK) {
        list_waiting(&opened, &session.plan, wishes, count, &out);
        status = clt_print(&out, err);
    }
    status = status == CLT_OK ? err->status : status;
    clt_opened_finish(&opened);
    clt_session_finish(&session);
    return status;
}

static const clt_flag flags[] = {
    CLT_FLAG_PLUGIN_PATH,
    CLT_FLAG_STORE("the store; collet.db unless given"),
    CLT_FLAG_END,
};

const clt_command clt_command_enqueue = {
    "enqueue",
    "STUDY N=V",
    "Adds a setting that a study is to run before anything else, and lists those that wait",
    "N=V, as often as there are parameters to set, is a name as \"collet show STUDY --trial N\" "
    "has it\n"
    "and a value, such as optimizer.adam.lr=0.001; parameters that are left out are\n"
    "drawn from their ranges. The setting becomes a trial when the study goes on (collet run), "
    "and\n"
    "the sampler is told of it as of any other. No run may have the store meanwhile. Without any\n"
    "N=V nothing is added. A section [enqueue] of an experiment (or [enqueue.1], [enqueue.2] ...)\n"
    "does the same from the beginning.\n",
    1,
    CLT_MOST_WORDS,
    flags,
    run};
