#include "nn/stack.h"

#include "linalg/linalg.h"

#include <collet/helpers.h>

void nn_stack_plan(nn_stack *s, uint32_t in, uint32_t hidden, const int64_t *units,
                   const nn_hidden *kind, uint32_t outputs, nn_layout *layout)
{
    static const nn_hidden output = {NN_IDENTITY, false, 0};
    s->count = hidden + 1;
    for (uint32_t i = 0; i < s->count; i++) {
        nn_layer *l = &s->layers[i];
        bool last = i == hidden;
        const nn_hidden *k = last ? &output : kind;
        l->in = in;
        l->out = last ? outputs : (uint32_t)units[i];
        l->w = nn_layout_add(layout, "dense", i + 1, "weight", l->in, l->out, 0);
        nn_finish_plan(&l->finish, l->out, k->f, k->norm, k->dropout, layout, "dense", i + 1);
        in = l->out;
    }
}

bool nn_stack_allocate(nn_stack *s, uint32_t max_rows)
{
    size_t rows = max_rows, widest = 0;
    bool ok = true;
    for (uint32_t i = 0; i < s->count && ok; i++) {
        nn_layer *l = &s->layers[i];
        widest = widest > l->out ? widest : l->out;
        l->y = collet_zeros(rows * l->out);
        l->u = l->finish.norm ? collet_zeros(rows * l->out) : NULL;
        ok = nn_finish_allocate(&l->finish, rows * l->out) && l->y != NULL &&
             (!l->finish.norm || l->u != NULL);
    }
    s->d[0] = collet_zeros(rows * widest);
    s->d[1] = collet_zeros(rows * widest);
    return ok && s->d[0] != NULL && s->d[1] != NULL;
}

void nn_stack_free(nn_stack *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        free(s->layers[i].u);
        free(s->layers[i].y);
        nn_finish_free(&s->layers[i].finish);
    }
    free(s->d[0]);
    free(s->d[1]);
}

void nn_stack_init(const nn_stack *s, nn_init init, const collet_rng *rng, float *theta)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const nn_layer *l = &s->layers[i];
        nn_dense_init(init, l->in, l->out, rng, theta + l->w);
        nn_finish_init(&l->finish, theta);
    }
}

float *nn_stack_forward(nn_stack *s, const collet_rng *rng, uint32_t rows, const float *theta,
                        const float *x)
{
    for (uint32_t i = 0; i < s->count; i++) {
        nn_layer *l = &s->layers[i];
        float *sums = l->finish.norm ? l->u : l->y;
        linalg_nn(rows, l->out, l->in, x, theta + l->w, NULL, sums);
        if (l->finish.norm) {
            nn_finish_observe(&l->finish, rng != NULL, rows, sums, theta);
            nn_finish_normalise(&l->finish, rows, sums, theta, l->y);
        }
        nn_finish_activate(&l->finish, 0, rows, theta, l->y);
        nn_finish_drop(&l->finish, (size_t)rows * l->out, rng, l->y);
        x = l->y;
    }
    return s->layers[s->count - 1].y;
}

void nn_stack_backward(nn_stack *s, uint32_t rows, const float *theta, const float *x, float *d,
                       float *grad, float *dx)
{
    for (uint32_t i = s->count; i-- > 0;) {
        nn_layer *l = &s->layers[i];
        const float *input = i > 0 ? s->layers[i - 1].y : x;
        float *below = i > 0 ? s->d[i % 2] : dx;
        nn_finish_drop_back(&l->finish, (size_t)rows * l->out, l->y, d);
        nn_finish_activate_back(&l->finish, rows, l->y, d, grad);
        nn_finish_normalise_back(&l->finish, rows, l->u, theta, d, grad);
        linalg_tn(l->in, l->out, rows, input, d, grad + l->w);
        if (below != NULL) {
            linalg_nt(rows, l->in, l->out, d, theta + l->w, below);
        }
        d = below;
    }
}
