/* What ABI 1.5 adds to ABI 1.4, asserted in the same way. A line may be edited until 1.5 has been
 * released, never after. */
#include "abi-1.4.c"

/* clang-format off */
VALUE(COLLET_NAMED, 32)
VALUE(COLLET_LIMBS, 24)
SIZE(collet_dataset, 56)
FIELD(collet_dataset, inputs, 48, 8)
SIZE(collet_objective, 48)
FIELD(collet_objective, inputs, 40, 8)

FUNCTION(collet_dataset, inputs,
         collet_status (*)(const collet_host *host, const void *config,
                           void (*add)(void *ctx, const char *path), void *ctx))
FUNCTION(collet_objective, inputs,
         collet_status (*)(const collet_host *host, const void *config,
                           void (*add)(void *ctx, const char *path), void *ctx))
static_assert(COLLET_ABI_MINOR >= 5u, "the minor version");
/* clang-format on */
