/**
 * @file cli/nursery.h
 * @brief The program as a nursery: `collet __nursery PROGRAM INI TEXT [PLUGIN-PATH]`.
 */
#ifndef CLT_CLI_NURSERY_H
#define CLT_CLI_NURSERY_H

#include "cli/session.h"

/** First argument of a program that is to become a nursery. */
#define CLT_NURSERY_WORD "__nursery"

enum { CLT_NURSERY_WORDS = 6 };

/** The arguments with which a nursery for the session's experiment is started. argv, of
 *  CLT_NURSERY_WORDS and a NULL, from the session's arena; the experiment's text lies in *file,
 *  to be closed when no nursery is wanted any more. */
clt_status clt_nursery_arguments(clt_session *session, const clt_args *args, const char ***argv,
                                 int *file, clt_error *err);

/** What main() does for such arguments; the exit status. */
int clt_nursery_main(int argc, char **argv);

#endif /* CLT_CLI_NURSERY_H */
