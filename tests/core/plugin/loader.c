#include "plugin/registry.h"
#include "support.h"

#include <collet/sampler.h>

#include <stdio.h>
#include <string.h>

START_TEST(every_bad_file_is_refused_with_its_reason)
{
    static const struct {
        const char *file, *reason;
    } rows[] = {
        {"cut_in_header",
         "truncated: the file has 40 bytes, its headers speak of 64; copy it again"},
        {"truncated", "truncated: the file has 4096 bytes, its headers speak of "},
        {"cut_in_sections", "truncated: the file has "},
        {"not_elf", "not a shared object: it does not begin with \"\\x7fELF\""},
        {"empty", "not a shared object: it does not begin with \"\\x7fELF\""},
        {"other_machine", "built for another machine (ELF machine 8, this is "},
        {"no_entry", "has no function collet_plugin_entry(): not a collet plugin, or built with "
                     "hidden symbols"},
        {"null_entry",
         "does not serve ABI 1; it was built for another version: build it again with "
         "this program's headers"},
        {"other_major", "built for ABI 2.5, this program has ABI 1.5; build it again with this "
                        "program's headers"},
        {"needs_minor", "needs ABI 1.99 or newer, this program has 1.5; use a newer collet"},
        {"bad_magic",
         "its table begins with 0x12345678 instead of 0x31544c43: not a collet plugin"},
        {"duplicate_ids", "it has two units \"fixture\" of kind sampler/1"},
        {"no_vtable", "sampler \"fixture\": its vtable is NULL"},
        {"missing_function", "sampler \"fixture\": its function ask() is missing"},
        {"bad_option_field", "sampler \"fixture\": option 0 (\"width\"): its field does not lie "
                             "inside the config struct"},
        {"bad_option_default", "sampler \"fixture\": default of option \"width\": \"2\" is out of "
                               "range: width is 0 to 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const collet_plugin *plugin;
        clt_error err = {0};
        char path[512], warning[256], expected[1024];
        (void)snprintf(path, sizeof path, FIXTURES "/bad/%s.so", rows[i].file);
        (void)snprintf(expected, sizeof expected, "%s: %s", path, rows[i].reason);
        ck_assert_int_eq(clt_plugin_load(path, &plugin, warning, sizeof warning, &err),
                         CLT_PLUGIN_FAILED);
        ck_assert_ptr_null(plugin);
        ck_assert_msg(strncmp(err.text, expected, strlen(expected)) == 0, "\n%s\n%s", err.text,
                      expected);
    }
}
END_TEST

static void ask(const char *file, double *x)
{
    const collet_dim dims[2] = {{.name = "a", .low = 1, .high = 3, .type = COLLET_DIM_REAL},
                                {.name = "b", .low = 2, .high = 9, .type = COLLET_DIM_INT}};
    const collet_space space = {.struct_size = COLLET_SIZE(collet_space),
                                .dim_count = 2,
                                .dim_size = COLLET_SIZE(collet_dim),
                                .condition_size = COLLET_SIZE(collet_condition),
                                .dims = dims};
    test_unit t;
    clt_rng rng;
    void *self;
    char path[512];
    (void)snprintf(path, sizeof path, FIXTURES "/abi/%s.so", file);
    test_unit_load(&t, path);
    test_set(&t, "inset", "0.25");
    test_set(&t, "times", "1");
    const collet_sampler *sampler = t.unit->vtable;
    collet_rng view = test_rng(&rng, 0);
    ck_assert_int_eq(sampler->create(clt_host_table(&t.host), t.config, &space, &self), 0);
    ck_assert_int_eq(sampler->ask(self, &view, 0, x), COLLET_OK);
    ck_assert_int_eq(sampler->ask(self, &view, 1, x), COLLET_DONE);
    sampler->destroy(self);
    test_unit_finish(&t);
}

START_TEST(plugins_of_older_and_newer_minors_ask_the_same)
{
    double now[2], frozen[2], future[2];
    ask("corner_now", now);
    ask("corner_frozen", frozen);
    ask("corner_future", future);
    ck_assert_double_gt(now[0], 1);
    ck_assert_double_le(now[0], 1.5);
    ck_assert_mem_eq(now, frozen, sizeof now);
    ck_assert_mem_eq(now, future, sizeof now);
}
END_TEST

START_TEST(the_plugin_of_the_future_does_have_longer_tables)
{
    const collet_plugin *now, *future;
    clt_error err = {0};
    char warning[256];
    clt_plugin_load(FIXTURES "/abi/corner_now.so", &now, warning, sizeof warning, &err);
    clt_plugin_load(FIXTURES "/abi/corner_future.so", &future, warning, sizeof warning, &err);
    ck_assert_int_eq(err.status, CLT_OK);
    ck_assert_uint_eq(future->abi_minor, now->abi_minor + 1);
    ck_assert_uint_gt(future->struct_size, now->struct_size);
    ck_assert_uint_gt(future->units[0]->option_size, now->units[0]->option_size);
}
END_TEST

START_TEST(a_plugin_that_changes_floating_point_is_named_and_undone)
{
    const collet_plugin *plugin;
    clt_error err = {0};
    char warning[256];
    volatile double tiny = 4e-320;
    clt_plugin_load(FIXTURES "/good/floating_point.so", &plugin, warning, sizeof warning, &err);
    ck_assert_int_eq(err.status, CLT_OK);
    ck_assert_ptr_nonnull(strstr(warning, "floating_point.so: changed the floating-point state"));
    ck_assert(tiny / 2 > 0);
}
END_TEST

static clt_registry *registry_of(const char *list)
{
    clt_search search = {0};
    clt_registry *registry;
    clt_error err = {0};
    clt_search_add(&search, list, NULL, "test", &err);
    clt_registry_create(&search, &registry, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    return registry;
}

START_TEST(the_first_folder_wins_and_the_later_unit_is_shadowed)
{
    clt_registry *r = registry_of(FIXTURES "/abi:" FIXTURES "/good:" PLUGINS);
    const collet_unit *unit;
    clt_error err = {0};
    ck_assert_int_eq(clt_registry_find(r, "sampler", "grid", &unit, &err), CLT_OK);
    ck_assert_ptr_null(clt_registry_at(r, 1)); /* found by name, without loading the rest */
    ck_assert_int_eq(clt_registry_find(r, "sampler", "corner", &unit, &err), CLT_OK);
    ck_assert(!clt_registry_shadowed(r, unit));
    size_t shadowed = 0;
    for (size_t i = 0; clt_registry_at(r, i) != NULL; i++) {
        const collet_plugin *plugin = clt_registry_at(r, i)->plugin;
        shadowed += plugin != NULL && clt_registry_shadowed(r, plugin->units[0]);
    }
    ck_assert_uint_ge(shadowed, 2); /* the other two corners */
    clt_registry_destroy(r);
}
END_TEST

START_TEST(an_unknown_unit_gets_a_suggestion)
{
    clt_registry *r = registry_of(PLUGINS);
    const collet_unit *unit;
    clt_error err = {0};
    ck_assert_int_eq(clt_registry_find(r, "sampler", "rndom", &unit, &err), CLT_BAD_INPUT);
    static const char start[] = "there is no sampler \"rndom\" (did you mean \"random\"?); found: ";
    ck_assert_msg(strncmp(err.text, start, sizeof start - 1) == 0, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, "grid, "));
    clt_registry_destroy(r);
}
END_TEST

START_TEST(a_refused_file_of_the_units_name_is_told)
{
    clt_registry *r = registry_of(FIXTURES "/bad");
    const collet_unit *unit;
    clt_error err = {0};
    ck_assert_int_eq(clt_registry_find(r, "sampler", "not_elf", &unit, &err), CLT_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "sampler \"not_elf\" was refused: "));
    ck_assert_ptr_nonnull(strstr(err.text, "not a shared object"));
    clt_registry_destroy(r);
}
END_TEST

START_TEST(a_unit_of_an_unknown_kind_is_skipped_and_its_neighbour_used)
{
    clt_registry *r = registry_of(FIXTURES "/good/unknown_kind.so:" FIXTURES "/good");
    const collet_unit *unit;
    clt_error err = {0};
    clt_registry_find(r, "sampler", "fixture", &unit, &err);
    ck_assert_msg(err.status == CLT_OK, "%s", err.text);
    clt_registry_destroy(r);
}
END_TEST

TEST_MAIN("loader", every_bad_file_is_refused_with_its_reason,
          plugins_of_older_and_newer_minors_ask_the_same,
          the_plugin_of_the_future_does_have_longer_tables,
          a_plugin_that_changes_floating_point_is_named_and_undone,
          the_first_folder_wins_and_the_later_unit_is_shadowed, an_unknown_unit_gets_a_suggestion,
          a_refused_file_of_the_units_name_is_told,
          a_unit_of_an_unknown_kind_is_skipped_and_its_neighbour_used)
