#include "report/plot.h"

#include "support.h"

#include <math.h>

static clt_plot_point straight[] = {{1, 0}, {2, 9}, {3, 18}};
static clt_plot_point level[] = {{1, 0.5}, {10, 0.5}};
static clt_plot_point holed[] = {{1, 0}, {20, 1}, {30, NAN}, {40, 1}, {60, 0}};
static clt_plot_point wide[] = {{0, -1.7e308}, {18446744073709551615u, 1.7e308}};
static clt_plot_point lone[] = {{7, 2}};
static clt_plot_point none[] = {{7, NAN}};
static const uint64_t marks[] = {1, 20, 61};

#define CURVE(points)                                                                              \
    {                                                                                              \
        points, sizeof points / sizeof points[0], sizeof points / sizeof points[0]                 \
    }

static const struct {
    clt_plot_curve own, beside;
    size_t mark_count;
    clt_plot_style style;
    const char *text;
} plots[] = {
    {CURVE(straight),
     {NULL, 0, 0},
     0,
     {false, false},
     "18 +                                                         ***\n"
     "   |                                                   ******\n"
     "   |                                             ******\n"
     "   |                                       ******\n"
     "   |                                 ******\n"
     "   |                           ******\n"
     "   |                   ********\n"
     "   |            *******\n"
     "   |    ********\n"
     " 0 +****\n"
     "   +------------------------------------------------------------\n"
     "    epoch 1                                              epoch 3\n"},
    {CURVE(holed),
     CURVE(level),
     3,
     {false, false},
     "1 +                  **                   **\n"
     "  |                **                       **\n"
     "  |              **                           **\n"
     "  |            **                               **\n"
     "  |          **                                   **\n"
     "  |........**                                       ***\n"
     "  |      **                                            **\n"
     "  |    **                                                **\n"
     "  |  **                                                    **\n"
     "0 +**                                                        **\n"
     "  +^------------------^----------------------------------------\n"
     "   epoch 1                                             epoch 60\n"},
    {CURVE(holed),
     CURVE(level),
     3,
     {true, false},
     "1 ┤                 ⢀⠔⠁                   ⠈⠢⡀\n"
     "  │               ⢀⠔⠁                       ⠈⠢⡀\n"
     "  │             ⢀⠔⠁                           ⠈⠢⡀\n"
     "  │           ⢀⠔⠁                               ⠈⠢⡀\n"
     "  │         ⢀⠔⠁                                   ⠈⠢⡀\n"
     "  │⠁⠈ ⠁⠈ ⠁⠈⡠⠋                                       ⠈⠑⢄\n"
     "  │      ⡠⠊                                            ⠑⢄\n"
     "  │    ⡠⠊                                                ⠑⢄\n"
     "  │  ⡠⠊                                                    ⠑⢄\n"
     "0 ┤⡠⠊                                                        ⠑⢄\n"
     "  └┴──────────────────┴────────────────────────────────────────\n"
     "   epoch 1                                             epoch 60\n"},
    {CURVE(level),
     {NULL, 0, 0},
     0,
     {true, false},
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "0.5 ┤⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    └────────────────────────────────────────────────────────────\n"
     "     epoch 1                                             epoch 10\n"},
    {CURVE(wide),
     {NULL, 0, 0},
     0,
     {false, false},
     " 1.7e+308 +                                                        ****\n"
     "          |                                                  ******\n"
     "          |                                           *******\n"
     "          |                                     ******\n"
     "          |                              *******\n"
     "          |                       *******\n"
     "          |                 ******\n"
     "          |          *******\n"
     "          |    ******\n"
     "-1.7e+308 +****\n"
     "          +------------------------------------------------------------\n"
     "           epoch 0                           epoch 18446744073709551615\n"},
    {CURVE(lone),
     CURVE(level),
     0,
     {true, true},
     "  2 ┤                                       ⠈\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "    │\n"
     "0.5 ┤\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m \033[2m⡀\033[0m\033[2m⢀\033[0m "
     "\033[2m⡀\033[0m\033[2m⢀\033[0m\n"
     "    └────────────────────────────────────────────────────────────\n"
     "     epoch 1                                             epoch 10\n"},
    {CURVE(none), {NULL, 0, 0}, 0, {true, false}, ""},
};
enum { PLOTS = sizeof plots / sizeof plots[0] };

START_TEST(a_plot_looks_like_this)
{
    clt_str out = {0};
    const clt_plot plot = {.style = plots[_i].style,
                           .step_name = "epoch",
                           .own = &plots[_i].own,
                           .beside = &plots[_i].beside,
                           .marks = marks,
                           .mark_count = plots[_i].mark_count};
    clt_plot_write(&plot, &out);
    ck_assert_str_eq(clt_str_text(&out), plots[_i].text);
    clt_str_finish(&out);
}
END_TEST

static const struct {
    clt_plot_curve curve;
    size_t count;
} counts[] = {{CURVE(straight), 3}, {CURVE(holed), 4}, {CURVE(none), 0}, {{NULL, 0, 0}, 0}};

START_TEST(points_without_a_finite_value_do_not_count)
{
    ck_assert_uint_eq(clt_plot_count(&counts[_i].curve), counts[_i].count);
}
END_TEST

TEST_MAIN_LOOPS("plot", {a_plot_looks_like_this, PLOTS},
                {points_without_a_finite_value_do_not_count, 4})
