/* What ABI 1.5 adds to ABI 1.4, asserted in the same way. A line may be edited until 1.5 has been
 * released, never after. */
#include "abi-1.4.c"

/* clang-format off */
VALUE(COLLET_NAMED, 32)
static_assert(COLLET_ABI_MINOR >= 5u, "the minor version");
/* clang-format on */
