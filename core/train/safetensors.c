#include "train/safetensors.h"

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The most that the format allows for a header, and what a file may have in all. */
static const uint64_t MOST_HEADER = 100000000, MOST_FILE = (uint64_t)1 << 36;

static const char no_digest[] = "0000000000000000000000000000000000000000000000000000000000000000";

enum { LENGTH_BYTES = 8, DIGEST_DIGITS = CLT_SHA256_TEXT - 1 };

void clt_tensors_finish(clt_tensors *file)
{
    CLT_VEC_FINISH(&file->tensors);
    CLT_VEC_FINISH(&file->notes);
    clt_arena_finish(&file->arena);
    clt_str_finish(&file->file);
}

const clt_tensor *clt_tensors_find(const clt_tensors *file, const char *name)
{
    for (size_t i = 0; i < file->tensors.count; i++) {
        if (strcmp(file->tensors.items[i].name, name) == 0) {
            return &file->tensors.items[i];
        }
    }
    return NULL;
}

const char *clt_tensors_note(const clt_tensors *file, const char *key)
{
    for (size_t i = 0; i < file->notes.count; i++) {
        if (strcmp(file->notes.items[i].key, key) == 0) {
            return file->notes.items[i].value;
        }
    }
    return NULL;
}

static void digest_tensors(const clt_tensors *file, char digest[CLT_SHA256_TEXT])
{
    clt_sha256 sha;
    clt_sha256_init(&sha);
    for (size_t i = 0; i < file->tensors.count; i++) {
        clt_sha256_add(&sha, file->tensors.items[i].bytes, file->tensors.items[i].size);
    }
    clt_sha256_finish(&sha, digest);
}

/* Of header[length], the digits at `at` taken as zeros. */
static void digest_header(const char *header, size_t length, size_t at,
                          char digest[CLT_SHA256_TEXT])
{
    clt_sha256 sha;
    clt_sha256_init(&sha);
    clt_sha256_add(&sha, header, at);
    clt_sha256_add(&sha, no_digest, DIGEST_DIGITS);
    clt_sha256_add(&sha, header + at + DIGEST_DIGITS, length - at - DIGEST_DIGITS);
    clt_sha256_finish(&sha, digest);
}

/* ---- Writing -------------------------------------------------------------------------------- */

static void write_tensor(const clt_tensor *t, uint64_t *offset, clt_json *json)
{
    clt_json_open(json, t->name, '{');
    clt_json_text(json, "dtype", t->dtype);
    clt_json_open(json, "shape", '[');
    for (uint32_t i = 0; i < t->axes; i++) {
        clt_json_int(json, NULL, (int64_t)t->shape[i]);
    }
    clt_json_close(json, ']');
    clt_json_open(json, "data_offsets", '[');
    clt_json_int(json, NULL, (int64_t)*offset);
    *offset += t->size;
    clt_json_int(json, NULL, (int64_t)*offset);
    clt_json_close(json, ']');
    clt_json_close(json, '}');
}

/* The header but for its own checksum, whose zeros begin at *at. */
static void write_header(const clt_tensors *file, clt_str *out, size_t *at)
{
    clt_json json = {.out = out};
    char digest[CLT_SHA256_TEXT];
    uint64_t offset = 0;
    digest_tensors(file, digest);
    clt_json_open(&json, NULL, '{');
    clt_json_open(&json, "__metadata__", '{');
    clt_json_text(&json, "sha256_header", no_digest);
    *at = out->length - DIGEST_DIGITS - 1; /* 1: the quote behind them */
    clt_json_text(&json, "sha256", digest);
    for (size_t i = 0; i < file->notes.count; i++) {
        clt_json_text(&json, file->notes.items[i].key, file->notes.items[i].value);
    }
    clt_json_close(&json, '}');
    for (size_t i = 0; i < file->tensors.count; i++) {
        write_tensor(&file->tensors.items[i], &offset, &json);
    }
    clt_json_close(&json, '}');
    while (out->length % LENGTH_BYTES != 0) {
        clt_str_add(out, " ");
        if (out->failed) {
            return;
        }
    }
}

static clt_status write_parts(const clt_tensors *file, const clt_str *header, const char *path,
                              clt_error *err)
{
    size_t count = file->tensors.count + 2;
    unsigned char length[LENGTH_BYTES];
    clt_bytes *parts = calloc(count, sizeof *parts);
    if (parts == NULL) {
        return clt_fail_memory(err);
    }
    for (size_t i = 0; i < sizeof length; i++) {
        length[i] = (unsigned char)(header->length >> (8 * i));
    }
    parts[0] = (clt_bytes){length, sizeof length};
    parts[1] = (clt_bytes){header->text, header->length};
    for (size_t i = 0; i < file->tensors.count; i++) {
        parts[i + 2] = (clt_bytes){file->tensors.items[i].bytes, file->tensors.items[i].size};
    }
    clt_status status = clt_file_write(path, parts, count, err);
    free(parts);
    return status;
}

clt_status clt_tensors_write(const clt_tensors *file, const char *path, clt_error *err)
{
    clt_str header = {0};
    char digest[CLT_SHA256_TEXT];
    size_t at = 0;
    clt_status status;
    for (size_t i = 0; i < file->tensors.count; i++) {
        const clt_tensor *t = &file->tensors.items[i];
        if (clt_tensors_find(file, t->name) != t) {
            return clt_fail(err, CLT_PLUGIN_FAILED, "%s: two arrays are called \"%s\"", path,
                            t->name);
        }
    }
    write_header(file, &header, &at);
    if (header.failed) {
        status = clt_fail_memory(err);
    } else {
        digest_header(header.text, header.length, at, digest);
        memcpy(header.text + at, digest, DIGEST_DIGITS);
        status = write_parts(file, &header, path, err);
    }
    clt_str_finish(&header);
    return status;
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* A header being read: any bytes. */
typedef struct cursor {
    const char *begin, *at, *end;
    clt_arena *arena;
} cursor;

static void skip_blank(cursor *c)
{
    while (c->at < c->end && strchr(" \t\r\n", *c->at) != NULL && *c->at != '\0') {
        c->at++;
    }
}

/* Takes that character, blanks before it. */
static bool take(cursor *c, char wanted)
{
    skip_blank(c);
    if (c->at >= c->end || *c->at != wanted) {
        return false;
    }
    c->at++;
    return true;
}

/* Four hexadecimal digits. Writers of this format need no more than the first 128 characters in
 * this form: the rest stands in UTF-8 as it is. */
static bool take_code(cursor *c, char *out)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdefABCDEF";
        const char *digit = c->at < c->end && *c->at != '\0' ? strchr(digits, *c->at) : NULL;
        if (digit == NULL) {
            return false;
        }
        size_t place = (size_t)(digit - digits);
        value = value * 16 + (unsigned)(place < 16 ? place : place - 6);
        c->at++;
    }
    *out = (char)value;
    return value > 0 && value < 128;
}

static bool take_escape(cursor *c, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (c->at >= c->end) {
        return false;
    }
    char letter = *c->at++;
    if (letter == 'u') {
        return take_code(c, out);
    }
    const char *place = letter != '\0' ? strchr(from, letter) : NULL;
    *out = place != NULL ? to[place - from] : '\0';
    return place != NULL;
}

/* A string, in the arena; NULL where there is none, or memory ran out. */
static char *take_text(cursor *c)
{
    if (!take(c, '"')) {
        return NULL;
    }
    const char *close = c->at;
    while (close < c->end && *close != '"') {
        close += *close == '\\' && close + 1 < c->end ? 2 : 1;
    }
    char *text = close < c->end ? clt_arena_alloc(c->arena, (size_t)(close - c->at) + 1) : NULL;
    size_t length = 0;
    while (text != NULL && c->at < close) {
        char letter = *c->at++;
        if (letter == '\0' || (letter == '\\' && !take_escape(c, &letter))) {
            return NULL;
        }
        text[length++] = letter;
    }
    return text != NULL && take(c, '"') ? text : NULL;
}

static bool take_number(cursor *c, uint64_t *value)
{
    skip_blank(c);
    const char *from = c->at;
    for (*value = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (*value > (UINT64_MAX - 9) / 10) {
            return false;
        }
        *value = *value * 10 + (uint64_t)(*c->at - '0');
    }
    return c->at > from;
}

static bool take_numbers(cursor *c, uint64_t *values, uint32_t most, uint32_t *count)
{
    *count = 0;
    if (!take(c, '[')) {
        return false;
    }
    if (take(c, ']')) {
        return true;
    }
    do {
        if (*count == most || !take_number(c, &values[*count])) {
            return false;
        }
        (*count)++;
    } while (take(c, ','));
    return take(c, ']');
}

/* What the header says of one array. */
static bool take_tensor(cursor *c, clt_tensor *t, uint64_t offsets[2])
{
    uint32_t count = 0;
    bool shape = false;
    if (!take(c, '{')) {
        return false;
    }
    do {
        const char *key = take_text(c);
        if (key == NULL || !take(c, ':')) {
            return false;
        }
        if (strcmp(key, "dtype") == 0) {
            t->dtype = take_text(c);
        } else if (strcmp(key, "shape") == 0) {
            shape = take_numbers(c, t->shape, CLT_MOST_AXES, &t->axes);
        } else if (strcmp(key, "data_offsets") != 0 || !take_numbers(c, offsets, 2, &count)) {
            return false;
        }
    } while (take(c, ','));
    return take(c, '}') && t->dtype != NULL && shape && count == 2;
}

static bool take_notes(cursor *c, clt_tensors *file, size_t *digest_at)
{
    if (!take(c, '{')) {
        return false;
    }
    if (take(c, '}')) {
        return true;
    }
    do {
        clt_note note = {.key = take_text(c)};
        if (note.key == NULL || !take(c, ':')) {
            return false;
        }
        skip_blank(c);
        size_t at = (size_t)(c->at - c->begin) + 1;
        note.value = take_text(c);
        if (note.value == NULL || !CLT_PUSH(&file->notes, note)) {
            return false;
        }
        /* a value of 64 plain digits stands in the header as it is */
        if (strcmp(note.key, "sha256_header") == 0 &&
            (size_t)(c->at - c->begin) == at + DIGEST_DIGITS + 1) {
            *digest_at = at;
        }
    } while (take(c, ','));
    return take(c, '}');
}

/* The bytes that an array of that shape has; UINT64_MAX for what is not known or too large. */
static uint64_t size_of(const clt_tensor *t)
{
    uint64_t size = strcmp(t->dtype, "F32") == 0 ? 4 : strcmp(t->dtype, "U8") == 0 ? 1 : 0;
    if (size == 0) {
        return UINT64_MAX;
    }
    for (uint32_t i = 0; i < t->axes; i++) {
        if (t->shape[i] > MOST_FILE || (t->shape[i] > 0 && size > MOST_FILE / t->shape[i])) {
            return UINT64_MAX;
        }
        size *= t->shape[i];
    }
    return size;
}

/* The bytes behind the header. */
typedef struct body {
    const char *bytes;
    uint64_t size, used;
} body;

/* An array's bytes follow on those of the one before, and are as many as its shape says. */
static bool place(clt_tensor *t, const uint64_t offsets[2], body *b)
{
    if (offsets[0] != b->used || offsets[1] < offsets[0] || offsets[1] > b->size) {
        return false;
    }
    t->bytes = b->bytes + offsets[0];
    t->size = offsets[1] - offsets[0];
    b->used = offsets[1];
    return size_of(t) == t->size || size_of(t) == UINT64_MAX;
}

static bool take_entry(cursor *c, clt_tensors *file, body *b, size_t *digest_at)
{
    clt_tensor t = {.name = take_text(c)};
    uint64_t offsets[2];
    if (t.name == NULL || !take(c, ':')) {
        return false;
    }
    if (strcmp(t.name, "__metadata__") == 0) {
        return take_notes(c, file, digest_at);
    }
    return take_tensor(c, &t, offsets) && clt_tensors_find(file, t.name) == NULL &&
           place(&t, offsets, b) && CLT_PUSH(&file->tensors, t);
}

static bool take_header(cursor *c, clt_tensors *file, body *b, size_t *digest_at)
{
    if (!take(c, '{')) {
        return false;
    }
    do {
        if (!take_entry(c, file, b, digest_at)) {
            return false;
        }
    } while (take(c, ','));
    bool closed = take(c, '}');
    skip_blank(c);
    return closed && c->at == c->end && b->used == b->size;
}

static clt_status check_digests(const clt_tensors *file, const cursor *c, size_t digest_at,
                                const char *path, clt_error *err)
{
    char digest[CLT_SHA256_TEXT];
    const char *header = clt_tensors_note(file, "sha256_header");
    const char *tensors = clt_tensors_note(file, "sha256");
    if (header != NULL) {
        if (digest_at > 0) {
            digest_header(c->begin, (size_t)(c->end - c->begin), digest_at, digest);
        }
        if (digest_at == 0 || strcmp(digest, header) != 0) {
            return clt_fail(err, CLT_BAD_INPUT, "%s: damaged: the checksum of its header differs",
                            path);
        }
    }
    if (tensors != NULL) {
        digest_tensors(file, digest);
    }
    return tensors == NULL || strcmp(digest, tensors) == 0
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT, "%s: damaged: the checksum of its arrays differs",
                          path);
}

/* Could these be the first bytes of such a file? Reads the length of its header. */
static clt_status check_begin(const clt_str *file, const char *path, uint64_t *length,
                              clt_error *err)
{
    const unsigned char *bytes = (const unsigned char *)file->text;
    bool ours = file->length > LENGTH_BYTES && bytes[LENGTH_BYTES] == '{';
    *length = 0;
    for (int i = 0; i < LENGTH_BYTES && ours; i++) {
        *length |= (uint64_t)bytes[i] << (8 * i);
    }
    return ours && *length <= MOST_HEADER
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT, "%s: is no model: it is not a safetensors file",
                          path);
}

/* The length of the header, which must lie in the file. */
static clt_status find_header(const clt_str *file, const char *path, uint64_t *length,
                              clt_error *err)
{
    if (check_begin(file, path, length, err) != CLT_OK) {
        return err->status;
    }
    return *length <= file->length - LENGTH_BYTES
               ? CLT_OK
               : clt_fail(err, CLT_BAD_INPUT,
                          "%s: cut off: its header has %" PRIu64 " bytes, the file %zu", path,
                          *length, file->length);
}

clt_status clt_tensors_parse(clt_tensors *file, const char *path, clt_error *err)
{
    uint64_t length;
    size_t digest_at = 0;
    if (find_header(&file->file, path, &length, err) != CLT_OK) {
        return err->status;
    }
    const char *header = file->file.text + LENGTH_BYTES;
    cursor c = {header, header, header + length, &file->arena};
    body b = {.bytes = header + length, .size = file->file.length - LENGTH_BYTES - length};
    if (!take_header(&c, file, &b, &digest_at)) {
        return clt_fail(err, CLT_BAD_INPUT,
                        "%s: damaged or cut off: the header (byte %zu of %" PRIu64
                        ") does not describe the %" PRIu64 " bytes behind it",
                        path, (size_t)(c.at - c.begin), length, b.size);
    }
    return check_digests(file, &c, digest_at, path, err);
}

clt_status clt_tensors_read(clt_tensors *file, const char *path, clt_error *err)
{
    uint64_t length;
    /* Whatever else it is may be huge: it is not read to its end. */
    if (clt_file_begin(path, LENGTH_BYTES + 1, &file->file, err) != CLT_OK ||
        check_begin(&file->file, path, &length, err) != CLT_OK ||
        clt_file_read(path, MOST_FILE, &file->file, err) != CLT_OK) {
        return err->status;
    }
    return clt_tensors_parse(file, path, err);
}
