/* Studies inside of a program (collet/study.h). Up to a NUL the input is an experiment, or the
 * number of a known one; then each byte is a call, with the next bytes as its arguments. Whatever
 * is called in whatever order gets an answer, and values come back as they were told. */
#include "fuzz.h"

#include <collet/study.h>

#include <string.h>

enum { MOST_CALLS = 64, MOST_VALUES = 3 };

static const char *const known[] = {
    "[study]\nminimize = v\n[params]\nx = real(-5, 5)\nn = int(1, 9)\n[sampler]\nuse = cmaes\n",
    "[study]\nminimize = a, b\n[params]\nk = choice(p, q)\nx = real(0, 1) when k == p\n"
    "[sampler]\nuse = nsga2\n",
    "[study]\nmaximize = v\nduplicates = resample\n[params]\nk = choice(a, b)\nj = choice(c, d)\n"
    "[sampler]\nuse = random\n[pruner]\nuse = threshold\nlower = 0\n",
    "[study]\nminimize = v\n[params]\nx = real(1, 2)\ny = ordinal(s, m, l)\n[sampler]\nuse = gp\n"
    "startup = 2\n",
};

/* The bytes that are left. */
typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t take(input *in)
{
    if (in->size == 0) {
        return 0;
    }
    in->size--;
    return *in->data++;
}

static double take_value(input *in)
{
    static const double special[] = {0, -0.0, 1, -1, 0.5, 1e300, -1e300, 1e-300};
    uint8_t kind = take(in);
    double value = 0;
    if (kind < 64) {
        return special[kind % 8];
    }
    if (kind < 192) {
        return (double)kind / 16;
    }
    for (size_t i = 0; i < sizeof value; i++) { /* any double, NaN and infinity too */
        ((uint8_t *)&value)[i] = take(in);
    }
    return value;
}

static void tell(collet_study *study, input *in)
{
    double values[MOST_VALUES] = {take_value(in), take_value(in), take_value(in)};
    uint64_t id = take(in);
    uint32_t count = take(in) % (MOST_VALUES + 1), state = take(in) % 6;
    int32_t status = collet_study_tell(study, id, state, values, count);
    const double *stored = collet_study_values(study, id);
    if (status == COLLET_STUDY_OK && state == COLLET_STUDY_COMPLETE) {
        fuzz_require(stored != NULL, "a complete trial has values");
        for (uint32_t i = 0; i < count; i++) {
            fuzz_require(stored[i] == values[i], "a value comes back as it was told");
        }
    }
}

static void enqueue(collet_study *study, input *in)
{
    static const char *const texts[] = {"0.5", "a", "2", "p", "", "1e400", "-3", "nan"};
    const char *names[2], *values[2];
    for (int i = 0; i < 2; i++) {
        uint32_t n = collet_study_param_count(study);
        names[i] = n > 0 ? collet_study_param_name(study, take(in) % n) : "none";
        values[i] = texts[take(in) % 8];
    }
    (void)collet_study_enqueue(study, names, values, take(in) % 3);
}

static void look(collet_study *study, input *in)
{
    uint64_t id = take(in);
    uint32_t state;
    double number;
    const char *text;
    (void)collet_study_state(study, id, &state);
    (void)collet_study_point(study, id);
    (void)collet_study_meets(study, id);
    for (uint32_t i = 0; i <= collet_study_param_count(study) && i < 8; i++) {
        const char *name = collet_study_param_name(study, i);
        if (name != NULL) {
            (void)collet_study_number(study, id, name, &number);
            (void)collet_study_text(study, id, name, &text);
        }
    }
}

static void call(collet_study *study, input *in)
{
    uint64_t id;
    int32_t stop;
    double values[2];
    switch (take(in) % 8) {
    case 0:
    case 1:
        (void)collet_study_ask(study, &id);
        return;
    case 2:
    case 3:
        tell(study, in);
        return;
    case 4:
        values[0] = take_value(in);
        values[1] = take_value(in);
        id = take(in);
        (void)collet_study_report(study, id, take(in), values, take(in) % 3, &stop);
        return;
    case 5:
        enqueue(study, in);
        return;
    case 6:
        (void)collet_study_fail(study, take(in), take(in) % 2 == 0 ? "a reason" : NULL);
        return;
    default:
        (void)collet_study_best(study, &id);
        look(study, in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const collet_study_options options = {.struct_size = COLLET_SIZE(collet_study_options),
                                          .plugin_path = PLUGINS};
    clt_arena arena = {0};
    collet_study *study;
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t length = end != NULL ? (size_t)(end - data) : size;
    input in = {data + length + (end != NULL), size - length - (end != NULL)};
    bool numbered = length == 1 && data[0] < sizeof known / sizeof known[0];
    const char *text = numbered ? known[data[0]] : fuzz_text(&arena, data, length);
    int32_t status = collet_study_from_text(text, &options, &study);
    fuzz_require(status == COLLET_STUDY_OK || collet_study_error(study)[0] != '\0',
                 "a failure says why");
    fuzz_require(status == COLLET_STUDY_OK || !numbered, collet_study_error(study));
    for (int i = 0; i < MOST_CALLS && in.size > 0 && status == COLLET_STUDY_OK; i++) {
        call(study, &in);
    }
    collet_study_destroy(study);
    clt_arena_finish(&arena);
    return 0;
}
