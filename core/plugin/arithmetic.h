/**
 * @file plugin/arithmetic.h
 * @brief How this thread computes with floating-point numbers: noted, put back, and made fast for
 * trainings.
 *
 * The control word says how results are rounded, which exceptions are masked, and whether denormal
 * numbers (float32: below 1.2e-38) are flushed to zero. What a training keeps of the past decays
 * into such numbers wherever a gradient stays zero, and there are processors that need some hundred
 * cycles for each operation with one.
 *
 * A thread that is started gets the control word of the one that starts it.
 */
#ifndef CLT_PLUGIN_ARITHMETIC_H
#define CLT_PLUGIN_ARITHMETIC_H

#include <fenv.h>
#include <stdbool.h>

/** Arithmetic of this thread, as it was. */
typedef struct clt_arithmetic {
    fenv_t state;
    unsigned long control; /**< rounding, masks and flushing of it, without the sticky flags */
} clt_arithmetic;

/** Notes how it is now. */
void clt_arithmetic_note(clt_arithmetic *a);

/** Is it still as it was noted? */
bool clt_arithmetic_is(const clt_arithmetic *a);

/** Puts it back; true where it had changed. */
bool clt_arithmetic_restore(const clt_arithmetic *a);

/** From here on this thread reads denormal numbers as zero and makes none. Returns the control word
 *  as it was, for clt_denormals_restore(). Does nothing on processors of which it knows no such
 *  setting. */
unsigned long clt_denormals_flush(void);

/** Puts back that setting, and nothing else. */
void clt_denormals_restore(unsigned long before);

/** What clt_denormals_flush() does with them on this processor: "flushed" or "kept". */
const char *clt_denormals_text(void);

#endif /* CLT_PLUGIN_ARITHMETIC_H */
