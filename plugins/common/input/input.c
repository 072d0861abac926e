#include "input/input.h"

#include <collet/helpers.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <stdbool.h>

enum { ROOM = 1 << 17, MOST_AT_ONCE = 1 << 30, GZIP_WINDOW = 15 + 16 };

struct input_file {
    const collet_host *host;
    const char *path;
    int fd;
    bool gzip, ended; /* ended: behind the last stream of gzip data */
    z_stream stream;  /* next_in, avail_in: what of the buffer is not yet taken, also if plain */
    unsigned char buffer[ROOM];
};

static collet_status no_memory(const input_file *f)
{
    return collet_fail(f->host, COLLET_E_NOMEM, "%s: out of memory", f->path);
}

/* Reads from the descriptor until n bytes or the end. */
static collet_status read_plain(const input_file *f, unsigned char *bytes, size_t n, size_t *got)
{
    for (*got = 0; *got < n;) {
        size_t left = n - *got;
        ssize_t more = read(f->fd, bytes + *got, left < MOST_AT_ONCE ? left : MOST_AT_ONCE);
        if (more < 0 && errno != EINTR) {
            return collet_fail(f->host, COLLET_E_IO, "%s: cannot be read: %s", f->path,
                               strerror(errno));
        }
        if (more == 0) {
            break;
        }
        *got += more > 0 ? (size_t)more : 0;
    }
    return COLLET_OK;
}

/* Fills the buffer up behind what is not yet taken, which moves to its beginning. */
static collet_status fill(input_file *f)
{
    size_t kept = f->stream.avail_in, got;
    if (kept > 0) {
        memmove(f->buffer, f->stream.next_in, kept);
    }
    f->stream.next_in = f->buffer;
    collet_status status = read_plain(f, f->buffer + kept, ROOM - kept, &got);
    f->stream.avail_in = (uInt)(kept + got);
    return status;
}

static bool begins_gzip(const input_file *f)
{
    return f->stream.avail_in >= 2 && f->stream.next_in[0] == 0x1f && f->stream.next_in[1] == 0x8b;
}

static const char *other_kind(mode_t mode)
{
    return S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

/* Opens the descriptor; asks first what it would be of, as opening alone may wait, or do things. */
static collet_status open_regular(input_file *f)
{
    struct stat about;
    bool there = stat(f->path, &about) == 0;
    if (there && S_ISDIR(about.st_mode)) {
        return collet_fail(f->host, COLLET_E_IO, "%s: cannot be opened: it is a folder", f->path);
    }
    if (there && !S_ISREG(about.st_mode)) {
        return collet_fail(f->host, COLLET_E_IO,
                           "%s: cannot be read: it is %s; a regular file is needed", f->path,
                           other_kind(about.st_mode));
    }
    f->fd = there ? open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    return f->fd >= 0 ? COLLET_OK
                      : collet_fail(f->host, COLLET_E_IO, "%s: cannot be opened: %s", f->path,
                                    strerror(errno));
}

collet_status input_open(const collet_host *host, const char *path, input_file **file)
{
    input_file *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return collet_fail(host, COLLET_E_NOMEM, "%s: out of memory", path);
    }
    *f = (input_file){.host = host, .path = path, .fd = -1};
    collet_status status = open_regular(f);
    status = status < 0 ? status : fill(f);
    if (status >= 0 && begins_gzip(f)) {
        f->gzip = inflateInit2(&f->stream, GZIP_WINDOW) == Z_OK;
        status = f->gzip ? COLLET_OK : no_memory(f);
    }
    if (status < 0) {
        input_close(f);
        return status;
    }
    *file = f;
    return COLLET_OK;
}

/* What follows a stream: another one, the end, or zeros up to it. */
static collet_status next_stream(input_file *f)
{
    collet_status status = f->stream.avail_in < 2 ? fill(f) : COLLET_OK;
    if (status >= 0 && begins_gzip(f)) {
        (void)inflateReset(&f->stream);
        return COLLET_OK;
    }
    while (status >= 0 && f->stream.avail_in > 0) {
        for (; f->stream.avail_in > 0; f->stream.next_in++, f->stream.avail_in--) {
            if (*f->stream.next_in != 0) {
                return collet_fail(f->host, COLLET_E_INVALID,
                                   "%s: goes on behind the end of its gzip data with byte 0x%02x, "
                                   "where more gzip data or zeros may follow; get the file again",
                                   f->path, *f->stream.next_in);
            }
        }
        status = fill(f);
    }
    f->ended = true;
    return status;
}

/* One piece of data from the buffer. */
static collet_status inflate_some(input_file *f)
{
    collet_status status = f->stream.avail_in == 0 ? fill(f) : COLLET_OK;
    if (status < 0) {
        return status;
    }
    if (f->stream.avail_in == 0) {
        return collet_fail(f->host, COLLET_E_INVALID,
                           "%s: truncated: its gzip data ends early; get the file again", f->path);
    }
    int code = inflate(&f->stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
        return next_stream(f);
    }
    return code == Z_OK ? COLLET_OK
           : code == Z_MEM_ERROR
               ? no_memory(f)
               : collet_fail(f->host, COLLET_E_INVALID, "%s: damaged gzip data; get the file again",
                             f->path);
}

static collet_status read_gzip(input_file *f, unsigned char *bytes, size_t n, size_t *got)
{
    collet_status status = COLLET_OK;
    for (*got = 0; status >= 0 && *got < n && !f->ended;) {
        size_t left = n - *got;
        uInt room = left < MOST_AT_ONCE ? (uInt)left : MOST_AT_ONCE;
        f->stream.next_out = bytes + *got;
        f->stream.avail_out = room;
        status = inflate_some(f);
        *got += room - f->stream.avail_out;
    }
    return status;
}

collet_status input_read(input_file *f, void *bytes, size_t n, size_t *got)
{
    if (f->gzip) {
        return read_gzip(f, bytes, n, got);
    }
    size_t ready = f->stream.avail_in < n ? f->stream.avail_in : n;
    memcpy(bytes, f->stream.next_in, ready);
    f->stream.next_in += ready;
    f->stream.avail_in -= (uInt)ready;
    collet_status status = read_plain(f, (unsigned char *)bytes + ready, n - ready, got);
    *got += ready;
    return status;
}

void input_close(input_file *f)
{
    if (f == NULL) {
        return;
    }
    if (f->gzip) {
        (void)inflateEnd(&f->stream);
    }
    if (f->fd >= 0) {
        (void)close(f->fd);
    }
    free(f);
}
