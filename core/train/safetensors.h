/**
 * @file train/safetensors.h
 * @brief Files of named arrays, in the safetensors format, that any library of the field reads.
 *
 * Eight bytes hold the length of a header, lowest byte first; the header is one JSON object:
 *     {"__metadata__": {"key": "text", ...},
 *      "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
 * and then come the bytes of the arrays, end to end, offsets counted from there. Two notes of the
 * metadata guard a file: "sha256" is that of the arrays' bytes, "sha256_header" that of the header
 * with the 64 digits of this very value taken as zeros.
 *
 * github.com/huggingface/safetensors, README: Format.
 */
#ifndef CLT_TRAIN_SAFETENSORS_H
#define CLT_TRAIN_SAFETENSORS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLT_MOST_AXES = 4 };

/** One array. */
typedef struct clt_tensor {
    const char *name;
    const char *dtype; /**< "F32", "U8" */
    uint32_t axes;     /**< length of shape */
    uint64_t shape[CLT_MOST_AXES];
    const void *bytes; /**< not aligned, where it was read from a file */
    uint64_t size;     /**< in bytes */
} clt_tensor;

/** One line of the metadata. */
typedef struct clt_note {
    const char *key, *value;
} clt_note;

/** What a file holds. Zero it to start. */
typedef struct clt_tensors {
    CLT_VEC(clt_tensor) tensors;
    CLT_VEC(clt_note) notes;
    clt_arena arena; /**< of names and texts that were read, and of the caller's where it likes */
    clt_str file;    /**< what was read */
} clt_tensors;

/** Writes the file, with both checksums, so that it is there whole or not at all. Names must
 *  differ. CLT_CANNOT_CREATE or CLT_IO naming the path. */
clt_status clt_tensors_write(const clt_tensors *file, const char *path, clt_error *err);

/** Reads a file, which may be anything. CLT_BAD_INPUT with the path where it is no such file, is
 *  cut off, or has a length, an offset or a checksum that is wrong; a file without our checksums is
 *  read without. */
clt_status clt_tensors_read(clt_tensors *file, const char *path, clt_error *err);

/** The same for bytes in memory, in file->file; path is for messages. */
clt_status clt_tensors_parse(clt_tensors *file, const char *path, clt_error *err);

/** The array of that name, or NULL. */
const clt_tensor *clt_tensors_find(const clt_tensors *file, const char *name);

/** The note of that key, or NULL. */
const char *clt_tensors_note(const clt_tensors *file, const char *key);

/** Frees it. */
void clt_tensors_finish(clt_tensors *file);

#endif /* CLT_TRAIN_SAFETENSORS_H */
