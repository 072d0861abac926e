#include "base/shell.h"

#include "base/printable.h"
#include "base/utf8.h"

#include <string.h>

/* Is there nothing in it that a shell would take apart, expand or not see as a word? */
static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./,:=+@%";
    bool is = word[0] != '\0';
    for (const char *at = word; *at != '\0'; at++) {
        is = is && (strchr(plain, *at) != NULL || (unsigned char)*at >= 0x80);
    }
    return is;
}

static void add_single(clt_str *out, const char *word)
{
    clt_str_add(out, "'");
    for (; *word != '\0'; word++) {
        clt_str_add_bytes(out, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
    }
    clt_str_add(out, "'");
}

/* Bytes in octal, of which three digits mean the same to every shell. */
static void add_escaped(clt_str *out, const char *word)
{
    clt_str_add(out, "$'");
    for (size_t left = strlen(word), length; left > 0; left -= length, word += length) {
        uint32_t point = 0;
        length = clt_utf8_step(word, left, &point);
        bool seen = length > 0 && clt_printable_point(point);
        length = length > 0 ? length : 1;
        for (size_t i = 0; i < length && !seen; i++) {
            clt_str_addf(out, "\\%03o", (unsigned)(unsigned char)word[i]);
        }
        if (seen) {
            clt_str_add(out, point == '\'' || point == '\\' ? "\\" : "");
            clt_str_add_bytes(out, word, length);
        }
    }
    clt_str_add(out, "'");
}

void clt_shell_add(clt_str *out, const char *word)
{
    if (!clt_printable(word)) {
        add_escaped(out, word);
    } else if (is_plain(word)) {
        clt_str_add(out, word);
    } else {
        add_single(out, word);
    }
}
