/**
 * @file gp/logei.h
 * @brief Logarithms of expected improvement and of probabilities, exact far into the tails.
 *
 * Ament, Daulton, Eriksson, Balandat, Bakshy: Unexpected Improvements to Expected Improvement for
 * Bayesian Optimization. NeurIPS (2023).
 */
#ifndef GP_LOGEI_H
#define GP_LOGEI_H

/** log h(z), h(z) = phi(z) + z Phi(z): the expected improvement of a standard normal variable that
 *  lies z below what is to be beaten. *slope (may be NULL) is its derivative by z. Any finite z. */
double gp_log_improvement(double z, double *slope);

/** log Phi(z), and its derivative. Any finite z. */
double gp_log_probability(double z, double *slope);

#endif /* GP_LOGEI_H */
