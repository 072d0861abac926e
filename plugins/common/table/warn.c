#include "table/frame.h"

#include <collet/helpers.h>

bool table_frame_advice(const table_frame *f, uint32_t column, char advice[256],
                        text_piece *example)
{
    const text_lexicon *categories = &f->columns[column].categories;
    text_piece *texts = calloc(categories->count + 1, sizeof *texts);
    bool found = false;
    for (size_t i = 0; texts != NULL && i < categories->count; i++) {
        const char *text = categories->entries[i].text;
        texts[i] = (text_piece){text, strlen(text)};
    }
    if (texts != NULL) {
        found = table_number_advice(texts, categories->count, advice, example);
    }
    free(texts);
    return found;
}

static void warn_numbers(const table_frame *f, uint32_t column, const char *advice,
                         text_piece example)
{
    const bool target = column == f->target;
    const char *name = f->columns[column].name;
    char line[1024];
    (void)snprintf(line, sizeof line,
                   "%s: %s \"%s\" is taken for %s, but its texts look like numbers, such as "
                   "\"%.*s\": they are read with %s; %s%s leaves it as it is",
                   f->table.paths[0], target ? "the target" : "column", name,
                   target ? "classes" : "categories", (int)example.length, example.text, advice,
                   target ? "task = classification" : "categorical = ", target ? "" : name);
    f->table.host->log(f->table.host->ctx, COLLET_LOG_WARN, line);
}

/* Of a column of names or numbers of people nothing can be learnt. */
static void warn_of_each(const table_frame *f, uint32_t column)
{
    enum { FEW = 20 };
    const table_column *c = &f->columns[column];
    char line[1024];
    if (f->table.rows < FEW || c->categories.count * 10 < f->table.rows * 9) {
        return;
    }
    (void)snprintf(line, sizeof line,
                   "%s: column \"%s\" has %zu different texts in %zu rows, and each becomes a "
                   "feature; ignore = %s leaves it out",
                   f->table.paths[0], c->name, c->categories.count, f->table.rows, c->name);
    f->table.host->log(f->table.host->ctx, COLLET_LOG_WARN, line);
}

/* Names of columns are seldom numbers: the first line may be a row. */
static void warn_of_header(const table_frame *f)
{
    uint32_t numbers = 0;
    char line[1024];
    for (uint32_t i = 0; i < f->width && f->table.header; i++) {
        double value;
        const char *name = f->columns[i].name;
        numbers +=
            table_number((text_piece){name, strlen(name)}, &value) && !f->columns[i].categorical;
    }
    if (numbers > 0 && 2 * numbers >= f->width) {
        (void)snprintf(line, sizeof line,
                       "%s:1: the first line names the columns, and most names are numbers, such "
                       "as \"%s\"; header = off takes it for a row",
                       f->table.paths[0], f->columns[0].name);
        f->table.host->log(f->table.host->ctx, COLLET_LOG_WARN, line);
    }
}

void table_frame_warn(const table_frame *f)
{
    warn_of_header(f);
    for (uint32_t i = 0; i < f->width; i++) {
        const table_column *c = &f->columns[i];
        char advice[256];
        text_piece example;
        if (f->roles[i] == TABLE_IGNORED || !c->categorical || c->stated) {
            continue;
        }
        if (table_frame_advice(f, i, advice, &example)) {
            warn_numbers(f, i, advice, example);
        } else if (i != f->target) {
            warn_of_each(f, i);
        }
    }
}
