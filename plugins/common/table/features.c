#include "table/frame.h"

#include <collet/helpers.h>

void table_frame_forget(table_frame *f)
{
    for (uint32_t i = 0; f->feature_names != NULL && i < f->features; i++) {
        free(f->feature_names[i]);
    }
    free(f->feature_names);
    free(f->x);
    f->feature_names = NULL;
    f->x = NULL;
}

static collet_status fit_columns(table_frame *f, const uint32_t *rows, size_t count)
{
    const table_wishes *c = &f->wishes;
    table_frame_forget(f);
    f->features = 0;
    for (uint32_t i = 0; i < f->width; i++) {
        bool target = f->roles[i] == TABLE_TARGET;
        table_scale scale = !target ? c->scale : c->scale_target ? TABLE_STANDARD : TABLE_NONE;
        if (f->roles[i] != TABLE_IGNORED &&
            !table_column_fit(&f->columns[i], rows, count, c->missing, scale)) {
            return table_no_memory(&f->table);
        }
        f->features += f->roles[i] == TABLE_FEATURE ? f->columns[i].feature_count : 0;
    }
    if (f->features > 0) {
        return COLLET_OK;
    }
    return f->width == 1 ? collet_fail(f->table.host, COLLET_E_INVALID,
                                       "%s: \"%s\" is the only column, so there is none to learn "
                                       "from; is delimiter right?",
                                       f->table.paths[0], f->columns[0].name)
                         : collet_fail(f->table.host, COLLET_E_INVALID,
                                       "%s: no column is left to learn from", f->table.paths[0]);
}

collet_status table_frame_write(table_frame *f)
{
    uint32_t at = 0;
    f->x = collet_zeros(f->table.rows * f->features);
    f->feature_names = calloc(f->features, sizeof *f->feature_names);
    if (f->x == NULL || f->feature_names == NULL) {
        return table_no_memory(&f->table);
    }
    for (uint32_t i = 0; i < f->width; i++) {
        const table_column *c = &f->columns[i];
        if (f->roles[i] != TABLE_FEATURE) {
            continue;
        }
        for (size_t row = 0; row < f->table.rows; row++) {
            table_column_write(c, row, f->x + row * f->features + at);
        }
        for (uint32_t k = 0; k < c->feature_count; k++) {
            if ((f->feature_names[at++] = table_column_feature_name(c, k)) == NULL) {
                return table_no_memory(&f->table);
            }
        }
    }
    return COLLET_OK;
}

collet_status table_frame_fit(table_frame *f, const uint32_t *rows, size_t count)
{
    collet_status status = fit_columns(f, rows, count);
    return status < 0 ? status : table_frame_write(f);
}
