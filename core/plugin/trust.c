#include "plugin/trust.h"

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD = 16384 }; /* bytes of a user's or a group's texts; one that is larger is unknown */

/* "bob (1001)", or the number alone. */
static const char *owner_text(uid_t uid, char *out, size_t size)
{
    char texts[RECORD];
    struct passwd record, *user = NULL;
    (void)getpwuid_r(uid, &record, texts, sizeof texts, &user);
    (void)(user != NULL ? snprintf(out, size, "%.32s (%u)", user->pw_name, (unsigned)uid)
                        : snprintf(out, size, "%u", (unsigned)uid));
    return out;
}

/* A group of the owner's own name, as Debian makes for each user, with nobody else in it. */
static bool is_private(uid_t uid, gid_t gid)
{
    char name[64], texts[RECORD];
    struct passwd record, *user = NULL;
    struct group found, *group = NULL;
    (void)getpwuid_r(uid, &record, texts, sizeof texts, &user);
    if (user == NULL || user->pw_gid != gid) {
        return false;
    }
    (void)snprintf(name, sizeof name, "%s", user->pw_name);
    (void)getgrgid_r(gid, &found, texts, sizeof texts, &group);
    bool own = group != NULL && strcmp(group->gr_name, name) == 0;
    for (char **member = own ? group->gr_mem : NULL; own && *member != NULL; member++) {
        own = strcmp(*member, name) == 0;
    }
    return own;
}

/* Can others put something else in its place, or into it? */
static bool others_can_write(const struct stat *info)
{
    bool sticky = S_ISDIR(info->st_mode) && (info->st_mode & S_ISVTX) != 0;
    bool group = (info->st_mode & S_IWGRP) != 0 && info->st_gid != 0 &&
                 !is_private(info->st_uid, info->st_gid);
    return !sticky && (group || (info->st_mode & S_IWOTH) != 0);
}

static clt_status check_component(const char *path, clt_error *err)
{
    struct stat info;
    char owner[64];
    if (stat(path, &info) != 0) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "\"%s\" cannot be looked at: %s", path,
                        strerror(errno));
    }
    unsigned mode = info.st_mode & 07777u;
    bool foreign = info.st_uid != 0 && info.st_uid != geteuid();
    bool open = others_can_write(&info);
    (void)owner_text(info.st_uid, owner, sizeof owner);
    if (foreign) {
        return clt_fail(err, CLT_PLUGIN_FAILED,
                        "not loaded, as \"%s\" belongs to %s (mode %04o), who is neither root nor "
                        "you: chown it, or say --trust",
                        path, owner, mode);
    }
    return open ? clt_fail(err, CLT_PLUGIN_FAILED,
                           "not loaded, as others can write \"%s\" (owner %s, mode %04o): chmod "
                           "go-w, or say --trust",
                           path, owner, mode)
                : CLT_OK;
}

static bool is_above(const char *folder, size_t length, const char *file)
{
    return strncmp(folder, file, length) == 0 && (file[length] == '/' || length == 1);
}

/* The files that this code is from: the program, and the library that it may be part of. */
typedef struct selves {
    char program[PATH_MAX], library[PATH_MAX];
} selves;

static void find_selves(selves *own)
{
    static const char inside = 0;
    Dl_info info;
    ssize_t n = readlink("/proc/self/exe", own->program, sizeof own->program - 1);
    own->program[n > 0 ? n : 0] = '\0';
    if (dladdr(&inside, &info) == 0 || info.dli_fname == NULL || info.dli_fname[0] != '/' ||
        realpath(info.dli_fname, own->library) == NULL) {
        own->library[0] = '\0';
    }
}

clt_status clt_trust_check(const char *path, clt_error *err)
{
    char part[PATH_MAX];
    selves own;
    const char *trust = secure_getenv(CLT_TRUST);
    size_t length = strlen(path);
    clt_status status = CLT_OK;
    if (trust != NULL && strcmp(trust, "1") == 0) {
        return CLT_OK;
    }
    if (length >= sizeof part) {
        return clt_fail(err, CLT_PLUGIN_FAILED, "its path is too long");
    }
    find_selves(&own);
    (void)strcpy(part, path);
    while (length > 1 && status == CLT_OK && !is_above(part, length, own.program) &&
           !is_above(part, length, own.library)) {
        status = check_component(part, err);
        while (part[length - 1] != '/') {
            length--;
        }
        length -= length > 1; /* the slash, but for that of the root */
        part[length] = '\0';
    }
    return status;
}
