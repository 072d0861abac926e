#include "data/warp.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

int64_t clt_warp_place(clt_fill fill, int64_t i, int64_t n)
{
    if (i >= 0 && i < n) {
        return i;
    }
    if (fill == CLT_FILL_BLACK) {
        return -1;
    }
    if (fill == CLT_FILL_EDGE || n == 1) {
        return i < 0 ? 0 : n - 1;
    }
    int64_t period = 2 * (n - 1), at = i % period;
    at = at < 0 ? at + period : at;
    return at < n ? at : period - at;
}

static void blacken(const clt_picture *p, float *out, size_t pixels)
{
    for (size_t i = 0; i < pixels * p->channels; i++) {
        out[i] = p->black;
    }
}

/* Pixels from .. to - 1 of a line of out, each from its place in the line `in`. */
static void place_pixels(const clt_picture *p, const float *in, const int32_t *places, int64_t from,
                         int64_t to, float *out)
{
    size_t c = p->channels;
    for (int64_t x = from; x < to; x++) {
        if (places[x] < 0) {
            blacken(p, out + (size_t)x * c, 1);
        } else {
            memcpy(out + (size_t)x * c, in + (size_t)places[x] * c, c * sizeof *out);
        }
    }
}

/* out[i] = in[-i]: a run that is mirrored. */
COLLET_SIMD static void copy_back(const float *restrict in, float *restrict out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = in[-i];
    }
}

/* One line of out: pixels first .. last - 1 are a run of the line `in`, the others at its border.
 */
static void move_line(const clt_picture *p, const float *in, const int32_t *places, int64_t first,
                      int64_t last, bool mirror, float *out)
{
    size_t c = p->channels;
    if (mirror && c > 1) {
        first = last = 0; /* the channels of a pixel keep their order: one by one */
    }
    place_pixels(p, in, places, 0, first, out);
    if (first < last && mirror) {
        copy_back(in + places[first], out + first, last - first);
    } else if (first < last) {
        memcpy(out + (size_t)first * c, in + (size_t)places[first] * c,
               (size_t)(last - first) * c * sizeof *out);
    }
    place_pixels(p, in, places, last, p->width, out);
}

static int64_t within(int64_t i, int64_t n)
{
    return i < 0 ? 0 : i > n ? n : i;
}

void clt_warp_move(const clt_picture *p, int64_t dy, int64_t dx, bool mirror, const float *in,
                   float *out, int32_t *places)
{
    size_t line = (size_t)p->width * p->channels;
    int64_t n = p->width, first = within(-dx, n), last = within(n - dx, n);
    for (int64_t x = 0; x < n; x++) {
        int64_t place = clt_warp_place(p->fill, x + dx, n);
        places[x] = (int32_t)(mirror && place >= 0 ? n - 1 - place : place);
    }
    for (int64_t y = 0; y < p->height; y++, out += line) {
        int64_t from = clt_warp_place(p->fill, y + dy, p->height);
        if (from < 0) {
            blacken(p, out, p->width);
        } else {
            move_line(p, in + (size_t)from * line, places, first, last, mirror, out);
        }
    }
}

/* The pixel (y, x) of the picture continued beyond its border; NULL: black. */
static const float *pixel(const clt_picture *p, const float *in, int64_t y, int64_t x)
{
    int64_t row = clt_warp_place(p->fill, y, p->height);
    int64_t column = clt_warp_place(p->fill, x, p->width);
    return row < 0 || column < 0 ? NULL
                                 : in + ((size_t)row * p->width + (size_t)column) * p->channels;
}

/* The picture at (y, x), between four pixels. */
static inline void sample(const clt_picture *p, const float *in, float y, float x, float *out)
{
    float top = floorf(y), left = floorf(x), v = y - top, u = x - left;
    int64_t i = (int64_t)top, j = (int64_t)left, h = p->height, w = p->width;
    size_t c = p->channels, line = (size_t)w * c;
    const float *corners[4];
    const float shares[4] = {(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u};
    if (i >= 0 && i + 1 < h && j >= 0 && j + 1 < w) { /* most are */
        corners[0] = in + (size_t)i * line + (size_t)j * c;
        corners[1] = corners[0] + c;
        corners[2] = corners[0] + line;
        corners[3] = corners[2] + c;
    } else {
        for (int corner = 0; corner < 4; corner++) {
            corners[corner] = pixel(p, in, i + corner / 2, j + corner % 2);
        }
    }
    for (size_t k = 0; k < c; k++) {
        float sum = 0;
        for (int corner = 0; corner < 4; corner++) {
            sum += shares[corner] * (corners[corner] != NULL ? corners[corner][k] : p->black);
        }
        out[k] = sum;
    }
}

COLLET_SIMD static void turn(const clt_picture *p, const float m[4], float dy, float dx,
                             const float *in, float *out)
{
    float cy = (float)(p->height - 1) * 0.5f, cx = (float)(p->width - 1) * 0.5f;
    for (uint32_t y = 0; y < p->height; y++) {
        for (uint32_t x = 0; x < p->width; x++, out += p->channels) {
            float v = (float)y - cy, u = (float)x - cx;
            sample(p, in, m[2] * u + m[3] * v + cy + dy, m[0] * u + m[1] * v + cx + dx, out);
        }
    }
}

void clt_warp_turn(const clt_picture *p, const float m[4], float dy, float dx, const float *in,
                   float *out)
{
    turn(p, m, dy, dx, in, out);
}

void clt_warp_cut(const clt_picture *p, int64_t y, int64_t x, int64_t side, float *out)
{
    int64_t top = within(y - side / 2, p->height), bottom = within(y - side / 2 + side, p->height);
    int64_t left = within(x - side / 2, p->width), right = within(x - side / 2 + side, p->width);
    for (int64_t row = top; row < bottom && left < right; row++) {
        blacken(p, out + (size_t)(row * p->width + left) * p->channels, (size_t)(right - left));
    }
}
