#include "store/optuna.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

clt_status clt_optuna_read(const char *path, clt_optuna_file *file, clt_error *err)
{
    char head[16] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : -1;
    int cause = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (n < 0) {
        return clt_fail(err, CLT_BAD_INPUT, "%s: cannot be read: %s", path, strerror(cause));
    }
    if (n == (ssize_t)sizeof head && memcmp(head, "SQLite format 3", sizeof head) == 0) {
        file->kind = "SQLite";
        return clt_optuna_read_sqlite(path, file, err);
    }
    if (n > 0 && head[0] == '{') {
        file->kind = "journal";
        return clt_optuna_read_journal(path, file, err);
    }
    return clt_fail(err, CLT_BAD_INPUT,
                    "%s: neither an SQLite file nor a journal of Optuna (one JSON object a line)",
                    path);
}

void clt_optuna_finish(clt_optuna_file *file)
{
    for (size_t s = 0; s < file->studies.count; s++) {
        clt_optuna_study *study = file->studies.items[s];
        for (size_t t = 0; t < study->trials.count; t++) {
            CLT_VEC_FINISH(&study->trials.items[t]->params);
            CLT_VEC_FINISH(&study->trials.items[t]->steps);
        }
        CLT_VEC_FINISH(&study->trials);
    }
    CLT_VEC_FINISH(&file->studies);
    clt_arena_finish(&file->arena);
    *file = (clt_optuna_file){0};
}

clt_optuna_study *clt_optuna_add_study(clt_optuna_file *file, const char *name, size_t goals)
{
    clt_optuna_study *study = clt_arena_alloc(&file->arena, sizeof *study);
    if (study == NULL) {
        return NULL;
    }
    study->name = clt_arena_copy(&file->arena, name);
    study->maximize = clt_arena_array(&file->arena, goals + 1, sizeof *study->maximize);
    study->goal_count = goals;
    return study->name != NULL && study->maximize != NULL && CLT_PUSH(&file->studies, study) ? study
                                                                                             : NULL;
}

clt_optuna_trial *clt_optuna_add_trial(clt_optuna_file *file, clt_optuna_study *study)
{
    clt_optuna_trial *trial = clt_arena_alloc(&file->arena, sizeof *trial);
    return trial != NULL && CLT_PUSH(&study->trials, trial) ? trial : NULL;
}

bool clt_optuna_set_step(clt_optuna_trial *trial, int64_t step, double value)
{
    size_t i = trial->steps.count;
    while (i > 0 && trial->steps.items[i - 1].step > step) {
        i--;
    }
    if (i > 0 && trial->steps.items[i - 1].step == step) {
        trial->steps.items[i - 1].value = value;
        return true;
    }
    if (!CLT_PUSH(&trial->steps, (clt_optuna_step){step, value})) {
        return false;
    }
    memmove(trial->steps.items + i + 1, trial->steps.items + i,
            (trial->steps.count - 1 - i) * sizeof *trial->steps.items);
    trial->steps.items[i] = (clt_optuna_step){step, value};
    return true;
}

int64_t clt_optuna_date(const char *text)
{
    struct tm parts = {.tm_isdst = -1};
    int micros = 0, fraction = 0;
    char between;
    if (text == NULL ||
        sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &between, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &fraction) != 7) {
        return 0;
    }
    if (text[fraction] == '.') {
        (void)sscanf(text + fraction, ".%6d", &micros);
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    time_t seconds = mktime(&parts);
    return seconds < 0 ? 0 : (int64_t)seconds * 1000 + micros / 1000;
}
