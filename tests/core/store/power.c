#include "disk.h"
#include "store.h"
#include "support.h"

#include <stdio.h>
#include <unistd.h>

/* A study that is stored on a disk whose power may go before any of its calls. */
typedef struct outage {
    test_place place, found; /* the store; what a cut leaves */
    test_disk *disk;
    uint64_t begun, acknowledged, cuts;
    size_t least; /* trials that the store had from the start */
    bool busy;    /* looking at what a cut left */
} outage;

static void empty(const test_place *p)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-lock"};
    char name[128];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", p->path, ends[i]);
        (void)unlink(name);
    }
}

/* The power goes: what is found opens, is sound, and has every trial that was acknowledged. */
static void cut(void *ctx)
{
    outage *o = ctx;
    if (o->acknowledged == 0 || o->busy) {
        return;
    }
    o->busy = true;
    test_disk_cut(o->disk, o->found.folder, ++o->cuts);
    clt_store *store = test_store_open(&o->found, CLT_STORE_READ);
    size_t there = test_store_check(store, "one", o->acknowledged);
    ck_assert_uint_ge(there, o->begun);
    clt_store_close(store);
    empty(&o->found);
    o->busy = false;
}

static void set_up(outage *o, const char *sql_file)
{
    *o = (outage){0};
    test_place_make_fast(&o->place);
    test_place_make_fast(&o->found);
    if (sql_file != NULL) {
        test_store_load(o->place.path, sql_file);
    }
    o->disk = test_disk_create(o->place.folder);
}

static void tear_down(outage *o)
{
    test_disk_destroy(o->disk);
    test_place_remove(&o->place);
    test_place_remove(&o->found);
}

static void store_trial(outage *o, clt_store *store, int64_t study, uint64_t number)
{
    clt_error err = {0};
    double values[2];
    clt_trial_row trial = test_trial(number, 1, values);
    ck_assert_int_eq(clt_store_begin(store, study, &trial, &err), CLT_OK);
    o->begun = number + 1;
    ck_assert_int_eq(clt_store_finish(store, study, &trial, &err), CLT_OK);
    o->acknowledged = number + 1;
}

START_TEST(a_power_cut_before_any_call_loses_nothing_acknowledged)
{
    enum { RUNS = 3, HERE = 5 };
    outage o;
    int64_t id = 0;
    set_up(&o, NULL);
    test_disk_watch(o.disk, cut, &o);
    for (uint64_t run = 0; run < RUNS; run++) {
        clt_store *store = test_store_open(&o.place, CLT_STORE_WRITE);
        id = run == 0 ? test_study_add(store, "one").id : id;
        for (uint64_t i = 0; i < HERE; i++) {
            store_trial(&o, store, id, run * HERE + i);
        }
        clt_store_close(store); /* the log is copied, and goes */
    }
    ck_assert_uint_gt(o.cuts, (uint64_t)RUNS * HERE * 4);
    tear_down(&o);
}
END_TEST

/* As the one above, while the log is copied into the database with transactions following. */
START_TEST(a_power_cut_while_the_log_is_copied_loses_nothing)
{
    outage o;
    set_up(&o, NULL);
    clt_store *store = test_store_open(&o.place, CLT_STORE_WRITE);
    int64_t id = test_study_add(store, "one").id;
    clt_error err = {0};
    store_trial(&o, store, id, 0);
    while (test_store_size(o.place.path, "-wal") < 995 * 4096) { /* until it is nearly due */
        ck_assert_int_eq(clt_store_add_event(store, id, (clt_event){false, 0}, &err), CLT_OK);
    }
    long long before = test_store_size(o.place.path, "");
    test_disk_watch(o.disk, cut, &o);
    for (uint64_t number = 1; number < 5; number++) {
        store_trial(&o, store, id, number);
    }
    ck_assert_int_gt(test_store_size(o.place.path, ""), before);
    clt_store_close(store);
    tear_down(&o);
}
END_TEST

/* A migration is one transaction. */
static void cut_migration(void *ctx)
{
    outage *o = ctx;
    if (o->busy) {
        return;
    }
    o->busy = true;
    test_disk_cut(o->disk, o->found.folder, ++o->cuts);
    clt_store *store = test_store_open(&o->found, CLT_STORE_WRITE);
    clt_arena arena = {0};
    clt_study_summary *rows;
    size_t count;
    clt_error err = {0};
    ck_assert_int_eq(clt_store_list(store, &arena, &rows, &count, &err), CLT_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(rows[0].complete + rows[0].failed + rows[0].running, o->least);
    clt_store_close(store);
    clt_arena_finish(&arena);
    empty(&o->found);
    o->busy = false;
}

START_TEST(a_power_cut_during_a_migration_loses_nothing)
{
    outage o;
    set_up(&o, SOURCE "/tests/fixtures/store/schema-1.sql");
    o.least = 6;
    test_disk_watch(o.disk, cut_migration, &o);
    clt_store_close(test_store_open(&o.place, CLT_STORE_WRITE));
    ck_assert_uint_gt(o.cuts, 10);
    tear_down(&o);
}
END_TEST

/* A study of a few trials that goes on after each failure. */
typedef struct task {
    const test_place *place;
    clt_store *store; /* NULL: to be opened */
    int64_t id;       /* of the study; 0: to be found or added */
    uint64_t done;    /* acknowledged */
    uint32_t attempt;
} task;

enum { TRIALS = 5 };

static clt_status find_study(task *t, clt_error *err)
{
    clt_arena arena = {0};
    clt_study_summary *rows;
    size_t count = 0;
    clt_status status = clt_store_list(t->store, &arena, &rows, &count, err);
    if (status == CLT_OK && count > 0) {
        ck_assert_uint_ge(rows[0].complete, t->done);
        t->id = rows[0].study.id;
        t->done = rows[0].complete;
    }
    clt_arena_finish(&arena);
    return status;
}

static clt_status add_study(task *t, clt_error *err)
{
    static const clt_goal goals[] = {{.metric = "accuracy", .maximize = true}, {.metric = "loss"}};
    clt_study_row study = {.name = "one",
                           .experiment = "",
                           .source = "",
                           .identity = "",
                           .environment = "",
                           .goals = goals,
                           .goal_count = 2};
    clt_status status = clt_store_add_study(t->store, &study, err);
    t->id = status == CLT_OK ? study.id : 0;
    return status;
}

static clt_status step(task *t, clt_error *err)
{
    if (t->store == NULL) {
        t->id = 0;
        return clt_sqlite_open(t->place->path, CLT_STORE_WRITE, &t->store, err) == CLT_OK
                   ? find_study(t, err)
                   : err->status;
    }
    if (t->id == 0) {
        return add_study(t, err);
    }
    clt_status status = test_trial_store(t->store, t->id, t->done, t->attempt, err);
    t->done += status == CLT_OK;
    return status;
}

/* From the call on that has that number, calls fail, until one step of the study has; then the disk
 * is well again. Did a step fail? */
static bool survive(test_fault fault, uint64_t from)
{
    test_place place;
    bool failed = false;
    test_place_make_fast(&place);
    test_disk *disk = test_disk_create(place.folder);
    task t = {.place = &place, .attempt = 1};
    test_disk_fail(disk, fault, from);
    while (t.done < TRIALS) {
        clt_error err = {0};
        if (step(&t, &err) == CLT_OK) {
            continue;
        }
        ck_assert_msg(!failed && err.status == CLT_IO, "call %d: %s", (int)from, err.text);
        ck_assert(t.store == NULL || clt_store_is_full(t.store) == (fault == TEST_FAULT_FULL));
        failed = true;
        t.attempt++;
        test_disk_fail(disk, TEST_FAULT_NONE, 0);
        if (fault == TEST_FAULT_SYNC) { /* what is on the disk is unknown: begin anew */
            clt_store_close(t.store);
            t.store = NULL;
        }
    }
    clt_store_close(t.store);
    t.store = test_store_open(&place, CLT_STORE_READ);
    ck_assert_uint_eq(test_store_check(t.store, "one", TRIALS), TRIALS);
    clt_store_close(t.store);
    test_disk_destroy(disk);
    test_place_remove(&place);
    return failed;
}

START_TEST(a_disk_that_is_full_from_any_call_on_is_waited_for)
{
    uint64_t from = 1;
    while (survive(TEST_FAULT_FULL, from)) {
        from++;
    }
    ck_assert_uint_gt(from, TRIALS * 2 * 2);
}
END_TEST

START_TEST(what_could_not_be_synchronised_is_not_acknowledged)
{
    uint64_t from = 1;
    while (survive(TEST_FAULT_SYNC, from)) {
        from++;
    }
    ck_assert_uint_gt(from, TRIALS * 2);
}
END_TEST

TEST_MAIN("power", a_power_cut_before_any_call_loses_nothing_acknowledged,
          a_power_cut_while_the_log_is_copied_loses_nothing,
          a_power_cut_during_a_migration_loses_nothing,
          a_disk_that_is_full_from_any_call_on_is_waited_for,
          what_could_not_be_synchronised_is_not_acknowledged)
