#include "motekit/dsp_math.h"

static float not_a_number(void)
{
    return mk_float_from(0x7FC00000u);
}

float mk_ln(float x)
{
    uint32_t bits = mk_float_bits(x);
    if (!(x >= FLT_MIN))
        return x > -FLT_MIN ? MK_LN_FLOOR : not_a_number();
    if (bits >= 0x7F800000u)
        return x;
    /* x = 2^e (1 + f), 1 + f from sqrt(1/2) to sqrt(2) */
    bits += 0x3F800000u - 0x3F3504F3u;
    const float e = (float)((int32_t)(bits >> 23) - 127);
    const float f = mk_float_from((bits & 0x007FFFFFu) + 0x3F3504F3u) - 1.0f;
    float p = -0.07670863717794418f;
    p = p * f + 0.1278553605079651f;
    p = p * f - 0.13156946003437042f;
    p = p * f + 0.1419764757156372f;
    p = p * f - 0.16623273491859436f;
    p = p * f + 0.20001445710659027f;
    p = p * f - 0.2500082850456238f;
    p = p * f + 0.333333283662796f;
    const float square = f * f;
    /* ln 2 in two parts: e times the upper one is exact */
    float tail = square * f * p + e * 3.194618329871446e-05f;
    tail = tail - 0.5f * square;
    return (f + tail) + e * 0.693115234375f;
}

float mk_exp(float x)
{
    if (!(x < 88.722839f))
        return x != x ? x : mk_float_from(0x7F800000u);
    if (x < MK_LN_FLOOR)
        return 0.0f;
    const int32_t n = (int32_t)(x * 1.44269504f + (x < 0.0f ? -0.5f : 0.5f));
    const float e = (float)n;
    const float r = (x - e * 0.693115234375f) - e * 3.194618329871446e-05f;
    float p = 0.0013933652080595493f;
    p = p * r + 0.008363179862499237f;
    p = p * r + 0.04166646674275398f;
    p = p * r + 0.16666576266288757f;
    p = p * r + 0.5f;
    const float y = (p * r * r + r) + 1.0f;
    /* two factors, since 2^n alone may not be a normal number */
    const int32_t half = n / 2;
    const float result = y * mk_float_from((uint32_t)(half + 127) << 23) * mk_float_from((uint32_t)(n - half + 127) << 23);
    return result < FLT_MIN ? 0.0f : result;
}

/* Remainder of x after multiples of pi / 2, in -pi/4..pi/4; *quadrant counts them modulo 4. */
static float reduce(float x, uint32_t *quadrant)
{
    const int32_t n = (int32_t)(x * 0.636619772f + (x < 0.0f ? -0.5f : 0.5f));
    const float q = (float)n;
    *quadrant = (uint32_t)n & 3u;
    return ((x - q * 1.5703125f) - q * 0.0004837512969970703f) - q * 7.549790126404332e-08f;
}

static float sine(float r)
{
    const float z = r * r;
    return r + r * z * ((-0.0001958794891834259f * z + 0.008332748897373676f) * z - 0.166666641831398f);
}

static float cosine(float r)
{
    const float z = r * r;
    return (1.0f - 0.5f * z) + z * z * ((2.454758941894397e-05f * z - 0.0013888300163671374f) * z + 0.0416666641831398f);
}

static float turned(float x, uint32_t quarters)
{
    uint32_t quadrant;
    if (!(x <= 1048576.0f && x >= -1048576.0f))
        return not_a_number();
    const float r = reduce(x, &quadrant);
    quadrant += quarters;
    const float value = quadrant & 1u ? cosine(r) : sine(r);
    return quadrant & 2u ? -value : value;
}

float mk_sin(float x)
{
    return turned(x, 0);
}

float mk_cos(float x)
{
    return turned(x, 1);
}

float mk_atan2(float y, float x)
{
    const float ay = mk_abs(y), ax = mk_abs(x);
    if (y != y || x != x)
        return not_a_number();
    const int steep = ay > ax;
    const float small = steep ? ax : ay, large = steep ? ay : ax;
    if (!(large > 0.0f))
        return 0.0f;
    float q = small == large ? 1.0f : mk_div(small, large); /* equal covers infinity over infinity */
    /* above tan(pi / 8): atan(q) = pi / 4 + atan((q - 1) / (q + 1)) */
    const int upper = q > 0.414213562f;
    if (upper)
        q = (q - 1.0f) / (q + 1.0f);
    const float z = q * q;
    float p = 0.08529790490865707f;
    p = p * z - 0.14026549458503723f;
    p = p * z + 0.19991393387317657f;
    p = p * z - 0.3333328664302826f;
    float angle = q + q * z * p;
    if (upper)
        angle = angle + 0.785398163f;
    if (steep)
        angle = 1.57079633f - angle;
    if (x < 0.0f)
        angle = MK_PI - angle;
    return y < 0.0f ? -angle : angle;
}
