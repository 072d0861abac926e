#include "problems/mixed.h"

#include "problems/instance.h"
#include "text/read.h"

#include <collet/helpers.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- The surfaces --------------------------------------------------------------------------- */

static double square(double v)
{
    return v * v;
}

/* Like q near 0, never above 1: far away all is equally bad. */
static double saturate(double q)
{
    return q / (1 + q);
}

enum { LR, LAYERS, UNITS, DROPOUT, BATCH, ACTIVATION, OPTIMIZER, MOMENTUM };

static const mixed_param network_params[] = {
    [LR] = {"lr", NULL, 1e-6, 10, -1, NULL},
    [LAYERS] = {"layers", NULL, 1, 10, -1, NULL},
    [UNITS] = {"units", NULL, 1, 4096, -1, NULL},
    [DROPOUT] = {"dropout", NULL, 0, 0.95, -1, NULL},
    [BATCH] = {"batch", NULL, 1, 4096, -1, NULL},
    [ACTIVATION] = {"activation", "relu|tanh|sigmoid", 0, 0, -1, NULL},
    [OPTIMIZER] = {"optimizer", "adam|sgd", 0, 0, -1, NULL},
    [MOMENTUM] = {"momentum", NULL, 0, 0.999, OPTIMIZER, "sgd"},
};

static double network(const double *v)
{
    static const double activation[] = {0.05, 0.06, 0.08};
    bool sgd = v[OPTIMIZER] == 1;
    double slow = sgd ? log10(1 - v[MOMENTUM]) : 0; /* momentum multiplies the rate */
    double batch = log10(v[BATCH] / 64), width = log2(v[UNITS]) - 7, depth = v[LAYERS] - 3;
    double rate = log10(v[LR]) - slow - (sgd ? -0.5 : -3) - batch / 2;
    double wide_dropout = fmax(0, 0.1 + 0.05 * width);
    double f = activation[(int)v[ACTIVATION]] - (sgd ? 0.005 : 0);
    f += 0.8 * saturate(0.1 * square(rate)) + (sgd ? 0.02 * square(slow + 1) : 0);
    f += 0.01 * (square(depth) + square(width) + 0.6 * depth * width);
    f += 0.3 * square(v[DROPOUT] - wide_dropout) + 0.01 * square(batch);
    return f + (v[ACTIVATION] == 2 ? 0.03 * (v[LAYERS] - 1) : 0);
}

enum { KIND, DEPTH, LEAF, KERNEL, C, GAMMA, WIDTH, RATE };

static const mixed_param learners_params[] = {
    [KIND] = {"kind", "tree|svm|net", 0, 0, -1, NULL},
    [DEPTH] = {"depth", NULL, 1, 100, KIND, "tree"},
    [LEAF] = {"leaf", NULL, 1, 1000, KIND, "tree"},
    [KERNEL] = {"kernel", "linear|rbf", 0, 0, KIND, "svm"},
    [C] = {"C", NULL, 1e-6, 1e6, KIND, "svm"},
    [GAMMA] = {"gamma", NULL, 1e-9, 1e3, KERNEL, "rbf"},
    [WIDTH] = {"units", NULL, 1, 4096, KIND, "net"},
    [RATE] = {"lr", NULL, 1e-6, 10, KIND, "net"},
};

static double learners(const double *v)
{
    if (v[KIND] == 0) {
        return 0.12 + 0.3 * saturate(0.02 * square(v[DEPTH] - 8)) +
               0.005 * square(log2(v[LEAF]) - 2);
    }
    if (v[KIND] == 2) {
        return 0.07 + 0.005 * square(log2(v[WIDTH]) - 6) +
               0.8 * saturate(0.3 * square(log10(v[RATE]) + 3));
    }
    if (v[KERNEL] == 0) {
        return 0.15 + 0.02 * square(log10(v[C]));
    }
    double c = log10(v[C]) - 1, gamma = log10(v[GAMMA]) + 2;
    return 0.06 + 0.8 * saturate(0.05 * (square(c) + square(gamma) + c * gamma));
}

static const mixed_problem problems[] = {
    {"network", network_params, COLLET_COUNT(network_params), network, 0.045},
    {"learners", learners_params, COLLET_COUNT(learners_params), learners, 0.06},
};

const mixed_problem *mixed_problem_at(uint32_t index)
{
    return index < sizeof problems / sizeof problems[0] ? &problems[index] : NULL;
}

/* ---- Parameters by name --------------------------------------------------------------------- */

/* Index of a word in "a|b|c"; -1 where it is not among them. */
static int index_of(const char *categories, const char *word)
{
    size_t n = strlen(word);
    for (int i = 0; categories != NULL; i++) {
        size_t length = strcspn(categories, "|");
        if (length == n && memcmp(categories, word, n) == 0) {
            return i;
        }
        categories = categories[length] == '|' ? categories + length + 1 : NULL;
    }
    return -1;
}

static int32_t find_dim(const collet_space *space, const char *name)
{
    for (uint32_t i = 0; i < space->dim_count; i++) {
        if (strcmp(collet_dim_at(space, i)->name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static collet_status check_number(const collet_host *host, const mixed_param *param,
                                  const collet_dim *dim)
{
    bool inside = dim->low >= param->low && dim->high <= param->high;
    for (uint32_t i = 0; i < dim->category_count; i++) { /* a choice of numbers */
        char *end;
        double number = strtod(dim->categories[i], &end);
        bool is_number = end != dim->categories[i] && *end == '\0';
        inside = (i == 0 || inside) && is_number && number >= param->low && number <= param->high;
    }
    return inside ? COLLET_OK
                  : collet_fail(host, COLLET_E_INVALID, "\"%s\" is a number from %g to %g here",
                                param->name, param->low, param->high);
}

static collet_status check_categories(const collet_host *host, const mixed_param *param,
                                      const collet_dim *dim)
{
    bool known = dim->category_count > 0;
    for (uint32_t i = 0; i < dim->category_count; i++) {
        known = known && index_of(param->categories, dim->categories[i]) >= 0;
    }
    return known ? COLLET_OK
                 : collet_fail(host, COLLET_E_INVALID, "\"%s\" is one of %s here", param->name,
                               param->categories);
}

static collet_status fail_unknown(const mixed_problem *p, const collet_host *host, const char *name)
{
    const char *names[16], *near = NULL;
    char list[256] = "";
    for (uint32_t i = 0; i < p->count; i++) {
        names[i] = p->params[i].name;
        (void)strcat(strcat(list, i > 0 ? ", " : ""), names[i]);
    }
    int at = text_nearest(name, names, p->count);
    near = at >= 0 ? names[at] : NULL;
    return near != NULL ? collet_fail(host, COLLET_E_INVALID,
                                      "%s has no parameter \"%s\" (did you mean \"%s\"?)", p->name,
                                      name, near)
                        : collet_fail(host, COLLET_E_INVALID,
                                      "%s has no parameter \"%s\"; it has %s", p->name, name, list);
}

/* Can the parent take the value with which the parameter is there? Then it must be given. */
static bool is_needed(const mixed_problem *p, const collet_space *space, const mixed_param *param)
{
    int32_t parent = param->parent >= 0 ? find_dim(space, p->params[param->parent].name) : -1;
    bool takes = false;
    if (param->parent < 0 || parent < 0) {
        return param->parent < 0;
    }
    const collet_dim *dim = collet_dim_at(space, (uint32_t)parent);
    for (uint32_t i = 0; i < dim->category_count; i++) {
        takes = takes || strcmp(dim->categories[i], param->when) == 0;
    }
    return takes;
}

static collet_status fail_missing(const mixed_problem *p, const collet_host *host,
                                  const mixed_param *param)
{
    return param->parent < 0
               ? collet_fail(host, COLLET_E_INVALID, "%s needs a parameter \"%s\"", p->name,
                             param->name)
               : collet_fail(host, COLLET_E_INVALID, "%s needs a parameter \"%s\" when %s == %s",
                             p->name, param->name, p->params[param->parent].name, param->when);
}

collet_status mixed_check(const mixed_problem *p, const collet_host *host,
                          const collet_space *space)
{
    collet_status status = COLLET_OK;
    for (uint32_t i = 0; i < space->dim_count && status == COLLET_OK; i++) {
        const char *name = collet_dim_at(space, i)->name;
        bool known = false;
        for (uint32_t k = 0; k < p->count; k++) {
            known = known || strcmp(p->params[k].name, name) == 0;
        }
        status = known ? COLLET_OK : fail_unknown(p, host, name);
    }
    for (uint32_t k = 0; k < p->count && status == COLLET_OK; k++) {
        const mixed_param *param = &p->params[k];
        int32_t at = find_dim(space, param->name);
        const collet_dim *dim = at >= 0 ? collet_dim_at(space, (uint32_t)at) : NULL;
        status = dim == NULL ? is_needed(p, space, param) ? fail_missing(p, host, param) : COLLET_OK
                 : param->categories != NULL ? check_categories(host, param, dim)
                                             : check_number(host, param, dim);
    }
    return status;
}

collet_status mixed_read(const mixed_problem *p, const collet_host *host, const collet_space *space,
                         const collet_point *point, double *v)
{
    for (uint32_t k = 0; k < p->count; k++) {
        const mixed_param *param = &p->params[k];
        int32_t at = find_dim(space, param->name);
        const char *text = at >= 0 ? point->text[at] : NULL;
        double parent = param->parent >= 0 ? v[param->parent] : 0;
        bool there = param->parent < 0 ||
                     (!isnan(parent) &&
                      (int)parent == index_of(p->params[param->parent].categories, param->when));
        v[k] = (double)NAN;
        if (there && text == NULL) {
            return fail_missing(p, host, param);
        }
        if (there) {
            v[k] =
                param->categories != NULL ? index_of(param->categories, text) : strtod(text, NULL);
        }
    }
    return COLLET_OK;
}

/* ---- Pairs ---------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t state = seed;
    state = problem_word(&state) ^ a;
    state = problem_word(&state) ^ b;
    return problem_word(&state);
}

double mixed_pairs(const double *x, uint32_t n, uint32_t levels, uint64_t seed)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t a = (uint64_t)x[i], best = mix(seed, i, UINT64_MAX) % levels;
        for (uint32_t k = 0; k <= i; k++) { /* with itself: what it costs alone */
            uint64_t b = (uint64_t)x[k], other = mix(seed, k, UINT64_MAX) % levels;
            uint64_t place = ((uint64_t)i << 32) + k, entry = a * levels + b;
            bool solved = a == best && b == other;
            sum += solved ? 0 : (double)(mix(seed, place, entry) >> 11) * 0x1p-53;
        }
    }
    return sum / n;
}
