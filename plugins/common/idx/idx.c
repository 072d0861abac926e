#include "idx.h"

#include <errno.h>
#include <sys/stat.h>
#include <zlib.h>

#include <stdbool.h>

/* Larger than any image data of today; a header that asks for more is damaged. */
static const uint64_t MOST_BYTES = (uint64_t)1 << 36;
enum { CHUNK = 1 << 24 };

/* Reads up to n bytes; fewer at the end of the file. -1 for a damaged gzip stream. */
static int64_t read_bytes(gzFile file, void *out, uint64_t n)
{
    uint64_t used = 0;
    while (used < n) {
        uint64_t left = n - used;
        int got = gzread(file, (char *)out + used, left < CHUNK ? (unsigned)left : CHUNK);
        if (got < 0) {
            /* A stream that stops early is told as such; what came before it counts. */
            int code;
            (void)gzerror(file, &code);
            return code == Z_BUF_ERROR ? (int64_t)used : -1;
        }
        if (got == 0) {
            break;
        }
        used += (uint64_t)got;
    }
    return (int64_t)used;
}

static collet_status truncated(const collet_host *host, const char *path, uint64_t expected,
                               int64_t found)
{
    if (found < 0) {
        return collet_fail(host, COLLET_E_INVALID, "%s: damaged gzip data; get the file again",
                           path);
    }
    return collet_fail(host, COLLET_E_INVALID,
                       "%s: truncated: its header speaks of %llu bytes, %llu are there", path,
                       (unsigned long long)expected, (unsigned long long)found);
}

static collet_status read_header(const collet_host *host, const char *path, gzFile file,
                                 uint32_t from, uint32_t to, idx_array *out)
{
    uint8_t head[4 + 4 * IDX_MOST_DIMENSIONS];
    int64_t n = read_bytes(file, head, 4);
    if (n < 4) {
        return truncated(host, path, 4, n);
    }
    if (head[0] != 0 || head[1] != 0 || head[2] != 8 || head[3] < 1 ||
        head[3] > IDX_MOST_DIMENSIONS) {
        return collet_fail(host, COLLET_E_INVALID,
                           "%s: begins with 0x%02x%02x%02x%02x; an IDX file of bytes begins with "
                           "0x000008 and its number of dimensions, 1 to %d",
                           path, head[0], head[1], head[2], head[3], IDX_MOST_DIMENSIONS);
    }
    out->dimension_count = head[3];
    if (out->dimension_count < from || out->dimension_count > to) {
        return collet_fail(host, COLLET_E_INVALID,
                           "%s: has %u dimensions; %s have %s: are images and labels swapped?",
                           path, out->dimension_count, to == 1 ? "labels" : "images",
                           to == 1 ? "1" : "2 to 4");
    }
    n = read_bytes(file, head + 4, 4 * (uint64_t)out->dimension_count);
    if (n < 4 * (int64_t)out->dimension_count) {
        return truncated(host, path, 4 + 4 * (uint64_t)out->dimension_count, n < 0 ? n : n + 4);
    }
    uint64_t size = 1;
    for (uint32_t i = 0; i < out->dimension_count; i++) {
        const uint8_t *d = head + 4 + 4 * i;
        out->dimensions[i] =
            (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
        size = size <= MOST_BYTES ? size * out->dimensions[i] : size;
    }
    out->size = (size_t)size;
    if (size == 0) {
        return collet_fail(host, COLLET_E_INVALID, "%s: its header speaks of no %s", path,
                           out->dimensions[0] > 0 ? "pixels"
                           : to == 1              ? "labels"
                                                  : "images");
    }
    return size <= MOST_BYTES ? COLLET_OK
                              : collet_fail(host, COLLET_E_INVALID,
                                            "%s: its header speaks of %llu bytes, which cannot be",
                                            path, (unsigned long long)size);
}

/* Grows *array by the part's bytes; the images of both must have the same shape. */
static collet_status append(const collet_host *host, const char *path, gzFile file,
                            const idx_array *part, idx_array *array)
{
    for (uint32_t i = 1; array->bytes != NULL && i < IDX_MOST_DIMENSIONS; i++) {
        if (part->dimensions[i] != array->dimensions[i]) {
            return collet_fail(host, COLLET_E_INVALID,
                               "%s: dimension %u is %u, in the training file %u", path, i + 1,
                               part->dimensions[i], array->dimensions[i]);
        }
    }
    uint8_t *bytes = realloc(array->bytes, array->size + part->size);
    if (bytes == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "%s: no memory for %zu bytes", path, part->size);
    }
    uint32_t rows = array->bytes != NULL ? array->dimensions[0] : 0;
    size_t before = array->bytes != NULL ? array->size : 0;
    array->bytes = bytes;
    int64_t n = read_bytes(file, bytes + before, part->size);
    if (n < (int64_t)part->size) {
        uint64_t head = 4 + 4 * (uint64_t)part->dimension_count;
        return truncated(host, path, part->size + head, n < 0 ? n : n + (int64_t)head);
    }
    if (read_bytes(file, &(uint8_t){0}, 1) != 0) {
        return collet_fail(host, COLLET_E_INVALID,
                           "%s: goes on behind the %zu %s that its header speaks of", path,
                           part->size, part->dimension_count == 1 ? "labels" : "bytes of images");
    }
    *array = *part;
    array->bytes = bytes;
    array->size = before + part->size;
    array->dimensions[0] += rows;
    return COLLET_OK;
}

collet_status idx_read(const collet_host *host, const char *path, uint32_t dimensions_from,
                       uint32_t dimensions_to, idx_array *array)
{
    idx_array part = {0};
    struct stat about;
    bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    gzFile file = folder ? NULL : gzopen(path, "rb");
    if (file == NULL) {
        return collet_fail(host, COLLET_E_IO, "%s: cannot be opened: %s", path,
                           folder       ? "it is a folder"
                           : errno != 0 ? strerror(errno)
                                        : "out of memory");
    }
    (void)gzbuffer(file, 1 << 17);
    collet_status status = read_header(host, path, file, dimensions_from, dimensions_to, &part);
    if (status == COLLET_OK) {
        status = append(host, path, file, &part, array);
    }
    /* The last bytes of a gzip file are the sum of the others: without them nobody knows. */
    bool cut = gzclose(file) == Z_BUF_ERROR;
    return status == COLLET_OK && cut
               ? collet_fail(host, COLLET_E_INVALID,
                             "%s: truncated: its gzip data ends early; get the file again", path)
               : status;
}
