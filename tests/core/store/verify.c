#include "store.h"
#include "support.h"

#include <sqlite3.h>
#include <string.h>

/* What is done to a store of two sound trials, what --verify says of it, and whether the trials are
 * handed out all the same. */
static const struct {
    const char *sql, *finding;
    bool readable;
} damages[] = {
    {"UPDATE trial SET number = 5 WHERE number = 1; UPDATE param SET number = 5 WHERE number = 1;"
     "UPDATE value SET number = 5 WHERE number = 1; UPDATE curve SET number = 5 WHERE number = 1",
     "study one has 2 trials numbered up to 5\n", true},
    {"DELETE FROM goal", "study one has no goal\n", false},
    {"DELETE FROM value WHERE number = 1",
     "study one, trial 1: complete, pruned or paused, with 0 values\n", false},
    {"DELETE FROM value WHERE number = 1 AND position = 1",
     "study one, trial 1: complete, pruned or paused, with 1 values\n", false},
    {"UPDATE trial SET state = 0 WHERE number = 1",
     "study one, trial 1: neither complete, pruned nor paused, and has values\n", false},
    {"UPDATE trial SET state = 3 WHERE number = 1",
     "study one, trial 1: state 3, attempt 1, failure 0\n", false},
    {"UPDATE trial SET state = 77 WHERE number = 1",
     "study one, trial 1: state 77, attempt 1, failure 0\n", false},
    {"UPDATE trial SET state = -1 WHERE number = 1",
     "study one, trial 1: state -1, attempt 1, failure 0\n", false},
    {"UPDATE trial SET attempt = 0 WHERE number = 1",
     "study one, trial 1: state 1, attempt 0, failure 0\n", false},
    {"UPDATE trial SET why = 'x' WHERE number = 1",
     "study one, trial 1: state 1, attempt 1, failure 0\n", false},
    {"UPDATE curve SET step = 3 WHERE number = 1 AND position = 0",
     "study one, trial 1: its curve goes back at position 1\n", true},
    {"DELETE FROM curve WHERE number = 1 AND position = 1",
     "study one, trial 1: rows of table curve are missing\n", false},
    {"DELETE FROM param WHERE number = 0 AND position = 0",
     "study one, trial 0: rows of table param are missing\n", false},
    {"INSERT INTO param SELECT study, 9, 0, name, text, value FROM param LIMIT 1",
     "a row of table param belongs to nothing\n", false},
    {"INSERT INTO value SELECT 44, number, position, value FROM value",
     "a row of table value belongs to nothing\n", true},
    {"INSERT INTO event VALUES (1, 1, 0, 0), (1, 3, 0, 0)",
     "study one: rows of table event are missing\n", true},
    {"INSERT INTO event VALUES (1, 1, 0, 7)", "study one: its log names trial 7\n", true},
    {"INSERT INTO fold VALUES (1, 1, 2, 0.5)",
     "study one, trial 1: not under way, and has folds by themselves\n", true},
    {"INSERT INTO fold VALUES (1, 1, 2, 0.5);"
     "INSERT INTO fold_curve VALUES (1, 1, 2, 1, 1, 'loss@2', 0)",
     "study one, trial 1: rows of fold 2 are missing\n", true},
    {"UPDATE trial SET wish = 2 WHERE number = 1",
     "study one, trial 1: it is wish 2, which there is not\n", true},
    {"UPDATE trial SET twin = 2 WHERE number = 1",
     "study one, trial 1: its result is that of trial 1\n", true},
    {"INSERT INTO wish VALUES (1, 1, 'x = 1', 0), (1, 3, 'x = 2', 0)",
     "study one: rows of table wish are missing\n", true},
    {"INSERT INTO edit VALUES (1, 1, 0, 1, 9, 2, 'complete')",
     "study one: entry 1 of table edit makes no sense\n", true},
    {"INSERT INTO ancestor VALUES (1, 1, 1, 0, 'other, trial 3')",
     "study one: rows of table ancestor are missing\n", true},
    {"CREATE TRIGGER t AFTER INSERT ON trial BEGIN DELETE FROM trial; END",
     "trigger t is not of collet\n", true},
    {"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'curve'", "",
     false},
};

static void make_sound(const test_place *p)
{
    clt_error err = {0};
    clt_store *store = test_store_open(p, CLT_STORE_WRITE);
    clt_study_row study = test_study_add(store, "one");
    ck_assert_int_eq(test_trial_store(store, study.id, 0, 1, &err), CLT_OK);
    ck_assert_int_eq(test_trial_store(store, study.id, 1, 1, &err), CLT_OK);
    clt_store_close(store);
}

/* Finds the study and reads its trials, as show does. */
static clt_status read_trials(clt_store *store, clt_error *err)
{
    clt_arena arena = {0};
    clt_study_row study;
    clt_trial_row *rows;
    size_t count;
    bool found;
    clt_status status = clt_store_find_study(store, "one", &arena, &found, &study, err);
    if (status == CLT_OK) {
        ck_assert(found);
        status = clt_store_trials(store, study.id, true, &arena, &rows, &count, err);
    }
    clt_arena_finish(&arena);
    return status;
}

START_TEST(each_kind_of_damage_has_its_line)
{
    test_place p;
    clt_str findings = {0};
    clt_error err = {0};
    test_place_make_fast(&p);
    make_sound(&p);
    test_store_sql(p.path, damages[_i].sql);
    clt_store *store = test_store_open(&p, CLT_STORE_READ);
    clt_status status = clt_store_verify(store, &findings, &err);
    ck_assert_msg(strstr(clt_str_text(&findings), damages[_i].finding) != NULL, "%s: found: %s%s",
                  damages[_i].sql, clt_str_text(&findings), err.text);
    ck_assert(findings.length > 0 || (status == CLT_NO_STORE && strstr(err.text, "damaged")));
    err = (clt_error){0};
    status = read_trials(store, &err);
    ck_assert_msg((status == CLT_OK) == damages[_i].readable, "%s: %s", damages[_i].sql, err.text);
    ck_assert(damages[_i].readable || strstr(err.text, "damaged") != NULL);
    clt_store_close(store);
    clt_str_finish(&findings);
    test_place_remove(&p);
}
END_TEST

START_TEST(triggers_of_others_do_not_run)
{
    test_place p;
    clt_error err = {0};
    test_place_make_fast(&p);
    make_sound(&p);
    test_store_sql(p.path, "CREATE TRIGGER t AFTER INSERT ON trial BEGIN DELETE FROM curve; END");
    clt_store *store = test_store_open(&p, CLT_STORE_WRITE);
    ck_assert_int_eq(test_trial_store(store, 1, 2, 1, &err), CLT_OK);
    ck_assert_int_eq(read_trials(store, &err), CLT_OK);
    clt_store_close(store);
    test_store_sql(p.path, "DROP TRIGGER t");
    store = test_store_open(&p, CLT_STORE_READ);
    ck_assert_uint_eq(test_store_check(store, "one", 3), 3);
    clt_store_close(store);
    test_place_remove(&p);
}
END_TEST

TEST_MAIN_LOOPS("verify",
                {each_kind_of_damage_has_its_line, (int)(sizeof damages / sizeof damages[0])},
                {triggers_of_others_do_not_run, 1})
