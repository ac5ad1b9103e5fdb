#include "motekit/dsp_sos.h"

#include "motekit/dsp_math.h"

mk_status mk_sos_init(mk_sos *sos, const float *coeffs, uint8_t sections, float *state)
{
    if (!sos || !coeffs || !state || sections == 0)
        return MK_ERR_ARG;
    *sos = (mk_sos){coeffs, state, sections};
    mk_sos_reset(sos);
    return MK_OK;
}

void mk_sos_reset(mk_sos *sos)
{
    for (uint32_t i = 0; i < MK_SOS_STATE(sos->sections); i++)
        sos->state[i] = 0.0f;
}

typedef struct {
    float b0, b1, b2, a1, a2;
} section;

static inline section load(const float *c)
{
    return (section){c[0], c[1], c[2], c[3], c[4]};
}

/* One sample through one section; the order of these sums is the contract: every core must round alike.
 * The state moves on by one name: (y, z0, z1) takes the place of (z0, z1, free), which saves all moves. */
static inline float step(section c, float x, float *y, float *z0, float *z1)
{
    *y = mk_add_product(*y, c.b0, x);
    *z0 = mk_sub_product(mk_add_product(*z0, c.b1, x), c.a1, *y);
    *z1 = mk_sub_product(c.b2 * x, c.a2, *y);
    return *y;
}

static void one_section(const float *coeffs, float *state, const float *in, float *out, uint32_t n)
{
    const section c = load(coeffs);
    float p = state[0], q = state[1], r = 0.0f;
    for (uint32_t triples = n / 3; triples; triples--, in += 3, out += 3) {
        out[0] = step(c, in[0], &p, &q, &r);
        out[1] = step(c, in[1], &q, &r, &p);
        out[2] = step(c, in[2], &r, &p, &q);
    }
    for (const float *const end = in + n % 3; in < end;) {
        *out++ = step(c, *in++, &p, &q, &r);
        p = q;
        q = r;
    }
    state[0] = p;
    state[1] = q;
}

/* Two sections in one pass over the samples: half the loads and stores. */
static void two_sections(const float *coeffs, float *state, const float *in, float *out, uint32_t n)
{
    const section c = load(coeffs), d = load(coeffs + 5);
    float p = state[0], q = state[1], r = 0.0f, s = state[2], t = state[3], u = 0.0f;
    for (uint32_t triples = n / 3; triples; triples--, in += 3, out += 3) {
        out[0] = step(d, step(c, in[0], &p, &q, &r), &s, &t, &u);
        out[1] = step(d, step(c, in[1], &q, &r, &p), &t, &u, &s);
        out[2] = step(d, step(c, in[2], &r, &p, &q), &u, &s, &t);
    }
    for (const float *const end = in + n % 3; in < end;) {
        *out++ = step(d, step(c, *in++, &p, &q, &r), &s, &t, &u);
        p = q;
        q = r;
        s = t;
        t = u;
    }
    state[0] = p;
    state[1] = q;
    state[2] = s;
    state[3] = t;
}

void mk_sos_process(mk_sos *sos, const float *in, float *out, uint32_t n)
{
    const float *coeffs = sos->coeffs;
    float *state = sos->state;
    uint32_t left = sos->sections;
    for (; left >= 2; left -= 2, coeffs += 10, state += 4, in = out)
        two_sections(coeffs, state, in, out, n);
    if (left)
        one_section(coeffs, state, in, out, n);
}
