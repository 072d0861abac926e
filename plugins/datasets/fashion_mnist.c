/*
 * fashion_mnist - images of ten kinds of clothes, or any other pair of IDX files.
 *
 * Definition: 70,000 grey images of 28 x 28, the last 10,000 of them the source's test part, with
 * labels 0 to 9. Bytes become numbers from 0 to 1.
 *
 * Options:
 *     folder       where the four files of Fashion-MNIST lie       (Debian's folder)
 *     images       IDX file of images, in place of the folder's    (none)
 *     labels       its labels; given together with images          (none)
 *     test_images  images of a test part                           (none)
 *     test_labels  its labels; given together with test_images     (none)
 *
 *     [data]
 *     use = fashion_mnist
 *
 *     [data]
 *     use    = fashion_mnist
 *     images = digits-images-idx3-ubyte.gz
 *     labels = digits-labels-idx1-ubyte.gz
 *
 * How it works: files are read whole, gzipped or not. Images may have 2 to 4 dimensions: rows,
 * height, width, channels. There are as many classes as the largest label says; one below it that
 * no label says costs an output. Without images, folder is where Debian's package
 * dataset-fashion-mnist puts its files.
 *
 * Xiao, Rasul, Vollgraf: Fashion-MNIST: a Novel Image Dataset. arXiv 1708.07747 (2017).
 */
#include <collet/dataset.h>
#include <collet/helpers.h>

#include "idx/idx.h"

#include <stdbool.h>
#include <unistd.h>

typedef struct config {
    const char *folder, *images, *labels, *test_images, *test_labels;
} config;

#define FOLDER "/usr/share/datasets/fashion-mnist"

static const collet_option options[] = {
    COLLET_OPT_PATH(config, folder, FOLDER, COLLET_FIXED,
                    "where the four files of Fashion-MNIST lie"),
    COLLET_OPT_PATH(config, images, "", COLLET_FIXED,
                    "IDX file of images, in place of the folder's"),
    COLLET_OPT_PATH(config, labels, "", COLLET_FIXED, "IDX file of their labels"),
    COLLET_OPT_PATH(config, test_images, "", COLLET_FIXED, "IDX file of the test part's images"),
    COLLET_OPT_PATH(config, test_labels, "", COLLET_FIXED, "IDX file of their labels"),
};

static const char *const clothes[] = {"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                                      "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

/* The four files to read; test files may be empty. */
typedef struct files {
    char images[4096], labels[4096], test_images[4096], test_labels[4096];
} files;

typedef struct images {
    collet_data data;
    idx_array x, y;
    int32_t *labels;
} images;

static void close_data(void *self)
{
    images *s = self;
    if (s != NULL) {
        free(s->x.bytes);
        free(s->y.bytes);
        free(s->labels);
        free(s);
    }
}

static collet_status name_files(const collet_host *host, const config *c, files *f)
{
    if ((c->images[0] == '\0') != (c->labels[0] == '\0') ||
        (c->test_images[0] == '\0') != (c->test_labels[0] == '\0')) {
        return collet_fail(host, COLLET_E_INVALID, "images and labels are given together");
    }
    if (c->images[0] != '\0') {
        (void)snprintf(f->images, sizeof f->images, "%s", c->images);
        (void)snprintf(f->labels, sizeof f->labels, "%s", c->labels);
        (void)snprintf(f->test_images, sizeof f->test_images, "%s", c->test_images);
        (void)snprintf(f->test_labels, sizeof f->test_labels, "%s", c->test_labels);
        return COLLET_OK;
    }
    (void)snprintf(f->images, sizeof f->images, "%s/train-images-idx3-ubyte.gz", c->folder);
    (void)snprintf(f->labels, sizeof f->labels, "%s/train-labels-idx1-ubyte.gz", c->folder);
    (void)snprintf(f->test_images, sizeof f->test_images, "%s/t10k-images-idx3-ubyte.gz",
                   c->folder);
    (void)snprintf(f->test_labels, sizeof f->test_labels, "%s/t10k-labels-idx1-ubyte.gz",
                   c->folder);
    return access(f->images, R_OK) == 0
               ? COLLET_OK
               : collet_fail(host, COLLET_E_IO,
                             "%s: is not there; install Debian's package dataset-fashion-mnist, or "
                             "say where it is with folder = ...",
                             f->images);
}

static collet_status check_rows(const collet_host *host, const char *images_path,
                                const char *labels_path, const images *s)
{
    return s->x.dimensions[0] == s->y.dimensions[0]
               ? COLLET_OK
               : collet_fail(host, COLLET_E_INVALID, "%s has %u images, %s has %u labels",
                             images_path, s->x.dimensions[0], labels_path, s->y.dimensions[0]);
}

/* Labels of the test part that the training part has none of could not be learnt. */
static collet_status check_labels(const collet_host *host, const files *f, const images *s,
                                  uint32_t training)
{
    bool known[256] = {false};
    for (uint32_t i = 0; i < training; i++) {
        known[s->y.bytes[i]] = true;
    }
    for (uint32_t i = training; i < s->y.dimensions[0]; i++) {
        if (!known[s->y.bytes[i]]) {
            return collet_fail(host, COLLET_E_INVALID,
                               "%s: label %u is %u, a class that no label of %s is of",
                               f->test_labels, i - training + 1, s->y.bytes[i], f->labels);
        }
    }
    return COLLET_OK;
}

/* Reads images and labels, first of the training part, then of the test part behind it. */
static collet_status read_files(const collet_host *host, const files *f, images *s)
{
    collet_status status = idx_read(host, f->images, 2, 4, &s->x);
    status = status < 0 ? status : idx_read(host, f->labels, 1, 1, &s->y);
    status = status < 0 ? status : check_rows(host, f->images, f->labels, s);
    uint32_t training = s->x.dimensions[0];
    if (status < 0 || f->test_images[0] == '\0') {
        return status;
    }
    status = idx_read(host, f->test_images, 2, 4, &s->x);
    status = status < 0 ? status : idx_read(host, f->test_labels, 1, 1, &s->y);
    status = status < 0 ? status : check_rows(host, f->test_images, f->test_labels, s);
    status = status < 0 ? status : check_labels(host, f, s, training);
    s->data.test_rows = s->x.dimensions[0] - training;
    return status;
}

/* Labels as the contract wants them; returns the number of classes, 0 when memory ran out. */
static uint32_t widen_labels(images *s)
{
    uint32_t classes = 2;
    s->labels = malloc(s->y.size * sizeof *s->labels);
    for (size_t i = 0; s->labels != NULL && i < s->y.size; i++) {
        s->labels[i] = s->y.bytes[i];
        classes = classes > s->y.bytes[i] ? classes : s->y.bytes[i] + 1u;
    }
    return s->labels != NULL ? classes : 0;
}

static void describe_images(images *s)
{
    const uint32_t *d = s->x.dimensions;
    uint64_t test_rows = s->data.test_rows;
    s->data = (collet_data){.struct_size = COLLET_SIZE(collet_data),
                            .form = COLLET_DATA_IMAGES,
                            .storage = COLLET_STORE_U8,
                            .rows = d[0],
                            .test_rows = test_rows,
                            .features = (uint32_t)(s->x.size / d[0]),
                            .height = d[1],
                            .width = s->x.dimension_count > 2 ? d[2] : 1,
                            .channels = s->x.dimension_count > 3 ? d[3] : 1,
                            .scale = 1.0f / 255.0f,
                            .x = s->x.bytes};
}

static collet_status describe(const collet_host *host, const config *c, images *s)
{
    uint32_t classes = widen_labels(s);
    if (classes == 0) {
        return collet_fail(host, COLLET_E_NOMEM, "no memory for %zu labels", s->y.size);
    }
    describe_images(s);
    s->data.classes = classes;
    s->data.labels = s->labels;
    s->data.class_names = c->images[0] == '\0' && classes == 10 ? clothes : NULL;
    return COLLET_OK;
}

static collet_status open_data(const collet_host *host, const void *config_, const collet_rng *rng,
                               void **self, const collet_data **data)
{
    (void)rng;
    const config *c = config_;
    images *s = calloc(1, sizeof *s);
    files *f = calloc(1, sizeof *f);
    collet_status status = s == NULL || f == NULL
                               ? collet_fail(host, COLLET_E_NOMEM, "out of memory")
                               : name_files(host, c, f);
    status = status < 0 ? status : read_files(host, f, s);
    status = status < 0 ? status : describe(host, c, s);
    free(f);
    if (status < 0) {
        close_data(s);
        return status;
    }
    *self = s;
    *data = &s->data;
    return COLLET_OK;
}

/* Images alone, to predict. Nothing is learnt from images, so nothing is to be read of learnt. */
static collet_status apply(const collet_host *host, const void *config_, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data)
{
    (void)config_;
    (void)learnt;
    images *s = calloc(1, sizeof *s);
    collet_status status = s == NULL ? collet_fail(host, COLLET_E_NOMEM, "out of memory")
                                     : idx_read(host, path, 2, 4, &s->x);
    if (status < 0) {
        close_data(s);
        return status;
    }
    describe_images(s);
    *self = s;
    *data = &s->data;
    return COLLET_OK;
}

/* Not whatever else the folder has. */
static collet_status inputs(const collet_host *host, const void *config_,
                            void (*add)(void *ctx, const char *path), void *ctx)
{
    files f = {0};
    collet_status status = name_files(host, config_, &f);
    const char *const names[] = {f.images, f.labels, f.test_images, f.test_labels};
    for (uint32_t i = 0; status >= 0 && i < COLLET_COUNT(names); i++) {
        if (names[i][0] != '\0') {
            add(ctx, names[i]);
        }
    }
    return status;
}

static const collet_dataset vtable = {
    .struct_size = COLLET_SIZE(collet_dataset),
    .open = open_data,
    .close = close_data,
    .apply = apply,
    .inputs = inputs,
};

static const collet_unit unit = {COLLET_SIZE(collet_unit),
                                 0,
                                 COLLET_KIND_DATASET,
                                 "fashion_mnist",
                                 "1.0.0",
                                 "images of ten kinds of clothes, or any pair of IDX files",
                                 "arxiv.org/abs/1708.07747",
                                 &vtable,
                                 COLLET_OPTIONS(options, config)};

static const collet_unit *const units[] = {&unit};

static const collet_plugin plugin = {COLLET_MAGIC,
                                     COLLET_ABI_MAJOR,
                                     COLLET_ABI_MINOR,
                                     COLLET_SIZE(collet_plugin),
                                     0,
                                     COLLET_COUNT(units),
                                     units,
                                     "fashion_mnist",
                                     "1.0.0",
                                     "The Collet authors",
                                     "MIT"};
COLLET_PLUGIN(plugin);
