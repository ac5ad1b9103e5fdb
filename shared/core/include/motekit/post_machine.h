/* A machine watched by its vibration: rows of bearing features (dsp_bearing.h), a network that names the fault, an
 * anomaly detector that learned this machine (post_anomaly.h), its baseline in flash (post_journal.h), ISO zones, trend.
 *
 *   push      takes frames up to the end of a row; with *done, `input` is the network's
 *   judge     takes the network's int8 scores; `verdict` is what goes over the link, `events` what happened
 *
 * A name is given where the network's best class is also
 *   - shown by its mechanism: mean level of the class's lines at or above `evidence` and above every other class's, or
 *   - close to the recordings it was trained on: |W (z - mean of the class)|^2 / width at most `nearest`, z the
 *     standardised features;
 * and its score reaches `least_score`. Else a fault is "unknown": a wrong name is worse than none. Class 0 is "normal"
 * and needs no proof. Events name a fault only while a warning or alarm stands, by the majority of MK_MACHINE_VOTES
 * rows.
 *
 * Learning begins by itself without a baseline, and by the command: shaft speed below 0 (the learn button's bit). The
 * baseline is saved; an erase costs erase_ms, and the samples of that time are lost, counted and reported.
 *
 * Rows are sane where no quality flag is set and, for learning, the machine is plainly healthy: velocity below the
 * last zone, kurtosis below `most_kurtosis`, no mechanism shown. MK_MACHINE_FAULTY rows in a row with a flag are a
 * sensor fault. Trend: means of the velocity over trend_s.
 *
 * Verdict, 32 bytes, little-endian: int8 scores (6), name (u8), state | level << 2 | zone << 4 (u8), then float32:
 * anomaly score, velocity in mm/s, RMS in m/s^2, crest factor, excess kurtosis, and the spectral distance to the
 * baseline: RMS difference of the shape's values in dB, 0 without a baseline.
 *
 * Events: code, value
 *   LEVEL     0 normal, 1 warning, 2 alarm | score in 1/1000
 *   FAULT     class, or the number of classes for unknown
 *   LEARNED   rows; REFUSED: 0 abnormal, 1 while learning; RESTORED rows; STORE mk_status
 *   ZONE      0 A to 3 D, ISO 20816
 *   SENSOR    quality flags, 0 when sound again
 *   LOST      samples lost in an erase
 *   TREND     minutes until the last zone, if the velocity surely rises
 * `at` counts tenths of a second since reset.
 */
#ifndef MOTEKIT_POST_MACHINE_H
#define MOTEKIT_POST_MACHINE_H

#include <stdint.h>

#include "motekit/dsp_bearing.h"
#include "motekit/post_anomaly.h"
#include "motekit/post_journal.h"
#include "motekit/post_trend.h"
#include "motekit/status.h"

#define MK_MACHINE_CLASSES 6
#define MK_MACHINE_EVENTS 12
#define MK_MACHINE_VOTES 8
#define MK_MACHINE_FAULTY 3
#define MK_MACHINE_VERDICT 32
#define MK_MACHINE_RECORD 624 /* bytes of a baseline in flash */
#define MK_MACHINE_ZONES 3
#define MK_MACHINE_LEVELS 3

#define MK_MACHINE_LEVEL 1
#define MK_MACHINE_FAULT 2
#define MK_MACHINE_LEARNED 3
#define MK_MACHINE_REFUSED 4
#define MK_MACHINE_RESTORED 5
#define MK_MACHINE_STORE 6
#define MK_MACHINE_ZONE 7
#define MK_MACHINE_SENSOR 8
#define MK_MACHINE_LOST 9
#define MK_MACHINE_TREND 10

/* Lists of indices: list i is members[starts[i]] to members[starts[i + 1] - 1]. Numbers above the features' are
 * ln rms, ln velocity and band_kurtosis of the row. */
typedef struct {
    const uint8_t *starts, *members;
} mk_machine_groups;

typedef struct {
    mk_bearing_config bearing;
    mk_anomaly_config anomaly;
    mk_machine_groups values;   /* of the anomaly detector: means of their members */
    uint8_t shape_from;         /* the first of them that is of the spectrum's shape; the rest are too */
    mk_machine_groups evidence; /* of the classes; class 0 has none */
    const float *center, *scale; /* float32[width]: z = (feature - center) * scale */
    const float *whitener;      /* float32, lower triangle by rows; 0: no name by nearness */
    const float *means;         /* float32[classes][width], W times the mean of the class */
    float least_evidence[MK_MACHINE_CLASSES];
    float nearest;
    float input_scale;          /* of the network's input */
    int8_t input_zero;
    int8_t least_score;
    uint8_t classes;
    float zones[MK_MACHINE_ZONES]; /* mm/s, rising */
    float most_kurtosis;
    float trend_s;
    uint16_t erase_ms;
    uint32_t schema;
} mk_machine_config;

typedef struct {
    uint32_t at;
    uint16_t code;
    int32_t value;
} mk_machine_event;

typedef struct {
    const mk_machine_config *config; /* the caller's */
    mk_bearing bearing;
    mk_bearing_row row;
    mk_anomaly anomaly;
    mk_journal journal;
    mk_trend trend;
    mk_machine_event events[MK_MACHINE_EVENTS];
    float levels[MK_MACHINE_LEVELS]; /* ln rms, ln velocity, band_kurtosis */
    float distance;                     /* to the class of the last row */
    float trend_sum, trend_seconds, trend_t[MK_TREND_MOST], trend_y[MK_TREND_MOST];
    uint32_t tenths, tenth_samples, skip, lost;
    int8_t input[MK_BEARING_WIDTH];
    uint8_t verdict[MK_MACHINE_VERDICT];
    uint8_t votes[MK_MACHINE_VOTES];
    uint8_t event_count, trend_count, vote_count, vote_next, name, said, zone, zone_rows, faulty, sensor_fault;
    uint8_t button, learn_asked, evident;
} mk_machine;

/* flash 0: nothing is kept. memory and scratch as of mk_bearing; scratch of at least MK_TREND_MOST (MK_TREND_MOST - 1)
 * / 2 too. */
mk_status mk_machine_init(mk_machine *machine, const mk_machine_config *config, const mk_flash *flash, float *memory,
                          float *scratch);
uint32_t mk_machine_push(mk_machine *machine, const int16_t *frames, uint32_t n, uint8_t *done);
void mk_machine_judge(mk_machine *machine, const int8_t *scores);

#endif
