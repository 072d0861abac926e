/* The matrix products of one training step, by OpenBLAS or by ours, without anything else: what a
 * training could reach at best. In stretches that the driver asks for (pace.h).
 *
 *     bench_products mlp|cnn BATCH blas|ours SAMPLES     SAMPLES a stretch
 *
 * Convolutions are products of unfolded images, one by one; unfolding does not count. First printed
 * is "ready OPERATIONS": multiplications and additions of a sample's training, forward and for the
 * gradients of weights and of all inputs but the data. Padding counts, and so does what is
 * multiplied by zeros that are left out.
 *
 * It is linked to OpenBLAS, whose kernel OPENBLAS_CORETYPE chooses. */
#include "linalg/linalg.h"
#include "pace.h"

#include <collet/helpers.h>

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A layer as y[m][n] = x[m][k] w[k][n]; per sample, or once a batch. */
typedef struct layer {
    uint32_t m; /* rows of one sample */
    uint32_t k, n;
    bool first, images; /* no gradient of x; each sample by itself */
} layer;

static const layer mlp[] = {
    {1, 784, 256, true, false}, {1, 256, 128, false, false}, {1, 128, 10, false, false}, {0}};
static const layer cnn[] = {{784, 9, 16, true, true},
                            {196, 144, 32, false, true},
                            {1, 1568, 128, false, false},
                            {1, 128, 10, false, false},
                            {0}};

typedef struct products {
    const layer *layers;
    uint32_t batch;
    bool blas;
    float *x, *w, *y, *out;
} products;

static const layer *find(const char *what)
{
    return strcmp(what, "mlp") == 0 ? mlp : strcmp(what, "cnn") == 0 ? cnn : NULL;
}

static double operations(const char *what)
{
    double sum = 0;
    for (const layer *l = find(what); l != NULL && l->m > 0; l++) {
        sum += (l->first ? 2 : 3) * 2.0 * l->m * l->k * l->n;
    }
    return sum;
}

static products prepare(const char *what, uint32_t batch, bool blas)
{
    const size_t most = (size_t)1568 * 1024 + (size_t)batch * 1568;
    products p = {
        find(what),        batch, blas, collet_zeros(most), collet_zeros(most), collet_zeros(most),
        collet_zeros(most)};
    if (p.x == NULL || p.w == NULL || p.y == NULL || p.out == NULL) {
        exit(1);
    }
    for (size_t i = 0; i < most; i++) {
        p.x[i] = p.w[i] = p.y[i] = (float)(i % 17) / 16;
    }
    return p;
}

/* Forward, weights' and input's gradient. */
static void by_blas(const products *p, const layer *l, int m)
{
    const int k = (int)l->k, n = (int)l->n;
    float *out = p->out;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, p->x, k, p->w, n, 0, out, n);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, k, n, m, 1, p->x, k, p->y, n, 0, out, n);
    if (!l->first) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, k, n, 1, p->y, n, p->w, n, 0, out,
                    k);
    }
}

static void by_ours(const products *p, const layer *l, size_t m)
{
    linalg_nn(m, l->n, l->k, p->x, p->w, NULL, p->out);
    linalg_tn(l->k, l->n, m, p->x, p->y, p->out);
    if (!l->first) {
        linalg_nt(m, l->k, l->n, p->y, p->w, p->out);
    }
}

static void step(const products *p)
{
    for (const layer *l = p->layers; l->m > 0; l++) {
        const uint32_t rows = l->images ? l->m : p->batch, times = l->images ? p->batch : 1;
        for (uint32_t i = 0; i < times; i++) {
            if (p->blas) {
                by_blas(p, l, (int)rows);
            } else {
                by_ours(p, l, rows);
            }
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 5 || find(argv[1]) == NULL) {
        (void)fprintf(stderr, "bench_products mlp|cnn BATCH blas|ours SAMPLES\n");
        return 64;
    }
    const uint32_t batch = (uint32_t)atoi(argv[2]);
    products p = prepare(argv[1], batch, strcmp(argv[3], "blas") == 0);
    bench_pace pace = {.stretch = (uint64_t)atoi(argv[4]), .unit = batch};
    (void)printf("ready %.0f\n", operations(argv[1]));
    while (bench_pace_on(&pace)) {
        step(&p);
    }
    free(p.x);
    free(p.w);
    free(p.y);
    free(p.out);
    return 0;
}
