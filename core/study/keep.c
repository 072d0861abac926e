#include "study/keep.h"

#include "base/hash.h"
#include "study/change.h"
#include "train/slots.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

uint64_t clt_keep_key(const clt_plan *plan, const clt_study_row *study)
{
    uint64_t hash = clt_hash_text(CLT_HASH_START, COLLET_VERSION);
    hash = clt_hash_text(hash, study->name);
    hash = clt_hash_u64(hash, (uint64_t)study->created_ms);
    hash = clt_hash_text(hash, clt_change_origin(study->identity));
    hash = clt_hash_u64(hash, study->seed);
    for (size_t i = 0; i < plan->component_count; i++) {
        const collet_unit *unit = plan->components[i].unit;
        if (unit != NULL) {
            hash = clt_hash_text(clt_hash_text(hash, unit->id), unit->version);
            hash = clt_hash_u64(hash, unit->state_version);
        }
    }
    return hash;
}

void clt_keep_path(const clt_keep *keep, uint64_t number, uint32_t fold, char path[CLT_KEEP_PATH])
{
    char of[16] = "";
    if (fold > 0) {
        (void)snprintf(of, sizeof of, ".%u", fold);
    }
    int n = snprintf(path, CLT_KEEP_PATH, "%s/%lld-%llu%s", keep->folder, (long long)keep->study,
                     (unsigned long long)number, of);
    if (n < 0 || n >= CLT_KEEP_PATH - 16) { /* slots add to it */
        path[0] = '\0';
    }
}

uint64_t clt_keep_fingerprint(const clt_keep *keep, uint32_t fold, const double *x,
                              size_t dim_count)
{
    return keep != NULL ? clt_hash_u64(clt_hash_bytes(keep->key, x, dim_count * sizeof *x), fold)
                        : 0;
}

void clt_keep_drop(const clt_keep *keep, uint64_t number, uint32_t fold, uint32_t attempts)
{
    char path[CLT_KEEP_PATH];
    if (keep->folder != NULL && access(keep->folder, F_OK) == 0) {
        clt_keep_path(keep, number, fold, path);
        clt_slots_remove(path, attempts);
    }
}

/* Does the file belong to a trial that will run again? Other studies' files are theirs. */
static bool is_wanted(const clt_keep *keep, const char *name, const clt_trial_row *rows,
                      size_t count)
{
    long long study;
    unsigned long long number;
    if (sscanf(name, "%lld-%llu.", &study, &number) != 2 || study != keep->study) {
        return true;
    }
    return number < count &&
           (rows[number].state == CLT_TRIAL_RUNNING || rows[number].state == CLT_TRIAL_PAUSED);
}

void clt_keep_sweep(const clt_keep *keep, const clt_trial_row *rows, size_t count)
{
    DIR *folder = keep->folder != NULL ? opendir(keep->folder) : NULL;
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (!is_wanted(keep, entry->d_name, rows, count)) {
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

void clt_keep_finish(const clt_keep *keep)
{
    if (keep->folder != NULL) {
        (void)rmdir(keep->folder);
    }
}
