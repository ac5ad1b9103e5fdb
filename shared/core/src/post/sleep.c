#include "motekit/post_sleep.h"

#include "motekit/dsp_math.h"

#define MOST 300.0f

mk_status mk_sleep_init(mk_sleep *sleep, uint8_t rule)
{
    if (!sleep || rule > MK_SLEEP_SADEH)
        return MK_ERR_ARG;
    sleep->rule = rule;
    mk_sleep_reset(sleep);
    return MK_OK;
}

static void forget(mk_sleep *sleep)
{
    sleep->asleep = sleep->awake = sleep->awakenings = sleep->run = sleep->pause = 0;
    sleep->onset = MK_SLEEP_NEVER;
}

void mk_sleep_reset(mk_sleep *sleep)
{
    for (uint32_t i = 0; i < MK_SLEEP_MINUTES; i++)
        sleep->counts[i] = 0.0f;
    sleep->minute = 0;
    sleep->next = 0;
    forget(sleep);
}

/* Counts of the minute so far from the one that is judged. */
static float at(const mk_sleep *sleep, int32_t offset)
{
    return sleep->counts[((uint32_t)sleep->next + (uint32_t)(offset + MK_SLEEP_LATE)) % MK_SLEEP_MINUTES];
}

static float limited(float counts)
{
    return counts > MOST ? MOST : counts;
}

static uint8_t cole(const mk_sleep *sleep)
{
    static const float weights[7] = {106.0f, 54.0f, 58.0f, 76.0f, 230.0f, 74.0f, 67.0f};
    float sum = 0.0f;
    for (int32_t i = 0; i < 7; i++)
        sum = mk_add_product(sum, weights[i], limited(0.01f * at(sleep, i - 4)));
    return 0.001f * sum < 1.0f;
}

static uint8_t sadeh(const mk_sleep *sleep)
{
    float sum = 0.0f, recent = 0.0f, squares = 0.0f, nat = 0.0f;
    for (int32_t i = -MK_SLEEP_LATE; i <= MK_SLEEP_LATE; i++) {
        const float x = limited(at(sleep, i));
        sum += x;
        if (x >= 50.0f && x < 100.0f)
            nat += 1.0f;
        if (i <= 0)
            recent += x;
    }
    const float mean = mk_div(recent, 6.0f);
    for (int32_t i = -MK_SLEEP_LATE; i <= 0; i++) {
        const float away = limited(at(sleep, i)) - mean;
        squares = mk_add_product(squares, away, away);
    }
    float score = 7.601f - 0.065f * mk_div(sum, (float)MK_SLEEP_MINUTES);
    score -= 1.08f * nat;
    score -= 0.056f * mk_sqrt(mk_div(squares, 5.0f));
    score -= 0.703f * mk_ln(limited(at(sleep, 0)) + 1.0f);
    return score >= 0.0f;
}

static void note(mk_sleep *sleep, uint32_t minute, uint8_t asleep)
{
    if (!asleep) {
        sleep->run = 0;
        sleep->pause++;
        return;
    }
    sleep->asleep++;
    sleep->run++;
    if (sleep->onset == MK_SLEEP_NEVER) {
        if (sleep->run == MK_SLEEP_ONSET)
            sleep->onset = minute + 1u - MK_SLEEP_ONSET;
    } else {
        sleep->awake += sleep->pause;
        sleep->awakenings += sleep->pause >= MK_SLEEP_AWAKE;
    }
    sleep->pause = 0;
}

mk_sleep_verdict mk_sleep_process(mk_sleep *sleep, uint32_t counts)
{
    mk_sleep_verdict verdict = {0, {0, 0}, 0};
    /* far above what any rule tells apart, and exact in a float */
    sleep->counts[sleep->next] = counts > 1000000u ? 1000000.0f : (float)counts;
    sleep->next = (uint8_t)((sleep->next + 1u) % MK_SLEEP_MINUTES);
    if (sleep->minute++ < MK_SLEEP_LATE)
        return verdict;
    verdict.minute = sleep->minute - 1u - MK_SLEEP_LATE;
    verdict.asleep[MK_SLEEP_COLE] = cole(sleep);
    verdict.asleep[MK_SLEEP_SADEH] = sadeh(sleep);
    verdict.valid = 1;
    note(sleep, verdict.minute, verdict.asleep[sleep->rule]);
    return verdict;
}

mk_sleep_summary mk_sleep_sum(const mk_sleep *sleep)
{
    const uint32_t minutes = sleep->minute < MK_SLEEP_LATE ? 0u : sleep->minute - MK_SLEEP_LATE;
    return (mk_sleep_summary){minutes,
                              sleep->asleep,
                              sleep->onset,
                              sleep->awake,
                              sleep->awakenings,
                              minutes ? mk_div((float)sleep->asleep, (float)minutes) : 0.0f};
}

uint8_t mk_sleep_night(mk_sleep *sleep, mk_sleep_summary *night)
{
    if (sleep->onset == MK_SLEEP_NEVER || sleep->pause < MK_SLEEP_UP)
        return 0;
    const uint32_t judged = sleep->minute - MK_SLEEP_LATE, lasted = judged - sleep->pause - sleep->onset;
    const uint32_t asleep = lasted - sleep->awake;
    *night = (mk_sleep_summary){lasted,       asleep,           sleep->onset,
                                sleep->awake, sleep->awakenings, mk_div((float)asleep, (float)lasted)};
    forget(sleep);
    return lasted >= MK_SLEEP_NIGHT;
}
