#include "train/saved.h"

#include "base/file.h"
#include "train/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char version[] = "1", dataset_name[] = "dataset";

static const char *const tasks[] = {NULL, "classify", "regress", NULL};
static const char *const forms[] = {NULL, "table", "images", "tokens", NULL};

/* More than any model has that this program trains; keeps every product below 2^63. */
static const uint64_t MOST_OUTPUTS = 1u << 24, MOST_NUMBER = 1u << 28;

/* ---- Writing -------------------------------------------------------------------------------- */

static bool add_note(clt_tensors *file, const char *key, const char *value)
{
    return key != NULL && value != NULL && CLT_PUSH(&file->notes, (clt_note){key, value});
}

static bool add_number(clt_tensors *file, const char *key, uint64_t value)
{
    return add_note(file, key, clt_arena_printf(&file->arena, "%" PRIu64, value));
}

/* "class.0", "class.1", ... */
static bool add_names(clt_tensors *file, const char *key, const char *const *names, size_t count)
{
    bool ok = true;
    for (size_t i = 0; names != NULL && i < count && ok; i++) {
        ok = add_note(file, clt_arena_printf(&file->arena, "%s.%zu", key, i), names[i]);
    }
    return ok;
}

static bool add_notes(const clt_saving *s, clt_tensors *file)
{
    const collet_task *t = s->task;
    bool ok = add_note(file, "collet_model", version);
    for (size_t i = 0; i < s->note_count && ok; i++) {
        ok = add_note(file, s->notes[i].key, s->notes[i].value);
    }
    return ok && add_note(file, "experiment", s->experiment) &&
           add_note(file, "task", tasks[t->type]) && add_number(file, "outputs", t->outputs) &&
           add_note(file, "form", forms[t->form]) && add_number(file, "features", t->features) &&
           add_number(file, "height", t->height) && add_number(file, "width", t->width) &&
           add_number(file, "channels", t->channels) &&
           add_number(file, "vocabulary", t->vocabulary) &&
           add_number(file, "dataset_state", s->dataset_state) &&
           add_names(file, "class", s->data->class_names, s->data->classes) &&
           add_names(file, "column", s->data->feature_names, s->data->features);
}

static bool add_tensors(const clt_saving *s, clt_tensors *file)
{
    bool ok = true;
    for (uint32_t i = 0; i < s->layout->segment_count && ok; i++) {
        const collet_segment *g = clt_segment_at(s->layout, i);
        clt_tensor t = {.name = g->name,
                        .dtype = "F32",
                        .axes = g->rows == 1 ? 1 : 2,
                        .shape = {g->rows, g->columns},
                        .bytes = s->theta + g->offset,
                        .size = sizeof(float) * g->rows * (uint64_t)g->columns};
        if (t.axes == 1) {
            t.shape[0] = g->columns;
        }
        ok = CLT_PUSH(&file->tensors, t);
    }
    clt_tensor learnt = {.name = dataset_name,
                         .dtype = "U8",
                         .axes = 1,
                         .shape = {s->learnt_size},
                         .bytes = s->learnt,
                         .size = s->learnt_size};
    return ok && CLT_PUSH(&file->tensors, learnt);
}

/* A segment is found again by its name. */
static clt_status check_names(const collet_layout *layout, const char *path, clt_error *err)
{
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        if (clt_segment_at(layout, i)->name == NULL) {
            return clt_fail(err, CLT_PLUGIN_FAILED,
                            "%s: segment %u of the model has no name to be saved under", path, i);
        }
    }
    return CLT_OK;
}

clt_status clt_saved_write(const clt_saving *saving, const char *path, clt_error *err)
{
    clt_tensors file = {0};
    if (check_names(saving->layout, path, err) != CLT_OK) {
        return err->status;
    }
    clt_status status = add_notes(saving, &file) && add_tensors(saving, &file)
                            ? clt_tensors_write(&file, path, err)
                            : clt_fail_memory(err);
    clt_tensors_finish(&file);
    return status;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static clt_status wrong(const clt_saved *s, const char *key, clt_error *err)
{
    const char *value = clt_tensors_note(&s->file, key);
    return value == NULL
               ? clt_fail(err, CLT_BAD_INPUT, "%s: the note \"%s\" of a model is missing", s->path,
                          key)
               : clt_fail(err, CLT_BAD_INPUT, "%s: the note \"%s\" of a model cannot be \"%.60s\"",
                          s->path, key, value);
}

static clt_status read_number(const clt_saved *s, const char *key, uint64_t most, uint32_t *out,
                              clt_error *err)
{
    const char *text = clt_tensors_note(&s->file, key);
    char *end = NULL;
    errno = 0;
    unsigned long long value =
        text != NULL && text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || value > most) {
        return wrong(s, key, err);
    }
    *out = (uint32_t)value;
    return CLT_OK;
}

/* The place of a word in a list that begins with nothing. */
static clt_status read_word(const clt_saved *s, const char *key, const char *const *words,
                            uint32_t *out, clt_error *err)
{
    const char *text = clt_tensors_note(&s->file, key);
    for (*out = 1; text != NULL && words[*out] != NULL; (*out)++) {
        if (strcmp(words[*out], text) == 0) {
            return CLT_OK;
        }
    }
    return wrong(s, key, err);
}

static clt_status read_task(clt_saved *s, clt_error *err)
{
    collet_task *t = &s->task;
    t->struct_size = COLLET_SIZE(collet_task);
    if (read_word(s, "task", tasks, &t->type, err) != CLT_OK ||
        read_word(s, "form", forms, &t->form, err) != CLT_OK ||
        read_number(s, "outputs", MOST_OUTPUTS, &t->outputs, err) != CLT_OK ||
        read_number(s, "features", MOST_NUMBER, &t->features, err) != CLT_OK ||
        read_number(s, "height", MOST_NUMBER, &t->height, err) != CLT_OK ||
        read_number(s, "width", MOST_NUMBER, &t->width, err) != CLT_OK ||
        read_number(s, "channels", MOST_NUMBER, &t->channels, err) != CLT_OK ||
        read_number(s, "vocabulary", UINT32_MAX, &t->vocabulary, err) != CLT_OK) {
        return err->status;
    }
    return t->outputs >= (t->type == COLLET_TASK_CLASSIFY ? 2u : 1u) ? CLT_OK
                                                                     : wrong(s, "outputs", err);
}

static clt_status read_classes(clt_saved *s, clt_error *err)
{
    clt_arena *arena = &s->file.arena;
    if (s->task.type != COLLET_TASK_CLASSIFY || clt_tensors_note(&s->file, "class.0") == NULL) {
        return CLT_OK;
    }
    s->class_names = clt_arena_array(arena, s->task.outputs, sizeof *s->class_names);
    if (s->class_names == NULL) {
        return clt_fail_memory(err);
    }
    for (uint32_t i = 0; i < s->task.outputs; i++) {
        const char *key = clt_arena_printf(arena, "class.%u", i);
        s->class_names[i] = key != NULL ? clt_tensors_note(&s->file, key) : NULL;
        if (s->class_names[i] == NULL) {
            return key != NULL ? wrong(s, key, err) : clt_fail_memory(err);
        }
    }
    return CLT_OK;
}

/* Is it a model, and one that this version can read? */
static clt_status check_version(const clt_saved *s, clt_error *err)
{
    const char *read = clt_tensors_note(&s->file, "collet_model");
    if (read == NULL) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: is a safetensors file, but no model that \"collet refit\" wrote",
                        s->path);
    }
    return strcmp(read, version) == 0
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s: is a model of version \"%.20s\"; this program reads version %s",
                          s->path, read, version);
}

/* Both were compared when the file was read, if they were there. */
static clt_status check_sealed(const clt_saved *s, clt_error *err)
{
    const char *missing = clt_tensors_note(&s->file, "sha256") == NULL          ? "sha256"
                          : clt_tensors_note(&s->file, "sha256_header") == NULL ? "sha256_header"
                                                                                : NULL;
    return missing == NULL ? CLT_OK : wrong(s, missing, err);
}

static clt_status understand(clt_saved *s, clt_error *err)
{
    s->experiment = clt_tensors_note(&s->file, "experiment");
    s->learnt = clt_tensors_find(&s->file, dataset_name);
    if (check_version(s, err) != CLT_OK || check_sealed(s, err) != CLT_OK ||
        read_number(s, "dataset_state", UINT32_MAX, &s->dataset_state, err) != CLT_OK ||
        read_task(s, err) != CLT_OK || read_classes(s, err) != CLT_OK) {
        return err->status;
    }
    if (s->experiment == NULL) {
        return wrong(s, "experiment", err);
    }
    return s->learnt != NULL && strcmp(s->learnt->dtype, "U8") == 0
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT, "%s: the array \"%s\" (U8) is missing", s->path,
                          dataset_name);
}

clt_status clt_saved_parse(clt_saved *s, const char *path, clt_error *err)
{
    s->path = path;
    return clt_tensors_parse(&s->file, path, err) == CLT_OK ? understand(s, err) : err->status;
}

clt_status clt_saved_read(clt_saved *s, const char *path, clt_error *err)
{
    s->path = path;
    return clt_tensors_read(&s->file, path, err) == CLT_OK ? understand(s, err) : err->status;
}

static bool are_finite(const float *x, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        all = all && isfinite(x[i]);
    }
    return all;
}

clt_status clt_saved_theta(const clt_saved *s, const collet_layout *layout, float *theta,
                           clt_error *err)
{
    size_t arrays = s->file.tensors.count - 1; /* without "dataset" */
    if (arrays != layout->segment_count) {
        return clt_fail(err, CLT_BAD_INPUT, "%s: has %zu arrays of parameters; this model has %u",
                        s->path, arrays, layout->segment_count);
    }
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        const collet_segment *g = clt_segment_at(layout, i);
        const char *name = g->name != NULL ? g->name : "";
        const clt_tensor *t = clt_tensors_find(&s->file, name);
        uint64_t columns = t != NULL && t->axes > 0 ? t->shape[t->axes - 1] : 0;
        uint64_t rows = t != NULL && t->axes == 2 ? t->shape[0] : 1;
        if (t == NULL || t->axes < 1 || t->axes > 2 || strcmp(t->dtype, "F32") != 0 ||
            rows != g->rows || columns != g->columns) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "%s: there is no array \"%s\" of %u x %u numbers (F32), which this "
                            "model has",
                            s->path, name, g->rows, g->columns);
        }
        memcpy(theta + g->offset, t->bytes, t->size);
        if (!are_finite(theta + g->offset, (size_t)(rows * columns))) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "%s: the array \"%s\" holds a number that is not finite", s->path,
                            name);
        }
    }
    return CLT_OK;
}

void clt_saved_finish(clt_saved *s)
{
    clt_tensors_finish(&s->file);
}
