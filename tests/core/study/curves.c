#include "study/curves.h"

#include "support.h"

#include <stdio.h>

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
    clt_curves_end(clt_curves_find(&curves, number), state);
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
    static char text[256];
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

START_TEST(another_attempt_forgets_what_its_stretch_had_reported)
{
    set_up();
    clt_track *track = clt_curves_find(&curves, 0);
    clt_curves_again(track);
    ck_assert_uint_eq(track->steps.count, 1); /* the point before the pause */
    clt_curves_finish(&curves);
}
END_TEST

START_TEST(trials_of_other_ranges_are_not_shown)
{
    set_up();
    clt_curves_find(&curves, 1)->hidden = true;
    ck_assert_str_eq(seen(3, 3, 2), "0:0:1 2:0:1");
    clt_curves_finish(&curves);
}
END_TEST

TEST_MAIN_LOOPS("study/curves", {a_view_is_what_its_slot_may_know, sizeof views / sizeof views[0]},
                {what_is_told_again_is_no_news, 1},
                {another_attempt_forgets_what_its_stretch_had_reported, 1},
                {trials_of_other_ranges_are_not_shown, 1})
