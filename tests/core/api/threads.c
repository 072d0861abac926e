/* Collet starts no thread, and promises to who does: different studies may be used by different
 * threads, and a unit may say what is wrong from any of its own. Preset tsan looks on. */
#include "support.h"

#include <collet/study.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, TRIALS = 40 };

/* One study, and what came of it. */
typedef struct job {
    const char *sampler;
    double sum; /* of all points */
    char error[256];
} job;

static bool run_trial(collet_study *study, double *sum)
{
    uint64_t id;
    if (collet_study_ask(study, &id) != COLLET_STUDY_OK) {
        return false;
    }
    const double *x = collet_study_point(study, id);
    double value = x[0] * x[0] + x[1];
    *sum += x[0] + x[1];
    return collet_study_tell(study, id, COLLET_STUDY_COMPLETE, &value, 1) == COLLET_STUDY_OK;
}

static void *run_study(void *argument)
{
    job *j = argument;
    char text[256];
    collet_study *study;
    const collet_study_options options = {.struct_size = COLLET_SIZE(collet_study_options),
                                          .plugin_path = PLUGINS};
    (void)snprintf(text, sizeof text,
                   "[study]\nminimize = loss\nseed = 3\n[params]\nx = real(-1, 1)\n"
                   "y = real(1e-4, 1, log)\nkind = choice(a, b)\n[sampler]\nuse = %s\n",
                   j->sampler);
    bool good = collet_study_from_text(text, &options, &study) == COLLET_STUDY_OK;
    for (int t = 0; t < TRIALS && good; t++) {
        good = run_trial(study, &j->sum);
    }
    (void)snprintf(j->error, sizeof j->error, "%s", good ? "" : collet_study_error(study));
    collet_study_destroy(study);
    return NULL;
}

START_TEST(studies_in_threads_of_their_own_are_as_they_are_alone)
{
    static const char *const samplers[THREADS] = {"tpe", "gp", "random", "tpe"};
    job alone[THREADS] = {0}, beside[THREADS] = {0};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        alone[i].sampler = beside[i].sampler = samplers[i];
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_study, &beside[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        run_study(&alone[i]);
        ck_assert_str_eq(beside[i].error, "");
        ck_assert_str_eq(alone[i].error, "");
        ck_assert_msg(beside[i].sum == alone[i].sum, "%s: %.17g, alone %.17g", samplers[i],
                      beside[i].sum, alone[i].sum);
    }
}
END_TEST

static void *complain(void *argument)
{
    const collet_host *host = clt_host_table(argument);
    for (int i = 0; i < 1000; i++) {
        host->set_error(host->ctx, "something is wrong here");
    }
    return NULL;
}

START_TEST(a_unit_says_what_is_wrong_from_any_thread)
{
    clt_host host;
    pthread_t threads[THREADS];
    clt_host_init(&host, "model", "mine", NULL);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, complain, &host), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_str_eq(host.said, "something is wrong here");
}
END_TEST

TEST_MAIN("threads", studies_in_threads_of_their_own_are_as_they_are_alone,
          a_unit_says_what_is_wrong_from_any_thread)
