/**
 * @file data/warp.h
 * @brief Pictures moved about: whole pixels copied, or turned and scaled with pixels in between.
 *
 * An image is [height][width][channels], channels last. out is another memory than in.
 */
#ifndef CLT_DATA_WARP_H
#define CLT_DATA_WARP_H

#include <stdbool.h>
#include <stdint.h>

/** What stands where nothing of the picture comes. */
typedef enum clt_fill {
    CLT_FILL_BLACK,  /**< the value of `black` */
    CLT_FILL_EDGE,   /**< the nearest pixel of the border */
    CLT_FILL_REFLECT /**< the picture mirrored at its border, which is not repeated */
} clt_fill;

/** A kind of picture. */
typedef struct clt_picture {
    uint32_t height, width, channels;
    clt_fill fill;
    float black;
} clt_picture;

/** Where pixel i of 0 .. n - 1 is to be read, for any i; -1: nowhere, it is black. */
int64_t clt_warp_place(clt_fill fill, int64_t i, int64_t n);

/** out(y, x) = in(y + dy, x + dx), from the mirrored picture where `mirror` says so: x counts from
 *  the right then. places[width] is scratch memory. */
void clt_warp_move(const clt_picture *picture, int64_t dy, int64_t dx, bool mirror, const float *in,
                   float *out, int32_t *places);

/** out(y, x) = in at M (x - centre, y - centre) + centre + (dx, dy), between pixels by bilinear
 *  interpolation. m is M's rows: x from (x, y), then y. */
void clt_warp_turn(const clt_picture *picture, const float m[4], float dy, float dx,
                   const float *in, float *out);

/** Blacks out the square of that side whose middle is (y, x), as far as it lies in the picture. */
void clt_warp_cut(const clt_picture *picture, int64_t y, int64_t x, int64_t side, float *out);

#endif /* CLT_DATA_WARP_H */
