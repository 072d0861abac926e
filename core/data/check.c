#include "data/split.h"

#include <math.h>
#include <stdbool.h>

/* Larger than any data that fits a machine of today; keeps every product below 2^63. */
static const uint64_t MOST_ROWS = UINT32_MAX, MOST_FEATURES = 1u << 28;
static const uint64_t MOST_TOKENS = (uint64_t)1 << 40;

static const char *wrong_numbers(const collet_data *data)
{
    if (data->storage != COLLET_STORE_F32 && data->storage != COLLET_STORE_U8) {
        return "an unknown storage";
    }
    if (data->features == 0 || data->features > MOST_FEATURES || data->x == NULL) {
        return "no features";
    }
    if (data->form == COLLET_DATA_IMAGES &&
        (uint64_t)data->height * data->width * data->channels != data->features) {
        return "height x width x channels is not the number of features";
    }
    return isfinite(data->scale) && isfinite(data->shift) ? NULL : "a scale that is not finite";
}

static const char *wrong_tokens(const collet_data *data)
{
    if (data->features != 0 || data->x != NULL) {
        return "features beside tokens";
    }
    if (data->vocabulary == 0 || data->tokens == NULL || data->offsets == NULL) {
        return "no tokens, or no vocabulary";
    }
    return data->offsets[0] == 0 ? NULL : "tokens whose first sequence does not start at 0";
}

/* Errors and predictions are multiplied by the scale. */
static const char *wrong_scale(const collet_data *data)
{
    const bool has = COLLET_HAS(data, target_scale) && data->target_count > 0;
    if (!has || (data->target_scale == NULL && data->target_shift == NULL)) {
        return NULL;
    }
    if (data->target_scale == NULL || data->target_shift == NULL) {
        return "target_shift without target_scale, or the other way round";
    }
    for (uint32_t i = 0; i < data->target_count; i++) {
        if (!isfinite(data->target_shift[i])) {
            return "a target_shift that is not a finite number";
        }
        if (!isfinite(data->target_scale[i]) || data->target_scale[i] <= 0) {
            return "a target_scale that is not a finite number above 0";
        }
    }
    return NULL;
}

static const char *wrong_shape(const collet_data *data)
{
    if (data->rows == 0 || data->rows > MOST_ROWS) {
        return "no rows, or more than 4294967295";
    }
    if (data->test_rows >= data->rows) {
        return "test rows alone: there are none to train on";
    }
    if (data->form < COLLET_DATA_TABLE || data->form > COLLET_DATA_TOKENS) {
        return "a form of data that this version does not train on";
    }
    const char *wrong = data->form == COLLET_DATA_TOKENS ? wrong_tokens(data) : wrong_numbers(data);
    return wrong != NULL ? wrong : wrong_scale(data);
}

/* What is to be predicted. */
static const char *wrong_goal(const collet_data *data)
{
    if (data->classes > 0 ? data->labels == NULL || data->classes < 2
                          : data->targets == NULL || data->target_count == 0) {
        return "neither labels of two or more classes nor targets";
    }
    return NULL;
}

static clt_status check_labels(const collet_data *data, const char *unit, clt_error *err)
{
    for (uint64_t i = 0; data->classes > 0 && i < data->rows; i++) {
        if (data->labels[i] < 0 || (uint32_t)data->labels[i] >= data->classes) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "dataset \"%s\": row %llu has the label %d; there are classes 0 to %u",
                            unit, (unsigned long long)i, data->labels[i], data->classes - 1);
        }
    }
    return CLT_OK;
}

/* Sequences rise without end beyond reason, and each token is one of the vocabulary. */
static clt_status check_tokens(const collet_data *data, const char *unit, clt_error *err)
{
    for (uint64_t i = 0; i < data->rows; i++) {
        if (data->offsets[i + 1] < data->offsets[i] || data->offsets[i + 1] > MOST_TOKENS) {
            return clt_fail(err, CLT_BAD_INPUT,
                            "dataset \"%s\": the tokens of row %llu end at %llu", unit,
                            (unsigned long long)i, (unsigned long long)data->offsets[i + 1]);
        }
        for (uint64_t t = data->offsets[i]; t < data->offsets[i + 1]; t++) {
            if (data->tokens[t] >= data->vocabulary) {
                return clt_fail(err, CLT_BAD_INPUT,
                                "dataset \"%s\": row %llu has the token %u; there are 0 to %u",
                                unit, (unsigned long long)i, data->tokens[t], data->vocabulary - 1);
            }
        }
    }
    return CLT_OK;
}

static clt_status check_finite(const float *x, uint64_t rows, uint64_t columns, const char *what,
                               const char *unit, clt_error *err)
{
    for (uint64_t i = 0; i < rows * columns; i++) {
        if (!isfinite(x[i])) {
            return clt_fail(
                err, CLT_BAD_INPUT, "dataset \"%s\": %s %llu of row %llu is not a finite number",
                unit, what, (unsigned long long)(i % columns), (unsigned long long)(i / columns));
        }
    }
    return CLT_OK;
}

clt_status clt_input_check(const collet_data *data, const char *unit, clt_error *err)
{
    const char *wrong = data == NULL || !COLLET_HAS(data, feature_names)
                            ? "a table that is shorter than ABI 1.0's"
                            : wrong_shape(data);
    if (wrong != NULL) {
        return clt_fail(err, CLT_BAD_INPUT, "dataset \"%s\" hands over %s", unit, wrong);
    }
    if (data->form == COLLET_DATA_TOKENS) {
        return check_tokens(data, unit, err);
    }
    return data->storage == COLLET_STORE_F32
               ? check_finite(data->x, data->rows, data->features, "feature", unit, err)
               : CLT_OK;
}

clt_status clt_data_check(const collet_data *data, const char *unit, clt_error *err)
{
    if (clt_input_check(data, unit, err) != CLT_OK) {
        return err->status;
    }
    const char *wrong = wrong_goal(data);
    if (wrong != NULL) {
        return clt_fail(err, CLT_BAD_INPUT, "dataset \"%s\" hands over %s", unit, wrong);
    }
    if (check_labels(data, unit, err) != CLT_OK) {
        return err->status;
    }
    return data->classes > 0
               ? CLT_OK
               : check_finite(data->targets, data->rows, data->target_count, "target", unit, err);
}
