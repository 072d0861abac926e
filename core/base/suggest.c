#include "base/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lower(const char *text, size_t i)
{
    return tolower((unsigned char)text[i]);
}

size_t clt_edit_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST) {
        return LONGEST + 1;
    }
    size_t rows[3][LONGEST + 1]; /* of the alignment table: i - 2, i - 1, i, in turn */
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int same = lower(a, i - 1) == lower(b, j - 1);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && lower(a, i - 1) == lower(b, j - 2) &&
                lower(a, i - 2) == lower(b, j - 1)) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[n % 3][m];
}

void clt_suggest_offer(clt_suggest *s, const char *candidate)
{
    size_t n = strlen(s->read), m = strlen(candidate);
    size_t distance = clt_edit_distance(s->read, candidate);
    size_t near = (n > m ? n : m) / 3;
    near = n > 3 && near < 2 ? 2 : near;
    if (distance <= near && (s->best == NULL || distance < s->distance)) {
        s->best = candidate;
        s->distance = distance;
    }
}

const char *clt_suggest_text(const clt_suggest *s, char *buffer, size_t size)
{
    if (s->best != NULL) {
        (void)snprintf(buffer, size, " (did you mean \"%s\"?)", s->best);
    } else {
        buffer[0] = '\0';
    }
    return buffer;
}
