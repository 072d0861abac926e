#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

/* Linux 6.1; Debian 12's headers do not have it. */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

void clt_pages_join(const void *bytes, size_t size)
{
    const uintptr_t huge = (uintptr_t)2 << 20;
    uintptr_t from = ((uintptr_t)bytes + huge - 1) & ~(huge - 1);
    uintptr_t to = ((uintptr_t)bytes + size) & ~(huge - 1);
    if (from < to) {
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
        (void)madvise((void *)from, to - from, MADV_COLLAPSE);
    }
}
