#include "base/vec.h"

#include <stdlib.h>

bool clt_vec_reserve(void **items, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity) {
        return true;
    }
    size_t wanted = *capacity < 4 ? 8 : *capacity * 2;
    wanted = wanted < count ? count : wanted;
    void *grown = reallocarray(*items, wanted, size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

void clt_vec_finish(void **items, size_t *count, size_t *capacity)
{
    free(*items);
    *items = NULL;
    *count = 0;
    *capacity = 0;
}
