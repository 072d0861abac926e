#include "text/lexicon.h"

#include <stdlib.h>
#include <string.h>

bool text_reserve(void **items, size_t *room, size_t count, size_t size)
{
    if (count <= *room) {
        return true;
    }
    size_t wanted = count < 16 ? 16 : 2 * count;
    void *bigger = wanted > SIZE_MAX / 2 / size ? NULL : realloc(*items, wanted * size);
    if (bigger == NULL) {
        return false;
    }
    *items = bigger;
    *room = wanted;
    return true;
}

/* The finisher of MurmurHash3: every bit of x reaches every bit of the result. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ x >> 33;
}

uint64_t text_hash(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    }
    return mix(hash);
}

uint64_t text_hash_join(uint64_t before, uint64_t next)
{
    return mix(before * 0x9e3779b97f4a7c15u + next);
}

/* The slot where a string is, or where it would go. */
static size_t find_slot(const text_lexicon *l, const char *text, size_t length, uint64_t hash)
{
    size_t slot = hash & (l->slot_count - 1);
    for (; l->slots[slot] != 0; slot = (slot + 1) & (l->slot_count - 1)) {
        const text_entry *entry = &l->entries[l->slots[slot] - 1];
        if (entry->hash == hash && memcmp(entry->text, text, length) == 0 &&
            entry->text[length] == '\0') {
            break;
        }
    }
    return slot;
}

/* Keeps at least half of the slots free; the number of slots is a power of two. */
static bool spread(text_lexicon *l)
{
    if (2 * (l->count + 1) <= l->slot_count) {
        return true;
    }
    size_t count = l->slot_count == 0 ? 64 : 2 * l->slot_count;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < l->count; i++) {
        size_t slot = l->entries[i].hash & (count - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (count - 1);
        }
        slots[slot] = (uint32_t)i + 1;
    }
    free(l->slots);
    l->slots = slots;
    l->slot_count = count;
    return true;
}

int64_t text_lexicon_add(text_lexicon *l, const char *text, size_t length)
{
    if (!spread(l) ||
        !text_reserve((void **)&l->entries, &l->room, l->count + 1, sizeof *l->entries)) {
        return -1;
    }
    uint64_t hash = text_hash(text, length);
    size_t slot = find_slot(l, text, length, hash);
    if (l->slots[slot] != 0) {
        return (int64_t)l->slots[slot] - 1;
    }
    char *copy = strndup(text, length);
    if (copy == NULL || l->count >= UINT32_MAX - 1) {
        free(copy);
        return -1;
    }
    l->entries[l->count++] = (text_entry){copy, hash};
    l->slots[slot] = (uint32_t)l->count;
    return (int64_t)l->count - 1;
}

void text_lexicon_finish(text_lexicon *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->entries[i].text);
    }
    free(l->entries);
    free(l->slots);
    *l = (text_lexicon){0};
}
