/**
 * @file population/group.h
 * @brief Trials as a sampler keeps them: under way, in the population, replaced; without order.
 */
#ifndef POPULATION_GROUP_H
#define POPULATION_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What each sampler's own struct of a trial begins with. It comes from malloc(). */
typedef struct group_item {
    uint64_t number; /**< of the trial */
} group_item;

/** A list that owns its items. Starts as {0}. */
typedef struct group {
    void **list; /**< [count] */
    size_t count, room;
} group;

/** Frees the items and the list. */
void group_finish(group *g);

/** Frees the items; the list is empty then. */
void group_clear(group *g);

/** Adds an item at the end. False, and the item is still the caller's, when memory ran out. */
bool group_push(group *g, void *item);

/** Takes out the item at a place, where the last one goes. */
void *group_pull(group *g, size_t at);

/** The place of the trial with that number, or count. */
size_t group_find(const group *g, uint64_t number);

/** Takes out the trial with that number; NULL where it is not there. */
void *group_take(group *g, uint64_t number);

#endif /* POPULATION_GROUP_H */
