#include "text/words.h"

#include <stdbool.h>
#include <wctype.h>

int32_t text_decode(const char *text, size_t length, size_t *at)
{
    static const int32_t least[4] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text + *at;
    size_t left = length - *at, more = s[0] < 0x80 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    *at += 1;
    if (more == 0) {
        return s[0];
    }
    if (s[0] < 0xc2 || s[0] > 0xf4 || more >= left) {
        return -1;
    }
    int32_t c = s[0] & (0x3f >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return -1;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return -1; /* overlong, beyond Unicode, or half of a pair */
    }
    *at += more;
    return c;
}

locale_t text_locale(void)
{
    return newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static size_t encode(int32_t c, char *out)
{
    size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const int first[4] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(first[more] | c);
    return more + 1;
}

/* Lower case of a letter or digit; 0 for anything else. */
static int32_t fold(locale_t locale, int32_t c)
{
    if (c < 0x80) {
        bool capital = c >= 'A' && c <= 'Z';
        return capital ? c + 32 : (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
    }
    return c > 0 && iswalnum_l((wint_t)c, locale) != 0 ? (int32_t)towlower_l((wint_t)c, locale) : 0;
}

/* Scripts without blanks between words. */
static bool stands_alone(int32_t c)
{
    return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

size_t text_next_word(locale_t locale, const char *text, size_t length, size_t *at, char *word)
{
    size_t n = 0;
    while (*at < length) {
        size_t before = *at;
        int32_t c = fold(locale, text_decode(text, length, at));
        bool alone = stands_alone(c);
        if (n > 0 && (c == 0 || alone)) {
            *at = c == 0 ? *at : before;
            break;
        }
        if (c != 0 && n + 4 <= TEXT_LONGEST_WORD) {
            n += encode(c, word + n);
        }
        if (alone) {
            break;
        }
    }
    word[n] = '\0';
    return n;
}
