/**
 * @file study/outbox.h
 * @brief Messages on their way into a socket that may be full: two processes that both wait until
 * the other one reads would wait for ever, so nobody waits, and what there is no room for is kept.
 */
#ifndef CLT_STUDY_OUTBOX_H
#define CLT_STUDY_OUTBOX_H

#include "base/vec.h"
#include "study/wire.h"

/** A message that is kept. */
typedef struct clt_letter {
    clt_wire_type type;
    uint64_t ticket;
    double sent; /**< when it was written */
    size_t length;
    void *body;
    int fds[2]; /**< -1: none; the outbox's */
} clt_letter;

/** Seconds after which a socket that was full is tried again at the latest. */
#define CLT_OUTBOX_RETRY 0.01

/** An outbox in the caller's memory; zero it, and set fd, to start empty. */
typedef struct clt_outbox {
    int fd;
    uint32_t sequence; /**< of the next message */
    bool gone;         /**< nobody will read any more */
    int shortage; /**< errno of the last message that the kernel had no memory for; 0: it had, or
                     the socket is just full */
    CLT_VEC(clt_letter) letters;
} clt_outbox;

/** Sends a message of up to three parts, or keeps a copy of it, behind those that are kept. fds:
 * two descriptors to hand over, NULL: none; they are the outbox's from here on, whatever comes of
 * it, and set to -1. False when the other end is gone or memory ran out. */
bool clt_outbox_send(clt_outbox *outbox, clt_wire_type type, uint64_t ticket,
                     const clt_wire_part *parts, size_t part_count, int *fds);

/** Sends what is kept, as far as there is room. False when the other end is gone. */
bool clt_outbox_flush(clt_outbox *outbox);

/** Is anything kept? */
bool clt_outbox_waits(const clt_outbox *outbox);

/** Drops what is kept and starts anew; fd stays the caller's. */
void clt_outbox_finish(clt_outbox *outbox);

#endif /* CLT_STUDY_OUTBOX_H */
