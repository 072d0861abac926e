/*
 * A search in a program of your own: the minimum of Branin's function, which is 0.397887.
 *
 *     cc branin.c -o branin $(pkg-config --cflags --libs collet) -lm && ./branin
 */
#include <collet/study.h>

#include <math.h>
#include <stdio.h>

static const char *const experiment = "[study]\nminimize = value\ntrials = 200\n"
                                      "[params]\nx = real(-5, 10)\ny = real(0, 15)\n"
                                      "[sampler]\nuse = random\n";

int main(void)
{
    collet_study *study;
    uint64_t id;
    int32_t status = collet_study_from_text(experiment, NULL, &study);
    while (status == COLLET_STUDY_OK &&
           (status = collet_study_ask(study, &id)) == COLLET_STUDY_OK) {
        const double *p = collet_study_point(study, id), pi = acos(-1);
        double bow = p[1] - 5.1 / (4 * pi * pi) * p[0] * p[0] + 5 / pi * p[0] - 6;
        double value = bow * bow + 10 * (1 - 1 / (8 * pi)) * cos(p[0]) + 10;
        status = collet_study_tell(study, id, COLLET_STUDY_COMPLETE, &value, 1);
    }
    if (status != COLLET_STUDY_DONE || collet_study_best(study, &id) != COLLET_STUDY_OK) {
        fprintf(stderr, "branin: %s\n", collet_study_error(study));
        return 1;
    }
    const double *p = collet_study_point(study, id);
    printf("trial %llu: %.4f at x = %.3f, y = %.3f\n", (unsigned long long)id,
           collet_study_values(study, id)[0], p[0], p[1]);
    collet_study_destroy(study);
    return 0;
}
