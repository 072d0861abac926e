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
 * To predict, a line without a tab is a text without a label, and a text without a word is kept.
 *
 * Weinberger, Dasgupta, Langford, Smola, Attenberg: Feature Hashing for Large Scale Multitask
 * Learning. ICML 2009. Joulin, Grave, Bojanowski, Mikolov: Bag of Tricks for Efficient Text
 * Classification. EACL 2017.
 */
#include <collet/dataset.h>
#include <collet/helpers.h>

#include "text/corpus.h"
#include "text/state.h"

enum { TOKEN, DROP };
enum { REFUSE, SKIP };

typedef struct text_config {
    const char *path, *test;
    int64_t min_count, max_vocab, max_length, ngrams, buckets;
    int32_t unknown, wordless;
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
    COLLET_OPT_ENUM(text_config, wordless, "refuse", "refuse|skip", COLLET_FIXED,
                    "what becomes of texts without a letter or digit"),
};

/* What a word or bucket has no number for. */
static const uint32_t NONE = UINT32_MAX;

typedef struct text {
    const text_config *config;
    const collet_host *host;
    text_corpus corpus;
    collet_data data;
    const char **class_names; /* [classes], by name */
    uint32_t *counts;         /* [words + buckets]: in the training rows */
    uint32_t *numbers;        /* [words + buckets]: their tokens, or NONE */
    uint32_t *by_count;       /* [words], the kept ones first, as they are numbered */
    size_t kept;
    uint32_t vocabulary;
    uint32_t *tokens;
    uint64_t *offsets; /* [rows + 1] */
} text;

static void close_data(void *self)
{
    text *t = self;
    if (t != NULL) {
        text_corpus_finish(&t->corpus);
        free(t->class_names);
        free(t->counts);
        free(t->numbers);
        free(t->by_count);
        free(t->tokens);
        free(t->offsets);
        free(t);
    }
}

static collet_status no_memory(const text *t)
{
    return collet_fail(t->host, COLLET_E_NOMEM, "out of memory for %zu texts", t->corpus.rows);
}

/* ---- Reading -------------------------------------------------------------------------------- */

static collet_status read_texts(text *t)
{
    const text_config *c = t->config;
    text_corpus *corpus = &t->corpus;
    corpus->host = t->host;
    corpus->most_words = (size_t)c->max_length;
    corpus->skip_wordless = c->wordless == SKIP;
    collet_status status = text_corpus_read(corpus, c->path);
    size_t training = corpus->rows, classes = corpus->classes.count;
    if (status >= 0 && classes < 2) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: all texts are of the one class \"%s\"; there must be two or more",
                           c->path, corpus->classes.entries[0].text);
    }
    if (status < 0 || c->test[0] == '\0') {
        return status;
    }
    status = text_corpus_read(corpus, c->test);
    if (status >= 0 && corpus->classes.count > classes) {
        return collet_fail(t->host, COLLET_E_INVALID, "%s: the class \"%s\" is not one of %s",
                           c->test, corpus->classes.entries[classes].text, c->path);
    }
    t->data.test_rows = corpus->rows - training;
    return status;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Numbers classes by name, in place of the order in which they came. */
static collet_status sort_classes(text *t)
{
    text_lexicon *classes = &t->corpus.classes;
    size_t count = classes->count;
    int32_t *rank = malloc(count * sizeof *rank);
    t->class_names = malloc(count * sizeof *t->class_names);
    if (rank == NULL || t->class_names == NULL) {
        free(rank);
        return no_memory(t);
    }
    for (size_t i = 0; i < count; i++) {
        t->class_names[i] = classes->entries[i].text;
    }
    qsort(t->class_names, count, sizeof *t->class_names, by_text);
    for (size_t i = 0; i < count; i++) {
        const char *name = t->class_names[i];
        rank[text_lexicon_add(classes, name, strlen(name))] = (int32_t)i;
    }
    for (size_t i = 0; i < t->corpus.rows; i++) {
        t->corpus.labels[i] = rank[t->corpus.labels[i]];
    }
    free(rank);
    return COLLET_OK;
}

static size_t bucket_count(const text *t)
{
    return t->config->ngrams > 1 ? (size_t)t->config->buckets : 0;
}

static collet_status allocate(text *t)
{
    const text_corpus *corpus = &t->corpus;
    size_t words = corpus->words.count, buckets = bucket_count(t);
    t->counts = malloc((words + buckets + 1) * sizeof *t->counts);
    t->numbers = malloc((words + buckets + 1) * sizeof *t->numbers);
    t->by_count = malloc((words + 1) * sizeof *t->by_count);
    t->offsets = malloc((corpus->rows + 1) * sizeof *t->offsets);
    t->tokens = malloc((corpus->id_count * (size_t)t->config->ngrams + 1) * sizeof *t->tokens);
    return t->counts != NULL && t->numbers != NULL && t->by_count != NULL && t->offsets != NULL &&
                   t->tokens != NULL
               ? COLLET_OK
               : no_memory(t);
}

/* ---- Fitting -------------------------------------------------------------------------------- */

/* The words of a row and how many they are. */
static const uint32_t *words_of(const text *t, size_t row, size_t *count)
{
    uint64_t from = row > 0 ? t->corpus.ends[row - 1] : 0;
    *count = (size_t)(t->corpus.ends[row] - from);
    return t->corpus.ids + from;
}

/* Writes all that a row consists of to out: its words, then the buckets of its n-grams, counted
 * from the number of different words. Returns how many they are, at most ngrams times the words. */
static size_t features_of(const text *t, size_t row, uint32_t *out)
{
    const text_lexicon *words = &t->corpus.words;
    size_t count, n;
    const uint32_t *ids = words_of(t, row, &count);
    memcpy(out, ids, count * sizeof *out);
    n = count;
    for (size_t from = 0; from < count; from++) {
        uint64_t hash = words->entries[ids[from]].hash;
        size_t end = from + (size_t)t->config->ngrams;
        for (size_t i = from + 1; i < end && i < count; i++) {
            hash = text_hash_join(hash, words->entries[ids[i]].hash);
            out[n++] = (uint32_t)(words->count + hash % (uint64_t)t->config->buckets);
        }
    }
    return n;
}

/* Frequent words first, equally frequent ones by name. */
static int by_falling_count(const void *a, const void *b, void *self)
{
    const text *t = self;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (t->counts[x] != t->counts[y]) {
        return t->counts[x] < t->counts[y] ? 1 : -1;
    }
    return strcmp(t->corpus.words.entries[x].text, t->corpus.words.entries[y].text);
}

/* Numbers words and buckets by their counts; returns the size of the vocabulary. */
static uint32_t number(text *t, size_t all)
{
    const text_config *c = t->config;
    size_t words = t->corpus.words.count, kept = 0;
    for (size_t i = 0; i < words; i++) {
        t->numbers[i] = c->unknown == TOKEN ? 0 : NONE;
        if (t->counts[i] >= c->min_count) {
            t->by_count[kept++] = (uint32_t)i;
        }
    }
    qsort_r(t->by_count, kept, sizeof *t->by_count, by_falling_count, t);
    kept = c->max_vocab > 0 && (size_t)c->max_vocab < kept ? (size_t)c->max_vocab : kept;
    uint32_t next = 1;
    for (size_t i = 0; i < kept; i++) {
        t->numbers[t->by_count[i]] = next++;
    }
    t->kept = kept;
    for (size_t i = words; i < all; i++) {
        t->numbers[i] = t->counts[i] >= c->min_count ? next++ : NONE;
    }
    return next;
}

/* Tokens of all rows, by the numbers. */
static void translate(text *t)
{
    uint64_t used = 0;
    t->offsets[0] = 0;
    for (size_t row = 0; row < t->corpus.rows; row++) {
        uint32_t *out = t->tokens + used;
        size_t n = features_of(t, row, out), kept = 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t token = t->numbers[out[i]];
            out[kept] = token;
            kept += token != NONE;
        }
        used += kept;
        t->offsets[row + 1] = used;
    }
}

/* Counts the words and n-grams of rows[count] (NULL: of the first count rows). tokens is scratch
 * for one row here. */
static void count_features(text *t, const uint32_t *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        size_t n = features_of(t, rows != NULL ? rows[r] : r, t->tokens);
        for (size_t i = 0; i < n; i++) {
            t->counts[t->tokens[i]]++;
        }
    }
}

static void describe(text *t)
{
    t->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_TOKENS,
                            .storage = COLLET_STORE_F32,
                            .rows = t->corpus.rows,
                            .test_rows = t->data.test_rows,
                            .vocabulary = t->vocabulary,
                            .scale = 1,
                            .tokens = t->tokens,
                            .offsets = t->offsets};
}

static collet_status fit_rows(text *t, const uint32_t *rows, size_t count)
{
    size_t all = t->corpus.words.count + bucket_count(t);
    memset(t->counts, 0, all * sizeof *t->counts);
    count_features(t, rows, count);
    uint32_t vocabulary = number(t, all);
    if (vocabulary == 1) {
        return collet_fail(t->host, COLLET_E_INVALID,
                           "%s: no word occurs %lld times or more in the %zu training texts: the "
                           "vocabulary would be empty; lower min_count",
                           t->config->path, (long long)t->config->min_count, count);
    }
    t->vocabulary = vocabulary;
    translate(t);
    describe(t);
    t->data.classes = (uint32_t)t->corpus.classes.count;
    t->data.labels = t->corpus.labels;
    t->data.class_names = t->class_names;
    return COLLET_OK;
}

static collet_status open_data(const collet_host *host, const void *config, const collet_rng *rng,
                               void **self, const collet_data **data)
{
    (void)rng;
    text *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    t->host = host;
    collet_status status = read_texts(t);
    status = status < 0 ? status : sort_classes(t);
    status = status < 0 ? status : allocate(t);
    status = status < 0 ? status : fit_rows(t, NULL, t->corpus.rows - t->data.test_rows);
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

/* Words in the order of their numbers, then the buckets in that of theirs. */
static collet_status save(void *self, const collet_sink *sink)
{
    const text *t = self;
    const text_lexicon *words = &t->corpus.words;
    text_writer w = {.sink = sink};
    text_put_number(&w, t->kept);
    for (size_t i = 0; i < t->kept; i++) {
        text_put_string(&w, words->entries[t->by_count[i]].text);
    }
    text_put_number(&w, t->vocabulary - 1 - t->kept);
    for (size_t i = 0; i < bucket_count(t); i++) {
        if (t->numbers[words->count + i] != NONE) {
            text_put_number(&w, i);
        }
    }
    return w.status;
}

/* The vocabulary becomes the first words of the lexicon, so that word i has number i + 1. */
static void load_words(text *t, text_reader *r)
{
    t->kept = (size_t)text_take_number(r, text_most(r, sizeof(uint64_t)));
    for (size_t i = 0; i < t->kept && !r->failed; i++) {
        char *word = text_take_string(r);
        r->failed =
            r->failed || text_lexicon_add(&t->corpus.words, word, strlen(word)) != (int64_t)i;
        free(word);
    }
}

/* Numbers of all words and buckets, once the words of the file are known too. */
static void load_numbers(text *t, text_reader *r)
{
    size_t words = t->corpus.words.count, buckets = bucket_count(t);
    uint64_t kept = text_take_number(r, text_most(r, sizeof(uint64_t)));
    for (size_t i = 0; i < words; i++) {
        uint32_t unknown = t->config->unknown == TOKEN ? 0 : NONE;
        t->numbers[i] = i < t->kept ? (uint32_t)i + 1 : unknown;
    }
    for (size_t i = 0; i < buckets; i++) {
        t->numbers[words + i] = NONE;
    }
    t->vocabulary = (uint32_t)t->kept + 1;
    for (uint64_t i = 0; i < kept && !r->failed && buckets > 0; i++) {
        t->numbers[words + text_take_number(r, buckets - 1)] = t->vocabulary++;
    }
}

static collet_status damaged(const text *t)
{
    return collet_fail(t->host, COLLET_E_STATE, "what was learnt of the words is damaged");
}

static collet_status apply_learnt(text *t, const char *path, const collet_source *learnt)
{
    text_reader r = {.source = learnt};
    text_corpus *corpus = &t->corpus;
    corpus->host = t->host;
    corpus->most_words = (size_t)t->config->max_length;
    corpus->unlabelled = true;
    load_words(t, &r);
    if (r.failed) {
        return damaged(t);
    }
    collet_status status = text_corpus_read(corpus, path);
    status = status < 0 ? status : allocate(t);
    if (status < 0) {
        return status;
    }
    load_numbers(t, &r);
    if (!text_at_end(&r)) {
        return damaged(t);
    }
    translate(t);
    describe(t);
    return COLLET_OK;
}

static collet_status apply(const collet_host *host, const void *config, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data)
{
    text *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    t->config = config;
    t->host = host;
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
