#include "data/augment.h"

#include <collet/helpers.h>

#include <math.h>
#include <string.h>

bool clt_augment_changes(const clt_augment *how)
{
    return how->shift > 0 || how->flip > 0 || how->rotate > 0 || how->zoom > 0 || how->crop > 0 ||
           how->cutout > 0 || how->noise > 0;
}

clt_rng clt_augment_stream(uint64_t seed, uint64_t epoch, uint32_t row)
{
    clt_rng rng;
    clt_rng_init(&rng, seed, "augment", epoch << 32 | row);
    return rng;
}

/* Uniform in [-1, 1). */
static float both_ways(const collet_rng *rng)
{
    return (float)(2 * collet_uniform(rng) - 1);
}

/* Uniform whole number in [-n, n]. */
static int64_t whole(const collet_rng *rng, int64_t n)
{
    return n > 0 ? (int64_t)collet_below(rng, 2 * (uint64_t)n + 1) - n : 0;
}

/* From out to in: in = M (out - centre) + centre + (dx, dy), as clt_warp_turn() has it. */
typedef struct map {
    float m[4], dy, dx;
} map;

/* Turns by an angle and scales, about the middle; both are undone, for the map is from out to in.
 */
static void turn(const clt_augment *how, const collet_rng *rng, map *to)
{
    static const float RADIANS = 0.017453292519943295f;
    float angle = (float)how->rotate * both_ways(rng) * RADIANS;
    float scale = 1 / (1 + (float)how->zoom * both_ways(rng));
    float c = cosf(angle) * scale, s = sinf(angle) * scale, side = to->m[0];
    to->m[0] = side * c;
    to->m[1] = side * s;
    to->m[2] = -s;
    to->m[3] = c;
}

/* Puts a part of the picture in the place of all of it. The middle of its first and last pixels
 * stays within the picture's, so that nothing from beyond the border comes in. */
static void crop(const clt_augment *how, const clt_picture *picture, const collet_rng *rng, map *to)
{
    static const double MOST_STRETCH = 0.28768207245178093; /* log(4/3) */
    double area = 1 - how->crop * collet_uniform(rng);
    double stretch = exp(MOST_STRETCH * (2 * collet_uniform(rng) - 1));
    float h = (float)fmin(1, sqrt(area / stretch)), w = (float)fmin(1, sqrt(area * stretch));
    to->dy = h * to->dy + (1 - h) * 0.5f * (float)(picture->height - 1) * both_ways(rng);
    to->dx = w * to->dx + (1 - w) * 0.5f * (float)(picture->width - 1) * both_ways(rng);
    to->m[0] *= w;
    to->m[1] *= w;
    to->m[2] *= h;
    to->m[3] *= h;
}

static void move_picture(const clt_augment *how, const clt_picture *picture, const collet_rng *rng,
                         const float *in, float *out, int32_t *places)
{
    bool mirror = how->flip > 0 && collet_uniform(rng) < how->flip;
    int64_t dy = whole(rng, how->shift), dx = whole(rng, how->shift);
    bool turns = how->rotate > 0 || how->zoom > 0;
    if (turns || how->crop > 0) {
        float side = mirror ? -1.0f : 1.0f;
        map to = {{side, 0, 0, 1}, (float)dy, side * (float)dx};
        if (turns) {
            turn(how, rng, &to);
        }
        if (how->crop > 0) {
            crop(how, picture, rng, &to);
        }
        clt_warp_turn(picture, to.m, to.dy, to.dx, in, out);
    } else {
        clt_warp_move(picture, dy, dx, mirror, in, out, places);
    }
    if (how->cutout > 0) {
        int64_t y = (int64_t)collet_below(rng, picture->height);
        int64_t x = (int64_t)collet_below(rng, picture->width);
        clt_warp_cut(picture, y, x, how->cutout, out);
    }
}

/* The sum of the eight bytes of a word. */
static uint64_t byte_sum(uint64_t word)
{
    uint64_t pairs = (word & 0x00ff00ff00ff00ffu) + (word >> 8 & 0x00ff00ff00ff00ffu);
    return pairs * 0x0001000100010001u >> 48;
}

static void add_noise(float sd, size_t n, clt_rng *rng, float *out)
{
    enum { AT_ONCE = 256 };
    /* a byte has mean 127.5 and variance (256^2 - 1) / 12 */
    const float mean = 8 * 127.5f, scale = sd / sqrtf(8 * 65535.0f / 12);
    uint64_t words[AT_ONCE];
    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t count = n - from < AT_ONCE ? n - from : AT_ONCE;
        clt_rng_fill(rng, words, count);
        for (size_t i = 0; i < count; i++) {
            out[from + i] += ((float)byte_sum(words[i]) - mean) * scale;
        }
    }
}

void clt_augment_row(const clt_augment *how, const collet_data *data, clt_rng *rng, const float *in,
                     float *out, int32_t *places)
{
    collet_rng view = clt_rng_view(rng);
    bool images = data->form == COLLET_DATA_IMAGES;
    const clt_picture picture = {.height = data->height,
                                 .width = data->width,
                                 .channels = data->channels,
                                 .fill = (clt_fill)how->fill,
                                 .black = data->storage == COLLET_STORE_U8 ? data->shift : 0};
    if (images) {
        move_picture(how, &picture, &view, in, out, places);
    } else {
        memcpy(out, in, data->features * sizeof *out);
    }
    if (how->noise > 0) {
        add_noise((float)how->noise, data->features, rng, out);
    }
}

uint64_t clt_augment_drop(double p, clt_rng *rng, uint32_t *tokens, uint64_t n)
{
    enum { AT_ONCE = 64, SHARES = 4 }; /* of 16 bits, of each word */
    const uint32_t least = (uint32_t)lround(p * 65536);
    uint64_t words[AT_ONCE], kept = 0;
    uint32_t spared = n > 0 ? tokens[clt_rng_below(rng, n)] : 0;
    for (uint64_t from = 0; from < n; from += AT_ONCE * SHARES) {
        uint64_t count = n - from < AT_ONCE * SHARES ? n - from : AT_ONCE * SHARES;
        clt_rng_fill(rng, words, (count + SHARES - 1) / SHARES);
        for (uint64_t i = 0; i < count; i++) {
            uint32_t share = words[i / SHARES] >> 16 * (i % SHARES) & 0xffff;
            tokens[kept] = tokens[from + i];
            kept += share >= least;
        }
    }
    if (kept == 0 && n > 0) {
        tokens[kept++] = spared;
    }
    return kept;
}

/* Gamma(alpha, 1), alpha > 0. Marsaglia, Tsang: A simple method for generating gamma variables
 * (2000); below 1 by their relation of alpha to alpha + 1. */
static double gamma_of(double alpha, const collet_rng *rng)
{
    double boost = alpha < 1 ? pow(1 - collet_uniform(rng), 1 / alpha) : 1;
    double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = collet_normal(rng), v = 1 + c * x;
        v = v * v * v;
        double u = 1 - collet_uniform(rng);
        if (v > 0 && log(u) < 0.5 * x * x + d - d * v + d * log(v)) {
            return d * v * boost;
        }
    }
}

double clt_augment_share(double alpha, clt_rng *rng)
{
    collet_rng view = clt_rng_view(rng);
    double x = gamma_of(alpha, &view), y = gamma_of(alpha, &view);
    if (x + y > 0) {
        return x / (x + y);
    }
    return collet_uniform(&view) < 0.5 ? 0 : 1; /* a tiny alpha: both have vanished */
}
