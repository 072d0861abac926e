#include "plugin/arithmetic.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

/* The register that holds the settings, and its bits: those that tell of exceptions that have
 * occurred, which are no setting, and those that flush denormal results and operands. */
#if defined(__SSE2__)

enum { OCCURRED = 0x3f, FLUSH = 0x8000 | 0x0040 };

static unsigned long get_control(void)
{
    return _mm_getcsr();
}

static void set_control(unsigned long word)
{
    _mm_setcsr((unsigned)word);
}

#elif defined(__aarch64__)

enum { OCCURRED = 0, FLUSH = 1 << 24 };

static unsigned long get_control(void)
{
    unsigned long word;
    __asm__ volatile("mrs %0, fpcr" : "=r"(word));
    return word;
}

static void set_control(unsigned long word)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(word) : "memory");
}

#else

enum { OCCURRED = 0, FLUSH = 0 };

static unsigned long get_control(void)
{
    return (unsigned long)fegetround();
}

static void set_control(unsigned long word)
{
    (void)word;
}

#endif

static unsigned long settings(void)
{
    return get_control() & ~(unsigned long)OCCURRED;
}

void clt_arithmetic_note(clt_arithmetic *a)
{
    fegetenv(&a->state);
    a->control = settings();
}

bool clt_arithmetic_is(const clt_arithmetic *a)
{
    return settings() == a->control;
}

bool clt_arithmetic_restore(const clt_arithmetic *a)
{
    bool changed = !clt_arithmetic_is(a);
    if (changed) {
        fesetenv(&a->state);
    }
    return changed;
}

unsigned long clt_denormals_flush(void)
{
    unsigned long before = get_control();
    set_control(before | FLUSH);
    return before;
}

void clt_denormals_restore(unsigned long before)
{
    set_control((get_control() & ~(unsigned long)FLUSH) | (before & FLUSH));
}

const char *clt_denormals_text(void)
{
    return FLUSH != 0 ? "flushed" : "kept";
}
