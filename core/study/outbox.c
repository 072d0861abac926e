#include "study/outbox.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void close_both(int fds[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
        fds[i] = -1;
    }
}

static void drop(clt_letter *letter)
{
    close_both(letter->fds);
    free(letter->body);
}

/* Keeps a copy; false when memory ran out. */
static bool keep(clt_outbox *o, clt_letter letter, const clt_wire_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        letter.length += parts[i].length;
    }
    unsigned char *body = malloc(letter.length + 1);
    letter.body = body;
    if (body == NULL || !CLT_PUSH(&o->letters, letter)) {
        free(body);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (parts[i].length > 0) {
            memcpy(body, parts[i].bytes, parts[i].length);
        }
        body += parts[i].length;
    }
    return true;
}

/* Sends one; counts it where it is gone. */
static clt_wire_said send_one(clt_outbox *o, const clt_letter *letter, const clt_wire_part *parts,
                              size_t count)
{
    const int *fds = letter->fds[0] >= 0 ? letter->fds : NULL;
    clt_wire_said said = clt_wire_send_now(o->fd, letter->type, letter->ticket, o->sequence,
                                           letter->sent, parts, count, fds);
    o->shortage = said == CLT_WIRE_LATER && errno != EAGAIN ? errno : 0;
    o->sequence += said == CLT_WIRE_SENT;
    o->gone = o->gone || said == CLT_WIRE_GONE;
    return said;
}

bool clt_outbox_send(clt_outbox *o, clt_wire_type type, uint64_t ticket, const clt_wire_part *parts,
                     size_t part_count, int *fds)
{
    clt_letter letter = {.type = type, .ticket = ticket, .sent = clt_clock(), .fds = {-1, -1}};
    if (fds != NULL) {
        memcpy(letter.fds, fds, sizeof letter.fds);
        fds[0] = fds[1] = -1;
    }
    bool first = clt_outbox_flush(o) && o->letters.count == 0;
    clt_wire_said said = o->gone ? CLT_WIRE_GONE
                         : first ? send_one(o, &letter, parts, part_count)
                                 : CLT_WIRE_LATER;
    if (said == CLT_WIRE_LATER && keep(o, letter, parts, part_count)) {
        return true;
    }
    close_both(letter.fds); /* the other end has its own of those that were sent */
    return said == CLT_WIRE_SENT;
}

bool clt_outbox_flush(clt_outbox *o)
{
    size_t sent = 0;
    while (!o->gone && sent < o->letters.count) {
        clt_letter *letter = &o->letters.items[sent];
        const clt_wire_part part = {letter->body, letter->length};
        if (send_one(o, letter, &part, 1) != CLT_WIRE_SENT) {
            break;
        }
        drop(letter);
        sent++;
    }
    if (sent > 0) {
        o->letters.count -= sent;
        memmove(o->letters.items, o->letters.items + sent,
                o->letters.count * sizeof *o->letters.items);
    }
    return !o->gone;
}

bool clt_outbox_waits(const clt_outbox *o)
{
    return o->letters.count > 0 && !o->gone;
}

void clt_outbox_finish(clt_outbox *o)
{
    for (size_t i = 0; i < o->letters.count; i++) {
        drop(&o->letters.items[i]);
    }
    CLT_VEC_FINISH(&o->letters);
    o->sequence = 0;
    o->gone = false;
}
