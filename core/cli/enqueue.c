/* collet enqueue: settings that a study is to run before what its sampler proposes. */
#include "cli/numbers.h"
#include "cli/settings.h"

#include "study/wish.h"

#include <string.h>

static clt_status open_store(const clt_args *args, clt_opened *o, clt_error *err)
{
    return args->word_count > 1 || args->remove != NULL ? clt_open_to_change(o, args, err)
                                                        : clt_open_store(o, args, err);
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

static clt_status add(const clt_args *args, const clt_opened *o, const clt_plan *plan,
                      clt_error *err)
{
    clt_str text = {0};
    clt_status status = read_words(args, plan, &text, err);
    if (status == CLT_OK && args->word_count > 1) {
        const clt_wish wish = {.text = clt_str_text(&text)};
        status = clt_store_add_wish(o->store, o->study.id, &wish, err);
    }
    clt_str_finish(&text);
    return status;
}

/* One that has become a trial cannot be taken back any more. */
static clt_status check_removal(const clt_settings *s, uint64_t number, clt_error *err)
{
    const char *name = s->opened->study.name;
    if (number == 0 || number > s->count) {
        return clt_fail(err, CLT_USAGE,
                        "enqueue: study \"%s\" has no setting %llu to remove; it has %zu, from 1",
                        name, (unsigned long long)number, s->count);
    }
    return s->trials[number - 1] == 0
               ? CLT_OK
               : clt_fail(
                     err, CLT_USAGE,
                     "enqueue: setting %llu of study \"%s\" has become trial %llu: it cannot "
                     "be removed any more; \"collet trial %s %llu --drop\" leaves the trial out",
                     (unsigned long long)number, name,
                     (unsigned long long)s->trials[number - 1] - 1, name,
                     (unsigned long long)s->trials[number - 1] - 1);
}

static clt_status withdraw(clt_opened *o, const clt_numbers *numbers, clt_str *out, clt_error *err)
{
    clt_status status = clt_store_open_group(o->store, err);
    for (size_t i = 0; i < numbers->count && status == CLT_OK; i++) {
        status = clt_store_withdraw_wish(o->store, o->study.id, numbers->items[i], err);
        clt_str_addf(out, "study \"%s\": setting %llu is withdrawn\n", o->study.name,
                     (unsigned long long)numbers->items[i]);
    }
    status = status == CLT_OK ? clt_store_commit(o->store, err) : status;
    if (status != CLT_OK) {
        clt_store_roll_back(o->store);
    }
    return status;
}

/* All of those that --remove names, or none. */
static clt_status remove_settings(const clt_args *args, clt_opened *o, clt_error *err)
{
    clt_numbers numbers = {0};
    clt_settings settings = {0};
    clt_str out = {0};
    clt_status status = clt_numbers_read(args->remove, "enqueue: --remove", &numbers, err);
    status = status == CLT_OK ? clt_settings_read(&settings, o, err) : status;
    for (size_t i = 0; i < numbers.count && status == CLT_OK; i++) {
        status = check_removal(&settings, numbers.items[i], err);
    }
    status = status == CLT_OK ? withdraw(o, &numbers, &out, err) : status;
    if (status == CLT_OK) {
        status = clt_print(&out, err);
    }
    clt_str_finish(&out);
    CLT_VEC_FINISH(&numbers);
    return status;
}

/* What is in the queue now. */
static clt_status print(const clt_args *args, clt_opened *o, const clt_plan *plan, clt_error *err)
{
    clt_settings settings = {.plan = plan};
    clt_str out = {0};
    if (clt_settings_read(&settings, o, err) != CLT_OK) {
        return err->status;
    }
    if (args->json) {
        clt_settings_json(&settings, &out);
    } else {
        clt_settings_text(&settings, args->list, &out);
    }
    return clt_print(&out, err);
}

/* --list and --remove go without what is to be added. */
static clt_status check_args(const clt_args *args, clt_error *err)
{
    const char *flag = args->remove != NULL ? "--remove" : "--list";
    return args->word_count > 1 && (args->list || args->remove != NULL)
               ? clt_fail(err, CLT_USAGE, "enqueue: %s and \"%s\" do not go together", flag,
                          args->words[1])
               : CLT_OK;
}

/* Adds what is to be added, and lists. */
static clt_status add_and_list(const clt_args *args, clt_opened *o, clt_error *err)
{
    clt_session session = {0};
    clt_status status = clt_session_stored(&session, o, args, err);
    status = status == CLT_OK ? add(args, o, &session.plan, err) : status;
    status = status == CLT_OK ? print(args, o, &session.plan, err) : status;
    clt_session_finish(&session);
    return status;
}

static clt_status run(const clt_args *args, clt_error *err)
{
    clt_opened opened = {0};
    clt_status status = check_args(args, err);
    status = status == CLT_OK ? open_store(args, &opened, err) : status;
    status = status == CLT_OK ? clt_open_study(&opened, args->words[0], false, err) : status;
    if (status == CLT_OK) {
        status = args->remove != NULL ? remove_settings(args, &opened, err)
                                      : add_and_list(args, &opened, err);
    }
    clt_opened_finish(&opened);
    return status;
}

static const clt_flag flags[] = {
    CLT_FLAG_JSON("print all settings as JSON"),
    {"--list", 0, NULL, "list all settings: those that wait, and what became of the others",
     offsetof(clt_args, list)},
    CLT_FLAG_PLUGIN_PATH,
    {"--remove", 0, "K", "withdraw setting K (or 2,5-7), which then never runs",
     offsetof(clt_args, remove)},
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
    "N=V nothing is added. A setting that does not fit the ranges which the study has now is left\n"
    "out until they are wide enough again, or until it is withdrawn. A section [enqueue] of an "
    "experiment (or [enqueue.1], [enqueue.2] ...)\n"
    "does the same from the beginning.\n",
    1,
    CLT_MOST_WORDS,
    flags,
    run};
