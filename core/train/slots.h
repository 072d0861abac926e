/**
 * @file train/slots.h
 * @brief Two files that take turns, so that a process that dies at any moment leaves a whole one.
 *
 * A slot is written beside its name, flushed to the disk and renamed; the older of the two is the
 * next to be replaced. What is read must carry the fingerprint of what is to be continued and a
 * CRC-32C that agrees: the newest such slot counts, else the other, else there is none.
 *
 *   slot: magic, fingerprint, serial, length, crc of the payload and of the four fields; payload
 */
#ifndef CLT_TRAIN_SLOTS_H
#define CLT_TRAIN_SLOTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A pair of slots. Set path, fingerprint and attempt; zero the rest. */
typedef struct clt_slots {
    const char *path;     /**< "<path>.a" and "<path>.b"; its folder is made when it is wanted */
    uint64_t fingerprint; /**< of what the content belongs to */
    uint32_t attempt;     /**< tells the unfinished files of several writers apart */
    uint32_t next;        /**< the slot to write: 0 or 1 */
} clt_slots;

/** A slot that is being written. */
typedef struct clt_slot_writer {
    int fd;
    uint32_t crc;
    uint64_t length;
    bool failed;
} clt_slot_writer;

/** A payload that was read; a mapping of the file. */
typedef struct clt_slot {
    const unsigned char *bytes;
    uint64_t size, serial;
    void *map;
    size_t map_size;
} clt_slot;

/** Reads the slot of the highest serial below `below` that is whole; false where there is none. The
 *  slot that it is not is the next to be written. */
bool clt_slots_read(clt_slots *slots, uint64_t below, clt_slot *slot);

/** Forgets what was read; does nothing for a zeroed slot. */
void clt_slot_finish(clt_slot *slot);

/** Writes a slot whose payload comes from put(). CLT_IO where it could not; the other slot is
 *  untouched. */
clt_status clt_slots_write(clt_slots *slots, uint64_t serial,
                           void (*put)(void *ctx, clt_slot_writer *writer), void *ctx,
                           clt_error *err);

/** Appends n bytes to the slot; for put(). */
void clt_slot_add(clt_slot_writer *writer, const void *bytes, size_t n);

/** Removes both slots and what attempts up to `attempts` left unfinished. */
void clt_slots_remove(const char *path, uint32_t attempts);

#endif /* CLT_TRAIN_SLOTS_H */
