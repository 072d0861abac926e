/* What ABI 1.2 adds to ABI 1.1, asserted in the same way. A line may be edited until 1.2 has been
 * released, never after. */
#include "abi-1.1.c"

/* clang-format off */
SIZE(collet_resource, 40)
FIELD(collet_resource, flags, 24, 4)
FIELD(collet_resource, reserved, 28, 4)
FIELD(collet_resource, signs, 32, 8)
VALUE(COLLET_RESOURCE_PAUSE, 1)
SIZE(collet_space, 64)
FIELD(collet_space, seed, 48, 8)
FIELD(collet_space, objectives, 56, 8)
VALUE(COLLET_OBJECTIVE_ALONE, 1)

static_assert(COLLET_ABI_MINOR >= 2u, "the minor version");
/* clang-format on */
