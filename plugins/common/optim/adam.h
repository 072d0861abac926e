/**
 * @file optim/adam.h
 * @brief The step that the units adam and adamw share. Its formulas are in
 * plugins/optimizers/adam.c.
 */
#ifndef OPTIM_ADAM_H
#define OPTIM_ADAM_H

#include "optim/optim.h"

/** Options of both; each unit has its own table over them. */
typedef struct optim_adam_config {
    double lr, beta1, beta2, epsilon, weight_decay;
    int32_t decay, amsgrad;
} optim_adam_config;

/** Makes an instance: m, v, and with amsgrad the largest v so far. */
collet_status optim_adam_create(const collet_host *host, const void *config,
                                const collet_layout *layout, void **self);

/** One step, with weight decay of that kind. */
collet_status optim_adam_step(const optim_state *s, const collet_update *u, int32_t decay);

#endif /* OPTIM_ADAM_H */
