/**
 * @file nn/layout.h
 * @brief A layout of theta that is built layer by layer.
 */
#ifndef NN_LAYOUT_H
#define NN_LAYOUT_H

#include <collet/model.h>

/** Most segments of a layout. */
enum { NN_MOST_SEGMENTS = 96 };

/** A layout with its segments and their names. Zero it before nn_layout_add(); it must not move. */
typedef struct nn_layout {
    collet_layout view; /**< what the host gets */
    collet_segment segments[NN_MOST_SEGMENTS];
    char names[NN_MOST_SEGMENTS][24];
} nn_layout;

/** Adds rows x columns under the name "<layer><number>.<part>" (number 0: none) and returns its offset.
 *  At most NN_MOST_SEGMENTS are added. */
uint64_t nn_layout_add(nn_layout *l, const char *layer, uint32_t number, const char *part,
                       uint32_t rows, uint32_t columns, uint32_t flags);

#endif /* NN_LAYOUT_H */
