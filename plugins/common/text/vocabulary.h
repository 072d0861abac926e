/**
 * @file text/vocabulary.h
 * @brief Which words and runs of words have a number, and texts as sequences of these.
 *
 * Words are numbered from 1 by their falling counts in the texts that are fitted, equal ones by
 * name; 0 is any other word. With ngrams > 1 the runs of 2 .. ngrams neighbouring words follow,
 * hashed to buckets, which are numbered behind the words.
 *
 * To train: init, then fit as often as wanted. To predict: load the words into an empty corpus,
 * read its texts, init, apply.
 */
#ifndef TEXT_VOCABULARY_H
#define TEXT_VOCABULARY_H

#include "text/corpus.h"
#include "text/state.h"

/** What is wanted of it. */
typedef struct text_wishes {
    int64_t min_count;       /**< what occurs less often has no number */
    int64_t max_vocab;       /**< most words, the most frequent ones; 0: all */
    int64_t ngrams, buckets; /**< longest run of words, at least 1; how many are told apart */
    bool drops;              /**< other words are left out, in place of being 0 */
} text_wishes;

/** Zero it, set the first two, then text_vocabulary_init(). */
typedef struct text_vocabulary {
    const text_corpus *corpus; /**< outlives it */
    text_wishes wishes;
    uint32_t *counts;   /**< [words + buckets]: in the rows that were fitted */
    uint32_t *numbers;  /**< [words + buckets]: their tokens */
    uint32_t *by_count; /**< [words], the kept ones first, as they are numbered */
    size_t kept;        /**< words that have a number above 0 */
    uint32_t size;      /**< tokens are 0 .. size - 1 */
    uint32_t *tokens;   /**< all rows, end to end */
    uint64_t *offsets;  /**< [rows + 1], where each begins */
} text_vocabulary;

/** Allocates for a corpus that has been read; false when memory ran out. */
bool text_vocabulary_init(text_vocabulary *vocabulary);

/** Learns from rows[count] (NULL: the first count rows) and makes the tokens of all. False where
 *  nothing occurs often enough: there is token 0 only. */
bool text_vocabulary_fit(text_vocabulary *vocabulary, const uint32_t *rows, size_t count);

/** Writes what was learnt: words in the order of their numbers, then buckets in that of theirs. */
void text_vocabulary_save(const text_vocabulary *vocabulary, text_writer *writer);

/** Reads the words into an empty corpus, so that word i has number i + 1. The reader has failed
 *  where they are damaged. */
void text_vocabulary_load(text_vocabulary *vocabulary, text_corpus *corpus, text_reader *reader);

/** Reads the buckets, numbers all, and makes the tokens of all rows. */
void text_vocabulary_apply(text_vocabulary *vocabulary, text_reader *reader);

/** Frees all. */
void text_vocabulary_finish(text_vocabulary *vocabulary);

#endif /* TEXT_VOCABULARY_H */
