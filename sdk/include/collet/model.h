/**
 * @file collet/model.h
 * @brief Kind "model/1": a function of flat parameters, with its gradient.
 *
 * The host owns the parameters theta, the gradient, the batches, the training loop, evaluation
 * and checkpoints; the model says how theta is laid out, fills it, and computes. So every model
 * works with every optimizer, and any model's gradient can be checked by finite differences.
 *
 * Scenario, one trial: create(), layout(), init(); then for each mini-batch loss() and the
 * optimizer's step; after each epoch predict() over the validation rows; destroy().
 *
 * All numbers are float32. theta and gradients are 64-byte aligned. Allocate scratch memory in
 * create(), for max_rows rows; loss() and predict() are the hot path and should not allocate.
 * The host has denormal numbers flushed to zero in all of these calls and in the optimizer's.
 */
#ifndef COLLET_MODEL_H
#define COLLET_MODEL_H

#include <collet/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KIND_MODEL "model/1"

/** What is to be learnt. */
enum {
    COLLET_TASK_CLASSIFY = 1, /**< mean cross-entropy of a softmax over outputs */
    COLLET_TASK_REGRESS = 2   /**< mean over rows and outputs of the squared error, halved */
};

/** [host] The task; valid until destroy(). */
typedef struct collet_task {
    uint32_t struct_size;
    uint32_t type;                    /**< COLLET_TASK_CLASSIFY or COLLET_TASK_REGRESS */
    uint32_t form;                    /**< of the input: COLLET_DATA_TABLE ... */
    uint32_t features;                /**< numbers a row; 0 for TOKENS */
    uint32_t height, width, channels; /**< IMAGES; else 0 */
    uint32_t vocabulary;              /**< TOKENS; else 0 */
    uint32_t outputs;                 /**< classes, or target numbers */
    uint32_t max_rows;                /**< no batch given to loss() or predict() has more rows */
} collet_task;

/** Flags of a segment. */
enum {
    COLLET_SEGMENT_NO_DECAY = 1 << 0, /**< biases, scales: weight decay leaves it alone */
    COLLET_SEGMENT_SPARSE = 1 << 1,   /**< a batch touches few rows; loss() names them */
    COLLET_SEGMENT_BUFFER = 1 << 2    /**< not learnt (running means): loss() writes into grad the
                                           values that the host then copies to theta; the optimizer
                                           never sees it */
};

/** [plugin] One matrix of theta. */
typedef struct collet_segment {
    const char *name;       /**< "dense1.weight" */
    uint64_t offset;        /**< in floats from the start of theta; a multiple of 16 */
    uint32_t rows, columns; /**< row major; a vector has one row */
    uint32_t flags;
    uint32_t reserved;
} collet_segment;

/** [plugin] The whole of theta: segments in the order of their offsets, without overlap. Gaps
 *  between segments are zero and stay so. */
typedef struct collet_layout {
    uint32_t struct_size;
    uint32_t segment_count;
    uint32_t segment_size; /**< stride of segments, in bytes */
    uint32_t reserved;
    uint64_t theta_count; /**< floats in all; a multiple of 16 */
    const collet_segment *segments;
} collet_layout;

/** [host] Rows to compute on. x is 64-byte aligned and dense. */
typedef struct collet_batch {
    uint32_t struct_size;
    uint32_t rows;
    const float *x;          /**< [rows][features]; NULL for TOKENS */
    const uint32_t *tokens;  /**< TOKENS: the rows' sequences end to end; else NULL */
    const uint64_t *offsets; /**< TOKENS: rows + 1 starts into tokens; else NULL */
    const int32_t *labels;   /**< [rows], classification; NULL in predict() */
    const float *targets;    /**< regression: [rows][outputs]. Classification: NULL, or soft labels
                                  [rows][outputs] that sum to 1 and take the place of labels */
} collet_batch;

/** [host] Where loss() names the rows of sparse segments that it wrote gradient to. */
typedef struct collet_touched {
    uint32_t struct_size;
    uint32_t reserved;
    void *ctx;
    /** Rows of one segment (its index in the layout), each at most once a call of loss(), in any
     *  order; the host copies them. [instance] */
    collet_status (*rows)(void *ctx, uint32_t segment, const uint32_t *rows, size_t count);
} collet_touched;

/** [plugin] The vtable of kind "model/1". */
typedef struct collet_model {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */

    /** Makes an instance for one trial. config and task live until destroy().
     *  COLLET_E_UNSUPPORTED for a form of input or a task that the model does not know. On
     *  failure nothing is left behind. [instance] */
    collet_status (*create)(const collet_host *host, const void *config, const collet_task *task,
                            void **self);

    /** Frees the instance; does nothing for NULL. [instance] */
    void (*destroy)(void *self);

    /** The layout of theta; constant, valid until destroy(). [instance] */
    const collet_layout *(*layout)(void *self);

    /** Fills theta[theta_count], which the host has zeroed, with starting values. [instance] */
    collet_status (*init)(void *self, const collet_rng *rng, float *theta);

    /** Mean loss over the batch, in training mode (dropout draws from rng), to *loss; and its
     *  gradient to grad[theta_count]. The gradient is written, not added: every float of a dense
     *  segment, only the touched rows of a sparse one, nothing in gaps. grad and touched may be
     *  NULL together: then only the loss is wanted. A loss that is not finite is returned as it
     *  is, the host ends the trial. [instance] */
    collet_status (*loss)(void *self, const collet_rng *rng, const float *theta,
                          const collet_batch *batch, float *grad, float *loss,
                          const collet_touched *touched);

    /** Outputs for the batch in inference mode, to out[rows][outputs]: for classification scores
     *  whose softmax are the probabilities, for regression the predictions. [instance] */
    collet_status (*predict)(void *self, const float *theta, const collet_batch *batch, float *out);
} collet_model;

#ifdef __cplusplus
}
#endif
#endif /* COLLET_MODEL_H */
