#include "report/csv.h"

#include "base/printable.h"
#include "config/option.h"

#include <string.h>

/* Does it begin as a formula does? Blanks before it are overlooked, and the wide forms of the signs
 * are taken for the signs where the locale is one of East Asia. */
static bool is_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};
    double number;
    text += strspn(text, " ");
    bool is = text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        is = is || strncmp(text, wide[i], strlen(wide[i])) == 0;
    }
    bool is_number =
        strspn(text, "0123456789.eE+-") == strlen(text) && clt_number_parse(text, &number);
    return is && !is_number;
}

/* What lies between white space that stays. */
static void add_stretch(clt_str *out, const char *text, size_t n)
{
    clt_str_add(out, n > 0 && text[0] == '"' ? "\"" : "");
    clt_printable_add_lines(out, text, n);
}

/* Stretches begin with a quote, which is doubled, or end before white space. */
static void add_printable(clt_str *out, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text + 1, "\t\r\n\"") + 1;
        if (strchr("\t\r\n", text[0]) != NULL) {
            clt_str_add_bytes(out, text, 1);
            n = 1;
        } else {
            add_stretch(out, text, n);
        }
        text += n;
    }
}

void clt_csv_add(clt_str *out, const char *text)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    clt_str_add(out, quoted ? "\"" : "");
    clt_str_add(out, is_formula(text) ? "'" : "");
    add_printable(out, text);
    clt_str_add(out, quoted ? "\"" : "");
}
