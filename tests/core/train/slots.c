#include "train/slots.h"
#include "support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A pair of slots in a folder of its own. */
typedef struct fixture {
    char folder[64], path[96];
    clt_slots slots;
} fixture;

static void set_up(fixture *f)
{
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/collet-slots-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof f->path, "%s/new/7", f->folder);
    f->slots = (clt_slots){.path = f->path, .fingerprint = 42, .attempt = 1};
}

static void tear_down(fixture *f)
{
    char folder[96];
    clt_slots_remove(f->path, 1);
    (void)snprintf(folder, sizeof folder, "%s/new", f->folder);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing was left in it */
    ck_assert_int_eq(rmdir(f->folder), 0);
}

static void put_text(void *ctx, clt_slot_writer *writer)
{
    const char *text = ctx;
    clt_slot_add(writer, text, 2); /* in two pieces */
    clt_slot_add(writer, text + 2, strlen(text) - 2);
}

static void write_text(fixture *f, uint64_t serial, char *text)
{
    clt_error err = {0};
    ck_assert_int_eq(clt_slots_write(&f->slots, serial, put_text, text, &err), CLT_OK);
}

/* The newest below `below`, as a text; "" where there is none. */
static const char *read_text(fixture *f, uint64_t below)
{
    static char text[64];
    clt_slot slot;
    memset(text, 0, sizeof text);
    if (clt_slots_read(&f->slots, below, &slot)) {
        ck_assert_uint_lt(slot.size, sizeof text);
        memcpy(text, slot.bytes, slot.size);
        clt_slot_finish(&slot);
    }
    return text;
}

static void damage(const fixture *f, char which, long at, bool cut)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s.%c", f->path, which);
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    if (cut) {
        ck_assert_int_eq(ftruncate(fileno(file), at), 0);
    } else {
        ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
        int c = fgetc(file);
        ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
        ck_assert_int_ne(fputc(c ^ 1, file), EOF);
    }
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(the_newest_counts_and_the_last_two_are_kept)
{
    fixture f;
    set_up(&f);
    ck_assert_str_eq(read_text(&f, UINT64_MAX), "");
    write_text(&f, 1, "one");
    write_text(&f, 2, "two");
    write_text(&f, 3, "three");
    ck_assert_str_eq(read_text(&f, UINT64_MAX), "three");
    ck_assert_str_eq(read_text(&f, 3), "two");
    ck_assert_str_eq(read_text(&f, 2), "");
    tear_down(&f);
}
END_TEST

START_TEST(what_is_written_after_a_restart_replaces_the_older)
{
    fixture f;
    set_up(&f);
    write_text(&f, 1, "one");
    write_text(&f, 2, "two");
    f.slots.next = 0;
    ck_assert_str_eq(read_text(&f, UINT64_MAX), "two");
    write_text(&f, 3, "three");
    ck_assert_str_eq(read_text(&f, 3), "two");
    tear_down(&f);
}
END_TEST

START_TEST(any_damaged_byte_or_cut_leaves_the_other_slot)
{
    enum { HEAD = 40, PAYLOAD = 5 };
    for (long at = 0; at < HEAD + PAYLOAD; at++) {
        for (int cut = 0; cut < 2; cut++) {
            fixture f;
            set_up(&f);
            write_text(&f, 1, "older");
            write_text(&f, 2, "newer");
            damage(&f, 'b', at, cut != 0);
            ck_assert_str_eq(read_text(&f, UINT64_MAX), "older");
            damage(&f, 'a', at, cut != 0);
            ck_assert_str_eq(read_text(&f, UINT64_MAX), "");
            tear_down(&f);
        }
    }
}
END_TEST

START_TEST(what_belongs_to_another_trial_is_not_looked_at)
{
    fixture f;
    set_up(&f);
    write_text(&f, 1, "one");
    f.slots.fingerprint = 43;
    ck_assert_str_eq(read_text(&f, UINT64_MAX), "");
    tear_down(&f);
}
END_TEST

static void put_half(void *ctx, clt_slot_writer *writer)
{
    put_text(ctx, writer);
    writer->failed = true; /* as when the disk is full */
}

START_TEST(a_write_that_fails_touches_neither_slot_and_leaves_no_file)
{
    fixture f;
    clt_error err = {0};
    set_up(&f);
    write_text(&f, 1, "one");
    write_text(&f, 2, "two");
    ck_assert_int_eq(clt_slots_write(&f.slots, 3, put_half, "three", &err), CLT_IO);
    ck_assert_str_eq(read_text(&f, UINT64_MAX), "two");
    ck_assert_str_eq(read_text(&f, 2), "one");
    tear_down(&f);
}
END_TEST

TEST_MAIN("slots", the_newest_counts_and_the_last_two_are_kept,
          what_is_written_after_a_restart_replaces_the_older,
          any_damaged_byte_or_cut_leaves_the_other_slot,
          what_belongs_to_another_trial_is_not_looked_at,
          a_write_that_fails_touches_neither_slot_and_leaves_no_file)
