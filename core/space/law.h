/**
 * @file space/law.h
 * @brief How likely each value of a range is before anything is known: normal(), lognormal().
 *
 * Samplers know nothing of it: to them such a dimension is a share from 0 to 1, each as likely,
 * which the host turns into the value below which that share of the distribution lies. So every
 * sampler goes by it, also one that was built before there was any.
 */
#ifndef CLT_SPACE_LAW_H
#define CLT_SPACE_LAW_H

/** CLT_EVEN: as likely as any other, on the range's own scale; to samplers such values are what
 *  they are. */
enum { CLT_EVEN, CLT_NORMAL, CLT_LOGNORMAL };

/** Standard deviations from the mean at which a range ends, unless its bounds leave nothing else.
 */
#define CLT_LAW_CUT 4.0

/** A law; low to high is cut out of it, and with a step each value has the probability of what is
 *  rounded to it. */
typedef struct clt_law {
    int kind;
    double mean, sd;  /**< of the value, or of a LOGNORMAL one's logarithm; sd > 0 */
    double low, high; /**< low < high */
    double step;      /**< 0: none; else high lies on low + k step */
} clt_law;

/** The probability that the whole law has between low and high: too little of it cannot be worked
 *  with. */
double clt_law_mass(const clt_law *law);

/** The value at share u, 0 to 1; rises with u. */
double clt_law_value(const clt_law *law, double u);

/** The share at which a value lies; of one with a step, the middle of its own. */
double clt_law_share(const clt_law *law, double value);

#endif /* CLT_SPACE_LAW_H */
