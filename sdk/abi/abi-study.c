/* What collet/study.h promises to programs, asserted in the same way. Never edit a line once it has
 * been released; what comes later is appended. */
#include <collet/study.h>

#include <assert.h>

/* clang-format off */
#define SIZE(type, size) static_assert(sizeof(type) >= (size), #type " has shrunk");
#define FIELD(type, field, offset, size)                                                           \
    static_assert(offsetof(type, field) == (offset), #type "." #field " has moved");               \
    static_assert(sizeof(((type *)0)->field) == (size), #type "." #field " has another size");
#define VALUE(name, value) static_assert((int)(name) == (value), #name " has another value");
#define FUNCTION(type, field, ...)                                                                 \
    static_assert(_Generic(((type *)0)->field, __VA_ARGS__: 1, default: 0),                        \
                  #type "." #field " has another signature");
#define DECLARED(name, ...)                                                                        \
    static_assert(_Generic(&name, __VA_ARGS__: 1, default: 0), #name " has another signature");

SIZE(collet_study_options, 40)
FIELD(collet_study_options, struct_size, 0, 4)
FIELD(collet_study_options, fresh, 4, 4)
FIELD(collet_study_options, store, 8, 8)
FIELD(collet_study_options, plugin_path, 16, 8)
FIELD(collet_study_options, log, 24, 8)
FIELD(collet_study_options, log_ctx, 32, 8)
FUNCTION(collet_study_options, log, void (*)(void *ctx, int32_t level, const char *line))

VALUE(COLLET_STUDY_OK, 0)
VALUE(COLLET_STUDY_DONE, 1)
VALUE(COLLET_STUDY_E_CALL, 64)
VALUE(COLLET_STUDY_E_INPUT, 65)
VALUE(COLLET_STUDY_E_STORE, 69)
VALUE(COLLET_STUDY_E_PLUGIN, 70)
VALUE(COLLET_STUDY_E_CREATE, 73)
VALUE(COLLET_STUDY_E_RESOURCES, 74)
VALUE(COLLET_STUDY_OPEN, 0)
VALUE(COLLET_STUDY_COMPLETE, 1)
VALUE(COLLET_STUDY_PRUNED, 2)
VALUE(COLLET_STUDY_FAILED, 3)

DECLARED(collet_study_from_text,
         int32_t (*)(const char *, const collet_study_options *, collet_study **))
DECLARED(collet_study_from_file,
         int32_t (*)(const char *, const collet_study_options *, collet_study **))
DECLARED(collet_study_destroy, void (*)(collet_study *))
DECLARED(collet_study_error, const char * (*)(const collet_study *))
DECLARED(collet_study_ask, int32_t (*)(collet_study *, uint64_t *))
DECLARED(collet_study_tell,
         int32_t (*)(collet_study *, uint64_t, uint32_t, const double *, uint32_t))
DECLARED(collet_study_fail, int32_t (*)(collet_study *, uint64_t, const char *))
DECLARED(collet_study_report,
         int32_t (*)(collet_study *, uint64_t, uint64_t, const double *, uint32_t, int32_t *))
DECLARED(collet_study_best, int32_t (*)(collet_study *, uint64_t *))
DECLARED(collet_study_count, uint64_t (*)(const collet_study *))
DECLARED(collet_study_state, int32_t (*)(collet_study *, uint64_t, uint32_t *))
DECLARED(collet_study_values, const double * (*)(const collet_study *, uint64_t))
DECLARED(collet_study_point, const double * (*)(const collet_study *, uint64_t))
DECLARED(collet_study_number, int32_t (*)(collet_study *, uint64_t, const char *, double *))
DECLARED(collet_study_text, int32_t (*)(collet_study *, uint64_t, const char *, const char **))
DECLARED(collet_study_param_count, uint32_t (*)(const collet_study *))
DECLARED(collet_study_param_name, const char * (*)(const collet_study *, uint32_t))
DECLARED(collet_study_param_is_number, int32_t (*)(const collet_study *, uint32_t))
DECLARED(collet_study_dim_count, uint32_t (*)(const collet_study *))
DECLARED(collet_study_dim, const collet_dim * (*)(const collet_study *, uint32_t))
DECLARED(collet_study_goal_count, uint32_t (*)(const collet_study *))
DECLARED(collet_study_goal, const char * (*)(const collet_study *, uint32_t, int32_t *))
DECLARED(collet_study_value_count, uint32_t (*)(const collet_study *))
DECLARED(collet_study_value_name, const char * (*)(const collet_study *, uint32_t))
DECLARED(collet_study_meets, int32_t (*)(const collet_study *, uint64_t))
DECLARED(collet_study_enqueue,
         int32_t (*)(collet_study *, const char *const *, const char *const *, uint32_t))
/* clang-format on */
