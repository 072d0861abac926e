#include "cli/numbers.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST = 1000000 };

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void sort(clt_numbers *numbers)
{
    size_t kept = 0;
    if (numbers->count > 0) {
        qsort(numbers->items, numbers->count, sizeof numbers->items[0], compare);
    }
    for (size_t i = 0; i < numbers->count; i++) {
        if (kept == 0 || numbers->items[kept - 1] != numbers->items[i]) {
            numbers->items[kept++] = numbers->items[i];
        }
    }
    numbers->count = kept;
}

/* One number at *text, which goes past it; false where there is none. */
static bool read_one(const char **text, uint64_t *number)
{
    char *end;
    if (**text < '0' || **text > '9') {
        return false;
    }
    errno = 0;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

/* "7" or "7-9", and the comma behind it. */
static bool read_range(const char **text, uint64_t *first, uint64_t *last)
{
    if (!read_one(text, first)) {
        return false;
    }
    *last = *first;
    if (**text == '-') {
        ++*text;
        if (!read_one(text, last) || *last < *first) {
            return false;
        }
    }
    if (**text == ',' && (*text)[1] != '\0') {
        ++*text;
        return true;
    }
    return **text == '\0';
}

clt_status clt_numbers_read(const char *text, const char *what, clt_numbers *numbers,
                            clt_error *err)
{
    const char *at = text;
    do {
        uint64_t first, last;
        if (!read_range(&at, &first, &last)) {
            return clt_fail(err, CLT_USAGE, "%s: \"%s\" is not a number, or a list such as 3,7-9",
                            what, text);
        }
        if (last - first >= MOST || numbers->count + (last - first) >= MOST) {
            return clt_fail(err, CLT_USAGE, "%s: \"%s\" lists more than a million", what, text);
        }
        for (uint64_t n = first; n <= last; n++) {
            if (!CLT_PUSH(numbers, n)) {
                return clt_fail_memory(err);
            }
        }
    } while (*at != '\0');
    sort(numbers);
    return CLT_OK;
}
