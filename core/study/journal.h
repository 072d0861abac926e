/**
 * @file study/journal.h
 * @brief What a run is about to write: collected, then made durable by one commit.
 *
 * Many trials that end close together cost one commit. Nothing is announced, and no trial
 * launched, before its commit has returned. A full disk is waited out.
 */
#ifndef CLT_STUDY_JOURNAL_H
#define CLT_STUDY_JOURNAL_H

#include "base/vec.h"
#include "study/store.h"

/** One write. */
typedef struct clt_write {
    enum {
        CLT_WRITE_BEGIN,
        CLT_WRITE_FOLD,
        CLT_WRITE_FINISH,
        CLT_WRITE_EVENT,
        CLT_WRITE_STRETCH
    } type;
    clt_trial_row trial; /**< its texts and arrays live in the arena */
    clt_event event;
    clt_stretch_row stretch;
} clt_write;

/** Writes that are pending. Zero it to start empty. */
typedef struct clt_journal {
    CLT_VEC(clt_write) writes;
    clt_arena arena; /**< of the rows; emptied with them */
} clt_journal;

/** Appends a write; false when memory ran out. */
bool clt_journal_add(clt_journal *journal, const clt_write *write);

/** Commits all of it. After a failure nothing of it is in the store and it is still pending. */
clt_status clt_journal_commit(const clt_journal *journal, clt_store *store, int64_t study,
                              clt_error *err);

/** Forgets the writes. */
void clt_journal_clear(clt_journal *journal);

/** Frees everything. */
void clt_journal_finish(clt_journal *journal);

#endif /* CLT_STUDY_JOURNAL_H */
