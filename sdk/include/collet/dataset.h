/**
 * @file collet/dataset.h
 * @brief Kind "dataset/1": rows to learn from.
 *
 * A dataset is opened once a process, before any trial, and is then only read. It hands over
 * all rows at once; the host splits them, shuffles and gathers batches.
 *
 * What is learnt from the rows themselves (means to scale by, categories, a vocabulary) is learnt
 * in fit(), from the rows that train: the host calls open(), splits the rows, and calls fit() with
 * the training part.
 *
 * A model that is to predict rows it has never seen needs what fit() learnt: save() writes it into
 * the model's file, and apply() opens another file's rows with it, in a process that never saw the
 * rows that trained.
 *
 * Where the source has a test part of its own, its rows come last and test_rows says how many
 * they are: no trial ever sees them.
 */
#ifndef COLLET_DATASET_H
#define COLLET_DATASET_H

#include <collet/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KIND_DATASET "dataset/1"

/** What a row of input is. */
enum {
    COLLET_DATA_TABLE = 1,  /**< features numbers */
    COLLET_DATA_IMAGES = 2, /**< height x width x channels numbers, channels last */
    COLLET_DATA_TOKENS = 3  /**< a sequence of token numbers of any length */
};

/** How the numbers are stored. */
enum {
    COLLET_STORE_F32 = 1, /**< float */
    COLLET_STORE_U8 = 2   /**< uint8_t; the value is byte * scale + shift */
};

/** [plugin] The rows. Everything is owned by the dataset and valid until close(). The pointers
 *  are 64-byte aligned where the plugin can manage it. */
typedef struct collet_data {
    uint32_t struct_size;
    uint32_t form;      /**< COLLET_DATA_TABLE ... */
    uint32_t storage;   /**< COLLET_STORE_F32 or COLLET_STORE_U8; of x */
    uint32_t classes;   /**< at least 2 for classification; 0 for regression */
    uint64_t rows;      /**< all of them, training and test */
    uint64_t test_rows; /**< how many of the last rows are the source's own test part */
    uint32_t features;  /**< numbers a row; for IMAGES height * width * channels; TOKENS: 0 */
    uint32_t height, width, channels; /**< IMAGES; else 0 */
    uint32_t vocabulary;              /**< TOKENS: tokens are 0 .. vocabulary - 1; else 0 */
    uint32_t target_count;            /**< regression: numbers a row of targets; else 0 */
    float scale, shift;               /**< COLLET_STORE_U8; else 1 and 0 */
    const void *x;                    /**< [rows][features], row major; NULL for TOKENS */
    const uint32_t *tokens;           /**< TOKENS: all sequences end to end; else NULL */
    const uint64_t *offsets;          /**< TOKENS: rows + 1 starts into tokens, from 0; else NULL */
    const int32_t *labels;            /**< [rows], 0 .. classes - 1; NULL for regression */
    const float *targets;             /**< [rows][target_count]; NULL for classification */
    const char *const *class_names;   /**< [classes], or NULL */
    const char *const *feature_names; /**< [features], or NULL */
    /** Since ABI 1.1: [target_count], how the targets were scaled: target = (x - shift) / scale,
     *  where x is what the source says; finite, the scale above 0. The host gives predictions back
     *  as x. NULL together: targets are as the source has them. */
    const float *target_shift, *target_scale;
} collet_data;

/** [plugin] The vtable of kind "dataset/1". */
typedef struct collet_dataset {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */

    /** Reads or makes the data. rng is for generated data; it depends on the study's seed only.
     *  config lives until close(). On success *self is the instance and *data its rows; on
     *  failure nothing is left behind and set_error() has said which file and what is wrong with
     *  it. [instance] */
    collet_status (*open)(const collet_host *host, const void *config, const collet_rng *rng,
                          void **self, const collet_data **data);

    /** Frees the instance and its rows; does nothing for NULL. [instance] */
    void (*close)(void *self);

    /** Optional, since ABI 1.1: learns from rows[count] alone, numbers of rows rising or not, what
     *  is to be learnt before training, and hands over all rows anew, computed with it: x, tokens,
     *  targets, features, vocabulary may change, and what came before is no longer valid. Rows,
     *  test rows, classes and labels stay. What rows[count] become must not depend on any other
     *  row. A host of ABI 1.0 never calls it, so open() hands over data that have been fitted on
     *  all rows that are not test rows. May be called again with other rows. On failure the host
     *  calls nothing but close(). [instance] */
    collet_status (*fit)(void *self, const uint32_t *rows, size_t count, const collet_data **data);

    /** Optional, since ABI 1.1: writes what the last fit() learnt, in the form that the unit's
     *  state_version names. NULL beside an apply(): nothing is learnt. [instance] */
    collet_status (*save)(void *self, const collet_sink *sink);

    /** Optional, since ABI 1.1: opens the rows at path, in the format that open() reads, to
     *  predict them with what save() wrote: the same features in the same order, the same tokens.
     *  Labels and targets may be missing there and are not looked at, nor are classes and
     *  class_names; target_count with target_shift and target_scale are. Every row of the source
     *  is a row here, in its order. Paths in config are not read. learnt is to be mistrusted:
     *  COLLET_E_STATE where it is not what save() writes. On success as open(), on failure nothing
     *  is left behind. [instance] */
    collet_status (*apply)(const collet_host *host, const void *config, const char *path,
                           const collet_source *learnt, void **self, const collet_data **data);

    /** Optional, since ABI 1.5: names every file that open() would read with config, one call of
     *  add() a path, which add() copies. No file is read, and open() need not have been called.
     *  The host tells by their content whether a study goes on with other data than it began with.
     *  Of a dataset that leaves this out the host watches what its options of type COLLET_PATH
     *  name: files, and all files below folders but those that begin with a dot or are the host's
     *  own (*.ini, *.db, *.safetensors). After a failure the study runs unwatched. [instance] */
    collet_status (*inputs)(const collet_host *host, const void *config,
                            void (*add)(void *ctx, const char *path), void *ctx);
} collet_dataset;

#ifdef __cplusplus
}
#endif
#endif /* COLLET_DATASET_H */
