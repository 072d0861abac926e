/* Files of Optuna, SQLite or journals: read, turned into one of our studies, and stored. */
#include "fuzz.h"

#include "store/optuna.h"

static void convert(const clt_optuna_file *file, const clt_optuna_study *study)
{
    clt_arena arena = {0};
    clt_error err = {0};
    clt_optuna_import import = {0};
    clt_status status =
        clt_optuna_convert(file, study, "input", study->name, NULL, &arena, &import, &err);
    fuzz_check_error(status, &err);
    clt_str_finish(&import.notes);
    clt_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    clt_optuna_file file = {0};
    clt_error err = {0};
    clt_status status = clt_optuna_read(fuzz_file("input", data, size), &file, &err);
    fuzz_check_error(status, &err);
    for (size_t i = 0; status == CLT_OK && i < file.studies.count && i < 4; i++) {
        if (file.studies.items[i]->name != NULL) {
            convert(&file, file.studies.items[i]);
        }
    }
    clt_optuna_finish(&file);
    return 0;
}
