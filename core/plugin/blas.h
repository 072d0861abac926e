/**
 * @file plugin/blas.h
 * @brief The kernel that plugins' OpenBLAS will use. The host does not link OpenBLAS itself.
 *
 * OpenBLAS picks its kernel when it is loaded, and a version older than the processor may pick
 * one that is many times too slow. So before the first plugin is loaded a child process loads
 * OpenBLAS and says what it would pick; where that is older than what the processor can do, the
 * environment gets a better choice. Threads are set to one: parallelism is over trials. Whatever
 * the user has set in the environment stays.
 */
#ifndef CLT_PLUGIN_BLAS_H
#define CLT_PLUGIN_BLAS_H

#include "base/error.h"

/** The argument that makes this program the child. */
#define CLT_BLAS_PROBE "--probe-blas"

/** What was found and set. */
typedef struct clt_blas {
    char version[128]; /**< OpenBLAS' description of itself; "" where it is not installed */
    char found[32];    /**< kernel that it would choose by itself, "Haswell" */
    char chosen[32];   /**< kernel that it is going to use */
    char why[96];      /**< one line */
    char threads[16];  /**< OPENBLAS_NUM_THREADS */
} clt_blas;

/** Probes, sets OPENBLAS_NUM_THREADS and OPENBLAS_CORETYPE in this process' environment, and says
 *  in *blas what came of it. No OpenBLAS is no error; but a probe that could not be run is
 *  (CLT_IO), for another kernel gives other last bits. Call it before any plugin is loaded and
 *  before threads are. */
clt_status clt_blas_setup(clt_blas *blas, clt_error *err);

/** The child's main: prints version and kernel, one a line. Returns its exit code. */
int clt_blas_probe_main(void);

#endif /* CLT_PLUGIN_BLAS_H */
