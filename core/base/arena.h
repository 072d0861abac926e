/**
 * @file base/arena.h
 * @brief Memory that is given back all at once: what belongs to one experiment, one trial.
 */
#ifndef CLT_BASE_ARENA_H
#define CLT_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/** Zero it to start empty. */
typedef struct clt_arena {
    struct clt_arena_block *head;
} clt_arena;

/** Frees everything and leaves an empty arena. */
void clt_arena_finish(clt_arena *arena);

/** size bytes of zeros, aligned for any type; NULL when memory ran out. */
void *clt_arena_alloc(clt_arena *arena, size_t size);

/** count elements of size bytes, zeroed; NULL when memory ran out or the product overflows. */
void *clt_arena_array(clt_arena *arena, size_t count, size_t size);

/** A copy of text; NULL when memory ran out, or for NULL. */
char *clt_arena_copy(clt_arena *arena, const char *text);

/** A text made printf-like; NULL when memory ran out. */
char *clt_arena_printf(clt_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* CLT_BASE_ARENA_H */
