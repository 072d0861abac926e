/**
 * @file collet/optimizer.h
 * @brief Kind "optimizer/1": one step on flat parameters.
 *
 * Learning-rate schedules belong to the host, so every optimizer has all of them: an optimizer
 * declares an option named "lr" of type COLLET_REAL, the host takes it as the base rate, and
 * step() finds the rate for this very step in its argument. (The field in the config struct holds
 * the base rate, for information.)
 *
 * Scenario, one trial: create(); then for each mini-batch step(); destroy().
 */
#ifndef COLLET_OPTIMIZER_H
#define COLLET_OPTIMIZER_H

#include <collet/model.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COLLET_KIND_OPTIMIZER "optimizer/1"

/** [host] A run of floats in theta. */
typedef struct collet_span {
    uint64_t begin; /**< first float */
    uint64_t count;
    uint32_t flags;   /**< of the segment that it lies in: COLLET_SEGMENT_NO_DECAY, _SPARSE */
    uint32_t segment; /**< index of that segment, or of the first one when a run covers several */
} collet_span;

/** [host] One step. theta and grad are 64-byte aligned; only what lies in spans may be read or
 *  written. Spans rise and do not overlap; neighbouring segments with equal flags come as one, and
 *  so do neighbouring touched rows of a sparse segment. */
typedef struct collet_update {
    uint32_t struct_size;
    uint32_t span_count;
    uint32_t span_size; /**< stride of spans, in bytes */
    uint32_t reserved;
    uint64_t step; /**< counts from 1 */
    double lr;     /**< learning rate of this step */
    const collet_span *spans;
    float *theta;      /**< [theta_count], changed in place */
    const float *grad; /**< [theta_count], gradient of the mean loss */
} collet_update;

/** [plugin] The vtable of kind "optimizer/1". */
typedef struct collet_optimizer {
    uint32_t struct_size;
    uint32_t flags; /**< 0 */

    /** Makes an instance for one trial, its state zero. config and layout live until destroy().
     *  On failure nothing is left behind. [instance] */
    collet_status (*create)(const collet_host *host, const void *config,
                            const collet_layout *layout, void **self);

    /** Frees the instance; does nothing for NULL. [instance] */
    void (*destroy)(void *self);

    /** Moves theta by one step. The hot path: no allocation, one pass over each span.
     *  [instance] */
    collet_status (*step)(void *self, const collet_update *update);

    /** Optional pair, for checkpoints inside a trial: everything that step() depends on, the same
     *  bytes for the same state. An optimizer that keeps no state leaves both NULL. [instance] */
    collet_status (*save)(void *self, const collet_sink *out);
    collet_status (*load)(void *self, const collet_source *in);
} collet_optimizer;

#ifdef __cplusplus
}
#endif
#endif /* COLLET_OPTIMIZER_H */
