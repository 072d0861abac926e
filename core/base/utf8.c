#include "base/utf8.h"

#include <stdint.h>

/* Bytes of the code point that starts at text, or 0 where none is valid. */
static size_t step(const unsigned char *text, size_t n)
{
    unsigned char lead = text[0];
    size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4 || length > n) {
        return 0;
    }
    uint32_t point = lead & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (text[i] & 0x3fu);
    }
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    int surrogate = point >= 0xd800 && point <= 0xdfff;
    return point < smallest[length] || point > 0x10ffff || surrogate ? 0 : length;
}

size_t clt_utf8_valid(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n) {
        size_t length = step((const unsigned char *)text + i, n - i);
        if (length == 0) {
            break;
        }
        i += length;
    }
    return i;
}

size_t clt_utf8_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return width;
}
