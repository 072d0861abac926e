#include "nn/layout.h"

#include <collet/helpers.h>

uint64_t nn_layout_add(nn_layout *l, const char *layer, uint32_t number, const char *part,
                       uint32_t rows, uint32_t columns, uint32_t flags)
{
    uint32_t i = l->view.segment_count++;
    uint64_t at = l->view.theta_count;
    char digits[12] = "";
    if (number > 0) {
        (void)snprintf(digits, sizeof digits, "%u", number);
    }
    (void)snprintf(l->names[i], sizeof l->names[i], "%s%s.%s", layer, digits, part);
    l->segments[i] = (collet_segment){l->names[i], at, rows, columns, flags, 0};
    l->view.struct_size = COLLET_SIZE(collet_layout);
    l->view.segment_size = COLLET_SIZE(collet_segment);
    l->view.segments = l->segments;
    l->view.theta_count = at + collet_padded(rows, columns);
    return at;
}
