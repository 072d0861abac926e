#include "space.h"

static const double two[2] = {2, 2};
static const collet_condition deep = {0, 1, two};
static const char *const names[] = {"a", "b", "c"};

const collet_dim test_dims[TEST_DIMS] = {
    {.name = "layers", .low = 1, .high = 2, .type = COLLET_DIM_INT},
    {.name = "width",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
    {.name = "second",
     .low = 0.1,
     .high = 10,
     .type = COLLET_DIM_REAL,
     .flags = COLLET_DIM_LOG,
     .condition_count = 1,
     .conditions = &deep},
    {.name = "rate", .low = 0, .high = 1, .step = 0.5, .type = COLLET_DIM_REAL},
    {.name = "units", .low = 1, .high = 64, .type = COLLET_DIM_INT, .flags = COLLET_DIM_LOG},
    {.name = "same", .low = 3, .high = 3, .type = COLLET_DIM_REAL},
};

const collet_space test_space = {.struct_size = COLLET_SIZE(collet_space),
                                 .dim_count = TEST_DIMS,
                                 .dim_size = COLLET_SIZE(collet_dim),
                                 .condition_size = COLLET_SIZE(collet_condition),
                                 .objective_count = 1,
                                 .constraint_count = 1,
                                 .parallel = 1,
                                 .dims = test_dims};
