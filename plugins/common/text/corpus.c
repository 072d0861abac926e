#include "text/corpus.h"

#include "text/read.h"
#include "text/words.h"

#include <collet/helpers.h>

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

static collet_status no_memory(const text_corpus *c)
{
    return collet_fail(c->host, COLLET_E_NOMEM, "out of memory for %zu texts", c->rows);
}

void text_corpus_finish(text_corpus *c)
{
    text_lexicon_finish(&c->words);
    text_lexicon_finish(&c->classes);
    free(c->ids);
    free(c->ends);
    free(c->labels);
    free(c->header_line);
    if (c->locale != (locale_t)0) {
        freelocale(c->locale);
    }
    *c = (text_corpus){0};
}

/* Appends the words of a text to ids; false when memory ran out. */
static bool add_words(text_corpus *c, text_piece text)
{
    char word[TEXT_LONGEST_WORD + 1];
    size_t at = 0, n, count = 0;
    while (count < c->most_words &&
           (n = text_next_word(c->locale, text.text, text.length, &at, word)) > 0) {
        int64_t id = text_lexicon_add(&c->words, word, n);
        if (id < 0 ||
            !text_reserve((void **)&c->ids, &c->id_room, c->id_count + 1, sizeof *c->ids)) {
            return false;
        }
        c->ids[c->id_count++] = (uint32_t)id;
        count++;
    }
    return true;
}

/* Appends one text; line 0 when it is a whole file. */
static collet_status add_text(text_corpus *c, text_piece label, text_piece text, const char *path,
                              int line)
{
    size_t before = c->id_count;
    if (!add_words(c, text) ||
        !text_reserve((void **)&c->ends, &c->end_room, c->rows + 1, sizeof *c->ends) ||
        !text_reserve((void **)&c->labels, &c->label_room, c->rows + 1, sizeof *c->labels)) {
        return no_memory(c);
    }
    if (c->id_count == before && !c->unlabelled) {
        if (c->wordless++ == 0) {
            (void)snprintf(c->first_wordless, sizeof c->first_wordless, line > 0 ? "%s:%d" : "%s",
                           path, line);
        }
        if (c->skip_wordless) {
            return COLLET_OK;
        }
    }
    size_t classes = c->classes.count;
    int64_t class = text_lexicon_add(&c->classes, label.text, label.length);
    if (class < 0) {
        return no_memory(c);
    }
    if (c->classes_of != NULL && c->classes.count > classes) {
        char place[4200];
        (void)snprintf(place, sizeof place, line > 0 ? "%s:%d" : "%s", path, line);
        return collet_fail(c->host, COLLET_E_INVALID, "%s: the class \"%.*s\" is not one of %s",
                           place, (int)label.length, label.text, c->classes_of);
    }
    c->ends[c->rows] = c->id_count;
    c->labels[c->rows++] = (int32_t) class;
    return COLLET_OK;
}

static collet_status add_line(text_corpus *c, text_piece line, const char *path, int number)
{
    const char *tab = memchr(line.text, '\t', line.length);
    if (c->unlabelled) {
        const char *begin = tab != NULL ? tab + 1 : line.text;
        size_t length = (size_t)(line.text + line.length - begin);
        return add_text(c, (text_piece){"", 0}, (text_piece){begin, length}, path, number);
    }
    if (tab == NULL) {
        int shown = line.length < 40 ? (int)line.length : 40;
        return collet_fail(
            c->host, COLLET_E_INVALID,
            "%s:%d: there is no tab in \"%.*s\"; a line is a label, a tab and a text", path, number,
            shown, line.text);
    }
    text_piece label = text_trim((text_piece){line.text, (size_t)(tab - line.text)});
    text_piece text = {tab + 1, (size_t)(line.text + line.length - tab - 1)};
    return label.length == 0
               ? collet_fail(c->host, COLLET_E_INVALID,
                             "%s:%d: the class is empty: nothing stands before the tab", path,
                             number)
               : add_text(c, label, text, path, number);
}

/* Is it the header, or that less its label? */
static bool is_header(const text_corpus *c, text_piece line)
{
    const char *tab = strchr(c->header_line, '\t');
    const char *const forms[] = {c->header_line, tab != NULL ? tab + 1 : c->header_line};
    bool is = false;
    for (size_t i = 0; i < COLLET_COUNT(forms); i++) {
        is = is ||
             (strlen(forms[i]) == line.length && memcmp(forms[i], line.text, line.length) == 0);
    }
    return is;
}

/* Is the first line of a file to be passed over? *status: no memory to keep it. */
static bool take_header(text_corpus *c, text_piece line, collet_status *status)
{
    if (!c->header || c->unlabelled) {
        return c->header && c->header_line != NULL && is_header(c, line);
    }
    if (c->header_line == NULL) {
        c->header_line = strndup(line.text, line.length);
        *status = c->header_line != NULL ? COLLET_OK : no_memory(c);
    }
    return true;
}

static collet_status read_lines(text_corpus *c, const char *path)
{
    text_file file = {0};
    collet_status status = text_read(c->host, path, &file);
    size_t at = 0;
    text_piece line;
    for (int number = 1; status >= 0 && text_next_line(&file, &at, &line); number++) {
        bool passed = number == 1 && take_header(c, line, &status);
        if (status >= 0 && !passed && (c->unlabelled || text_trim(line).length > 0)) {
            status = add_line(c, line, path, number);
        }
    }
    text_file_finish(&file);
    return status;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

typedef collet_status visitor(text_corpus *c, const char *path, const char *name);

/* Calls visit for one path in folder if it is a folder, or is not; what cannot be opened is no text
 * to leave out. */
static collet_status visit_entry(text_corpus *c, const char *folder, const char *name, bool folders,
                                 visitor *visit, size_t *visited)
{
    char path[4096];
    struct stat about;
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    bool fits = n > 0 && (size_t)n < sizeof path;
    if (!fits || stat(path, &about) != 0) {
        return folders ? COLLET_OK
                       : collet_fail(c->host, COLLET_E_IO, "%s/%s: cannot be opened: %s", folder,
                                     name, strerror(fits ? errno : ENAMETOOLONG));
    }
    if ((S_ISDIR(about.st_mode) != 0) != folders) {
        return COLLET_OK;
    }
    *visited += 1;
    return visit(c, path, name);
}

/* Calls visit for the paths in folder, by name, that are folders or are not; counts them. */
static collet_status walk(text_corpus *c, const char *folder, bool folders, visitor *visit,
                          size_t *visited)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_visible, by_name);
    if (count < 0) {
        return collet_fail(c->host, COLLET_E_IO, "%s: cannot be listed: %s", folder,
                           strerror(errno));
    }
    collet_status status = COLLET_OK;
    for (int i = 0; i < count; i++) {
        if (status >= 0) {
            status = visit_entry(c, folder, entries[i]->d_name, folders, visit, visited);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

static collet_status visit_file(text_corpus *c, const char *path, const char *name)
{
    (void)name;
    text_file file = {0};
    const char *end = strrchr(path, '/');
    const char *begin = memrchr(path, '/', (size_t)(end - path));
    text_piece label = {begin + 1, (size_t)(end - begin - 1)};
    collet_status status = text_read(c->host, path, &file);
    if (status >= 0) {
        status = add_text(c, label, (text_piece){file.bytes, file.length}, path, 0);
    }
    text_file_finish(&file);
    return status;
}

static collet_status visit_class(text_corpus *c, const char *path, const char *name)
{
    size_t texts = 0;
    collet_status status = walk(c, path, false, visit_file, &texts);
    return status < 0 || texts > 0
               ? status
               : collet_fail(c->host, COLLET_E_INVALID,
                             "%s: the class \"%s\" is empty: the folder has no files", path, name);
}

static collet_status read_folder(text_corpus *c, const char *path)
{
    size_t classes = 0;
    collet_status status = walk(c, path, true, visit_class, &classes);
    return status < 0 || classes > 0
               ? status
               : collet_fail(c->host, COLLET_E_INVALID,
                             "%s: has no folders; each folder in it is a class, each file in that "
                             "a text",
                             path);
}

/* What a whole reading is refused for. */
static collet_status check(const text_corpus *c, const char *path, size_t before)
{
    if (c->wordless > 0 && !c->skip_wordless) {
        return collet_fail(c->host, COLLET_E_INVALID,
                           "%s: no letter and no digit in this text%s; wordless = skip leaves "
                           "out such texts (%llu here)",
                           c->first_wordless, c->wordless > 1 ? " and in others" : "",
                           (unsigned long long)c->wordless);
    }
    return c->rows > before
               ? COLLET_OK
               : collet_fail(c->host, COLLET_E_INVALID,
                             c->wordless > 0 ? "%s: has no text with a word in it" : "%s: is empty",
                             path);
}

collet_status text_corpus_read(text_corpus *c, const char *path)
{
    struct stat about;
    size_t before = c->rows;
    c->locale = c->locale != (locale_t)0 ? c->locale : text_locale();
    if (c->locale == (locale_t)0) {
        return collet_fail(c->host, COLLET_E_UNSUPPORTED,
                           "this system has no locale C.UTF-8, which says what a letter is");
    }
    bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    collet_status status = folder ? read_folder(c, path) : read_lines(c, path);
    return status < 0 ? status : check(c, path, before);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **text_corpus_sort_classes(text_corpus *c)
{
    size_t count = c->classes.count;
    int32_t *rank = malloc(count * sizeof *rank);
    const char **names = malloc(count * sizeof *names);
    if (rank == NULL || names == NULL) {
        free(rank);
        free(names);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = c->classes.entries[i].text;
    }
    qsort(names, count, sizeof *names, by_text);
    for (size_t i = 0; i < count; i++) {
        rank[text_lexicon_add(&c->classes, names[i], strlen(names[i]))] = (int32_t)i;
    }
    for (size_t i = 0; i < c->rows; i++) {
        c->labels[i] = rank[c->labels[i]];
    }
    free(rank);
    return names;
}
