#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool clt_terminal_unicode(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *text = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && text == NULL; i++) {
        text = getenv(names[i]);
        text = text != NULL && text[0] != '\0' ? text : NULL;
    }
    const char *charset = text != NULL ? strchr(text, '.') : NULL;
    return charset != NULL &&
           (strncasecmp(charset, ".utf-8", 6) == 0 || strncasecmp(charset, ".utf8", 5) == 0);
}

bool clt_terminal_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    bool dumb = term == NULL || strcmp(term, "dumb") == 0;
    return isatty(fileno(stream)) && !dumb && (no_colour == NULL || no_colour[0] == '\0');
}

size_t clt_terminal_width(FILE *stream)
{
    struct winsize window = {.ws_col = 0};
    return isatty(fileno(stream)) && ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 ? window.ws_col
                                                                                     : 0;
}
