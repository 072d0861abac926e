/**
 * @file text/corpus.h
 * @brief Labelled texts, cut into words: from a file of lines, or from a folder a class.
 *
 * A file has a line a text: label, tab, text; blank lines are passed over, and so is a header. A
 * folder has a folder a class, and in each of these a file a text; names that begin with a dot are
 * passed over.
 */
#ifndef TEXT_CORPUS_H
#define TEXT_CORPUS_H

#include "text/lexicon.h"

#include <collet/plugin.h>

#include <locale.h>

/** The texts in the order of the file, or of the names. Zero it, then set the first six. */
typedef struct text_corpus {
    const collet_host *host;
    size_t most_words;      /**< of a text; the rest of it is left out */
    bool skip_wordless;     /**< leave texts without a word out, in place of refusing them */
    const char *classes_of; /**< NULL, or the file that a text of a further class is not like */
    bool unlabelled;        /**< every line is a text, also an empty one; labels are optional */
    bool header;            /**< a file's first line is no text; unlabelled: where it is the one of
                                 header_line, or what follows the tab in that */
    char *header_line;      /**< the first that was found, or for unlabelled ones was given */
    text_lexicon words;     /**< all different words, in lower case */
    text_lexicon classes;   /**< labels */
    uint32_t *ids;          /**< words of all texts, end to end */
    size_t id_count, id_room;
    uint64_t *ends;  /**< [rows] where each text's words end in ids */
    int32_t *labels; /**< [rows], numbers of classes */
    size_t rows, end_room, label_room;
    uint64_t wordless;         /**< texts that had no word */
    char first_wordless[4200]; /**< where the first of them was */
    locale_t locale;
} text_corpus;

/** Appends the texts at path, a file or a folder. COLLET_E_IO or COLLET_E_INVALID naming the file
 *  and line; then only text_corpus_finish() may follow. */
collet_status text_corpus_read(text_corpus *corpus, const char *path);

/** Logs a warning where the first line of the file at path looks like a header, or where labels
 * look like texts. For a corpus with labels, of which the first `rows` are from there. */
void text_corpus_warn(const text_corpus *corpus, const char *path, size_t rows);

/** Numbers classes by name, in place of the order in which they came; their names in that order, to
 *  free(). NULL when memory ran out. */
const char **text_corpus_sort_classes(text_corpus *corpus);

/** Frees all. */
void text_corpus_finish(text_corpus *corpus);

#endif /* TEXT_CORPUS_H */
