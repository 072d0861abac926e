/* What ABI 1.1 adds to ABI 1.0, asserted in the same way. A line may be edited until 1.1 has been
 * released, never after. */
#include "abi-1.0.c"

/* clang-format off */
SIZE(collet_dataset, 32)
FIELD(collet_dataset, fit, 24, 8)
VALUE(COLLET_SAMPLER_FROM_HISTORY, 16)

FUNCTION(collet_dataset, fit,
         collet_status (*)(void *self, const uint32_t *rows, size_t count, const collet_data **data))
static_assert(COLLET_ABI_MINOR >= 1u, "the minor version");
/* clang-format on */
