#include "command/inputs.h"

#include "command/launch.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct finder {
    const char *folder;
    void (*add)(void *ctx, const char *path);
    void *ctx;
} finder;

/* Adds the file of that name, if there is one. */
static bool add_file(const finder *f, const char *name, size_t length)
{
    char path[PATH_MAX];
    struct stat about;
    int n = length > 0 && name[0] == '/'
                ? snprintf(path, sizeof path, "%.*s", (int)length, name)
                : snprintf(path, sizeof path, "%s/%.*s", f->folder, (int)length, name);
    bool is = length > 0 && length < PATH_MAX && n > 0 && (size_t)n < sizeof path &&
              stat(path, &about) == 0 && S_ISREG(about.st_mode);
    if (is) {
        f->add(f->ctx, path);
    }
    return is;
}

/* A word, or what stands in it behind "=". */
static void add_word(const finder *f, const char *word, size_t length)
{
    const char *equals = memchr(word, '=', length);
    if (!add_file(f, word, length) && equals != NULL) {
        size_t skipped = (size_t)(equals + 1 - word);
        (void)add_file(f, equals + 1, length - skipped);
    }
}

/* The file of Python's module a.b: a/b.py, or that of a package. */
static void add_module(const finder *f, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s.py", name);
    if (n < 0 || (size_t)n >= sizeof path - sizeof "/__main__.py") {
        return;
    }
    size_t length = (size_t)n - (sizeof ".py" - 1);
    for (size_t i = 0; i < length; i++) {
        path[i] = path[i] == '.' ? '/' : path[i];
    }
    if (!add_file(f, path, (size_t)n)) {
        (void)strcpy(path + length, "/__main__.py");
        (void)add_file(f, path, strlen(path));
    }
}

static void add_text(const finder *f, const char *text)
{
    static const char blanks[] = " \t\n;&|<>()'\"";
    if (strpbrk(text, " \t\n") == NULL || add_file(f, text, strlen(text))) {
        add_word(f, text, strlen(text));
        return;
    }
    while (*(text += strspn(text, blanks)) != '\0') {
        size_t n = strcspn(text, blanks);
        add_word(f, text, n);
        text += n;
    }
}

/* The text of a word that no parameter is part of; NULL: one is. */
static const char *text_of(const command_line *line, size_t w)
{
    const command_word *word = &line->words[w];
    const command_part *part = &line->parts[word->first];
    return word->count == 1 && !part->is_name ? part->text : NULL;
}

void command_inputs(const command_line *line, const char *folder,
                    void (*add)(void *ctx, const char *path), void *ctx)
{
    const finder f = {folder, add, ctx};
    const char *before = NULL;
    for (size_t w = 0; w < line->word_count; w++) {
        const char *text = text_of(line, w);
        char *program = w == 0 && text != NULL ? command_find(text, folder) : NULL;
        if (program != NULL) {
            add(ctx, program);
        } else if (text != NULL && before != NULL && strcmp(before, "-m") == 0) {
            add_module(&f, text);
        } else if (text != NULL) {
            add_text(&f, text);
        }
        free(program);
        before = text;
    }
}
