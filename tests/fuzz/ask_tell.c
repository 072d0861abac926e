/* Lines of the ask-tell protocol (api/lines). The first byte says which experiment; each line gets
 * one line of JSON. */
#include "fuzz.h"

#include "api/lines.h"
#include "base/json_read.h"

#include <string.h>

enum { MOST_LINES = 40 };

static const char *const experiments[] = {
    "[study]\nminimize = v\n[params]\nx = real(-5, 5)\nn = int(1, 9, log)\n[sampler]\nuse = "
    "random\n",
    "[study]\nminimize = a\nmaximize = b\nrequire = c <= 1\nduplicates = reuse\n[params]\n"
    "k = choice(p, q)\ny = real(0, 1, step=0.1) when k == p\n[sampler]\nuse = nsga2\n"
    "[constraints]\nk == q or y >= 0.3\n",
    "[study]\nmaximize = acc\nno_improvement = 4\n[params]\nx = real(1e-6, 1, log)\n"
    "g = ordinal(s, m, l)\n[sampler]\nuse = tpe\nstartup = 2\n[pruner]\nuse = median\nstartup = 1\n"
    "[enqueue]\nx = 0.5\n",
    "[study]\nminimize = v\n[params]\nx = normal(0, 1, step=0.5)\nz = int(0, 3)\n[sampler]\n"
    "use = grid\n",
};

static void check_answer(clt_str *out)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_json_value *value;
    char *end = out->length > 0 ? strchr(out->text, '\n') : NULL;
    fuzz_require(end != NULL && end[1] == '\0', "an answer is one line");
    *end = '\0';
    fuzz_require(clt_json_read(&arena, out->text, &value, &err) == CLT_OK, err.text);
    fuzz_require(value->type == CLT_JSON_OBJECT, "an answer is an object");
    clt_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const collet_study_options options = {.struct_size = COLLET_SIZE(collet_study_options),
                                          .plugin_path = PLUGINS};
    collet_study *study;
    clt_arena arena = {0};
    size_t which = size > 0 ? data[0] % (sizeof experiments / sizeof experiments[0]) : 0;
    int32_t status = collet_study_from_text(experiments[which], &options, &study);
    fuzz_require(status == COLLET_STUDY_OK, collet_study_error(study));
    const char *line = fuzz_text(&arena, data + (size > 0), size - (size > 0));
    for (int i = 0; i < MOST_LINES && *line != '\0'; i++) {
        size_t length = strcspn(line, "\n");
        char *copy = (char *)(uintptr_t)line; /* the arena's, which is ours to write */
        bool last = line[length] == '\0';
        clt_str out = {0};
        copy[length] = '\0';
        (void)clt_lines_answer(study, line, length, &out);
        check_answer(&out);
        clt_str_finish(&out);
        line += length + !last;
    }
    collet_study_destroy(study);
    clt_arena_finish(&arena);
    return 0;
}
