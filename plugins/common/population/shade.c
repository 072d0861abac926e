#include "population/shade.h"

void shade_init(shade *s)
{
    *s = (shade){0};
    for (int i = 0; i < SHADE_MEMORY; i++) {
        s->f[i] = s->cr[i] = 0.5;
    }
}

void shade_draw(const shade *s, const collet_rng *rng, double *f, double *cr)
{
    const double pi = 3.14159265358979323846;
    uint64_t place = collet_below(rng, SHADE_MEMORY);
    *cr = s->cr[place] < 0 ? 0 : s->cr[place] + 0.1 * collet_normal(rng);
    *cr = *cr < 0 ? 0 : *cr > 1 ? 1 : *cr;
    do {
        *f = s->f[place] + 0.1 * tan(pi * (collet_uniform(rng) - 0.5));
    } while (!(*f > 0));
    *f = *f > 1 ? 1 : *f;
}

void shade_success(shade *s, double f, double cr, double gain)
{
    s->weight += gain;
    s->f1 += gain * f;
    s->f2 += gain * f * f;
    s->cr1 += gain * cr;
    s->cr2 += gain * cr * cr;
}

void shade_close(shade *s)
{
    if (!(s->weight > 0) || !isfinite(s->weight)) {
        s->weight = s->f1 = s->f2 = s->cr1 = s->cr2 = 0;
        return;
    }
    s->f[s->next] = s->f2 / s->f1;
    s->cr[s->next] = s->cr[s->next] < 0 || !(s->cr1 > 0) ? -1 : s->cr2 / s->cr1;
    s->next = (s->next + 1) % SHADE_MEMORY;
    s->weight = s->f1 = s->f2 = s->cr1 = s->cr2 = 0;
}
