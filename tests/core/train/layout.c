#include "train/layout.h"
#include "support.h"

#include <string.h>

static collet_segment segment(uint64_t offset, uint32_t rows, uint32_t columns, uint32_t flags)
{
    return (collet_segment){"s", offset, rows, columns, flags, 0};
}

static collet_layout layout_of(const collet_segment *segments, uint32_t count, uint64_t theta)
{
    return (collet_layout){.struct_size = COLLET_SIZE(collet_layout),
                           .segment_count = count,
                           .segment_size = COLLET_SIZE(collet_segment),
                           .theta_count = theta,
                           .segments = segments};
}

START_TEST(layouts_that_lie_are_refused)
{
    const struct {
        collet_segment segments[2];
        uint64_t theta;
        bool good;
    } rows[] = {
        {{segment(0, 2, 8, 0), segment(16, 1, 16, 0)}, 32, true},
        {{segment(0, 2, 8, 0), segment(0, 1, 16, 0)}, 32, false},  /* overlap */
        {{segment(0, 2, 8, 0), segment(20, 1, 8, 0)}, 32, false},  /* not aligned */
        {{segment(0, 2, 8, 0), segment(16, 1, 17, 0)}, 32, false}, /* too long */
        {{segment(0, 2, 8, 0), segment(16, 0, 16, 0)}, 32, false}, /* empty */
        {{segment(0, 2, 8, 0), segment(16, 1, 16, 0)}, 33, false},
        {{segment(0, 2, 8, 0), segment(UINT64_MAX - 15, 1, 16, 0)}, 32, false},
        {{segment(0, UINT32_MAX, UINT32_MAX, 0), segment(16, 1, 1, 0)}, 32, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clt_error err = {0};
        collet_layout layout = layout_of(rows[i].segments, 2, rows[i].theta);
        ck_assert_int_eq(clt_layout_check(&layout, &err),
                         rows[i].good ? CLT_OK : CLT_PLUGIN_FAILED);
    }
    clt_error err = {0};
    ck_assert_int_eq(clt_layout_check(NULL, &err), CLT_PLUGIN_FAILED);
}
END_TEST

START_TEST(neighbours_with_equal_flags_are_one_span_and_touched_rows_are_their_own)
{
    const collet_segment segments[] = {
        segment(0, 1, 10, 0), segment(16, 1, 16, 0), segment(32, 4, 4, COLLET_SEGMENT_SPARSE),
        segment(48, 1, 3, COLLET_SEGMENT_NO_DECAY), segment(64, 1, 2, COLLET_SEGMENT_BUFFER)};
    collet_layout layout = layout_of(segments, 5, 80);
    clt_spans spans;
    clt_error err = {0};
    const collet_span *items;
    uint32_t count;
    static const uint32_t touched[] = {3, 1};
    ck_assert_int_eq(clt_spans_init(&spans, &layout, &err), CLT_OK);
    clt_spans_clear(&spans);
    ck_assert_int_eq(spans.touched.rows(spans.touched.ctx, 2, touched, 2), COLLET_OK);
    ck_assert_int_eq(clt_spans_take(&spans, &items, &count, &err), CLT_OK);
    static const collet_span expected[] = {{0, 32, 0, 0},
                                           {36, 4, COLLET_SEGMENT_SPARSE, 2},
                                           {44, 4, COLLET_SEGMENT_SPARSE, 2},
                                           {48, 3, COLLET_SEGMENT_NO_DECAY, 3}};
    ck_assert_uint_eq(count, 4);
    ck_assert_mem_eq(items, expected, sizeof expected);
    float theta[80] = {0}, grad[80] = {0};
    grad[65] = 7;
    grad[5] = 9;
    clt_spans_copy_buffers(&spans, grad, theta);
    ck_assert_float_eq(theta[65], 7);
    ck_assert_float_eq(theta[5], 0);
    clt_spans_finish(&spans);
}
END_TEST

START_TEST(neighbouring_touched_rows_are_one_span)
{
    const collet_segment segments[] = {segment(0, 9, 4, COLLET_SEGMENT_SPARSE)};
    collet_layout layout = layout_of(segments, 1, 48);
    static const uint32_t first[] = {8, 2, 3}, second[] = {0, 1, 5};
    static const collet_span expected[] = {{0, 8, COLLET_SEGMENT_SPARSE, 0},
                                           {20, 4, COLLET_SEGMENT_SPARSE, 0}};
    clt_spans spans;
    clt_error err = {0};
    const collet_span *items;
    uint32_t count;
    ck_assert_int_eq(clt_spans_init(&spans, &layout, &err), CLT_OK);
    for (int batch = 0; batch < 2; batch++) {
        uint64_t floats = 0;
        clt_spans_clear(&spans);
        spans.touched.rows(spans.touched.ctx, 0, first, batch == 0 ? 3 : 0);
        spans.touched.rows(spans.touched.ctx, 0, second, 3);
        ck_assert_int_eq(clt_spans_take(&spans, &items, &count, &err), CLT_OK);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert(i == 0 || items[i].begin >= items[i - 1].begin + items[i - 1].count);
            floats += items[i].count;
        }
        ck_assert_uint_eq(floats, batch == 0 ? 24 : 12);
    }
    ck_assert_uint_eq(count, 2);
    ck_assert_mem_eq(items, expected, sizeof expected);
    clt_spans_finish(&spans);
}
END_TEST

START_TEST(rows_that_are_not_there_or_named_twice_are_refused)
{
    const collet_segment segments[] = {segment(0, 4, 4, COLLET_SEGMENT_SPARSE),
                                       segment(16, 1, 16, 0)};
    collet_layout layout = layout_of(segments, 2, 32);
    const struct {
        uint32_t segment, rows[2];
    } calls[] = {{0, {1, 1}}, {0, {1, 4}}, {1, {0, 0}}, {9, {0, 0}}};
    for (size_t i = 0; i < 4; i++) {
        clt_spans spans;
        clt_error err = {0};
        const collet_span *items;
        uint32_t count;
        clt_spans_init(&spans, &layout, &err);
        spans.touched.rows(spans.touched.ctx, calls[i].segment, calls[i].rows, 2);
        ck_assert_int_eq(clt_spans_take(&spans, &items, &count, &err), CLT_PLUGIN_FAILED);
        clt_spans_finish(&spans);
    }
}
END_TEST

TEST_MAIN("layout", layouts_that_lie_are_refused,
          neighbours_with_equal_flags_are_one_span_and_touched_rows_are_their_own,
          neighbouring_touched_rows_are_one_span,
          rows_that_are_not_there_or_named_twice_are_refused)
