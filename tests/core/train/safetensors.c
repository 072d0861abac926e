#include "train/safetensors.h"

#include "base/sha256.h"
#include "support.h"
#include "train/saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A model of two segments, written to a file of its own and read back as bytes. */
typedef struct fixture {
    char path[64];
    clt_str bytes;
} fixture;

static const float theta[48] = {1, 2, 3, 4, 5, 6, [16] = -0.5f, 7e-30f, [32] = 9};

static const collet_segment segments[] = {
    {.name = "dense.weight", .offset = 0, .rows = 2, .columns = 3},
    {.name = "dense.\"bias\"\n", .offset = 16, .rows = 1, .columns = 2},
    {.name = "h\xc3\xb6he", .offset = 32, .rows = 1, .columns = 1}};

static const collet_layout layout = {.struct_size = COLLET_SIZE(collet_layout),
                                     .segment_count = COLLET_COUNT(segments),
                                     .segment_size = COLLET_SIZE(collet_segment),
                                     .theta_count = 48,
                                     .segments = segments};

static const char *const classes[] = {"no", "yes, \"indeed\"\t", "vielleicht \xc3\xa4"};

static void set_up(fixture *f)
{
    static const collet_task task = {.struct_size = COLLET_SIZE(collet_task),
                                     .type = COLLET_TASK_CLASSIFY,
                                     .form = COLLET_DATA_TABLE,
                                     .features = 2,
                                     .outputs = 3};
    static const collet_data data = {
        .struct_size = COLLET_SIZE(collet_data), .classes = 3, .class_names = classes};
    static const clt_note notes[] = {{"model", "mlp"}};
    const clt_saving saving = {.experiment = "[study]\nmaximize = accuracy\n",
                               .task = &task,
                               .layout = &layout,
                               .theta = theta,
                               .data = &data,
                               .dataset_state = 3,
                               .learnt = "abc\0d",
                               .learnt_size = 5,
                               .notes = notes,
                               .note_count = 1};
    clt_error err = {0};
    clt_tensors file = {0};
    (void)snprintf(f->path, sizeof f->path, "/tmp/collet-saved-XXXXXX");
    int fd = mkstemp(f->path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(clt_saved_write(&saving, f->path, &err), CLT_OK);
    ck_assert_int_eq(clt_tensors_read(&file, f->path, &err), CLT_OK);
    f->bytes = (clt_str){0};
    clt_str_add_bytes(&f->bytes, file.file.text, file.file.length);
    clt_tensors_finish(&file);
}

static void tear_down(fixture *f)
{
    clt_str_finish(&f->bytes);
    ck_assert_int_eq(unlink(f->path), 0);
}

/* What becomes of bytes[length], which are copied to their exact size so that a read beyond them
 * is seen. */
static clt_status read_bytes(const char *bytes, size_t length, clt_saved *saved, clt_error *err)
{
    *saved = (clt_saved){0};
    *err = (clt_error){0};
    saved->file.file.text = malloc(length + 1);
    ck_assert_ptr_nonnull(saved->file.file.text);
    saved->file.file.length = length;
    saved->file.file.capacity = length + 1;
    memcpy(saved->file.file.text, bytes, length);
    saved->file.file.text[length] = '\0';
    return clt_saved_parse(saved, "m.safetensors", err);
}

static bool is_refused(const char *bytes, size_t length)
{
    clt_saved saved;
    clt_error err;
    clt_status status = read_bytes(bytes, length, &saved, &err);
    clt_saved_finish(&saved);
    return status == CLT_BAD_INPUT && strncmp(err.text, "m.safetensors: ", 15) == 0 &&
           strchr(err.text, '\n') == NULL;
}

START_TEST(a_model_is_read_as_it_was_written)
{
    fixture f;
    clt_saved saved = {0};
    clt_error err = {0};
    float copy[48] = {0};
    set_up(&f);
    ck_assert_int_eq(clt_saved_read(&saved, f.path, &err), CLT_OK);
    ck_assert_str_eq(saved.experiment, "[study]\nmaximize = accuracy\n");
    ck_assert_str_eq(clt_tensors_note(&saved.file, "model"), "mlp");
    ck_assert_uint_eq(saved.task.type, COLLET_TASK_CLASSIFY);
    ck_assert_uint_eq(saved.task.features, 2);
    ck_assert_uint_eq(saved.dataset_state, 3);
    for (uint32_t k = 0; k < 3; k++) {
        ck_assert_str_eq(saved.class_names[k], classes[k]);
    }
    ck_assert_uint_eq(saved.learnt->size, 5);
    ck_assert_mem_eq(saved.learnt->bytes, "abc\0d", 5);
    ck_assert_int_eq(clt_saved_theta(&saved, &layout, copy, &err), CLT_OK);
    ck_assert_mem_eq(copy, theta, sizeof copy);
    clt_saved_finish(&saved);
    tear_down(&f);
}
END_TEST

START_TEST(a_file_cut_off_anywhere_or_with_more_behind_is_refused)
{
    fixture f;
    set_up(&f);
    for (size_t length = 0; length < f.bytes.length; length++) {
        ck_assert_msg(is_refused(f.bytes.text, length), "%zu bytes", length);
    }
    clt_str_add_bytes(&f.bytes, "x", 1);
    ck_assert(is_refused(f.bytes.text, f.bytes.length));
    tear_down(&f);
}
END_TEST

START_TEST(a_byte_changed_anywhere_is_refused)
{
    fixture f;
    set_up(&f);
    for (size_t at = 0; at < f.bytes.length; at++) {
        f.bytes.text[at] = (char)(f.bytes.text[at] ^ (1 << (at % 8)));
        ck_assert_msg(is_refused(f.bytes.text, f.bytes.length), "byte %zu", at);
        f.bytes.text[at] = (char)(f.bytes.text[at] ^ (1 << (at % 8)));
    }
    ck_assert(!is_refused(f.bytes.text, f.bytes.length));
    tear_down(&f);
}
END_TEST

/* Where the 64 digits behind a key begin, or NULL where a mutation has hit the key. */
static char *digits_of(fixture *f, const char *key)
{
    char *at = memmem(f->bytes.text, f->bytes.length, key, strlen(key));
    bool room = at != NULL && (size_t)(at - f->bytes.text) + strlen(key) + 64 <= f->bytes.length;
    return room ? at + strlen(key) : NULL;
}

/* Makes the checksums right again, so that all else has to stand on its own. */
static void seal(fixture *f, size_t header)
{
    char *arrays = digits_of(f, "\"sha256\":\""), *own = digits_of(f, "\"sha256_header\":\"");
    char digest[CLT_SHA256_TEXT];
    clt_sha256 sha;
    if (arrays == NULL || own == NULL) {
        return;
    }
    clt_sha256_init(&sha);
    clt_sha256_add(&sha, f->bytes.text + 8 + header, f->bytes.length - 8 - header);
    clt_sha256_finish(&sha, digest);
    memcpy(arrays, digest, 64);
    memset(own, '0', 64);
    clt_sha256_init(&sha);
    clt_sha256_add(&sha, f->bytes.text + 8, header);
    clt_sha256_finish(&sha, digest);
    memcpy(own, digest, 64);
}

/* One to four bytes changed, more often than not to letters that mean something. */
static void mutate(fixture *f, uint64_t number)
{
    static const char letters[] = "\"\\{}[]:,0919u-";
    clt_rng rng;
    clt_rng_init(&rng, 11, "mutations", number);
    for (uint64_t changes = 1 + clt_rng_below(&rng, 4); changes > 0; changes--) {
        size_t at = (size_t)clt_rng_below(&rng, f->bytes.length);
        bool plain = clt_rng_below(&rng, 2) == 0;
        f->bytes.text[at] = plain ? letters[clt_rng_below(&rng, sizeof letters - 1)]
                                  : (char)clt_rng_below(&rng, 256);
    }
}

START_TEST(mutations_under_right_checksums_never_crash)
{
    fixture f, mutant = {0};
    set_up(&f);
    size_t header = (unsigned char)f.bytes.text[0] + 256u * (unsigned char)f.bytes.text[1];
    seal(&f, header);
    ck_assert(!is_refused(f.bytes.text, f.bytes.length)); /* nothing was changed by that */
    for (uint64_t number = 0; number < 500; number++) {
        clt_saved saved;
        clt_error err;
        float copy[48] = {0};
        clt_str_clear(&mutant.bytes);
        clt_str_add_bytes(&mutant.bytes, f.bytes.text, f.bytes.length);
        mutate(&mutant, number);
        seal(&mutant, header);
        clt_status status = read_bytes(mutant.bytes.text, mutant.bytes.length, &saved, &err);
        if (status == CLT_OK) {
            status = clt_saved_theta(&saved, &layout, copy, &err);
        }
        ck_assert(status == CLT_OK || status == CLT_BAD_INPUT);
        clt_saved_finish(&saved);
    }
    clt_str_finish(&mutant.bytes);
    tear_down(&f);
}
END_TEST

/* Headers that are wrong in one way each; the body has 8 bytes. */
static const char *const headers[] = {
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,16]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905,2],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999999]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,2],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
    "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
    "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x",
    "{\"__metadata__\":{\"k\":\"\\u0000\"},\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":["
    "0,8]}}",
    "{\"__metadata__\":{\"k\":1},\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
    "{\"a",
    "{",
    "{}",
};

START_TEST(a_header_that_does_not_describe_its_bytes_is_refused)
{
    char bytes[512] = {0};
    size_t length = strlen(headers[_i]);
    bytes[0] = (char)length;
    memcpy(bytes + 8, headers[_i], length);
    ck_assert(is_refused(bytes, 8 + length + 8));
}
END_TEST

START_TEST(arrays_of_another_model_are_refused)
{
    fixture f;
    clt_saved saved;
    clt_error err;
    float copy[48];
    set_up(&f);
    ck_assert_int_eq(read_bytes(f.bytes.text, f.bytes.length, &saved, &err), CLT_OK);
    collet_segment others[COLLET_COUNT(segments)];
    memcpy(others, segments, sizeof others);
    collet_layout other = layout;
    other.segments = others;
    others[0].rows = 3;
    others[0].columns = 2; /* as many numbers, but in another shape */
    ck_assert_int_eq(clt_saved_theta(&saved, &other, copy, &err), CLT_BAD_INPUT);
    others[0] = segments[0];
    others[0].name = "dense.weights";
    ck_assert_int_eq(clt_saved_theta(&saved, &other, copy, &err), CLT_BAD_INPUT);
    other.segment_count--;
    ck_assert_int_eq(clt_saved_theta(&saved, &other, copy, &err), CLT_BAD_INPUT);
    clt_saved_finish(&saved);
    tear_down(&f);
}
END_TEST

TEST_MAIN_LOOPS("train/safetensors", {a_model_is_read_as_it_was_written, 1},
                {a_file_cut_off_anywhere_or_with_more_behind_is_refused, 1},
                {a_byte_changed_anywhere_is_refused, 1},
                {mutations_under_right_checksums_never_crash, 1},
                {a_header_that_does_not_describe_its_bytes_is_refused,
                 sizeof headers / sizeof headers[0]},
                {arrays_of_another_model_are_refused, 1})
