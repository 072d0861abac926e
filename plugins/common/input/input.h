/**
 * @file input/input.h
 * @brief Regular files to be read from their beginning to their end, gzipped or not.
 *
 * A file that begins as gzip data does is one, whatever its name: one stream or several, end to
 * end, each with its checksum; zeros may follow, with which tapes are filled, and nothing else.
 * (zlib's own gzread() stops at whatever follows, and says nothing.)
 */
#ifndef INPUT_INPUT_H
#define INPUT_INPUT_H

#include <collet/plugin.h>

/** A file that is open. */
typedef struct input_file input_file;

/** Opens the file at path, which outlives *file. COLLET_E_IO, naming it, where it cannot be opened
 *  or is no regular file: devices and pipes may never end. */
collet_status input_open(const collet_host *host, const char *path, input_file **file);

/** Reads the next n bytes; *got is less only at the end of the file, whose checksum was right.
 *  COLLET_E_IO, COLLET_E_INVALID or COLLET_E_NOMEM, naming the file, where that is not to be had.
 */
collet_status input_read(input_file *file, void *bytes, size_t n, size_t *got);

/** Closes the file; NULL is let be. */
void input_close(input_file *file);

#endif /* INPUT_INPUT_H */
