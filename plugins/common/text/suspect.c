#include "text/corpus.h"

#include <collet/helpers.h>

#include <stdlib.h>
#include <sys/stat.h>

enum { FEW = 10, MOST_WORDS = 3, SHOWN = 40 };

/* What could be a file's names of its columns: the first text, a short one, is the only one of its
 * class, and no other is so. */
static bool has_header(const text_corpus *c, const char *path, const size_t *counts, size_t rows)
{
    struct stat about;
    size_t alone = 0;
    for (size_t k = 0; k < c->classes.count; k++) {
        alone += counts[k] == 1;
    }
    bool lines = stat(path, &about) == 0 && S_ISREG(about.st_mode);
    return lines && !c->header && rows >= FEW && counts[c->labels[0]] == 1 && alone == 1 &&
           c->ends[0] <= MOST_WORDS;
}

static void warn(const text_corpus *c, const char *path, size_t rows, const size_t *counts)
{
    char line[1024];
    const char *first = c->classes.entries[c->labels[0]].text;
    line[0] = '\0';
    if (c->classes.count * 2 > rows && rows >= FEW) {
        (void)snprintf(line, sizeof line,
                       "%s: %zu classes in %zu texts, such as \"%.*s\": a line is a label, a tab "
                       "and a text; are the two swapped?",
                       path, c->classes.count, rows, (int)SHOWN, first);
    } else if (has_header(c, path, counts, rows)) {
        (void)snprintf(line, sizeof line,
                       "%s:1: the class \"%.*s\" is that of this line alone; where the first line "
                       "names the columns, header = on leaves it out",
                       path, (int)SHOWN, first);
    }
    if (line[0] != '\0') {
        c->host->log(c->host->ctx, COLLET_LOG_WARN, line);
    }
}

void text_corpus_warn(const text_corpus *c, const char *path, size_t rows)
{
    size_t *counts = calloc(c->classes.count + 1, sizeof *counts);
    for (size_t i = 0; counts != NULL && i < rows; i++) {
        counts[c->labels[i]]++;
    }
    if (counts != NULL && rows > 0) {
        warn(c, path, rows, counts);
    }
    free(counts);
}
