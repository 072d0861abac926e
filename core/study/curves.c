#include "study/curves.h"

#include <string.h>

static void finish_track(clt_track *track)
{
    CLT_VEC_FINISH(&track->steps);
    CLT_VEC_FINISH(&track->values);
    CLT_VEC_FINISH(&track->stretches);
}

void clt_curves_finish(clt_curves *c)
{
    for (size_t i = 0; i < c->tracks.count; i++) {
        finish_track(&c->tracks.items[i]);
    }
    CLT_VEC_FINISH(&c->tracks);
    CLT_VEC_FINISH(&c->list);
    CLT_VEC_FINISH(&c->live);
}

/* The next view is made from nothing. */
static void forget(clt_curves *c)
{
    for (size_t i = 0; i < c->live.count; i++) {
        c->tracks.items[c->live.items[i]].live = false;
    }
    c->live.count = c->settled = c->listed = 0;
    c->floor = 0;
}

/* The next view is to look at this track again. */
static void touch(clt_curves *c, clt_track *track)
{
    size_t place = (size_t)(track - c->tracks.items);
    if (place >= c->settled || track->live) {
        return;
    }
    track->live = CLT_PUSH(&c->live, place);
    if (!track->live) {
        forget(c);
    }
}

/* The first place whose number is not below; nearly always the last or behind it. */
static size_t place_of(const clt_curves *c, uint64_t number)
{
    size_t low = 0, high = c->tracks.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->tracks.items[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

clt_track *clt_curves_find(clt_curves *c, uint64_t number)
{
    size_t at = place_of(c, number);
    return at < c->tracks.count && c->tracks.items[at].number == number ? &c->tracks.items[at]
                                                                        : NULL;
}

static clt_track *insert(clt_curves *c, uint64_t number)
{
    size_t at = place_of(c, number);
    const clt_track *were = c->tracks.items;
    if (!CLT_PUSH(&c->tracks, (clt_track){0})) {
        return NULL;
    }
    if (c->tracks.items != were || at < c->settled) { /* the list points to them */
        forget(c);
    }
    clt_track *track = &c->tracks.items[at];
    memmove(track + 1, track, (c->tracks.count - 1 - at) * sizeof *track);
    *track = (clt_track){.number = number};
    return track;
}

clt_track *clt_curves_begin(clt_curves *c, uint64_t number, uint64_t slot, uint64_t until)
{
    clt_track *track = clt_curves_find(c, number);
    track = track != NULL ? track : insert(c, number);
    const clt_stretch stretch = {.slot = slot, .until = until};
    if (track == NULL || !CLT_PUSH(&track->stretches, stretch)) {
        return NULL;
    }
    touch(c, track);
    return track;
}

clt_stretch *clt_curves_last(const clt_track *track)
{
    return &track->stretches.items[track->stretches.count - 1];
}

/* Points of the curve when the stretches before `i` had ended. */
static size_t points_before(const clt_track *track, size_t i)
{
    return i > 0 ? track->stretches.items[i - 1].points : 0;
}

void clt_curves_again(clt_curves *c, clt_track *track)
{
    touch(c, track);
    track->steps.count = points_before(track, track->stretches.count - 1);
}

/* A step that is told again: its later values stand. News where they are others. */
static bool tell_again(clt_curves *c, clt_track *track, const double *values)
{
    size_t size = c->objective_count * sizeof *values;
    double *last = track->values.items + (track->steps.count - 1) * c->objective_count;
    bool news = memcmp(last, values, size) != 0;
    if (news) {
        memcpy(last, values, size);
        touch(c, track);
    }
    return news;
}

bool clt_curves_add(clt_curves *c, clt_track *track, uint64_t step, const double *values,
                    bool *news)
{
    size_t n = track->steps.count, m = c->objective_count;
    *news = n == 0 || step > track->steps.items[n - 1];
    if (!*news) {
        const clt_stretch *last = clt_curves_last(track);
        bool again = step == track->steps.items[n - 1] && last->state == COLLET_CURVE_RUNNING &&
                     n > points_before(track, track->stretches.count - 1);
        *news = again && tell_again(c, track, values);
        return true;
    }
    if (!clt_vec_reserve((void **)&track->values.items, &track->values.capacity, (n + 1) * m,
                         sizeof *values) ||
        !CLT_PUSH(&track->steps, step)) {
        return false;
    }
    memcpy(track->values.items + n * m, values, m * sizeof *values);
    touch(c, track);
    return true;
}

void clt_curves_end(clt_curves *c, clt_track *track, uint32_t state)
{
    clt_stretch *last = clt_curves_last(track);
    last->points = track->steps.count;
    last->state = state;
    touch(c, track);
}

void clt_curves_hide(clt_curves *c, clt_track *track, bool hidden)
{
    if (track->hidden != hidden) {
        forget(c);
    }
    track->hidden = hidden;
}

/* How a trial is seen, in track->shown; false where it has not begun then. */
static bool show(clt_track *track, uint64_t slot, uint64_t known)
{
    bool free_order = known == UINT64_MAX;
    size_t i = track->stretches.count;
    while (i > 0 && !free_order && track->stretches.items[i - 1].slot > slot) {
        i--;
    }
    if (i == 0) {
        return false;
    }
    const clt_stretch *last = &track->stretches.items[i - 1];
    bool ended = last->state != COLLET_CURVE_RUNNING && last->slot < known;
    size_t points = ended        ? last->points
                    : free_order ? track->steps.count
                                 : points_before(track, i - 1);
    track->shown = (collet_curve){.struct_size = COLLET_SIZE(collet_curve),
                                  .state = ended ? last->state : COLLET_CURVE_RUNNING,
                                  .number = track->number,
                                  .bracket = track->bracket,
                                  .point_count = (uint32_t)points,
                                  .steps = track->steps.items,
                                  .values = track->values.items};
    return true;
}

/* The same, and that its own trial sees itself whole. */
static bool show_to(clt_track *track, uint64_t slot, uint64_t known, const clt_track *own)
{
    bool seen = !track->hidden && show(track, slot, known);
    if (seen && track == own) {
        track->shown.state = COLLET_CURVE_RUNNING;
        track->shown.point_count = (uint32_t)track->steps.count;
    }
    return seen;
}

/* Does it look, from any slot that knows those below the floor, as it was shown last? */
static bool is_settled(const clt_track *track, uint64_t floor)
{
    const clt_stretch *last = clt_curves_last(track);
    return track->hidden || (last->state != COLLET_CURVE_RUNNING && last->slot < floor &&
                             track->shown.state == last->state);
}

/* Notes what will look the same from here on. Slots under way are less than a window apart, so that
 * none of them knows less than a window below what this one knows; one that does all the same makes
 * its view from nothing. */
static void settle(clt_curves *c, uint64_t slot, uint64_t known)
{
    uint64_t window = known == UINT64_MAX ? 0 : slot + 1 - known;
    uint64_t floor = known > window ? known - window : 0;
    size_t kept = 0;
    c->floor = floor > c->floor ? floor : c->floor;
    for (size_t i = 0; i < c->live.count; i++) {
        clt_track *track = &c->tracks.items[c->live.items[i]];
        track->live = !is_settled(track, c->floor);
        if (track->live) {
            c->live.items[kept++] = c->live.items[i];
        }
    }
    c->live.count = kept;
    while (c->settled < c->tracks.count) {
        clt_track *track = &c->tracks.items[c->settled];
        bool begun = track->stretches.count > 0 && track->stretches.items[0].slot < c->floor;
        bool settled = begun && is_settled(track, c->floor);
        if (!begun || (!settled && !CLT_PUSH(&c->live, c->settled))) {
            return;
        }
        track->live = !settled;
        c->listed += !track->hidden;
        c->settled++;
    }
}

const collet_curves *clt_curves_view(clt_curves *c, uint64_t slot, uint64_t known,
                                     const clt_track *own)
{
    if (known < c->floor) {
        forget(c);
    }
    for (size_t i = 0; i < c->live.count; i++) {
        (void)show_to(&c->tracks.items[c->live.items[i]], slot, known, own);
    }
    c->list.count = c->listed;
    for (size_t i = c->settled; i < c->tracks.count; i++) {
        clt_track *track = &c->tracks.items[i];
        if (show_to(track, slot, known, own) && !CLT_PUSH(&c->list, &track->shown)) {
            return NULL;
        }
    }
    c->view = (collet_curves){COLLET_SIZE(collet_curves), 0, c->list.count, c->list.items};
    settle(c, slot, known);
    return &c->view;
}
