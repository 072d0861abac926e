/* What ABI 1.3 adds to ABI 1.2, asserted in the same way. A line may be edited until 1.3 has been
 * released, never after. */
#include "abi-1.2.c"

/* clang-format off */
SIZE(collet_space, 96)
FIELD(collet_space, feasible, 64, 8)
FIELD(collet_space, repair, 72, 8)
FIELD(collet_space, context, 80, 8)
FIELD(collet_space, constraints, 88, 8)

FUNCTION(collet_space, feasible, int32_t (*)(void *context, const double *x))
FUNCTION(collet_space, repair,
         collet_status (*)(void *context, const collet_rng *rng, double *x))
static_assert(COLLET_ABI_MINOR >= 3u, "the minor version");
/* clang-format on */
