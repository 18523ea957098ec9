/* loops math - the functions of an activation in plain arithmetic: no branch and no call, so that
 * a compiler can turn a loop over them into vectors, and the same bits on every machine. */
#ifndef TRAINER_BACKEND_CPU_LOOPS_MATH_H
#define TRAINER_BACKEND_CPU_LOOPS_MATH_H

#include <stdint.h>
#include <string.h>

#define LOOP_EXP_LEAST (-87.0f) /* below this e^x is taken for 0 */

/* e^x for x <= 0. The reduction and polynomial of expf in the Cephes library, S. Moshier, 1989:
 * x = n log 2 + r, then e^r within 2e-7. Adding `rounder` to a float leaves its whole part in the
 * lowest bits. */
static inline float loop_exp(float x)
{
    const float rounder = 0x1.8p23f;
    float bounded = x < LOOP_EXP_LEAST ? LOOP_EXP_LEAST : x;
    float shifted = bounded * 1.44269504088896341f + rounder;
    float whole = shifted - rounder;
    float rest = bounded - whole * 0.693359375f + whole * 2.12194440e-4f;
    float sum = 1.9875691500e-4f;
    uint32_t bits;
    float power;

    sum = sum * rest + 1.3981999507e-3f;
    sum = sum * rest + 8.3334519073e-3f;
    sum = sum * rest + 4.1665795894e-2f;
    sum = sum * rest + 1.6666665459e-1f;
    sum = sum * rest + 5.0000001201e-1f;
    sum = sum * (rest * rest) + rest + 1.0f;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3F800000U; /* the exponent n of 2^n */
    memcpy(&power, &bits, sizeof power);
    return x < LOOP_EXP_LEAST ? 0.0f : sum * power;
}

static inline float loop_sigmoid(float x)
{
    float small = loop_exp(x < 0.0f ? x : -x);
    float part = 1.0f / (1.0f + small);

    return x < 0.0f ? small * part : part;
}

/* Near 0 the polynomial of tanhf in Cephes, else by the exponential. */
static inline float loop_tanh(float x)
{
    float size = x < 0.0f ? -x : x;
    float small = loop_exp(-2.0f * size);
    float large = (1.0f - small) / (1.0f + small);
    float square = x * x;
    float near = -5.70498872745e-3f;

    near = near * square + 2.06390887954e-2f;
    near = near * square - 5.37397155531e-2f;
    near = near * square + 1.33314422036e-1f;
    near = near * square - 3.33332819422e-1f;
    near = near * square * x + x;
    large = x < 0.0f ? -large : large;
    return size < 0.625f ? near : large;
}

/* The normal distribution function of x, and its density times sqrt(2 pi) in `density`. Abramowitz,
 * Stegun, "Handbook of mathematical functions", 7.1.26: within 8e-8. */
static inline float loop_normal(float x, float *density)
{
    float size = x < 0.0f ? -x : x;
    float t = 1.0f / (1.0f + 0.231641888f * size); /* 0.3275911 / sqrt(2) */
    float height = loop_exp(-0.5f * (x * x));
    float sum = 1.061405429f;
    float above;

    sum = sum * t - 1.453152027f;
    sum = sum * t + 1.421413741f;
    sum = sum * t - 0.284496736f;
    sum = sum * t + 0.254829592f;
    above = 0.5f * (sum * t) * height;
    *density = height;
    return x < 0.0f ? above : 1.0f - above;
}

#endif
