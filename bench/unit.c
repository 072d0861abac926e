#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

void bench_fail(const clt_error *err)
{
    (void)fprintf(stderr, "%s\n", err->text);
    exit(1);
}

clt_registry *bench_registry(void)
{
    clt_search search = {0};
    clt_registry *registry = NULL;
    clt_error err = {0};
    if (clt_search_add(&search, PLUGINS, NULL, "bench", &err) != CLT_OK ||
        clt_registry_create(&search, &registry, &err) != CLT_OK) {
        bench_fail(&err);
    }
    return registry;
}

void bench_load(clt_registry *registry, const char *kind, const char *id, bench_unit *out)
{
    clt_error err = {0};
    if (clt_registry_find(registry, kind, id, &out->unit, &err) != CLT_OK) {
        bench_fail(&err);
    }
    out->options =
        (clt_options){out->unit->options, out->unit->option_count, out->unit->option_size};
    out->config = calloc(1, out->unit->config_size + 1u);
    clt_host_init(&out->host, kind, id, NULL);
    if (out->config == NULL || clt_option_defaults(out->options, out->config, &err) != CLT_OK) {
        bench_fail(&err);
    }
}

void bench_set(bench_unit *unit, const char *key, const char *text)
{
    clt_error err = {0};
    clt_value value;
    uint32_t element;
    const collet_option *option = clt_option_find(unit->options, key, &element, &err);
    if (option == NULL || clt_option_parse(option, text, &value, &err) != CLT_OK) {
        bench_fail(&err);
    }
    clt_option_store(option, element, &value, unit->config);
}

clt_train_setup bench_setup(bench_unit *model, bench_unit *optimizer)
{
    return (clt_train_setup){.model = model->unit->vtable,
                             .model_config = model->config,
                             .model_id = model->unit->id,
                             .model_host = &model->host,
                             .optimizer = optimizer->unit->vtable,
                             .optimizer_config = optimizer->config,
                             .optimizer_id = optimizer->unit->id,
                             .optimizer_host = &optimizer->host,
                             .seed = 1};
}
