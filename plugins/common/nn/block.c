#include "nn/block.h"

#include "nn/narrow.h"
#include "nn/winners.h"
#include "nn/winograd.h"

#include <collet/helpers.h>

/* Floats of a group of images before pooling: so many stay in the second-level cache. */
enum { GROUP_FLOATS = 1 << 16 };

/* ---- The plan ------------------------------------------------------------------------------- */

/* A valid wish that the image is too small for. */
static collet_status too_small(const collet_host *host, const nn_block *b, uint32_t number,
                               const char *what, uint32_t side)
{
    return collet_fail(host, COLLET_E_UNSUPPORTED,
                       "block %u: its images are %u x %u, too small for %s %u", number,
                       b->conv.height, b->conv.width, what, side);
}

/* The ways that are open to it. */
static void choose(nn_block *b, const nn_block_kind *kind)
{
    const bool straight = kind->pooling == NN_MAX && kind->f != NN_GELU;
    b->how = kind->pooling;
    b->pool_first = straight;
    b->winners = !b->first && straight && !kind->norm && b->conv.channels >= NN_WINNERS_CHANNELS;
    b->narrow = b->first && straight && !kind->norm && nn_narrow_suits(&b->conv, &b->pool);
    b->winograd = straight && !kind->norm && b->pool.size == 2 && nn_winograd_suits(&b->conv);
    b->in = nn_conv_in(&b->conv);
    b->inner = nn_conv_out(&b->conv);
    b->out = nn_pool_out(&b->pool);
    b->group = b->inner < GROUP_FLOATS ? (uint32_t)(GROUP_FLOATS / b->inner) : 1;
}

collet_status nn_block_plan(nn_block *b, const collet_host *host, uint32_t number,
                            const nn_block_kind *kind, uint32_t height, uint32_t width,
                            uint32_t channels, nn_layout *layout)
{
    b->conv = (nn_conv){.height = height,
                        .width = width,
                        .channels = channels,
                        .filters = kind->filters,
                        .kernel = kind->kernel,
                        .stride = kind->stride};
    if (kind->padding >= (int)kind->kernel) {
        return collet_fail(host, COLLET_E_INVALID,
                           "block %u: padding %d is not smaller than kernel %u", number,
                           kind->padding, kind->kernel);
    }
    if (!nn_conv_plan(&b->conv, kind->padding)) {
        return too_small(host, b, number, "kernel", kind->kernel);
    }
    b->pool = (nn_pool){b->conv.out_height, b->conv.out_width, kind->filters,
                        kind->pooling == NN_UNPOOLED ? 1 : kind->pool_size};
    if (nn_pool_out(&b->pool) == 0) {
        return too_small(host, b, number, "stride and pool_size", b->pool.size);
    }
    b->first = number == 1;
    choose(b, kind);
    b->w = nn_layout_add(layout, "conv", number, "weight", kind->kernel * kind->kernel * channels,
                         kind->filters, 0);
    nn_finish_plan(&b->finish, kind->filters, kind->f, kind->norm, kind->dropout, layout, "conv",
                   number);
    return COLLET_OK;
}

/* n floats where they are wanted; *ok becomes false when memory ran out. */
static float *floats(bool wanted, size_t n, bool *ok)
{
    float *memory = wanted && *ok ? collet_zeros(n) : NULL;
    *ok = *ok && (!wanted || memory != NULL);
    return memory;
}

bool nn_block_allocate(nn_block *b, uint32_t max_rows)
{
    const size_t rows = max_rows;
    bool ok = true;
    b->packed = floats(true, nn_conv_packed(&b->conv), &ok);
    b->turned = floats(true, nn_conv_turned(&b->conv), &ok);
    b->dw = floats(b->winners, nn_conv_weights(&b->conv), &ok);
    b->u = floats(b->finish.norm, rows * b->inner, &ok);
    b->a = floats(!b->pool_first && b->how != NN_UNPOOLED, rows * b->inner, &ok);
    b->y = floats(true, rows * b->out, &ok);
    b->which = b->how == NN_MAX ? malloc(rows * b->out) : NULL;
    return ok && (b->how != NN_MAX || b->which != NULL) &&
           nn_finish_allocate(&b->finish, rows * (b->pool_first ? b->out : b->inner));
}

void nn_block_free(nn_block *b)
{
    free(b->packed);
    free(b->turned);
    free(b->dw);
    free(b->u);
    free(b->a);
    free(b->y);
    free(b->which);
    nn_finish_free(&b->finish);
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

void nn_room_fit(nn_room *room, const nn_block *b)
{
    room->scratch_size = largest(room->scratch_size, nn_conv_scratch(&b->conv));
    room->scratch_size = largest(room->scratch_size, nn_winners_scratch(&b->conv));
    room->group_size = largest(room->group_size, b->group * b->inner);
    room->inner_size = largest(room->inner_size, b->how != NN_UNPOOLED ? b->inner : 0);
}

bool nn_room_allocate(nn_room *room, uint32_t max_rows)
{
    bool ok = true;
    room->scratch = floats(true, room->scratch_size, &ok);
    room->group = floats(true, room->group_size, &ok);
    room->inner = floats(true, max_rows * room->inner_size, &ok);
    return ok;
}

void nn_room_free(nn_room *room)
{
    free(room->scratch);
    free(room->group);
    free(room->inner);
}

void nn_block_init(const nn_block *b, nn_init init, const collet_rng *rng, float *theta)
{
    double square = (double)b->conv.kernel * b->conv.kernel;
    nn_weights_init(init, nn_conv_weights(&b->conv), square * b->conv.channels,
                    square * b->conv.filters, rng, theta + b->w);
    nn_finish_init(&b->finish, theta);
}

/* ---- Forward -------------------------------------------------------------------------------- */

/* y and which of a group of images, from what comes before pooling. */
static void pool(nn_block *b, uint32_t first, uint32_t rows, const float *inner)
{
    float *y = b->y + first * b->out;
    if (b->how == NN_MAX) {
        nn_pool_max_forward(&b->pool, rows, inner, y, b->which + first * b->out);
    } else if (b->how == NN_AVERAGE) {
        nn_pool_average_forward(&b->pool, rows, inner, y);
    }
}

/* Where a group's numbers before pooling go: over and over to the same place if nobody needs them
 * afterwards. */
static float *inner_of(const nn_room *room, const nn_block *b, uint32_t first)
{
    return b->how == NN_UNPOOLED ? b->y + first * b->inner
           : b->pool_first       ? room->group
                                 : b->a + first * b->inner;
}

/* Convolution without norm, or norm; activation if it comes before pooling; pooling. */
static void forward_group(const nn_room *room, nn_block *b, uint32_t first, uint32_t rows,
                          const float *theta, const float *x)
{
    float *inner = inner_of(room, b, first);
    size_t pixels = b->inner / b->finish.n;
    if (b->finish.norm) {
        nn_finish_normalise(&b->finish, rows * pixels, b->u + first * b->inner, theta, inner);
    } else {
        nn_conv_forward(&b->conv, rows, x + first * b->in, b->packed, inner, room->scratch);
    }
    if (!b->pool_first) {
        nn_finish_activate(&b->finish, first * pixels, rows * pixels, theta, inner);
    }
    pool(b, first, rows, inner);
}

static void forward_groups(const nn_room *room, nn_block *b, bool training, uint32_t rows,
                           const float *theta, const float *x)
{
    nn_conv_pack(&b->conv, theta + b->w, b->packed);
    if (b->finish.norm) {
        nn_conv_forward(&b->conv, rows, x, b->packed, b->u, room->scratch);
        nn_finish_observe(&b->finish, training, rows * b->inner / b->finish.n, b->u, theta);
    }
    for (uint32_t first = 0; first < rows; first += b->group) {
        uint32_t left = rows - first;
        forward_group(room, b, first, left < b->group ? left : b->group, theta, x);
    }
}

void nn_block_forward(nn_block *b, const nn_room *room, const collet_rng *rng, uint32_t rows,
                      const float *theta, const float *x)
{
    if (b->narrow) {
        nn_narrow_forward(&b->conv, &b->pool, rows, x, theta + b->w, b->y, b->which, room->scratch);
    } else if (b->winograd) {
        nn_conv_pack(&b->conv, theta + b->w, b->packed);
        nn_winograd_pooled(&b->conv, rows, x, b->packed, b->y, b->which, room->scratch);
    } else {
        forward_groups(room, b, rng != NULL, rows, theta, x);
    }
    if (b->pool_first) {
        nn_finish_activate(&b->finish, 0, rows * b->out / b->finish.n, theta, b->y);
    }
    nn_finish_drop(&b->finish, rows * b->out, rng, b->y);
}

/* ---- Backward ------------------------------------------------------------------------------- */

/* Gradients before pooling of some images, from those after. */
static void unpool(const nn_block *b, uint32_t first, uint32_t rows, const float *d, float *inner)
{
    d += first * b->out;
    if (b->how == NN_MAX) {
        nn_pool_max_backward(&b->pool, rows, d, b->which + first * b->out, inner);
    } else {
        nn_pool_average_backward(&b->pool, rows, d, inner);
    }
}

/* The gradient of what the convolution gave, of the whole batch, from that of y. */
static float *backward_whole(const nn_room *room, nn_block *b, uint32_t rows, const float *theta,
                             float *d, float *grad)
{
    size_t pixels = rows * b->inner / b->finish.n;
    const float *y = b->how == NN_UNPOOLED ? b->y : b->a;
    float *inner = b->how == NN_UNPOOLED ? d : room->inner;
    if (b->how != NN_UNPOOLED) {
        unpool(b, 0, rows, d, inner);
    }
    if (!b->pool_first) {
        nn_finish_activate_back(&b->finish, pixels, y, inner, grad);
    }
    nn_finish_normalise_back(&b->finish, pixels, b->u, theta, inner, grad);
    return inner;
}

/* From d, the gradient of what pooling gave: the weights' part of grad, and dx. */
static void backward_winners(const nn_room *room, nn_block *b, uint32_t rows, const float *theta,
                             const float *x, const float *d, float *grad, float *dx)
{
    nn_winners_by_filter(&b->conv, theta + b->w, b->turned);
    memset(b->dw, 0, nn_conv_weights(&b->conv) * sizeof *b->dw);
    nn_winners_backward(&b->conv, &b->pool, rows, x, b->turned, d, b->which, b->dw, dx,
                        room->scratch);
    nn_winners_from_filter(&b->conv, b->dw, grad + b->w);
}

/* From d, the gradient of what pooling gave, or from whole, that before pooling: the weights' part
 * of grad, and dx unless NULL. */
static void backward_groups(const nn_room *room, nn_block *b, uint32_t rows, const float *theta,
                            const float *x, const float *d, const float *whole, float *grad,
                            float *dx)
{
    if (dx != NULL) {
        nn_conv_turn(&b->conv, theta + b->w, b->turned);
    }
    for (uint32_t first = 0; first < rows; first += b->group) {
        uint32_t some = rows - first < b->group ? rows - first : b->group;
        if (whole == NULL) {
            unpool(b, first, some, d, room->group);
        }
        nn_conv_backward(&b->conv, some, x + first * b->in, b->turned,
                         whole != NULL ? whole + first * b->inner : room->group, grad + b->w,
                         first > 0, dx != NULL ? dx + first * b->in : NULL, room->scratch);
    }
}

void nn_block_backward(nn_block *b, const nn_room *room, uint32_t rows, const float *theta,
                       const float *x, float *d, float *grad, float *dx)
{
    const float *whole = NULL;
    nn_finish_drop_back(&b->finish, rows * b->out, b->y, d);
    if (b->pool_first) {
        nn_finish_activate_back(&b->finish, rows * b->out / b->finish.n, b->y, d, grad);
    }
    if (!b->pool_first || b->finish.norm) {
        whole = backward_whole(room, b, rows, theta, d, grad);
    }
    if (b->narrow) {
        nn_narrow_backward(&b->conv, &b->pool, rows, x, d, b->which, grad + b->w, room->scratch);
    } else if (b->winners) {
        backward_winners(room, b, rows, theta, x, d, grad, dx);
    } else {
        backward_groups(room, b, rows, theta, x, d, whole, grad, dx);
    }
}
