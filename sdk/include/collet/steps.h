/**
 * @file collet/steps.h
 * @brief The values of a range with a step: decimal numbers, as whoever wrote the range reads them.
 *
 * In binary 3 * 0.3 is 0.8999999999999999. Value k of a range is what the text of low + k * step
 * means, rounded once to a double: 0.9. Low and step are taken for the shortest decimals that are
 * read as them. Inline like the rest of collet/helpers.h, and no more part of the ABI.
 */
#ifndef COLLET_STEPS_H
#define COLLET_STEPS_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How many digits behind the point value has, up to 22; -1: more, or more than 15 in all. A double
 *  holds 10^22 and smaller powers exactly. *power: 10 to that number. */
static inline int collet_decimals(double value, double *power)
{
    const double most = 2251799813685248.0; /* 2^51: a half can still be added */
    *power = 1.0;
    for (int digits = 0; digits <= 22 && fabs(value) * *power < most; digits++) {
        double whole = floor(value * *power + 0.5);
        if (whole / *power == value) { /* of two whole numbers, so rounded once */
            return digits;
        }
        *power *= 10.0;
    }
    return -1;
}

/** |value| as *digits * 10^*exponent, the shortest decimal that is read as it. */
static inline void collet_shortest(double value, uint64_t *digits, int *exponent)
{
    char text[40];
    const char *at = text;
    int behind = 0, point = 0;
    /* fifteen digits come back from any double that has its full precision */
    for (int n = fabs(value) < 1e-290 ? 1 : 15; n <= 17; n++) {
        (void)snprintf(text, sizeof text, "%.*e", n - 1, fabs(value));
        if (strtod(text, NULL) == fabs(value)) {
            break;
        }
    }
    *digits = 0;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            *digits = *digits * 10 + (uint64_t)(*at - '0');
            behind += point;
        } else {
            point = 1; /* whatever sign the locale has for it */
        }
    }
    *exponent = (int)strtol(at + 1, NULL, 10) - behind;
    while (*digits > 0 && *digits % 10 == 0) {
        *digits /= 10;
        ++*exponent;
    }
}

/** Limbs of a long whole number, each below 1000, the lowest first. */
enum { COLLET_LIMBS = 24 };

/** Adds sign * digits * times * 10^shift to the limbs, which may be negative until the end. */
static inline void collet_add_limbs(int64_t *limbs, int sign, uint64_t digits, uint64_t times,
                                    int shift)
{
    uint64_t scale = shift % 3 == 0 ? 1 : shift % 3 == 1 ? 10 : 100, carry = 0;
    uint64_t first[COLLET_LIMBS] = {0};
    for (int i = 0; i < COLLET_LIMBS; i++, digits /= 1000) {
        uint64_t product = digits % 1000 * scale + carry;
        first[i] = product % 1000;
        carry = product / 1000;
    }
    for (int i = 0; i + shift / 3 < COLLET_LIMBS; i++) {
        uint64_t sum = first[i] * times + carry; /* times <= 2^53 */
        limbs[i + shift / 3] += sign * (int64_t)(sum % 1000);
        carry = sum / 1000;
    }
}

/** Carries over, so that every limb is 0 to 999, or after a negative sum's sign was turned.
 *  Returns the sign. */
static inline int collet_settle_limbs(int64_t *limbs)
{
    int sign = 1;
    for (int round = 0; round < 2; round++) {
        int64_t carry = 0;
        for (int i = 0; i < COLLET_LIMBS; i++) {
            int64_t sum = limbs[i] + carry;
            carry = sum >= 0 ? sum / 1000 : -((999 - sum) / 1000);
            limbs[i] = sum - carry * 1000;
        }
        if (carry == 0) {
            return sign;
        }
        sign = -1;
        limbs[COLLET_LIMBS - 1] += carry * 1000;
        for (int i = 0; i < COLLET_LIMBS; i++) {
            limbs[i] = -limbs[i];
        }
    }
    return sign;
}

/** low + k * step in long decimal numbers. */
static inline double collet_step_long(double low, double step, double k)
{
    uint64_t low_digits, step_digits;
    int low_exponent, step_exponent, least, spread;
    int64_t limbs[COLLET_LIMBS] = {0};
    char text[3 * COLLET_LIMBS + 32], *at = text;
    collet_shortest(low, &low_digits, &low_exponent);
    collet_shortest(step, &step_digits, &step_exponent);
    low_exponent = low_digits > 0 ? low_exponent : step_exponent;
    least = low_exponent < step_exponent ? low_exponent : step_exponent;
    spread = low_exponent + step_exponent - 2 * least;
    if (spread > 36 || !(fabs(k) <= 9007199254740992.0)) {
        return low + k * step; /* one is far below the last digit of the other */
    }
    collet_add_limbs(limbs, k < 0 ? -1 : 1, step_digits, (uint64_t)fabs(k), step_exponent - least);
    collet_add_limbs(limbs, low < 0 ? -1 : 1, low_digits, 1, low_exponent - least);
    *at++ = collet_settle_limbs(limbs) < 0 ? '-' : '+';
    for (int i = COLLET_LIMBS; i-- > 0; at += 3) {
        at[0] = (char)('0' + limbs[i] / 100);
        at[1] = (char)('0' + limbs[i] / 10 % 10);
        at[2] = (char)('0' + limbs[i] % 10);
    }
    (void)snprintf(at, 16, "e%d", least);
    return strtod(text, NULL);
}

/** The number that "low + k * step" means; k is whole, step more than 0. A result of 0 has no
 *  sign. */
static inline double collet_step_value(double low, double step, double k)
{
    double low_power, step_power;
    int low_digits = collet_decimals(low, &low_power);
    int step_digits = low_digits < 0 ? -1 : collet_decimals(step, &step_power);
    if (step_digits >= 0) {
        double power = low_digits > step_digits ? low_power : step_power;
        double from = floor(low * power + 0.5), by = floor(step * power + 0.5);
        const double most = 1125899906842624.0; /* 2^50: so far rounding finds the whole number */
        if (fabs(from) < most && by < most && fabs(by * k) < most) {
            return (from + by * k) / power + 0.0;
        }
    }
    return collet_step_long(low, step, k) + 0.0;
}

#ifdef __cplusplus
}
#endif
#endif /* COLLET_STEPS_H */
