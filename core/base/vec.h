/**
 * @file base/vec.h
 * @brief A typed array that grows: CLT_VEC(int) numbers = {0}; CLT_PUSH(&numbers, 7).
 */
#ifndef CLT_BASE_VEC_H
#define CLT_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>

/** The type of an array of T: items, count, capacity. Zero it to start empty. */
#define CLT_VEC(T)                                                                                 \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/** Appends a value; false when memory ran out, with the array as it was. */
#define CLT_PUSH(vec, ...)                                                                         \
    (clt_vec_reserve((void **)&(vec)->items, &(vec)->capacity, (vec)->count + 1,                   \
                     sizeof *(vec)->items)                                                         \
         ? ((vec)->items[(vec)->count++] = __VA_ARGS__, true)                                      \
         : false)

/** Frees the items and leaves an empty array; the items themselves are the caller's. */
#define CLT_VEC_FINISH(vec) clt_vec_finish((void **)&(vec)->items, &(vec)->count, &(vec)->capacity)

/** Makes room for count items of the given size; false when memory ran out. */
bool clt_vec_reserve(void **items, size_t *capacity, size_t count, size_t size);

/** Frees the items. */
void clt_vec_finish(void **items, size_t *count, size_t *capacity);

#endif /* CLT_BASE_VEC_H */
