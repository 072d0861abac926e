/* Files of named arrays (train/safetensors): every array lies within the file, or one line. */
#include "fuzz.h"

#include "train/safetensors.h"

static void look_at(const clt_tensors *file)
{
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < file->tensors.count; i++) {
        const clt_tensor *t = &file->tensors.items[i];
        const uint8_t *bytes = t->bytes;
        fuzz_require(t->axes <= CLT_MOST_AXES, "an array has no more axes than it can have");
        for (uint64_t k = 0; k < t->size; k++) {
            sum = (uint8_t)(sum + bytes[k]);
        }
        fuzz_require(clt_tensors_find(file, t->name) != NULL, "an array is found by its name");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    clt_tensors file = {0};
    clt_error err = {0};
    clt_str_add_bytes(&file.file, (const char *)data, size);
    clt_status status = clt_tensors_parse(&file, "input", &err);
    fuzz_check_error(status, &err);
    if (status == CLT_OK) {
        look_at(&file);
    }
    clt_tensors_finish(&file);
    return 0;
}
