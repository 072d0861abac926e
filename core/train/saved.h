/**
 * @file train/saved.h
 * @brief A model as one file: a safetensors file that tells all that is needed to predict.
 *
 * Arrays: each segment of theta by its name (F32, a vector as one axis), and "dataset" (U8): what
 * the dataset's save() wrote. Notes of the metadata:
 *     collet_model       "1", the version of this form; without it the file is not ours
 *     experiment         the plain experiment that trained it, as an INI file
 *     task, outputs      "classify" or "regress"; classes, or numbers a row
 *     form, features, height, width, channels, vocabulary    the input
 *     class.0, ...       names of the classes, where they have any; column.0, ... of the features
 *     dataset_state      the state_version of "dataset"
 * and what else the caller notes: versions, where it came from, its results.
 */
#ifndef CLT_TRAIN_SAVED_H
#define CLT_TRAIN_SAVED_H

#include "train/safetensors.h"

#include <collet/model.h>

/** What is to be written. */
typedef struct clt_saving {
    const char *experiment;
    const collet_task *task;
    const collet_layout *layout;
    const float *theta;      /**< [layout->theta_count] */
    const collet_data *data; /**< names of classes and columns */
    uint32_t dataset_state;
    const void *learnt; /**< [learnt_size] */
    size_t learnt_size;
    const clt_note *notes; /**< [note_count], beside those above */
    size_t note_count;
} clt_saving;

/** Writes the file, whole or not at all. */
clt_status clt_saved_write(const clt_saving *saving, const char *path, clt_error *err);

/** A file that was read. Zero it before clt_saved_read(). */
typedef struct clt_saved {
    clt_tensors file;
    const char *path, *experiment;
    collet_task task;         /**< max_rows is 0 */
    const char **class_names; /**< [task.outputs], or NULL */
    uint32_t dataset_state;
    const clt_tensor *learnt; /**< "dataset" */
} clt_saved;

/** Reads and checks a file, which may be anything. CLT_BAD_INPUT naming it and what is wrong. path
 *  outlives saved. Finish it also after a failure. */
clt_status clt_saved_read(clt_saved *saved, const char *path, clt_error *err);

/** The same for bytes in memory, in saved->file.file. */
clt_status clt_saved_parse(clt_saved *saved, const char *path, clt_error *err);

/** Copies the arrays to theta[layout->theta_count], which is zeroed, by the layout of a model that
 *  was made for saved's task. CLT_BAD_INPUT where names or shapes are not those of the file. */
clt_status clt_saved_theta(const clt_saved *saved, const collet_layout *layout, float *theta,
                           clt_error *err);

/** Frees it. */
void clt_saved_finish(clt_saved *saved);

#endif /* CLT_TRAIN_SAVED_H */
