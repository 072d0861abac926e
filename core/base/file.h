/**
 * @file base/file.h
 * @brief Whole files and paths.
 */
#ifndef CLT_BASE_FILE_H
#define CLT_BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

/** Reads a whole regular file of at most limit bytes into out (which it clears). The error names
 *  the path. */
clt_status clt_file_read(const char *path, size_t limit, clt_str *out, clt_error *err);

/** Does the path name a descriptor, such as "-", /dev/stdin, or what the shell makes of <(command)?
 *  Nothing can lie beside such a file. */
bool clt_path_is_stream(const char *path);

/** Is it standard input? */
bool clt_path_is_stdin(const char *path);

/** clt_file_read() of such a path, to its end; "-" is standard input. */
clt_status clt_stream_read(const char *path, size_t limit, clt_str *out, clt_error *err);

/** Reads the first n bytes of a regular file, n > 0, or all where it has fewer. */
clt_status clt_file_begin(const char *path, size_t n, clt_str *out, clt_error *err);

/** Bytes that lie somewhere. */
typedef struct clt_bytes {
    const void *at;
    size_t size;
} clt_bytes;

/** The mode of every file that is made: it may hold the environment, which is private. A umask can
 *  only narrow it; a file that is there keeps its own. */
#define CLT_FILE_MODE 0600

/** Writes a file of parts[count], end to end, that is there whole or not at all: beside its place
 *  first, then made durable, then put in place of what was there. CLT_CANNOT_CREATE or CLT_IO
 *  naming the path. */
clt_status clt_file_write(const char *path, const clt_bytes *parts, size_t count, clt_error *err);

/** Is there a place for clt_file_write() to write to? To be asked before the work whose result it
 *  is to hold. Leaves nothing. */
clt_status clt_file_try(const char *path, clt_error *err);

/** The folder of a path, "." where it has none; from the arena, NULL when memory ran out. */
char *clt_path_folder(clt_arena *arena, const char *path);

/** The last component of a path; points into it. */
const char *clt_path_name(const char *path);

/** folder/name; name itself where it is absolute. From the arena, NULL when memory ran out. */
char *clt_path_join(clt_arena *arena, const char *folder, const char *name);

/** Does that error number say that the machine is short of something, or broken, rather than that
 *  the file is not as it should be? */
bool clt_is_shortage(int number);

/** The path without symlinks, made absolute; NULL where it does not exist or memory ran out, which
 *  errno tells apart: ENOMEM. */
char *clt_path_real(clt_arena *arena, const char *path);

/** The same, and where it does not exist the path as it is written, made absolute; NULL only when
 *  memory ran out. */
char *clt_path_absolute(clt_arena *arena, const char *path);

/** Makes a name durable; a folder that cannot be opened or synced is let be. */
void clt_path_sync_folder(const char *path);

/** Writes n bytes, however many calls it takes; false with errno where it could not. */
bool clt_write_all(int fd, const char *bytes, size_t n);

#endif /* CLT_BASE_FILE_H */
