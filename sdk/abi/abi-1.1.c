/* What ABI 1.1 adds to ABI 1.0, asserted in the same way. A line may be edited until 1.1 has been
 * released, never after. */
#include "abi-1.0.c"

/* clang-format off */
SIZE(collet_data, 136)
FIELD(collet_data, target_shift, 120, 8)
FIELD(collet_data, target_scale, 128, 8)
SIZE(collet_dataset, 48)
FIELD(collet_dataset, fit, 24, 8)
FIELD(collet_dataset, save, 32, 8)
FIELD(collet_dataset, apply, 40, 8)
VALUE(COLLET_SAMPLER_FROM_HISTORY, 16)

FUNCTION(collet_dataset, fit,
         collet_status (*)(void *self, const uint32_t *rows, size_t count, const collet_data **data))
FUNCTION(collet_dataset, save, collet_status (*)(void *self, const collet_sink *sink))
FUNCTION(collet_dataset, apply,
         collet_status (*)(const collet_host *host, const void *config, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data))
static_assert(COLLET_ABI_MINOR >= 1u, "the minor version");
/* clang-format on */
