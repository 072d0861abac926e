#include "cli/command.h"
#include "cli/print.h"

#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

static const clt_flag help_flag = {"--help", 'h', NULL, "print this", offsetof(clt_args, help)};

static const clt_flag *find_flag(const clt_command *command, const char *text, size_t length)
{
    for (const clt_flag *f = command->flags;; f = f->name != NULL ? f + 1 : f) {
        const clt_flag *flag = f->name != NULL ? f : &help_flag;
        bool long_form = strlen(flag->name) == length && strncmp(flag->name, text, length) == 0;
        bool short_form = length == 2 && text[0] == '-' && text[1] == flag->letter;
        if (long_form || short_form) {
            return flag;
        }
        if (f->name == NULL) {
            return NULL;
        }
    }
}

static clt_status unknown_flag(const clt_command *command, const char *text, clt_error *err)
{
    clt_suggest suggest = {.read = text};
    char hint[96];
    for (const clt_flag *f = command->flags; f->name != NULL; f++) {
        clt_suggest_offer(&suggest, f->name);
    }
    return clt_fail(err, CLT_USAGE, "%s: unknown flag \"%s\"%s", command->name, text,
                    clt_suggest_text(&suggest, hint, sizeof hint));
}

static void set_value(const clt_flag *flag, const char *value, clt_args *args)
{
    void *field = (char *)args + flag->offset;
    if (flag->argument == NULL) {
        *(bool *)field = true;
    } else if (flag->offset == offsetof(clt_args, plugin_path)) {
        clt_str_addf(&args->plugin_path, "%s%s", args->plugin_path.length > 0 ? ":" : "", value);
    } else {
        *(const char **)field = value;
    }
}

/* One flag at argv[*i], with its value behind '=' or in the next word. */
static clt_status read_flag(const clt_command *command, int argc, char **argv, int *i,
                            clt_args *args, clt_error *err)
{
    const char *text = argv[*i], *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    const clt_flag *flag = find_flag(command, text, length);
    const char *value = equals != NULL ? equals + 1 : NULL;
    if (flag == NULL) {
        return unknown_flag(command, text, err);
    }
    if (flag->argument == NULL && value != NULL) {
        return clt_fail(err, CLT_USAGE, "%s: %s takes no value", command->name, flag->name);
    }
    if (flag->argument != NULL && value == NULL) {
        if (*i + 1 >= argc) {
            return clt_fail(err, CLT_USAGE, "%s: %s needs a value: %s %s", command->name,
                            flag->name, flag->name, flag->argument);
        }
        value = argv[++*i];
    }
    set_value(flag, value, args);
    return CLT_OK;
}

static clt_status too_many(const clt_command *command, const char *word, bool behind,
                           clt_error *err)
{
    if (behind && find_flag(command, word, strcspn(word, "=")) != NULL) {
        return clt_fail(err, CLT_USAGE,
                        "%s: \"%s\" stands behind \"--\", where all are words; put "
                        "flags before it: collet %s FLAGS -- %s",
                        command->name, word, command->name, command->words);
    }
    return clt_fail(err, CLT_USAGE, "%s: one word too many: \"%s\"; it is: collet %s %s",
                    command->name, word, command->name, command->words);
}

clt_status clt_args_parse(const clt_command *command, int argc, char **argv, clt_args *args,
                          clt_error *err)
{
    bool flags = true;
    for (int i = 0; i < argc; i++) {
        if (flags && strcmp(argv[i], "--") == 0) {
            flags = false;
        } else if (flags && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (read_flag(command, argc, argv, &i, args, err) != CLT_OK) {
                return err->status;
            }
        } else if (args->word_count == command->most || args->word_count == CLT_MOST_WORDS) {
            return too_many(command, argv[i], !flags, err);
        } else {
            args->words[args->word_count++] = argv[i];
        }
    }
    if (!args->help && args->word_count < command->least) {
        return clt_fail(err, CLT_USAGE, "%s: %s is missing; it is: collet %s %s", command->name,
                        command->words, command->name, command->words);
    }
    return args->plugin_path.failed ? clt_fail_memory(err) : CLT_OK;
}

static void add_flag(const clt_flag *flag, clt_str *out)
{
    char left[48];
    char letter[8] = "    ";
    if (flag->letter != 0) {
        (void)snprintf(letter, sizeof letter, "-%c, ", flag->letter);
    }
    (void)snprintf(left, sizeof left, "%s%s%s%s", letter, flag->name,
                   flag->argument != NULL ? " " : "", flag->argument != NULL ? flag->argument : "");
    clt_str_addf(out, "  %-26s %s\n", left, flag->doc);
}

void clt_command_help(const clt_command *command)
{
    clt_str out = {0};
    clt_str_addf(&out, "collet %s %s\n\n%s.\n%s%s\nFlags:\n", command->name, command->words,
                 command->summary, command->more[0] != '\0' ? "\n" : "", command->more);
    for (const clt_flag *f = command->flags; f->name != NULL; f++) {
        add_flag(f, &out);
    }
    add_flag(&help_flag, &out);
    clt_put_own(stdout, clt_str_text(&out));
    clt_str_finish(&out);
}
