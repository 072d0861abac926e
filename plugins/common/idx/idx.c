#include "idx.h"

#include "input/input.h"

/* Larger than any image data of today; a header that asks for more is damaged. */
static const uint64_t MOST_BYTES = (uint64_t)1 << 36;

static collet_status truncated(const collet_host *host, const char *path, uint64_t expected,
                               uint64_t found)
{
    return collet_fail(host, COLLET_E_INVALID,
                       "%s: truncated: its header speaks of %llu bytes, %llu are there", path,
                       (unsigned long long)expected, (unsigned long long)found);
}

/* Reads n bytes that begin at byte `before` of the file, which must have them. */
static collet_status read_bytes(const collet_host *host, const char *path, input_file *file,
                                void *out, size_t n, uint64_t before)
{
    size_t got;
    collet_status status = input_read(file, out, n, &got);
    return status < 0 || got == n ? status : truncated(host, path, before + n, before + got);
}

static collet_status read_header(const collet_host *host, const char *path, input_file *file,
                                 uint32_t from, uint32_t to, idx_array *out)
{
    uint8_t head[4 + 4 * IDX_MOST_DIMENSIONS];
    collet_status status = read_bytes(host, path, file, head, 4, 0);
    if (status < 0) {
        return status;
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
    status = read_bytes(host, path, file, head + 4, 4 * (size_t)out->dimension_count, 4);
    if (status < 0) {
        return status;
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

/* Reads the part's bytes to (*bytes)[before ...], which grows as they come: a damaged header may
 * speak of more than there is memory for. */
static collet_status read_growing(const collet_host *host, const char *path, input_file *file,
                                  const idx_array *part, size_t before, uint8_t **bytes)
{
    static const size_t first = (size_t)1 << 24;
    uint64_t head = 4 + 4 * (uint64_t)part->dimension_count;
    for (size_t done = 0, got; done < part->size; done += got) {
        size_t n = done > first ? done : first;
        n = n < part->size - done ? n : part->size - done;
        uint8_t *grown = realloc(*bytes, before + done + n);
        if (grown == NULL) {
            return collet_fail(host, COLLET_E_NOMEM, "%s: no memory for %zu bytes", path,
                               part->size);
        }
        *bytes = grown;
        collet_status status = input_read(file, grown + before + done, n, &got);
        if (status < 0 || got < n) {
            return status < 0 ? status
                              : truncated(host, path, head + part->size, head + done + got);
        }
    }
    return COLLET_OK;
}

/* Grows *array by the part's bytes; the images of both must have the same shape. */
static collet_status append(const collet_host *host, const char *path, input_file *file,
                            const idx_array *part, idx_array *array)
{
    for (uint32_t i = 1; array->bytes != NULL && i < IDX_MOST_DIMENSIONS; i++) {
        if (part->dimensions[i] != array->dimensions[i]) {
            return collet_fail(host, COLLET_E_INVALID,
                               "%s: dimension %u is %u, in the training file %u", path, i + 1,
                               part->dimensions[i], array->dimensions[i]);
        }
    }
    uint32_t rows = array->bytes != NULL ? array->dimensions[0] : 0;
    size_t before = array->bytes != NULL ? array->size : 0;
    size_t more;
    collet_status status = read_growing(host, path, file, part, before, &array->bytes);
    status = status < 0 ? status : input_read(file, &(uint8_t){0}, 1, &more);
    if (status < 0) {
        return status;
    }
    if (more != 0) {
        return collet_fail(host, COLLET_E_INVALID,
                           "%s: goes on behind the %zu %s that its header speaks of", path,
                           part->size, part->dimension_count == 1 ? "labels" : "bytes of images");
    }
    uint8_t *bytes = array->bytes;
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
    input_file *file = NULL;
    collet_status status = input_open(host, path, &file);
    status =
        status < 0 ? status : read_header(host, path, file, dimensions_from, dimensions_to, &part);
    status = status < 0 ? status : append(host, path, file, &part, array);
    input_close(file);
    return status;
}
