#include "base/printable.h"

#include "base/utf8.h"

#include <string.h>

/* First and last code point of what is not seen: Unicode's categories Cc, Cf, Zl and Zp, the
 * letters that fill a place without a mark, and the tags. Variation selectors stay: they change
 * the look of the character before, and emoji have them. */
static const uint32_t unseen[][2] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},   {0x00ad, 0x00ad},   {0x034f, 0x034f},
    {0x0600, 0x0605},   {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},
    {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},   {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
    {0x3164, 0x3164},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
    {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

bool clt_printable_point(uint32_t point)
{
    size_t low = 0, high = sizeof unseen / sizeof unseen[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (unseen[middle][1] < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == sizeof unseen / sizeof unseen[0] || point < unseen[low][0];
}

/* What stands first in the text: its length; *shown stands for it, NULL where it may stay. */
static size_t step(const char *text, size_t n, const char **shown)
{
    uint32_t point = 0;
    *shown = NULL;
    if (text[0] >= 0x20 && text[0] < 0x7f) { /* nearly all there is, in tables of any length */
        return 1;
    }
    size_t length = clt_utf8_step(text, n, &point);
    if (length == 0 || !clt_printable_point(point)) {
        *shown = length == 1 && strchr("\t\n\v\f\r", (int)point) != NULL && point != 0 ? " " : "?";
    }
    return length > 0 ? length : 1;
}

bool clt_printable(const char *text)
{
    const char *shown = NULL;
    for (size_t left = strlen(text), length; left > 0 && shown == NULL; left -= length) {
        length = step(text, left, &shown);
        text += length;
    }
    return shown == NULL;
}

/* What may stay is appended by stretches. */
static void add(clt_str *out, const char *text, size_t n, bool lines)
{
    size_t kept = 0;
    for (size_t i = 0, length; i < n; i += length) {
        const char *shown;
        length = step(text + i, n - i, &shown);
        if (shown != NULL && !(lines && text[i] == '\n')) {
            clt_str_add_bytes(out, text + kept, i - kept);
            clt_str_add(out, shown);
            kept = i + length;
        }
    }
    clt_str_add_bytes(out, text + kept, n - kept);
}

void clt_printable_add(clt_str *out, const char *text)
{
    add(out, text, strlen(text), false);
}

void clt_printable_add_lines(clt_str *out, const char *text, size_t n)
{
    add(out, text, n, true);
}

void clt_printable_addf(clt_str *out, const char *format, ...)
{
    clt_str line = {0};
    va_list arguments;
    va_start(arguments, format);
    clt_str_add_list(&line, format, arguments);
    va_end(arguments);
    clt_printable_add(out, clt_str_text(&line));
    clt_str_add(out, "\n");
    out->failed = out->failed || line.failed;
    clt_str_finish(&line);
}

void clt_printable_copy(char *out, size_t size, const char *text)
{
    size_t used = 0;
    for (size_t left = strlen(text), length; left > 0; left -= length) {
        const char *shown;
        length = step(text, left, &shown);
        const char *from = shown != NULL ? shown : text;
        size_t n = shown != NULL ? 1 : length;
        if (used + n >= size) {
            break;
        }
        memcpy(out + used, from, n);
        used += n;
        text += length;
    }
    out[used] = '\0';
}
