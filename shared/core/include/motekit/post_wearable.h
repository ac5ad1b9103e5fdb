/* The heart's part of a wrist: frames of raw counts to heart rate, rhythm and variability, a tick of 2 s at a time.
 *
 *   frames    int16[n][channels], channels MK_WEARABLE_CHANNELS: two pulse waves, x, y, z, ECG; MK_CHANNEL_MISSING
 *             where there is no sample. A wrist without an electrode leaves the ECG missing
 *   rate      frames a second; pulse_rate, motion_rate: samples a second of the pulse sensor (and the electrode) and of
 *             the accelerometer, at most that. Sample j of a part with fewer is in frame j x rate / its rate, rounded
 *             down; in the other frames its channels are not looked at
 *   to_heart, to_ecg   from the pulse sensor's rate to 25 and 125 Hz, 0: no change of rate; axes_to_heart from the
 *             accelerometer's to 25 Hz; to_motion from 25 to 20 Hz
 *   on, every ticks the pulse sensor's light is on, of how many; equal: always. While it is off the pulse waves are
 *             not looked at, and the heart's track starts anew
 *   rest      g: below it in all axes the wrist rests, and beats of the pulse wave count for rhythm and variability.
 *             An ECG that is there takes the pulse wave's place
 *   slow      BPM: below it a heart rate is a reading only where the beats that rhythm is told from are regular and
 *             say the same within a tenth. Light that drifts where nothing is worn looks like a slow heart
 *   memory    float32[mk_wearable_memory(config)], scratch float32[mk_wearable_scratch(config)], free between ticks
 *
 * mk_wearable_next takes the next frames, at most MK_WEARABLE_PART of them, and moves on; complete: they ended a tick,
 * and wearable->report is its. wearable->motion float32[3][motion_pitch] are the accelerations (g, 20 Hz) that they
 * gave, motion_count an axis; both are valid until the next call.
 * Streaming: any split of the frames gives the same reports.
 */
#ifndef MOTEKIT_POST_WEARABLE_H
#define MOTEKIT_POST_WEARABLE_H

#include <stdint.h>

#include "motekit/dsp_channel.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_sos.h"
#include "motekit/post_heart.h"
#include "motekit/post_rhythm.h"
#include "motekit/status.h"

#define MK_WEARABLE_CHANNELS 6
#define MK_WEARABLE_ECG 5
#define MK_WEARABLE_PART 25    /* frames taken at once */
#define MK_WEARABLE_OUT 32     /* most samples at 25 or 20 Hz that as many frames become, with those held back */
#define MK_WEARABLE_HELD 3     /* samples at 25 Hz that one part may be ahead of the other */
#define MK_WEARABLE_EVENTS 4

/* codes of events, and what their value is */
#define MK_EVENT_HEART_RATE 1u  /* BPM x 16 */
#define MK_EVENT_NO_READING 2u  /* MK_HEART_... */
#define MK_EVENT_IRREGULAR 4u   /* 1: irregular rhythm, see a doctor; 0: no longer */
#define MK_EVENT_HRV 5u         /* RMSSD, microseconds */
#define MK_EVENT_LIGHT 9u       /* of the pulse sensor: 1 on, 0 off */

typedef struct {
    mk_channel_config channel[6];
    const mk_resample_config *to_heart, *axes_to_heart, *to_motion, *to_ecg;
    mk_heart_config heart;
    mk_rhythm_config ecg, pulse;
    mk_sos ecg_band, pulse_band; /* coefficients and sections */
    float rest, slow;
    uint16_t rate;        /* frames a second, 25 to 125 */
    uint16_t pulse_rate;  /* 25 to rate */
    uint16_t motion_rate; /* 20 to rate */
    uint8_t upward;       /* 1: more blood is more counts; 0: less light, as raw sensors have it */
    uint16_t on, every;   /* ticks */
    uint16_t confirm;     /* ticks in a row that must look irregular, or regular again, before it is said */
} mk_wearable_config;

typedef struct {
    uint16_t code;
    int32_t value;
} mk_wearable_event;

/* One tick, as it goes over the link: little endian, no gaps. */
typedef struct {
    float bpm, confidence;
    float values[5];                          /* of the rhythm, dsp_rr.h */
    float doubt;
    float rmssd, sdnn, pnn50, sd1, sd2, mean_rr; /* 0 where there is no variability to tell */
    uint16_t intervals;
    uint8_t trouble, rhythm_trouble;
    uint8_t source;                           /* of the rhythm: 0 none, 1 ECG, 2 pulse wave */
    uint8_t irregular, light;
    int8_t score;
    uint8_t quality[6];                       /* of each channel in this tick */
    int8_t inputs[5];
    uint8_t said;                             /* 1: an irregular rhythm has been reported */
} mk_wearable_scores;

typedef struct {
    uint32_t tick;
    mk_wearable_scores scores;
    const float *evidence; /* float32[states] of the heart, 0 if there is none; valid until the next call */
    uint8_t events;
    mk_wearable_event event[4];
} mk_wearable_report;

typedef struct {
    const mk_wearable_config *config;
    float *scratch;
    mk_channel channel[6];
    mk_resample to_heart[5], to_motion[3], to_ecg;
    mk_sos ecg_band, pulse_band;
    mk_heart heart;
    mk_rhythm rhythm;
    mk_wearable_report report;
    float *motion;
    uint32_t motion_count, motion_pitch;
    float held[5][3];      /* samples at 25 Hz that wait for the other part's */
    uint8_t held_count[2]; /* of the pulse waves, of the axes */
    uint32_t tick, taken;  /* ticks, frames of this one */
    float pulse;           /* last band-passed sample of the pulse wave: beats are where it is steepest */
    float beats;           /* rate by regular beats, BPM; 0: none */
    uint16_t streak;       /* ticks in a row that differ from what was said */
    uint8_t source, said, light, lit;
} mk_wearable;

uint32_t mk_wearable_memory(const mk_wearable_config *config);
uint32_t mk_wearable_scratch(const mk_wearable_config *config);
mk_status mk_wearable_init(mk_wearable *wearable, const mk_wearable_config *config, const mk_nn_model *rhythm,
                           void *arena, float *memory, float *scratch);
void mk_wearable_reset(mk_wearable *wearable);
/* Whether the pulse sensor's light must be on for the frames to come: a tick early, so that it has settled. */
uint8_t mk_wearable_light(const mk_wearable *wearable);
mk_status mk_wearable_next(mk_wearable *wearable, const int16_t **frames, uint32_t *count, uint8_t *complete);

#endif
