#include "base/utf8.h"

#include <stdbool.h>

size_t clt_utf8_step(const char *text, size_t n, uint32_t *point)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char lead = bytes[0];
    size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || length > n) {
        return 0;
    }
    uint32_t read = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        read = read << 6 | (bytes[i] & 0x3fu);
    }
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    int surrogate = read >= 0xd800 && read <= 0xdfff;
    if (point != NULL) {
        *point = read;
    }
    return read < smallest[length] || read > 0x10ffff || surrogate ? 0 : length;
}

size_t clt_utf8_valid(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n) {
        size_t length = clt_utf8_step(text + i, n - i, NULL);
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

size_t clt_utf8_bytes(const char *text, size_t n)
{
    size_t i = 0;
    for (; text[i] != '\0'; i++) {
        bool begins = ((unsigned char)text[i] & 0xc0) != 0x80;
        if (begins && n-- == 0) {
            break;
        }
    }
    return i;
}
