#include "problems/real.h"

#include "problems/instance.h"

#include <math.h>
#include <stddef.h>

static const double PI = 3.14159265358979323846;

static double square(double v)
{
    return v * v;
}

static double sphere(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(z[i]);
    }
    return sum;
}

static double ellipsoid(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += pow(10, n > 1 ? 6.0 * i / (n - 1) : 0) * square(z[i]);
    }
    return sum;
}

static double rastrigin(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(z[i]) + 10 * (1 - cos(2 * PI * z[i]));
    }
    return sum;
}

static double ackley(const double *z, uint32_t n)
{
    double cosines = 0;
    for (uint32_t i = 0; i < n; i++) {
        cosines += cos(2 * PI * z[i]);
    }
    return 20 * -expm1(-0.2 * sqrt(sphere(z, n) / n)) + exp(1) - exp(cosines / n);
}

static double griewank(const double *z, uint32_t n)
{
    double product = 1;
    for (uint32_t i = 0; i < n; i++) {
        product *= cos(z[i] / sqrt(i + 1.0));
    }
    return sphere(z, n) / 4000 + (1 - product);
}

static double rosenbrock(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i + 1 < n; i++) {
        sum += 100 * square(z[i + 1] - square(z[i])) + square(1 - z[i]);
    }
    return sum;
}

static double levy(const double *z, uint32_t n)
{
    double first = 1 + (z[0] - 1) / 4, last = 1 + (z[n - 1] - 1) / 4;
    double sum = square(sin(PI * first)) + square(last - 1) * (1 + square(sin(2 * PI * last)));
    for (uint32_t i = 0; i + 1 < n; i++) {
        double w = 1 + (z[i] - 1) / 4;
        sum += square(w - 1) * (1 + 10 * square(sin(PI * w + 1)));
    }
    return sum;
}

static double styblinski_tang(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(square(z[i])) - 16 * square(z[i]) + 5 * z[i];
    }
    return sum / 2;
}

static double branin(const double *z, uint32_t n)
{
    (void)n;
    double parabola = z[1] - 5.1 / (4 * PI * PI) * square(z[0]) + 5 / PI * z[0] - 6;
    return square(parabola) + 10 * (1 - 1 / (8 * PI)) * cos(z[0]) + 10;
}

static double camel(const double *z, uint32_t n)
{
    (void)n;
    double a = square(z[0]), b = square(z[1]);
    return (4 - 2.1 * a + a * a / 3) * a + z[0] * z[1] + (4 * b - 4) * b;
}

/* -sum_i alpha_i exp(-sum_j A_ij (z_j - P_ij)^2), A and P [4][n] */
static double hartmann(const double *A, const double *P, const double *z, uint32_t n)
{
    static const double alpha[4] = {1.0, 1.2, 3.0, 3.2};
    double sum = 0;
    for (uint32_t i = 0; i < 4; i++) {
        double inner = 0;
        for (uint32_t j = 0; j < n; j++) {
            inner += A[i * n + j] * square(z[j] - P[i * n + j]);
        }
        sum -= alpha[i] * exp(-inner);
    }
    return sum;
}

static double hartmann3(const double *z, uint32_t n)
{
    static const double A[12] = {3, 10, 30, 0.1, 10, 35, 3, 10, 30, 0.1, 10, 35};
    static const double P[12] = {0.3689, 0.1170, 0.2673, 0.4699,  0.4387, 0.7470,
                                 0.1091, 0.8732, 0.5547, 0.03815, 0.5743, 0.8828};
    return hartmann(A, P, z, n);
}

static double hartmann6(const double *z, uint32_t n)
{
    static const double A[24] = {10, 3,   17,  3.5, 1.7, 8, 0.05, 10, 17,   0.1, 8,   14,
                                 3,  3.5, 1.7, 10,  17,  8, 17,   8,  0.05, 10,  0.1, 14};
    static const double P[24] = {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886, 0.2329, 0.4135,
                                 0.8307, 0.3736, 0.1004, 0.9991, 0.2348, 0.1451, 0.3522, 0.2883,
                                 0.3047, 0.6650, 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381};
    return hartmann(A, P, z, n);
}

#define SCHWEFEL_Z    420.96874635998202
#define SCHWEFEL_TERM 418.98288727243375

/* Lower values lie outside of the cube, so it has walls. */
static double schwefel(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        double inside = fmin(fmax(z[i], -500), 500);
        sum += SCHWEFEL_TERM - inside * sin(sqrt(fabs(inside))) + square((z[i] - inside) / 10);
    }
    return sum;
}

static double step(const double *z, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += square(floor(z[i] + 0.5));
    }
    return sum;
}

/* sum_k 2^-k cos(2 pi 3^k (z + 1/2)) */
static double weierstrass_series(double z)
{
    double sum = 0, a = 1, b = 1;
    for (int k = 0; k <= 20; k++) {
        sum += a * cos(2 * PI * b * (z + 0.5));
        a *= 0.5;
        b *= 3;
    }
    return sum;
}

static double weierstrass(const double *z, uint32_t n)
{
    double sum = 0, least = weierstrass_series(0);
    for (uint32_t i = 0; i < n; i++) {
        sum += weierstrass_series(z[i]) - least;
    }
    return sum;
}

/* The first of 21 peaks is the highest, and at 0; places and widths of the others are drawn, the
 * same ones each time. */
static double gallagher(const double *z, uint32_t n)
{
    enum { PEAKS = 21 };
    uint64_t state = 21;
    double highest = 0;
    for (int peak = 0; peak < PEAKS; peak++) {
        double height = peak == 0 ? 10 : 1.1 + 8.0 * (peak - 1) / (PEAKS - 2);
        double condition = pow(1000, peak == 0 ? 1 : problem_uniform(&state)), sum = 0;
        for (uint32_t i = 0; i < n; i++) {
            double place = (problem_uniform(&state) - 0.5) * 9.8;
            double weight = pow(condition, problem_uniform(&state) / 2 - 0.25);
            sum += weight * square(peak == 0 ? z[i] : z[i] - place);
        }
        highest = fmax(highest, height * exp(-sum / (2.0 * n)));
    }
    return square(10 - highest);
}

static const real_problem problems[] = {
    {"sphere", sphere, 1, 0, 5.12, 0, 0, 0},
    {"ellipsoid", ellipsoid, 1, 0, 5, 0, 0, 0},
    {"rastrigin", rastrigin, 1, 0, 5.12, 0, 0, 0},
    {"ackley", ackley, 1, 0, 32.768, 0, 0, 0},
    {"griewank", griewank, 1, 0, 600, 0, 0, 0},
    {"rosenbrock", rosenbrock, 2, 0, 5, 1, 0, 0},
    {"levy", levy, 1, 0, 10, 1, 0, 0},
    {"styblinski_tang", styblinski_tang, 1, 0, 5, -2.9035340277711770951, 0, -39.166165703771415},
    {"branin", branin, 2, 2, 0, 0, 0.39788735772973816, 0},
    {"camel", camel, 2, 2, 0, 0, -1.0316284534898774, 0},
    {"hartmann3", hartmann3, 3, 3, 0, 0, -3.8627821478207558, 0},
    {"hartmann6", hartmann6, 6, 6, 0, 0, -3.3223680114155152, 0},
    {"schwefel", schwefel, 1, 0, 500, SCHWEFEL_Z, 0, 0},
    {"step", step, 1, 0, 5.12, 0, 0, 0},
    {"weierstrass", weierstrass, 1, 0, 0.5, 0, 0, 0},
    {"gallagher", gallagher, 1, 0, 5, 0, 0, 0},
};

const real_problem *real_problem_at(uint32_t index)
{
    return index < sizeof problems / sizeof problems[0] ? &problems[index] : NULL;
}
