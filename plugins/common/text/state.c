#include "text/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put(text_writer *w, const void *bytes, size_t n)
{
    if (w->status >= 0) {
        w->status = w->sink->write(w->sink->ctx, bytes, n);
    }
}

void text_put_number(text_writer *w, uint64_t value)
{
    put(w, &value, sizeof value);
}

void text_put_real(text_writer *w, double value)
{
    put(w, &value, sizeof value);
}

void text_put_string(text_writer *w, const char *text)
{
    size_t length = strlen(text);
    text_put_number(w, length);
    put(w, text, length);
}

static bool take(text_reader *r, void *bytes, size_t n)
{
    r->failed = r->failed || r->source->read(r->source->ctx, bytes, n) < 0;
    r->used += r->failed ? 0 : n;
    return !r->failed;
}

uint64_t text_take_number(text_reader *r, uint64_t most)
{
    uint64_t value = 0;
    r->failed = !take(r, &value, sizeof value) || value > most;
    return r->failed ? 0 : value;
}

uint64_t text_most(const text_reader *r, uint64_t size)
{
    return r->used < r->source->size ? (r->source->size - r->used) / size : 0;
}

double text_take_real(text_reader *r)
{
    double value = 0;
    r->failed = !take(r, &value, sizeof value) || !isfinite(value);
    return r->failed ? 0 : value;
}

char *text_take_string(text_reader *r)
{
    size_t length = (size_t)text_take_number(r, text_most(r, 1));
    char *text = r->failed ? NULL : calloc(length + 1, 1);
    if (text == NULL || !take(r, text, length) || strlen(text) != length) {
        r->failed = true;
        free(text);
        return NULL;
    }
    return text;
}

bool text_at_end(const text_reader *r)
{
    return !r->failed && r->used == r->source->size;
}
