#include "population/genome.h"
#include "population/shade.h"
#include "space.h"
#include "support.h"

enum { DIMS = TEST_DIMS };

START_TEST(a_genome_is_expressed_and_read_back)
{
    search_space s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 1);
    search_space_init(&s, &test_space);
    for (uint64_t n = 0; n < 200; n++) {
        double genes[DIMS], x[DIMS], again[DIMS], y[DIMS];
        genome_draw(&s, &rng, genes);
        genome_express(&s, genes, x);
        ck_assert(isnan(x[2]) == (x[0] < 2) && x[5] == 3);
        genome_read(&s, x, n, again);
        ck_assert(again[2] >= 0 && again[2] <= 1); /* a gene, active or not */
        genome_express(&s, again, y);
        for (int i = 0; i < DIMS; i++) {
            ck_assert((isnan(x[i]) && isnan(y[i])) || fabs(x[i] - y[i]) <= 1e-12 * x[i]);
        }
    }
    search_space_finish(&s);
}
END_TEST

/* At least one gene moves, discrete ones to another value; the step has mean 0 and is short. */
START_TEST(mutation_moves_at_least_one_gene_to_a_value_nearby)
{
    search_space s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 2);
    double sum = 0, square = 0;
    int moves = 0;
    search_space_init(&s, &test_space);
    for (int n = 0; n < 4000; n++) {
        double genes[DIMS] = {0.75, 1, 0.5, 0.5, 0.5, 0.5}, x[DIMS], y[DIMS];
        genome_express(&s, genes, x);
        genome_mutate(&s, &rng, n % 2 == 0 ? 0 : 0.3, 20, genes);
        genome_express(&s, genes, y);
        ck_assert(!search_same(&s, x, y));
        ck_assert(genes[2] >= 0 && genes[2] <= 1 && genes[1] >= 0 && genes[1] <= 2);
        moves += genes[2] != 0.5;
        sum += genes[2] - 0.5;
        square += (genes[2] - 0.5) * (genes[2] - 0.5);
    }
    ck_assert_double_eq_tol(sum / moves, 0, 0.006);
    ck_assert_double_eq_tol(sqrt(square / moves), 0.063, 0.006);
    search_space_finish(&s);
}
END_TEST

/* SBX: the mean of the children is that of the parents, and they spread about as far. */
START_TEST(crossover_keeps_the_mean_and_takes_categories_whole)
{
    search_space s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 3);
    const double a[DIMS] = {0.25, 0, 0.4, 0.3, 0.3, 0.5}, b[DIMS] = {0.75, 2, 0.6, 0.3, 0.3, 0.5};
    double sum = 0, child[DIMS];
    int second = 0, crossed = 0;
    search_space_init(&s, &test_space);
    for (int n = 0; n < 4000; n++) {
        genome_cross(&s, &rng, a, b, 15, child);
        ck_assert(child[1] == 0 || child[1] == 2);
        ck_assert_double_eq_tol(child[3], 0.3, 1e-12);
        second += child[1] == 2;
        crossed += child[2] != a[2];
        sum += child[2] != a[2] ? child[2] : 0;
        genome_cross(&s, &rng, a, b, 0, child);
        ck_assert(child[2] == a[2] || child[2] == b[2]);
    }
    ck_assert_int_gt(second, 1800);
    ck_assert_int_lt(second, 2200);
    ck_assert_double_eq_tol(sum / crossed, 0.5, 0.01);
    search_space_finish(&s);
}
END_TEST

START_TEST(memory_follows_what_has_worked)
{
    shade s;
    clt_rng stream;
    collet_rng rng = test_rng(&stream, 4);
    shade_init(&s);
    for (int g = 0; g < SHADE_MEMORY; g++) {
        shade_success(&s, 0.2, 0.9, 3.0);
        shade_success(&s, 0.8, 0.3, 1.0);
        shade_close(&s);
        shade_close(&s); /* nothing worked: nothing is learnt */
    }
    for (int i = 0; i < SHADE_MEMORY; i++) { /* sum w F^2 / sum w F */
        ck_assert_double_eq_tol(s.f[i], (3 * 0.04 + 0.64) / (3 * 0.2 + 0.8), 1e-12);
        ck_assert_double_eq_tol(s.cr[i], (3 * 0.81 + 0.09) / (3 * 0.9 + 0.3), 1e-12);
    }
    for (int n = 0; n < 2000; n++) {
        double f, cr;
        shade_draw(&s, &rng, &f, &cr);
        ck_assert(f > 0 && f <= 1 && cr >= 0 && cr <= 1);
    }
    shade_success(&s, 0.5, 0, 1.0);
    shade_close(&s);
    ck_assert(s.cr[0] < 0); /* the terminal value */
}
END_TEST

TEST_MAIN("genome", a_genome_is_expressed_and_read_back,
          mutation_moves_at_least_one_gene_to_a_value_nearby,
          crossover_keeps_the_mean_and_takes_categories_whole, memory_follows_what_has_worked)
