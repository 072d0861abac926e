#include "store.h"
#include "support.h"

#include "base/file.h"
#include "base/rng.h"

#include <stdio.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
enum { MUTANTS = 200 };
#else
enum { MUTANTS = 2000 };
#endif

enum { FILES = 3, TRIALS = 6 };

static const char *const ends[FILES] = {"", "-wal", "-shm"};

static void name_of(const test_place *p, int i, char name[128])
{
    (void)snprintf(name, 128, "%s%s", p->path, ends[i]);
}

static void load(const test_place *p, clt_str files[FILES])
{
    char name[128];
    clt_error err = {0};
    for (int i = 0; i < FILES; i++) {
        name_of(p, i, name);
        clt_file_read(name, 1 << 24, &files[i], &err);
        ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    }
}

/* The three files of a store whose run was killed: some trials in the database, some in the log. */
static void make(clt_str files[FILES])
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    for (uint64_t n = 0; n < TRIALS; n++) {
        if (n == TRIALS / 2) {
            clt_store_close(store);
            store = test_store_open(&p, CLT_STORE_WRITE);
        }
        ck_assert_int_eq(test_trial_store(store, study.id, n, 1, &err), CLT_OK);
    }
    load(&p, files);
    clt_store_close(store);
    test_place_remove(&p);
}

/* One to three places flipped, zeroed or filled, or the end cut off. */
static void mutate(clt_str *bytes, clt_rng *rng)
{
    enum { FLIP, ZERO, FILL, CUT, WAYS };
    static const size_t lengths[] = {1, 8, 512};
    for (uint64_t places = 1 + clt_rng_below(rng, 3); places > 0 && bytes->length > 0; places--) {
        size_t at = (size_t)clt_rng_below(rng, bytes->length);
        size_t n = lengths[clt_rng_below(rng, 3)];
        n = n < bytes->length - at ? n : bytes->length - at;
        switch (clt_rng_below(rng, WAYS)) {
        case FLIP:
            bytes->text[at] = (char)(bytes->text[at] ^ (1 << clt_rng_below(rng, 8)));
            break;
        case ZERO:
            memset(bytes->text + at, 0, n);
            break;
        case FILL:
            memset(bytes->text + at, (int)clt_rng_below(rng, 256), n);
            break;
        default:
            bytes->length = at;
        }
    }
}

static void save(const char *name, const clt_str *bytes)
{
    FILE *out = fopen(name, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(clt_str_text(bytes), 1, bytes->length, out), bytes->length);
    ck_assert_int_eq(fclose(out), 0);
}

/* Writes the files, one of them a mutant. */
static void plant(const test_place *p, const clt_str files[FILES], clt_rng *rng)
{
    static const int which[] = {0, 0, 0, 1, 2};
    char name[128];
    int mutant = which[clt_rng_below(rng, 5)];
    for (int i = 0; i < FILES; i++) {
        clt_str copy = {0};
        clt_str_add_bytes(&copy, files[i].text, files[i].length);
        if (i == mutant) {
            mutate(&copy, rng);
        }
        name_of(p, i, name);
        save(name, &copy);
        clt_str_finish(&copy);
    }
}

static void check_row(const clt_study_row *study, const clt_trial_row *row)
{
    bool ended_well = row->state == CLT_TRIAL_COMPLETE || row->state == CLT_TRIAL_PRUNED;
    ck_assert_int_le(row->state, CLT_TRIAL_FAILED);
    ck_assert_uint_ge(row->attempt, 1);
    ck_assert_uint_eq(row->value_count, ended_well ? study->goal_count : 0);
    ck_assert((row->state == CLT_TRIAL_FAILED) == (row->why != NULL));
    for (size_t i = 0; i < row->param_count; i++) {
        ck_assert(row->params[i].name != NULL && row->params[i].text != NULL);
    }
    for (size_t i = 0; i < row->curve_count; i++) {
        ck_assert_ptr_nonnull(row->curve[i].metric);
    }
}

/* Reads all that there is; every row that comes out makes sense. */
static clt_status read_all(clt_store *store, clt_arena *arena, clt_error *err)
{
    clt_study_summary *list;
    size_t count;
    clt_status status = clt_store_list(store, arena, &list, &count, err);
    for (size_t i = 0; i < count && status == CLT_OK; i++) {
        clt_trial_row *rows;
        size_t trials;
        clt_event *events;
        size_t event_count;
        ck_assert_uint_ge(list[i].study.goal_count, 1);
        status = clt_store_trials(store, list[i].study.id, true, arena, &rows, &trials, err);
        for (size_t t = 0; t < trials && status == CLT_OK; t++) {
            check_row(&list[i].study, &rows[t]);
        }
        status = status == CLT_OK
                     ? clt_store_events(store, list[i].study.id, arena, &events, &event_count, err)
                     : status;
    }
    return status;
}

/* A failure is one line about the file, and no lack of memory. */
static void check_line(const test_place *p, const clt_error *err)
{
    ck_assert_msg(strncmp(err->text, p->path, strlen(p->path)) == 0, "%s", err->text);
    ck_assert_msg(strstr(err->text, "memory") == NULL, "%s", err->text);
    ck_assert_ptr_null(strchr(err->text, '\n'));
}

/* Is it refused, or found to be damaged? */
static bool use(const test_place *p, clt_store_mode mode)
{
    clt_store *store;
    clt_arena arena = {0};
    clt_str findings = {0};
    clt_error err = {0};
    clt_status status = clt_sqlite_open(p->path, mode, &store, &err);
    if (status == CLT_OK && mode == CLT_STORE_WRITE) {
        (void)test_trial_store(store, 1, TRIALS, 1, &err);
    } else if (status == CLT_OK && (status = read_all(store, &arena, &err)) == CLT_OK) {
        status = clt_store_verify(store, &findings, &err);
    }
    if (err.status != CLT_OK) {
        check_line(p, &err);
    }
    bool found = status != CLT_OK || findings.length > 0;
    clt_str_finish(&findings);
    clt_arena_finish(&arena);
    clt_store_close(store);
    return found;
}

START_TEST(no_mutant_of_a_store_does_harm)
{
    test_place p;
    clt_str files[FILES] = {{0}}, before = {0}, after = {0};
    clt_rng rng;
    clt_error err = {0};
    int found = 0;
    make(files);
    test_place_make_fast(&p);
    clt_rng_init(&rng, 1, "mutants", 0);
    for (int i = 0; i < MUTANTS; i++) {
        plant(&p, files, &rng);
        clt_file_read(p.path, 1 << 24, &before, &err);
        found += use(&p, CLT_STORE_READ);
        clt_file_read(p.path, 1 << 24, &after, &err); /* a reader has changed nothing */
        ck_assert_uint_eq(before.length, after.length);
        ck_assert(before.length == 0 || memcmp(before.text, after.text, after.length) == 0);
        (void)use(&p, CLT_STORE_WRITE);
    }
    ck_assert_msg(found > MUTANTS / 10 && found < MUTANTS, "%d", found);
    for (int i = 0; i < FILES; i++) {
        clt_str_finish(&files[i]);
    }
    clt_str_finish(&before);
    clt_str_finish(&after);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN("mutants", no_mutant_of_a_store_does_harm)
