/**
 * @file cli/terminal.h
 * @brief What the terminal can show.
 */
#ifndef CLT_CLI_TERMINAL_H
#define CLT_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/** Is the locale one in UTF-8, by LC_ALL, LC_CTYPE or LANG? The locale itself need not
 *  be installed, as in many a container. */
bool clt_terminal_unicode(void);

/** Is the stream a terminal that knows colours, where NO_COLOR does not forbid them? */
bool clt_terminal_colour(FILE *stream);

/** Characters a line of the stream where it is a terminal; 0 where it is none, or does not say. */
size_t clt_terminal_width(FILE *stream);

#endif /* CLT_CLI_TERMINAL_H */
