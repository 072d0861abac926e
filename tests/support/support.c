#include "support.h"

#include <collet/helpers.h>

#include "config/option.h"

#include <stdlib.h>

static clt_options options_of(const test_unit *t)
{
    return (clt_options){t->unit->options, t->unit->option_count, t->unit->option_size};
}

void test_unit_load(test_unit *t, const char *path)
{
    const collet_plugin *plugin;
    clt_error err = {0};
    char warning[256];
    clt_plugin_load(path, &plugin, warning, sizeof warning, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    t->unit = plugin->units[0];
    clt_host_init(&t->host, "unit", t->unit->id, NULL);
    t->config = calloc(1, t->unit->config_size + 1u);
    ck_assert_ptr_nonnull(t->config);
    clt_option_defaults(options_of(t), t->config, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
}

void test_set(test_unit *t, const char *key, const char *text)
{
    uint32_t element;
    clt_value value;
    clt_error err = {0};
    const collet_option *option = clt_option_find(options_of(t), key, &element, &err);
    ck_assert_msg(option != NULL, "%s", err.text);
    clt_option_parse(option, text, &value, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    clt_option_store(option, element, &value, t->config);
}

void test_unit_finish(test_unit *t)
{
    free(t->config);
}

collet_rng test_rng(clt_rng *rng, uint64_t number)
{
    clt_rng_init(rng, 1, "test", number);
    return clt_rng_view(rng);
}

float *test_noise(size_t n, const collet_rng *rng)
{
    float *numbers = collet_zeros(n);
    for (size_t i = 0; i < n; i++) {
        numbers[i] = (float)collet_normal(rng);
    }
    return numbers;
}

int test_main_loops(const char *name, const test_loop *loops, size_t count)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 600); /* it shall end one that hangs; a busy machine may be slow */
    for (size_t i = 0; i < count; i++) {
        tcase_add_loop_test(tcase, loops[i].test, 0, loops[i].count);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int test_main(const char *name, const TTest *const *tests, size_t count)
{
    test_loop *loops = calloc(count, sizeof *loops);
    for (size_t i = 0; loops != NULL && i < count; i++) {
        loops[i] = (test_loop){tests[i], 1};
    }
    int code = loops != NULL ? test_main_loops(name, loops, count) : EXIT_FAILURE;
    free(loops);
    return code;
}
