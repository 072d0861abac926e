#include "study/curves.h"

#include "support.h"

#include <stdio.h>
#include <string.h>

/* A study: trial 0 in slot 0, paused after step 1; trial 1 in slot 1; trial 0 again in slot 2;
 * trial 2 in slot 3. */
static clt_curves curves;

static void add(uint64_t number, uint64_t step, double value)
{
    bool news;
    clt_track *track = clt_curves_find(&curves, number);
    ck_assert_ptr_nonnull(track);
    ck_assert(clt_curves_add(&curves, track, step, &value, &news));
}

static void end(uint64_t number, uint32_t state)
{
    clt_curves_end(&curves, clt_curves_find(&curves, number), state);
}

static void set_up(void)
{
    curves = (clt_curves){.objective_count = 1};
    ck_assert_ptr_nonnull(clt_curves_begin(&curves, 0, 0, 1));
    add(0, 1, 0.5);
    end(0, COLLET_CURVE_PAUSED);
    ck_assert_ptr_nonnull(clt_curves_begin(&curves, 1, 1, 0));
    add(1, 1, 0.4);
    add(1, 2, 0.3);
    end(1, COLLET_CURVE_COMPLETE);
    ck_assert_ptr_nonnull(clt_curves_begin(&curves, 0, 2, 0));
    add(0, 2, 0.2);
    ck_assert_ptr_nonnull(clt_curves_begin(&curves, 2, 3, 0));
    add(2, 1, 0.9);
}

/* The view as text: "number:state:points" each. */
static const char *seen(uint64_t slot, uint64_t known, uint64_t own)
{
    static char text[4096];
    const clt_track *track = own == UINT64_MAX ? NULL : clt_curves_find(&curves, own);
    const collet_curves *view = clt_curves_view(&curves, slot, known, track);
    size_t length = 0;
    text[0] = '\0';
    for (uint64_t i = 0; i < view->count; i++) {
        const collet_curve *c = view->curves[i];
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%d:%u:%u",
                                   i > 0 ? " " : "", (int)c->number, c->state, c->point_count);
    }
    return text;
}

/* slot, known, own -> what is seen */
static const struct {
    uint64_t slot, known, own;
    const char *text;
} views[] = {
    {0, 0, UINT64_MAX, "0:0:0"},             /* it has begun, no more is known */
    {1, 1, UINT64_MAX, "0:1:1 1:0:0"},       /* paused, as slot 0 left it */
    {2, 1, UINT64_MAX, "0:0:1 1:0:0"},       /* on its way again, up to where it was known */
    {2, 2, UINT64_MAX, "0:0:1 1:2:2"},       /* trial 1 is over */
    {2, 2, 0, "0:0:2 1:2:2"},                /* of its own it knows all */
    {3, 1, 2, "0:0:1 1:0:0 2:0:1"},          /* others that are under way hide what they did */
    {3, UINT64_MAX, 2, "0:0:2 1:2:2 2:0:1"}, /* free order: whatever has come */
};

START_TEST(a_view_is_what_its_slot_may_know)
{
    set_up();
    ck_assert_str_eq(seen(views[_i].slot, views[_i].known, views[_i].own), views[_i].text);
    clt_curves_finish(&curves);
}
END_TEST

START_TEST(what_is_told_again_is_no_news)
{
    bool news;
    double value = 7;
    set_up();
    clt_track *track = clt_curves_find(&curves, 1);
    ck_assert(clt_curves_add(&curves, track, 2, &value, &news));
    ck_assert(!news);
    ck_assert_double_eq(track->values.items[1], 0.3);
    clt_curves_finish(&curves);
}
END_TEST

START_TEST(a_step_of_a_trial_under_way_has_its_later_values)
{
    bool news;
    double value = 7;
    set_up();
    clt_track *track = clt_curves_find(&curves, 2);
    ck_assert(clt_curves_add(&curves, track, 1, &value, &news));
    ck_assert(news);
    ck_assert_uint_eq(track->steps.count, 1);
    ck_assert_double_eq(track->values.items[0], 7);
    ck_assert(clt_curves_add(&curves, track, 1, &value, &news));
    ck_assert(!news);
    ck_assert(clt_curves_add(&curves, track, 0, &value, &news)); /* one that falls */
    ck_assert(!news);
    clt_curves_finish(&curves);
}
END_TEST

START_TEST(another_attempt_forgets_what_its_stretch_had_reported)
{
    set_up();
    clt_track *track = clt_curves_find(&curves, 0);
    clt_curves_again(&curves, track);
    ck_assert_uint_eq(track->steps.count, 1); /* the point before the pause */
    clt_curves_finish(&curves);
}
END_TEST

START_TEST(trials_of_other_ranges_are_not_shown)
{
    set_up();
    ck_assert_str_eq(seen(3, 3, 2), "0:0:1 1:2:2 2:0:1");
    clt_curves_hide(&curves, clt_curves_find(&curves, 1), true);
    ck_assert_str_eq(seen(3, 3, 2), "0:0:1 2:0:1");
    clt_curves_finish(&curves);
}
END_TEST

/* ---- A view that goes on from the last one is what it would be from nothing ------------------ */

enum { WINDOW = 4, SLOTS = 150 };

static uint32_t random_state;

static uint32_t below(uint32_t n)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % n;
}

/* What was said last is not remembered by curves that are given their trials again. */
static void copy_trials(const clt_curves *of, clt_curves *to)
{
    *to = (clt_curves){.objective_count = 1};
    for (size_t i = 0; i < of->tracks.count; i++) {
        const clt_track *from = &of->tracks.items[i];
        bool news;
        size_t points = 0;
        for (size_t k = 0; k < from->stretches.count; k++) {
            const clt_stretch *s = &from->stretches.items[k];
            clt_track *track = clt_curves_begin(to, from->number, s->slot, s->until);
            bool ended = s->state != COLLET_CURVE_RUNNING;
            for (size_t most = ended ? s->points : from->steps.count; points < most; points++) {
                ck_assert(clt_curves_add(to, track, from->steps.items[points],
                                         &from->values.items[points], &news));
            }
            if (ended) {
                clt_curves_end(to, track, s->state);
            }
        }
        clt_curves_hide(to, clt_curves_find(to, from->number), from->hidden);
    }
}

static void compare_views(uint64_t slot, uint64_t known, uint64_t own)
{
    static char goes_on[4096];
    (void)snprintf(goes_on, sizeof goes_on, "%s", seen(slot, known, own));
    const clt_curves kept = curves;
    copy_trials(&kept, &curves);
    ck_assert_str_eq(goes_on, seen(slot, known, own));
    clt_curves_finish(&curves);
    curves = kept;
}

/* Begins a trial or goes on with one that waits, in that slot; its number. */
static uint64_t begin_any(uint64_t slot)
{
    for (size_t i = 0; i < curves.tracks.count && below(3) == 0; i++) {
        clt_track *track = &curves.tracks.items[below((uint32_t)curves.tracks.count)];
        if (clt_curves_last(track)->state == COLLET_CURVE_PAUSED && !track->hidden) {
            ck_assert_ptr_nonnull(clt_curves_begin(&curves, track->number, slot, 0));
            return track->number;
        }
    }
    /* now and then one that belongs between those that are there */
    uint64_t number = below(20) == 0 && slot > 9 ? 2 * slot - 7 : 2 * slot;
    ck_assert_ptr_nonnull(clt_curves_begin(&curves, number, slot, 0));
    return number;
}

/* A report, another attempt, or an end. True: it has ended. */
static bool move(uint64_t number)
{
    clt_track *track = clt_curves_find(&curves, number);
    size_t n = track->steps.count;
    switch (below(8)) {
    case 0:
        clt_curves_again(&curves, track);
        return false;
    case 1:
    case 2:
        clt_curves_end(&curves, track, COLLET_CURVE_PAUSED + below(4));
        return true;
    default:
        add(number, n > 0 ? track->steps.items[n - 1] + 1 : 1, 0.5);
        return false;
    }
}

/* Slots under way, of which none begins before those a window below it have ended. */
START_TEST(a_view_that_goes_on_is_what_it_is_from_nothing)
{
    bool free_order = _i % 2 > 0;
    uint64_t open[WINDOW], numbers[WINDOW], next = 0;
    size_t count = 0;
    random_state = (uint32_t)_i;
    curves = (clt_curves){.objective_count = 1};
    while (next < SLOTS) {
        if (count == 0 || (count < WINDOW && next < open[0] + WINDOW && below(2) == 0)) {
            open[count] = next;
            numbers[count++] = begin_any(next++);
        }
        size_t i = below((uint32_t)count);
        uint64_t known = free_order ? UINT64_MAX : open[i] < WINDOW ? 0 : open[i] - WINDOW + 1;
        if (move(numbers[i])) {
            memmove(open + i, open + i + 1, (count - i - 1) * sizeof *open);
            memmove(numbers + i, numbers + i + 1, (count - i - 1) * sizeof *numbers);
            count--;
        } else if (below(3) == 0) {
            compare_views(open[i], below(30) > 0 ? known : 0,
                          below(3) > 0 ? numbers[i] : UINT64_MAX);
        }
        if (below(60) == 0) {
            clt_track *track = &curves.tracks.items[below((uint32_t)curves.tracks.count)];
            clt_curves_hide(&curves, track, clt_curves_last(track)->state > COLLET_CURVE_PAUSED);
        }
    }
    (void)seen(next, free_order ? UINT64_MAX : next - WINDOW + 1, UINT64_MAX);
    ck_assert_uint_gt(curves.settled, curves.tracks.count - 4 * (size_t)WINDOW); /* it was used */
    ck_assert_uint_lt(curves.live.count, 2 * (size_t)WINDOW);
    clt_curves_finish(&curves);
}
END_TEST

TEST_MAIN_LOOPS("study/curves", {a_view_is_what_its_slot_may_know, sizeof views / sizeof views[0]},
                {what_is_told_again_is_no_news, 1},
                {a_step_of_a_trial_under_way_has_its_later_values, 1},
                {another_attempt_forgets_what_its_stretch_had_reported, 1},
                {trials_of_other_ranges_are_not_shown, 1},
                {a_view_that_goes_on_is_what_it_is_from_nothing, 16})
