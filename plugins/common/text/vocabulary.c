#include "text/vocabulary.h"

#include <stdlib.h>
#include <string.h>

/* What a word or bucket has no number for. */
static const uint32_t NONE = UINT32_MAX;

static size_t bucket_count(const text_vocabulary *v)
{
    return v->wishes.ngrams > 1 ? (size_t)v->wishes.buckets : 0;
}

bool text_vocabulary_init(text_vocabulary *v)
{
    const text_corpus *corpus = v->corpus;
    size_t words = corpus->words.count, buckets = bucket_count(v);
    v->counts = malloc((words + buckets + 1) * sizeof *v->counts);
    v->numbers = malloc((words + buckets + 1) * sizeof *v->numbers);
    v->by_count = malloc((words + 1) * sizeof *v->by_count);
    v->offsets = malloc((corpus->rows + 1) * sizeof *v->offsets);
    v->tokens = malloc((corpus->id_count * (size_t)v->wishes.ngrams + 1) * sizeof *v->tokens);
    return v->counts != NULL && v->numbers != NULL && v->by_count != NULL && v->offsets != NULL &&
           v->tokens != NULL;
}

void text_vocabulary_finish(text_vocabulary *v)
{
    free(v->counts);
    free(v->numbers);
    free(v->by_count);
    free(v->tokens);
    free(v->offsets);
}

/* ---- Fitting -------------------------------------------------------------------------------- */

/* The words of a row and how many they are. */
static const uint32_t *words_of(const text_vocabulary *v, size_t row, size_t *count)
{
    uint64_t from = row > 0 ? v->corpus->ends[row - 1] : 0;
    *count = (size_t)(v->corpus->ends[row] - from);
    return v->corpus->ids + from;
}

/* Writes all that a row consists of to out: its words, then the buckets of its n-grams, counted
 * from the number of different words. Returns how many they are, at most ngrams times the words. */
static size_t features_of(const text_vocabulary *v, size_t row, uint32_t *out)
{
    const text_lexicon *words = &v->corpus->words;
    size_t count, n;
    const uint32_t *ids = words_of(v, row, &count);
    memcpy(out, ids, count * sizeof *out);
    n = count;
    for (size_t from = 0; from < count; from++) {
        uint64_t hash = words->entries[ids[from]].hash;
        size_t end = from + (size_t)v->wishes.ngrams;
        for (size_t i = from + 1; i < end && i < count; i++) {
            hash = text_hash_join(hash, words->entries[ids[i]].hash);
            out[n++] = (uint32_t)(words->count + hash % (uint64_t)v->wishes.buckets);
        }
    }
    return n;
}

/* Frequent words first, equally frequent ones by name. */
static int by_falling_count(const void *a, const void *b, void *self)
{
    const text_vocabulary *v = self;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (v->counts[x] != v->counts[y]) {
        return v->counts[x] < v->counts[y] ? 1 : -1;
    }
    return strcmp(v->corpus->words.entries[x].text, v->corpus->words.entries[y].text);
}

/* Numbers words and buckets by their counts; returns the size of the vocabulary. */
static uint32_t number(text_vocabulary *v, size_t all)
{
    const text_wishes *c = &v->wishes;
    size_t words = v->corpus->words.count, kept = 0;
    for (size_t i = 0; i < words; i++) {
        v->numbers[i] = c->drops ? NONE : 0;
        if (v->counts[i] >= c->min_count) {
            v->by_count[kept++] = (uint32_t)i;
        }
    }
    qsort_r(v->by_count, kept, sizeof *v->by_count, by_falling_count, v);
    kept = c->max_vocab > 0 && (size_t)c->max_vocab < kept ? (size_t)c->max_vocab : kept;
    uint32_t next = 1;
    for (size_t i = 0; i < kept; i++) {
        v->numbers[v->by_count[i]] = next++;
    }
    v->kept = kept;
    for (size_t i = words; i < all; i++) {
        v->numbers[i] = v->counts[i] >= c->min_count ? next++ : NONE;
    }
    return next;
}

/* Tokens of all rows, by the numbers. */
static void translate(text_vocabulary *v)
{
    uint64_t used = 0;
    v->offsets[0] = 0;
    for (size_t row = 0; row < v->corpus->rows; row++) {
        uint32_t *out = v->tokens + used;
        size_t n = features_of(v, row, out), kept = 0;
        for (size_t i = 0; i < n; i++) {
            uint32_t token = v->numbers[out[i]];
            out[kept] = token;
            kept += token != NONE;
        }
        used += kept;
        v->offsets[row + 1] = used;
    }
}

/* Counts the words and n-grams of rows[count] (NULL: of the first count rows). tokens is scratch
 * for one row here. */
static void count_features(text_vocabulary *v, const uint32_t *rows, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        size_t n = features_of(v, rows != NULL ? rows[r] : r, v->tokens);
        for (size_t i = 0; i < n; i++) {
            v->counts[v->tokens[i]]++;
        }
    }
}

bool text_vocabulary_fit(text_vocabulary *v, const uint32_t *rows, size_t count)
{
    size_t all = v->corpus->words.count + bucket_count(v);
    memset(v->counts, 0, all * sizeof *v->counts);
    count_features(v, rows, count);
    v->size = number(v, all);
    translate(v);
    return v->size > 1;
}

/* ---- Saving --------------------------------------------------------------------------------- */

void text_vocabulary_save(const text_vocabulary *v, text_writer *w)
{
    const text_lexicon *words = &v->corpus->words;
    text_put_number(w, v->kept);
    for (size_t i = 0; i < v->kept; i++) {
        text_put_string(w, words->entries[v->by_count[i]].text);
    }
    text_put_number(w, v->size - 1 - v->kept);
    for (size_t i = 0; i < bucket_count(v); i++) {
        if (v->numbers[words->count + i] != NONE) {
            text_put_number(w, i);
        }
    }
}

void text_vocabulary_load(text_vocabulary *v, text_corpus *corpus, text_reader *r)
{
    v->kept = (size_t)text_take_number(r, text_most(r, sizeof(uint64_t)));
    for (size_t i = 0; i < v->kept && !r->failed; i++) {
        char *word = text_take_string(r);
        r->failed = r->failed || text_lexicon_add(&corpus->words, word, strlen(word)) != (int64_t)i;
        free(word);
    }
}

/* Numbers of all words and buckets, once the words of the file are known too. */
static void load_numbers(text_vocabulary *v, text_reader *r)
{
    size_t words = v->corpus->words.count, buckets = bucket_count(v);
    uint64_t kept = text_take_number(r, text_most(r, sizeof(uint64_t)));
    for (size_t i = 0; i < words; i++) {
        uint32_t unknown = v->wishes.drops ? NONE : 0;
        v->numbers[i] = i < v->kept ? (uint32_t)i + 1 : unknown;
    }
    for (size_t i = 0; i < buckets; i++) {
        v->numbers[words + i] = NONE;
    }
    v->size = (uint32_t)v->kept + 1;
    for (uint64_t i = 0; i < kept && !r->failed && buckets > 0; i++) {
        v->numbers[words + text_take_number(r, buckets - 1)] = v->size++;
    }
}

void text_vocabulary_apply(text_vocabulary *v, text_reader *r)
{
    load_numbers(v, r);
    if (!r->failed) {
        translate(v);
    }
}
