#include "population/group.h"

#include <stdlib.h>

void group_clear(group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        free(g->list[i]);
    }
    g->count = 0;
}

void group_finish(group *g)
{
    group_clear(g);
    free(g->list);
    *g = (group){0};
}

bool group_push(group *g, void *item)
{
    if (g->count == g->room) {
        size_t room = g->room > 0 ? 2 * g->room : 32;
        void **list = realloc(g->list, room * sizeof *list);
        if (list == NULL) {
            return false;
        }
        g->list = list;
        g->room = room;
    }
    g->list[g->count++] = item;
    return true;
}

void *group_pull(group *g, size_t at)
{
    void *item = g->list[at];
    g->list[at] = g->list[--g->count];
    return item;
}

size_t group_find(const group *g, uint64_t number)
{
    size_t at = 0;
    while (at < g->count && ((const group_item *)g->list[at])->number != number) {
        at++;
    }
    return at;
}

void *group_take(group *g, uint64_t number)
{
    size_t at = group_find(g, number);
    return at < g->count ? group_pull(g, at) : NULL;
}
