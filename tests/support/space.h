/**
 * @file space.h
 * @brief A search space with a dimension of each kind.
 */
#ifndef TEST_SPACE_H
#define TEST_SPACE_H

#include <collet/sampler.h>

enum { TEST_DIMS = 6 };

/** layers in 1..2; width one of three names; second (0.1 to 10, log) only where layers is 2; rate
 * in steps of 0.5 from 0 to 1; units in 1..64 (log); same is 3. */
extern const collet_dim test_dims[TEST_DIMS];

/** Those, with one objective and one constraint. */
extern const collet_space test_space;

#endif /* TEST_SPACE_H */
