#include "density/mixture.h"
#include "density/normal.h"
#include "density/order.h"
#include "density/width.h"
#include "support.h"

#include <collet/helpers.h>

#include <stdlib.h>

/* depth 1 to 3; kind one of three names, rate (log) where depth is 2 or 3, fine in steps where kind
 * is b; a constant that others could depend on. */
static const double deep_ranges[2] = {2, 3}, b_ranges[2] = {1, 1};
static const collet_condition deep = {0, 1, deep_ranges}, b = {2, 1, b_ranges};
static const char *const names[] = {"a", "b", "c"};
static const collet_dim dims[] = {
    {.name = "depth", .low = 1, .high = 3, .type = COLLET_DIM_INT},
    {.name = "same", .low = 4, .high = 4, .type = COLLET_DIM_INT},
    {.name = "kind",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
    {.name = "rate",
     .low = 1e-3,
     .high = 10,
     .type = COLLET_DIM_REAL,
     .flags = COLLET_DIM_LOG,
     .condition_count = 1,
     .conditions = &deep},
    {.name = "fine",
     .low = 0,
     .high = 1,
     .step = 0.125,
     .type = COLLET_DIM_REAL,
     .condition_count = 1,
     .conditions = &b},
};
static const collet_dim alone[] = {
    {.name = "real", .low = -2, .high = 3, .type = COLLET_DIM_REAL},
    {.name = "log", .low = 1e-6, .high = 1, .type = COLLET_DIM_REAL, .flags = COLLET_DIM_LOG},
    {.name = "few", .low = 1, .high = 4, .type = COLLET_DIM_INT},
    {.name = "some", .low = 0, .high = 40, .type = COLLET_DIM_INT},
    {.name = "many", .low = 1, .high = 1000, .type = COLLET_DIM_INT},
    {.name = "most", .low = 0, .high = 100000, .type = COLLET_DIM_INT},
    {.name = "octaves", .low = 1, .high = 1024, .type = COLLET_DIM_INT, .flags = COLLET_DIM_LOG},
    {.name = "steps", .low = 0, .high = 1, .step = 0.25, .type = COLLET_DIM_REAL},
    {.name = "name",
     .low = 0,
     .high = 2,
     .type = COLLET_DIM_CATEGORY,
     .category_count = 3,
     .categories = names},
};
enum { ALONE = sizeof alone / sizeof alone[0], ROOM = 4096 };

/* A mixture over a space. */
typedef struct fixture {
    collet_space collet;
    search_space space;
    density_space columns;
    density_rows rows;
    density_batch batch;
    density_term terms[8];
    density_mixture mixture;
    clt_rng stream;
    collet_rng rng;
} fixture;

static void begin(fixture *f, const collet_dim *of, uint32_t count, density_blocks how)
{
    *f = (fixture){.collet = {.struct_size = COLLET_SIZE(collet_space),
                              .dim_count = count,
                              .dim_size = COLLET_SIZE(collet_dim),
                              .condition_size = COLLET_SIZE(collet_condition),
                              .objective_count = 1,
                              .parallel = 1,
                              .dims = of}};
    f->rng = test_rng(&f->stream, 3);
    ck_assert_int_eq(search_space_init(&f->space, &f->collet), COLLET_OK);
    ck_assert_int_eq(density_space_init(&f->columns, &f->space, how), COLLET_OK);
    density_rows_init(&f->rows, &f->columns);
    ck_assert_int_eq(density_rows_reserve(&f->rows, 8), COLLET_OK);
    ck_assert_int_eq(density_batch_init(&f->batch, &f->columns, ROOM), COLLET_OK);
    f->mixture = (density_mixture){.rows = &f->rows, .terms = f->terms, .prior = 1};
}

static void end(fixture *f)
{
    density_batch_finish(&f->batch);
    density_rows_finish(&f->rows);
    density_space_finish(&f->columns);
    search_space_finish(&f->space);
}

/* One more kernel, around x; all weights and the prior's are the same. */
static void add(fixture *f, const double *x, float width)
{
    uint32_t row = f->mixture.count++;
    density_row_place(&f->rows, row, x);
    for (uint32_t c = 0; c < f->columns.column_count; c++) {
        if (f->columns.columns[c].category) {
            density_row_even(&f->rows, row, c, 0.3f);
        } else {
            density_row_width(&f->rows, row, c, width);
        }
    }
    f->mixture.prior = 1.0f / (float)(f->mixture.count + 1);
    for (uint32_t i = 0; i < f->mixture.count; i++) {
        f->terms[i] = (density_term){i, f->mixture.prior};
    }
}

/* Makes candidate i the point x. */
static void put(fixture *f, uint32_t i, const double *x)
{
    for (uint32_t c = 0; c < f->columns.column_count; c++) {
        const density_column *d = &f->columns.columns[c];
        double value = x[d->dim];
        size_t at = (size_t)c * f->batch.room + i;
        f->batch.active[at] = isnan(value) ? 0.0f : 1.0f;
        f->batch.x[at] = isnan(value)  ? 0.0f
                         : d->category ? (float)value
                                       : (float)search_axis_unit(d->axis, value);
    }
}

START_TEST(arithmetic_agrees_with_the_c_library)
{
    for (int k = -600; k <= 600; k++) {
        double x = k / 100.0;
        ck_assert_double_eq_tol((double)density_below((float)x), erfc(-x / sqrt(2)) / 2, 1e-6);
        ck_assert_double_eq_tol((double)density_exp((float)x) / exp(x), 1, 1e-6);
        ck_assert_double_eq_tol((double)density_ln((float)exp(x)), x, 1e-6 * (1 + fabs(x)));
        float p = density_below((float)x), mean = 1, width = 2, z;
        density_quantiles(1, &p, &mean, &width, &z);
        ck_assert_msg(fabs(x) > 4 || fabs(((double)z - 1) / 2 - x) < 2e-3 * (1 + exp(x * x / 4)),
                      "%g: %g", x, ((double)z - 1) / 2);
    }
}
END_TEST

/* The integral of one column's density over an even draw of its values. */
static double integral(fixture *f)
{
    const search_axis *axis = f->columns.columns[0].axis;
    uint32_t n = axis->count > 0 && axis->count <= ROOM ? (uint32_t)axis->count : ROOM;
    static float logs[ROOM];
    static double shares[ROOM];
    for (uint32_t i = 0; i < n; i++) {
        double low = i / (double)n, high = (i + 1) / (double)n;
        double value = search_axis_value(axis, (low + high) / 2);
        if (axis->count == n) {
            value = search_axis_nth(axis, i);
            search_axis_share(axis, value, &low, &high);
        }
        put(f, i, &value);
        shares[i] = high - low;
    }
    f->batch.count = n;
    density_log(&f->mixture, &f->columns.blocks[0], &f->batch, logs);
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += exp((double)logs[i]) * shares[i];
    }
    return sum;
}

START_TEST(every_kind_of_kernel_integrates_to_one)
{
    static const float widths[] = {0.002f, 0.01f, 0.03f, 0.1f, 0.4f, 1.0f};
    for (int w = 0; w < 6; w++) {
        for (int k = 0; k <= 10; k++) {
            fixture f;
            begin(&f, &alone[_i], 1, DENSITY_JOINT);
            double x = search_axis_value(&f.space.axes[0], k / 10.0);
            add(&f, &x, widths[w]);
            f.mixture.prior = 0;
            f.terms[0].weight = 1;
            double sum = integral(&f);
            ck_assert_msg(fabs(sum - 1) < 0.01, "%s at %g, width %g: %g", alone[_i].name, x,
                          (double)widths[w], sum);
            end(&f);
        }
    }
}
END_TEST

/* Three trials, one of each depth. */
static void add_three(fixture *f)
{
    static const double trials[3][5] = {
        {1, 4, 1, (double)NAN, 0.25}, {2, 4, 0, 0.02, (double)NAN}, {3, 4, 1, 5, 0.75}};
    for (int k = 0; k < 3; k++) {
        add(f, trials[k], 0.1f);
    }
}

START_TEST(a_mixture_over_a_conditional_space_integrates_to_one)
{
    fixture f;
    begin(&f, dims, 5, DENSITY_JOINT);
    add_three(&f);
    static float logs[ROOM];
    static double measure[ROOM];
    enum { RATES = 100 };
    uint32_t n = 0;
    for (int depth = 1; depth <= 3; depth++) {
        for (int kind = 0; kind < 3; kind++) {
            for (int r = 0; r < (depth > 1 ? RATES : 1); r++) {
                for (int s = 0; s < (kind == 1 ? 9 : 1); s++) {
                    double rate = search_axis_value(&f.space.axes[3], (r + 0.5) / RATES);
                    double x[5] = {depth, 4, kind, depth > 1 ? rate : (double)NAN,
                                   kind == 1 ? s * 0.125 : (double)NAN};
                    measure[n] = 1.0 / 9 / (depth > 1 ? RATES : 1) / (kind == 1 ? 9 : 1);
                    put(&f, n++, x);
                }
            }
        }
    }
    f.batch.count = n;
    density_log(&f.mixture, &f.columns.blocks[0], &f.batch, logs);
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += exp((double)logs[i]) * measure[i];
    }
    ck_assert_double_eq_tol(sum, 1, 0.005);
    end(&f);
}
END_TEST

/* Mean of 1 / density over draws from the density is the measure of the whole space, 1; restricted
 * to a part of it, the measure of the part. */
START_TEST(draws_are_distributed_as_the_density_says)
{
    fixture f;
    begin(&f, dims, 5, DENSITY_JOINT);
    add_three(&f);
    static float logs[ROOM];
    static const double nowhere[5] = {NAN, NAN, NAN, NAN, NAN};
    double all = 0, depth[4] = {0}, kind[3] = {0}, low_rate = 0, low_fine = 0;
    enum { ROUNDS = 8, N = ROUNDS * ROOM };
    for (int round = 0; round < ROUNDS; round++) {
        f.batch.count = ROOM;
        density_batch_set(&f.batch, nowhere);
        density_draw(&f.mixture, &f.columns.blocks[0], 1, &f.rng, &f.batch);
        density_log(&f.mixture, &f.columns.blocks[0], &f.batch, logs);
        for (uint32_t i = 0; i < ROOM; i++) {
            double x[5], share = exp(-(double)logs[i]) / N;
            for (uint32_t d = 0; d < 5; d++) {
                uint32_t c = f.columns.column_of[d];
                x[d] = c == UINT32_MAX ? 4 : density_value(&f.batch, i, c);
                ck_assert_int_eq(isnan(x[d]), !collet_dim_active(&f.collet, d, x));
            }
            all += share;
            depth[(int)x[0]] += share;
            kind[(int)x[2]] += share;
            low_rate += x[3] < 0.1 ? share : 0; /* half of it in the logarithm, and NaN is not */
            low_fine += x[4] < 0.3 ? share : 0; /* three of nine */
        }
    }
    ck_assert_double_eq_tol(all, 1, 0.03);
    for (int k = 0; k < 3; k++) {
        ck_assert_double_eq_tol(depth[k + 1], 1.0 / 3, 0.03);
        ck_assert_double_eq_tol(kind[k], 1.0 / 3, 0.03);
    }
    ck_assert_double_eq_tol(low_rate, 1.0 / 3, 0.03);
    ck_assert_double_eq_tol(low_fine, 1.0 / 9, 0.03);
    end(&f);
}
END_TEST

START_TEST(blocks_hold_what_shares_conditions)
{
    static const uint32_t expected[] = {1, 3, 4};
    for (int how = DENSITY_JOINT; how <= DENSITY_SINGLE; how++) {
        fixture f;
        begin(&f, dims, 5, (density_blocks)how);
        ck_assert_uint_eq(f.columns.block_count, expected[how]);
        ck_assert_uint_eq(f.columns.column_count, 4);
        uint32_t end_of_last = 0;
        for (uint32_t k = 0; k < f.columns.block_count; k++) {
            const density_block *block = &f.columns.blocks[k];
            ck_assert_uint_eq(block->first, end_of_last);
            ck_assert(block->first <= block->numeric && block->numeric <= block->numeric_if &&
                      block->numeric_if <= block->category && block->category <= block->end);
            for (uint32_t c = block->first; c < block->end; c++) {
                ck_assert_int_eq(f.columns.columns[c].category, c >= block->numeric_if);
            }
            end_of_last = block->end;
        }
        end(&f);
    }
}
END_TEST

START_TEST(widths_follow_their_rule)
{
    static const float at[] = {0.1f, 0.2f, 0.6f, 0.9f};
    float width[4];
    density_widths rule = {.rule = DENSITY_NEIGHBOUR, .floor = 0.01, .exponent = 2, .clip = true};
    static const double expected[3][4] = {
        {0.1, 0.4, 0.4, 0.3}, {0.1, 0.3, 0.3, 0.3}, {0.2, 0.2, 0.2, 0.2}};
    for (int k = DENSITY_NEIGHBOUR; k <= DENSITY_SCOTT; k++) {
        rule.rule = (density_rule)k;
        density_set_widths(&rule, 4, at, width);
        for (int i = 0; k != DENSITY_SCOTT && i < 4; i++) {
            ck_assert_double_eq_tol((double)width[i], expected[k][i], 1e-6);
        }
    }
    ck_assert(width[0] == width[3] && width[0] > 0.1f && width[0] < 0.4f); /* Scott */
    rule.rule = DENSITY_NEIGHBOUR;
    density_set_widths(&rule, 1, at, width); /* alone: as far as the farther end */
    ck_assert_double_eq_tol((double)width[0], 0.9, 1e-6);
    ck_assert_double_eq_tol((double)density_least(&rule, 4), 1.0 / 36, 1e-6);
    ck_assert_double_eq_tol((double)density_least(&rule, 1000), 0.01, 1e-6);
    rule.clip = false;
    ck_assert_double_eq_tol((double)density_least(&rule, 4), 1e-4, 1e-8);
}
END_TEST

static bool is_sorted(const density_order *o, uint32_t c, const bool *in, uint32_t rows)
{
    uint32_t columns = o->rows->space->column_count, active = 0;
    for (uint32_t r = 0; r < rows; r++) {
        active += in[r] && o->rows->at[r * columns + c] >= 0;
    }
    const uint32_t *sorted = o->sorted + (size_t)c * o->room;
    for (uint32_t i = 1; i < o->count[c]; i++) {
        float left = o->rows->at[sorted[i - 1] * columns + c];
        float right = o->rows->at[sorted[i] * columns + c];
        if (left > right || (left == right && o->numbers[sorted[i - 1]] >= o->numbers[sorted[i]])) {
            return false;
        }
    }
    return active == o->count[c] || o->rows->space->columns[c].category;
}

START_TEST(columns_stay_sorted_while_rows_come_and_go)
{
    enum { ROWS = 100 };
    fixture f;
    bool in[ROWS] = {false};
    density_order o;
    begin(&f, dims, 5, DENSITY_JOINT);
    density_order_init(&o, &f.rows);
    for (int step = 0; step < 1000; step++) {
        uint32_t row = (uint32_t)collet_below(&f.rng, step < 50 ? 8 : ROWS);
        double x[5];
        ck_assert_int_eq(density_rows_reserve(&f.rows, step < 50 ? 8 : ROWS), COLLET_OK);
        ck_assert_int_eq(density_order_reserve(&o), COLLET_OK);
        if (in[row]) {
            density_order_remove(&o, row);
        } else {
            search_draw(&f.space, &f.rng, x);
            density_row_place(&f.rows, row, x);
            density_order_add(&o, row, collet_bits(&f.rng));
        }
        in[row] = !in[row];
        for (uint32_t c = 0; c < f.columns.column_count; c++) {
            ck_assert(is_sorted(&o, c, in, step < 50 ? 8 : ROWS));
        }
    }
    density_order_finish(&o);
    end(&f);
}
END_TEST

TEST_MAIN_LOOPS("density", {arithmetic_agrees_with_the_c_library, 1},
                {every_kind_of_kernel_integrates_to_one, ALONE},
                {a_mixture_over_a_conditional_space_integrates_to_one, 1},
                {draws_are_distributed_as_the_density_says, 1},
                {blocks_hold_what_shares_conditions, 1}, {widths_follow_their_rule, 1},
                {columns_stay_sorted_while_rows_come_and_go, 1})
