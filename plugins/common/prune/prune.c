#include "prune/prune.h"

collet_status prune_create(const collet_host *host, const void *config,
                           const collet_resource *resource, void **self)
{
    uint32_t m = resource->objective_count;
    prune_state *s = calloc(1, sizeof *s);
    double *scratch = calloc(2 * (size_t)m + 1, sizeof *scratch);
    if (s == NULL || scratch == NULL) {
        free(s);
        free(scratch);
        return collet_fail(host, COLLET_E_NOMEM, "out of memory");
    }
    s->host = host;
    s->config = config;
    s->resource = resource;
    s->m = m;
    s->scratch = scratch;
    *self = s;
    return COLLET_OK;
}

void prune_destroy(void *self)
{
    prune_state *s = self;
    if (s == NULL) {
        return;
    }
    prune_list_finish(&s->list);
    free(s->scratch);
    free(s);
}

collet_status prune_no_memory(const prune_state *s)
{
    return collet_fail(s->host, COLLET_E_NOMEM, "out of memory");
}

bool prune_can_pause(const collet_resource *resource)
{
    return COLLET_HAS(resource, flags) && (resource->flags & COLLET_RESOURCE_PAUSE) != 0;
}

double prune_sign(const collet_resource *resource, uint32_t objective)
{
    return COLLET_HAS(resource, signs) && resource->signs != NULL ? resource->signs[objective]
                                                                  : 1.0;
}
