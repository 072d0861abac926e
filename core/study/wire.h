/**
 * @file study/wire.h
 * @brief What coordinator, nursery and attempts say to one another.
 *
 *   coordinator -> nursery    START (with two descriptors), KILL, PING; end of file: kill all, exit
 *   nursery -> coordinator    READY or BROKEN, then STARTED and ENDED for each attempt, PONG
 *   attempt -> coordinator    BEGUN, EPOCH ..., ALIVE ..., LOG ..., FOLD, RESULT; then it
 *                             exits, or waits for another trial
 *   coordinator -> attempt    START (without descriptors), as many as are to follow one another
 *
 * A message is one packet of a SOCK_SEQPACKET pair: a head with magic, type, length, sequence, the
 * time at which it was written and CRC-32C, then the body. Numbers are in the machine's order: both
 * ends are the same program. An attempt runs foreign code, so whatever comes from one is checked
 * before it is believed.
 *
 * Coordinator and nursery never wait for one another to read: what a socket does not take at once
 * is kept (study/outbox.h). An attempt waits for the coordinator, which never waits for an attempt.
 */
#ifndef CLT_STUDY_WIRE_H
#define CLT_STUDY_WIRE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/** What a message is. */
typedef enum clt_wire_type {
    CLT_WIRE_START = 1, /**< a clt_wire_start, x[dim_count], then the path of its checkpoints with
                             its NUL ("": none); carries two descriptors */
    CLT_WIRE_KILL,      /**< a clt_wire_kill */
    CLT_WIRE_READY,     /**< a clt_wire_ready, then the metrics' names, each with its NUL */
    CLT_WIRE_BROKEN,    /**< int32 status, then the error's text */
    CLT_WIRE_STARTED,   /**< a clt_wire_started */
    CLT_WIRE_ENDED,     /**< a clt_wire_ended */
    CLT_WIRE_BEGUN,     /**< a clt_wire_epoch without values */
    CLT_WIRE_EPOCH,     /**< a clt_wire_epoch, then values[metric_count] */
    CLT_WIRE_FOLD, /**< a clt_wire_epoch with the fold's number from 1 for the epoch, then values */
    CLT_WIRE_ALIVE,  /**< nothing: it gets on */
    CLT_WIRE_LOG,    /**< int32 level, then unit and line, each with its NUL */
    CLT_WIRE_RESULT, /**< a clt_wire_result, then values, then why with its NUL */
    CLT_WIRE_PING,   /**< nothing: is anybody there? */
    CLT_WIRE_PONG    /**< nothing: yes */
} clt_wire_type;

/** Most bytes of a body. */
enum { CLT_WIRE_MOST = 32768 };

/** One message as it was received. Bodies are aligned for double. */
typedef struct clt_wire {
    uint32_t type, length;
    uint64_t ticket; /**< of the attempt: unique in a run. A process has that of its first one */
    double sent;     /**< clock of the sender when it was written; from an attempt: anything */
    _Alignas(8) unsigned char body[CLT_WIRE_MOST];
    int fds[2]; /**< that came with it, or -1; the receiver's */
} clt_wire;

typedef struct clt_wire_start {
    uint64_t number, dim_count, memory; /**< memory: bytes that it may need; 0: no limit */
    uint64_t fingerprint;               /**< that its checkpoints must carry */
    uint64_t until;                     /**< of clt_attempt_task */
    uint32_t worker;                    /**< which of the workers the process is, from 0 */
    uint32_t reserved;
    uint32_t attempt;
    uint32_t fold;   /**< from 1; 0: all of the trial */
    uint32_t share;  /**< the process may run other trials after it */
    uint32_t sparse; /**< of clt_attempt_task */
} clt_wire_start;

typedef struct clt_wire_kill {
    int32_t signal, reserved;
} clt_wire_kill;

typedef struct clt_wire_ready {
    uint64_t train_rows, validation_rows, test_rows, metric_count;
    uint64_t folds; /**< that each trial has; 0: a hold-out */
} clt_wire_ready;

typedef struct clt_wire_started {
    int64_t pid;
} clt_wire_started;

typedef struct clt_wire_ended {
    int32_t status;      /**< as waitpid() gives it; -1: no process was to be had */
    int32_t error;       /**< errno where status is -1 */
    uint64_t peak_bytes; /**< most memory that it had, beyond what it began with; of all its
                              processes where they were over its limit */
    uint32_t over;       /**< its processes were killed because they were over its limit */
    uint32_t reserved;
} clt_wire_ended;

typedef struct clt_wire_epoch {
    uint64_t epoch, epochs, metric_count; /**< epochs: in all; 0: not known */
    uint64_t present; /**< bit i: the value of metric i is there; others are not looked at */
} clt_wire_epoch;

typedef struct clt_wire_result {
    uint32_t state, failure;
    uint64_t last_step, value_count;
    double seconds;
    uint32_t next; /**< a clt_wire_next */
    uint32_t reserved;
} clt_wire_result;

/** What a process does after a result. */
typedef enum clt_wire_next {
    CLT_WIRE_EXIT,   /**< it ends */
    CLT_WIRE_WAIT,   /**< it waits for another START at its own socket; without one it ends */
    CLT_WIRE_DIFFERS /**< it ends: the objective is not the same when evaluated again */
} clt_wire_next;

/** A piece of a message's body. */
typedef struct clt_wire_part {
    const void *bytes;
    size_t length;
} clt_wire_part;

/** What came of clt_wire_send_now(). */
typedef enum clt_wire_said {
    CLT_WIRE_SENT,
    CLT_WIRE_LATER, /**< there is no room for it now */
    CLT_WIRE_GONE   /**< the other end is */
} clt_wire_said;

/** Sends a message of up to three parts without waiting, whatever the descriptor does. sent: the
 *  time that it is to carry. fds: two descriptors to hand over, or NULL. */
clt_wire_said clt_wire_send_now(int fd, clt_wire_type type, uint64_t ticket, uint32_t sequence,
                                double sent, const clt_wire_part *parts, size_t part_count,
                                const int *fds);

/** The same with the time of the call, and waits until there is room. False when the other end is
 *  gone. */
bool clt_wire_send(int fd, clt_wire_type type, uint64_t ticket, uint32_t sequence,
                   const clt_wire_part *parts, size_t part_count, const int *fds);

/** What came of clt_wire_receive(). */
typedef enum clt_wire_got {
    CLT_WIRE_GOT,
    CLT_WIRE_NOTHING,
    CLT_WIRE_EOF,
    CLT_WIRE_GARBAGE
} clt_wire_got;

/** Takes one message; waits for it, or not, as the descriptor does. *sequence is the number that it
 * must carry, and rises. NOTHING: none is there (of a descriptor that does not block); GARBAGE: not
 * a message of ours. */
clt_wire_got clt_wire_receive(int fd, uint32_t *sequence, clt_wire *message);

/** The same without waiting, whatever the descriptor does. */
clt_wire_got clt_wire_receive_now(int fd, uint32_t *sequence, clt_wire *message);

/** Closes the descriptors that came with a message. */
void clt_wire_drop_descriptors(clt_wire *message);

/** The text at offset of a message's body, or NULL where it does not end within the body. *next
 *  is the offset behind its NUL. */
const char *clt_wire_text(const clt_wire *message, size_t offset, size_t *next);

#endif /* CLT_STUDY_WIRE_H */
