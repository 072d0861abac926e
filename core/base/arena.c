#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8192 };

struct clt_arena_block {
    struct clt_arena_block *next;
    size_t used, size;
    max_align_t bytes[];
};

void clt_arena_finish(clt_arena *arena)
{
    struct clt_arena_block *block = arena->head;
    while (block != NULL) {
        struct clt_arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->head = NULL;
}

void *clt_arena_alloc(clt_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct clt_arena_block *block = arena->head;
    if (block == NULL || block->size - block->used < size) {
        size_t room = size > BLOCK ? size : BLOCK;
        block = calloc(1, sizeof *block + room);
        if (block == NULL) {
            return NULL;
        }
        block->size = room;
        block->next = arena->head;
        arena->head = block;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += size;
    return memory;
}

void *clt_arena_array(clt_arena *arena, size_t count, size_t size)
{
    return size > 0 && count > SIZE_MAX / size ? NULL : clt_arena_alloc(arena, count * size);
}

char *clt_arena_copy(clt_arena *arena, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    size_t size = strlen(text) + 1;
    char *copy = clt_arena_alloc(arena, size);
    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

char *clt_arena_printf(clt_arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = n < 0 ? NULL : clt_arena_alloc(arena, (size_t)n + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    return text;
}
