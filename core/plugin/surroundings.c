#include "plugin/surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void clt_surroundings_note(clt_surroundings *s)
{
    clt_surroundings_finish(s);
    clt_arithmetic_note(&s->arithmetic);
    sigprocmask(SIG_SETMASK, NULL, &s->mask);
    (void)getrlimit(RLIMIT_NOFILE, &s->files);
    s->creation = umask(0);
    (void)umask(s->creation);
    int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    s->folder = folder > 0 ? folder : 0;
    const char *locale = setlocale(LC_ALL, NULL);
    (void)snprintf(s->locale, sizeof s->locale, "%s", locale != NULL ? locale : "C");
}

static bool same_mask(const sigset_t *a, const sigset_t *b)
{
    bool same = true;
    for (int i = 1; i < NSIG; i++) {
        same = same && sigismember(a, i) == sigismember(b, i);
    }
    return same;
}

/* The folder by its numbers: a name may be long, or gone. */
static bool same_folder(int folder)
{
    struct stat was, is;
    return fstat(folder, &was) == 0 && stat(".", &is) == 0 && was.st_ino == is.st_ino &&
           was.st_dev == is.st_dev;
}

const char *clt_surroundings_restore(const clt_surroundings *s, bool *closed)
{
    const char *changed = NULL, *locale = setlocale(LC_ALL, NULL);
    sigset_t mask;
    struct rlimit files;
    *closed = s->folder > 0 && fcntl(s->folder, F_GETFD) < 0 && errno == EBADF;
    if (clt_arithmetic_restore(&s->arithmetic)) {
        changed = CLT_CHANGED_ARITHMETIC;
    }
    if (sigprocmask(SIG_SETMASK, &s->mask, &mask) == 0 && !same_mask(&mask, &s->mask)) {
        changed = "the signal mask";
    }
    if (prlimit(0, RLIMIT_NOFILE, &s->files, &files) == 0 &&
        (files.rlim_cur != s->files.rlim_cur || files.rlim_max != s->files.rlim_max)) {
        changed = "the limit of open files";
    }
    if (umask(s->creation) != s->creation) {
        changed = "the umask";
    }
    if (!*closed && s->folder > 0 && !same_folder(s->folder)) {
        changed = "the working folder";
        (void)fchdir(s->folder);
    }
    if (locale == NULL || strncmp(locale, s->locale, sizeof s->locale - 1) != 0) {
        changed = "the locale";
        (void)setlocale(LC_ALL, s->locale);
    }
    return changed;
}

void clt_surroundings_finish(clt_surroundings *s)
{
    if (s->folder > 0) {
        close(s->folder);
    }
    *s = (clt_surroundings){0};
}
