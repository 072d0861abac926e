/* What ABI 1.4 adds to ABI 1.3, asserted in the same way. A line may be edited until 1.4 has been
 * released, never after. */
#include "abi-1.3.c"

/* clang-format off */
SIZE(collet_sampler, 64)
FIELD(collet_sampler, expected_improvement, 56, 8)

FUNCTION(collet_sampler, expected_improvement, collet_status (*)(void *self, double *value))
static_assert(COLLET_ABI_MINOR >= 4u, "the minor version");
/* clang-format on */
