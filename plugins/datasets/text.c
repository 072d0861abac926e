/*
 * text - labelled texts as sequences of words.
 *
 * Definition: a text is the sequence of its words (runs of letters and digits, in lower case), each
 * a number of the vocabulary; then, with ngrams > 1, of its runs of 2 .. ngrams neighbouring words.
 * Number 0 stands for all words that are not in the vocabulary.
 *
 * Options:
 *     path        a file of lines "label<tab>text", or a folder with a folder a class (required)
 *     test        the same, of a test part                                                (none)
 *     min_count   words and n-grams that occur less often are not in the vocabulary          2
 *     max_vocab   most words of the vocabulary, the most frequent ones; 0: all               0
 *     max_length  words of a text that count; the rest of it is left out                   256
 *     ngrams      longest run of words that is a feature of its own; 1: single words only    1
 *     buckets     different n-grams that are told apart, by hashing                      1000000
 *     unknown     token | drop: words outside of the vocabulary become number 0, or none  token
 *     header      the first line of such a file names the columns, and is no text        off
 *     wordless    refuse | skip: texts without a letter or digit                         refuse
 *
 *     [data]
 *     use    = text
 *     path   = reviews.tsv
 *     ngrams = 2
 *
 * How it works: the words of all texts are read once. The vocabulary is made from the rows that
 * train, in the order of falling counts, equal ones by name; a text of the other part can have
 * words outside of it. An n-gram is the hash of its words, modulo buckets; the buckets that occur
 * often enough in the training rows are numbered behind the words, others are dropped: nothing
 * could be learnt about them. Files may be gzipped. Classes are in the order of their names.
 * To predict, every line is a text, also one that is empty or has no word, so that answers and
 * lines go together; one without a tab has no label. With header = on a first line that is the
 * header of the training file is passed over there.
 *
 * Weinberger, Dasgupta, Langford, Smola, Attenberg: Feature Hashing for Large Scale Multitask
 * Learning. ICML 2009. Joulin, Grave, Bojanowski, Mikolov: Bag of Tricks for Efficient Text
 * Classification. EACL 2017.
 */
#include <collet/dataset.h>
#include <collet/helpers.h>

#include "text/vocabulary.h"

enum { TOKEN, DROP };
enum { REFUSE, SKIP };
enum { MOST_ALONE = 10 }; /* texts that may have a class each */

typedef struct text_config {
    const char *path, *test;
    int64_t min_count, max_vocab, max_length, ngrams, buckets;
    int32_t unknown, wordless, header, reserved;
} text_config;

static const collet_option options[] = {
    COLLET_OPT_PATH(text_config, path, NULL, COLLET_FIXED | COLLET_REQUIRED,
                    "file of lines label, tab, text; or a folder with a folder a class"),
    COLLET_OPT_PATH(text_config, test, "", COLLET_FIXED, "the same, of a test part"),
    COLLET_OPT_INT(text_config, min_count, "2", 1, 1e9, NULL, COLLET_FIXED,
                   "words and n-grams that occur less often are not in the vocabulary"),
    COLLET_OPT_INT(text_config, max_vocab, "0", 0, 1e9, NULL, COLLET_FIXED,
                   "most words of the vocabulary, the most frequent ones; 0: all"),
    COLLET_OPT_INT(text_config, max_length, "256", 1, 1e9, NULL, COLLET_FIXED,
                   "words of a text that count"),
    COLLET_OPT_INT(text_config, ngrams, "1", 1, 8, NULL, COLLET_FIXED,
                   "longest run of words that is a feature of its own; 1: single words only"),
    COLLET_OPT_INT(text_config, buckets, "1000000", 1, 1 << 30, NULL, COLLET_FIXED,
                   "different n-grams that are told apart"),
    COLLET_OPT_ENUM(text_config, unknown, "token", "token|drop", COLLET_FIXED,
                    "words outside of the vocabulary become token 0, or nothing"),
    COLLET_OPT_BOOL(text_config, header, "off", COLLET_FIXED,
                    "whether the first line of a file names the columns, and is no text"),
    COLLET_OPT_ENUM(text_config, wordless, "refuse", "refuse|skip", COLLET_FIXED,
                    "what becomes of texts without a letter or digit"),
};

typedef struct text {
    const text_config *config;
    const collet_host *host;
    text_corpus corpus;
    const char **class_names; /* [classes], by name */
    text_vocabulary vocabulary;
    size_t training; /* rows that are no test rows */
    collet_data data;
} text;

static void close_data(void *self)
{
    text *t = self;
    if (t != NULL) {
        text_corpus_finish(&t->corpus);
        text_vocabulary_finish(&t->vocabulary);
        free(t->class_names);
        free(t);
    }
}

static text *create(const collet_host *host, const text_config *c)
{
    text *t = calloc(1, sizeof *t);
    if (t != NULL) {
        t->config = c;
        t->host = host;
        t->corpus.host = host;
        t->corpus.most_words = (size_t)c->max_length;
        t->corpus.skip_wordless = c->wordless == SKIP;
        t->corpus.header = c->header != 0;
        t->vocabulary.corpus = &t->corpus;
        t->vocabulary.wishes =
            (text_wishes){c->min_count, c->max_vocab, c->ngrams, c->buckets, c->unknown == DROP};
    }
    return t;
}

static collet_status no_memory(const text *t)
{
    return collet_fail(t->host, COLLET_E_NOMEM, "out of memory for %zu texts", t->corpus.rows);
}

static void describe(text *t)
{
    t->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_TOKENS,
                            .storage = COLLET_STORE_F32,
                            .rows = t->corpus.rows,
                            .vocabulary = t->vocabulary.size,
                            .scale = 1,
                            .tokens = t->vocabulary.tokens,
                            .offsets = t->vocabulary.offsets};
}

/* ---- Training ------------------------------------------------------------------------------- */

static collet_status read_texts(text *t)
{
    const text_config *c = t->config;
    text_corpus *corpus = &t->corpus;
    collet_status status = text_corpus_read(corpus, c->path);
    t->training = corpus->rows;
    if (status >= 0 && corpus->classes.count < 2) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: all texts are of the one class \"%s\"; there must be two or more",
                           c->path, corpus->classes.entries[0].text);
    }
    if (status >= 0 && corpus->rows >= MOST_ALONE && corpus->classes.count == corpus->rows) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: each of the %zu texts has a class of its own, such as \"%.40s\"; a "
                           "line is a label, a tab and a text: are the two swapped?",
                           c->path, corpus->rows, corpus->classes.entries[0].text);
    }
    if (status >= 0) {
        text_corpus_warn(corpus, c->path, t->training);
    }
    if (status < 0 || c->test[0] == '\0') {
        return status;
    }
    corpus->classes_of = c->path;
    return text_corpus_read(corpus, c->test);
}

static collet_status fit_rows(text *t, const uint32_t *rows, size_t count)
{
    if (!text_vocabulary_fit(&t->vocabulary, rows, count)) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: no word occurs %lld times or more in the %zu training texts: the "
                           "vocabulary would be empty; lower min_count",
                           t->config->path, (long long)t->config->min_count, count);
    }
    describe(t);
    t->data.test_rows = t->corpus.rows - t->training;
    t->data.classes = (uint32_t)t->corpus.classes.count;
    t->data.labels = t->corpus.labels;
    t->data.class_names = t->class_names;
    return COLLET_OK;
}

static collet_status open_data(const collet_host *host, const void *config, const collet_rng *rng,
                               void **self, const collet_data **data)
{
    (void)rng;
    text *t = create(host, config);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    collet_status status = read_texts(t);
    if (status >= 0 && ((t->class_names = text_corpus_sort_classes(&t->corpus)) == NULL ||
                        !text_vocabulary_init(&t->vocabulary))) {
        status = no_memory(t);
    }
    status = status < 0 ? status : fit_rows(t, NULL, t->training);
    if (status < 0) {
        close_data(t);
        return status;
    }
    *self = t;
    *data = &t->data;
    return COLLET_OK;
}

static collet_status fit(void *self, const uint32_t *rows, size_t count, const collet_data **data)
{
    text *t = self;
    *data = &t->data;
    return fit_rows(t, rows, count);
}

/* ---- Predicting ----------------------------------------------------------------------------- */

static collet_status save(void *self, const collet_sink *sink)
{
    const text *t = self;
    text_writer w = {.sink = sink};
    if (t->config->header) {
        text_put_string(&w, t->corpus.header_line != NULL ? t->corpus.header_line : "");
    }
    text_vocabulary_save(&t->vocabulary, &w);
    return w.status;
}

static collet_status damaged(const text *t)
{
    return collet_fail(t->host, COLLET_E_STATE, "what was learnt of the words is damaged");
}

static collet_status apply_learnt(text *t, const char *path, const collet_source *learnt)
{
    text_reader r = {.source = learnt};
    t->corpus.unlabelled = true;
    t->corpus.header_line = t->config->header ? text_take_string(&r) : NULL;
    text_vocabulary_load(&t->vocabulary, &t->corpus, &r);
    if (r.failed) {
        return damaged(t);
    }
    collet_status status = text_corpus_read(&t->corpus, path);
    if (status >= 0 && !text_vocabulary_init(&t->vocabulary)) {
        status = no_memory(t);
    }
    if (status < 0) {
        return status;
    }
    text_vocabulary_apply(&t->vocabulary, &r);
    describe(t);
    return text_at_end(&r) ? COLLET_OK : damaged(t);
}

static collet_status apply(const collet_host *host, const void *config, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data)
{
    text *t = create(host, config);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    collet_status status = apply_learnt(t, path, learnt);
    if (status < 0) {
        close_data(t);
        return status;
    }
    *self = t;
    *data = &t->data;
    return COLLET_OK;
}

static const collet_dataset vtable = {
    .struct_size = COLLET_SIZE(collet_dataset),
    .open = open_data,
    .close = close_data,
    .fit = fit,
    .save = save,
    .apply = apply,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 1,
                                 COLLET_KIND_DATASET,
                                 "text",
                                 "1.0.0",
                                 "labelled texts as sequences of words",
                                 "arxiv.org/abs/1607.01759",
                                 &vtable,
                                 COLLET_OPTIONS(options, text_config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "text",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
