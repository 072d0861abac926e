/**
 * @file text/lexicon.h
 * @brief Strings with numbers: each different one once, numbered from 0 as they come.
 */
#ifndef TEXT_LEXICON_H
#define TEXT_LEXICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One string, closed by a 0, in the lexicon's own memory. */
typedef struct text_entry {
    char *text;
    uint64_t hash;
} text_entry;

/** Zero it to start empty. */
typedef struct text_lexicon {
    text_entry *entries; /**< [count], in the order of their numbers */
    size_t count, room;
    uint32_t *slots; /**< [slot_count], open addressing: number + 1, or 0 */
    size_t slot_count;
} text_lexicon;

/** The number of a string, which is added where it is new; -1 when memory ran out. */
int64_t text_lexicon_add(text_lexicon *lexicon, const char *text, size_t length);

/** Frees all strings. */
void text_lexicon_finish(text_lexicon *lexicon);

/** Makes room for count items of the given size in *items; false when memory ran out. */
bool text_reserve(void **items, size_t *room, size_t count, size_t size);

/** FNV-1a of a string, its bits mixed once more. The same on every machine. */
uint64_t text_hash(const char *text, size_t length);

/** Hash of a sequence that goes on: of what came before, and of the next part. */
uint64_t text_hash_join(uint64_t before, uint64_t next);

#endif /* TEXT_LEXICON_H */
