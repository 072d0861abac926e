#include "study/wire.h"

#include "base/clock.h"
#include "base/crc.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAGIC = 0x54454c43, MOST_PARTS = 3 }; /* "CLET" */

typedef struct head {
    uint32_t magic, type, length, sequence;
    uint64_t ticket;
    double sent;
    uint32_t crc; /* of the head with crc 0, then the body */
    uint32_t reserved;
} head;

static uint32_t checksum(head h, const clt_wire_part *parts, size_t count)
{
    h.crc = 0;
    uint32_t crc = clt_crc32c(0, &h, sizeof h);
    for (size_t i = 0; i < count; i++) {
        crc = clt_crc32c(crc, parts[i].bytes, parts[i].length);
    }
    return crc;
}

/* Puts two descriptors beside a message. */
static void attach(struct msghdr *message, void *control, size_t size, const int *fds)
{
    message->msg_control = control;
    message->msg_controllen = size;
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(c), fds, 2 * sizeof(int));
}

/* Sends a message once; errno says what went wrong. */
static bool send_once(int fd, int flags, head h, const clt_wire_part *parts, size_t part_count,
                      const int *fds)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {0};
    struct iovec pieces[MOST_PARTS + 1] = {{&h, sizeof h}};
    for (size_t i = 0; i < part_count; i++) {
        pieces[i + 1] = (struct iovec){(void *)parts[i].bytes, parts[i].length};
        h.length += (uint32_t)parts[i].length;
    }
    h.crc = checksum(h, parts, part_count);
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = part_count + 1};
    if (fds != NULL) {
        attach(&message, control, sizeof control, fds);
    }
    ssize_t n;
    do {
        n = sendmsg(fd, &message, MSG_NOSIGNAL | flags);
    } while (n < 0 && errno == EINTR);
    return n >= 0;
}

clt_wire_said clt_wire_send_now(int fd, clt_wire_type type, uint64_t ticket, uint32_t sequence,
                                double sent, const clt_wire_part *parts, size_t part_count,
                                const int *fds)
{
    const head h = {.magic = MAGIC,
                    .type = (uint32_t)type,
                    .sequence = sequence,
                    .ticket = ticket,
                    .sent = sent};
    if (send_once(fd, MSG_DONTWAIT, h, parts, part_count, fds)) {
        return CLT_WIRE_SENT;
    }
    /* Of descriptors under way there may be only so many as a process may have open. */
    bool later = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM || errno == ETOOMANYREFS;
    return later ? CLT_WIRE_LATER : CLT_WIRE_GONE;
}

bool clt_wire_send(int fd, clt_wire_type type, uint64_t ticket, uint32_t sequence,
                   const clt_wire_part *parts, size_t part_count, const int *fds)
{
    const head h = {.magic = MAGIC,
                    .type = (uint32_t)type,
                    .sequence = sequence,
                    .ticket = ticket,
                    .sent = clt_clock()};
    return send_once(fd, 0, h, parts, part_count, fds);
}

/* Descriptors that came along: the first two are kept, others closed. */
static void take_descriptors(struct msghdr *message, clt_wire *m)
{
    size_t kept = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
            if (kept < 2) {
                m->fds[kept++] = fd;
            } else {
                close(fd);
            }
        }
    }
}

void clt_wire_drop_descriptors(clt_wire *m)
{
    for (size_t i = 0; i < 2; i++) {
        if (m->fds[i] >= 0) {
            close(m->fds[i]);
        }
        m->fds[i] = -1;
    }
}

static clt_wire_got receive(int fd, int flags, uint32_t *sequence, clt_wire *m)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
    head h;
    struct iovec pieces[] = {{&h, sizeof h}, {m->body, sizeof m->body}};
    struct msghdr message = {.msg_iov = pieces,
                             .msg_iovlen = 2,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    m->fds[0] = m->fds[1] = -1;
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | flags);
    if (n < 0 && errno == ECONNRESET) {
        /* It ended with messages from here unread. That is told once, and before what it had sent:
         * its last result is still there. */
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | flags);
    }
    /* Short of memory it is there still, and comes when there is some. */
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOMEM || errno == ENOBUFS)) {
        return CLT_WIRE_NOTHING;
    }
    if (n <= 0) {
        return CLT_WIRE_EOF;
    }
    take_descriptors(&message, m);
    clt_wire_part body = {m->body, (size_t)n - (n > (ssize_t)sizeof h ? sizeof h : (size_t)n)};
    if (n < (ssize_t)sizeof h || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
        h.magic != MAGIC || h.sequence != *sequence || h.length != body.length ||
        h.crc != checksum(h, &body, 1)) {
        return CLT_WIRE_GARBAGE;
    }
    (*sequence)++;
    m->type = h.type;
    m->length = h.length;
    m->ticket = h.ticket;
    m->sent = h.sent;
    return CLT_WIRE_GOT;
}

clt_wire_got clt_wire_receive(int fd, uint32_t *sequence, clt_wire *m)
{
    return receive(fd, 0, sequence, m);
}

clt_wire_got clt_wire_receive_now(int fd, uint32_t *sequence, clt_wire *m)
{
    return receive(fd, MSG_DONTWAIT, sequence, m);
}

const char *clt_wire_text(const clt_wire *message, size_t offset, size_t *next)
{
    if (offset >= message->length) {
        return NULL;
    }
    const char *text = (const char *)message->body + offset;
    const char *end = memchr(text, '\0', message->length - offset);
    *next = end != NULL ? offset + (size_t)(end - text) + 1 : message->length;
    return end != NULL ? text : NULL;
}
