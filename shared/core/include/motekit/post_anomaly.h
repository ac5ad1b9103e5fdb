/* Anomaly detection that learns its own machine: Mahalanobis distance to the mean and covariance of healthy running.
 *
 *   x         float32[dims], the values of a row
 *   floors    float32[dims]: deviation that healthy running may show without having shown it while learning (drift of
 *             gain, temperature, load); its square is added to the learned variance
 *   score     sqrt(d^2 / dims): about 1 for healthy rows of any kind that was learned
 *
 * Learning takes learn_rows rows for mean and covariance, then check_rows others for the score's own mean and
 * deviation. It is refused while a warning or alarm stands, when more than a tenth of its rows are not sane, and when
 * the rows of the second part do not fit the first (unsteady running); then the old baseline stays.
 *
 * The score is smoothed (share `smoothing` of a new row). The alarm's threshold is the score that healthy running
 * passes budget_per_day times a day if smoothed scores are normal with a deviation widened by MK_ANOMALY_TAIL, and
 * not less than `least` above the healthy mean; the warning's is at half of the way, or where the budget is
 * MK_ANOMALY_WARNINGS times as large if that is higher. A level comes after `confirm` rows above its threshold and
 * goes after as many below 0.6 of it, both measured from the healthy mean. Rows that are not sane count neither way.
 *
 * Slow drift is followed while there is neither warning nor alarm: the mean moves by `follow` of the difference a
 * row, never further than `follow_most` floors from what was learned, so that a fault that grows slowly is not
 * learned away.
 *
 * Source: Mahalanobis 1936; Welford 1962; normal quantile by Abramowitz & Stegun, 26.2.23 (error below 4.5e-4).
 */
#ifndef MOTEKIT_POST_ANOMALY_H
#define MOTEKIT_POST_ANOMALY_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_ANOMALY_DIMS 16
#define MK_ANOMALY_PACKED 136 /* DIMS (DIMS + 1) / 2 */
#define MK_ANOMALY_TAIL 2.0f
#define MK_ANOMALY_WARNINGS 10.0f

#define MK_ANOMALY_UNLEARNED 0
#define MK_ANOMALY_LEARNING 1
#define MK_ANOMALY_WATCHING 2

#define MK_ANOMALY_NORMAL 0
#define MK_ANOMALY_WARNING 1
#define MK_ANOMALY_ALARM 2

/* What happened in a row, bits. */
#define MK_ANOMALY_LEVEL_CHANGED 1
#define MK_ANOMALY_LEARNED 2
#define MK_ANOMALY_REFUSED 4

typedef struct {
    const float *floors;
    float row_s;          /* nominal seconds a row */
    float budget_per_day; /* false alarms, above 0 */
    float smoothing;      /* above 0, at most 1 */
    float least;
    float follow, follow_most;
    uint16_t learn_rows, check_rows; /* at least 4 and 2 */
    uint16_t confirm;
    uint8_t dims;
} mk_anomaly_config;

/* What is kept over a power cut. */
typedef struct {
    uint32_t rows;
    float score_mean, score_deviation;
    float mean[MK_ANOMALY_DIMS];
    float covariance[MK_ANOMALY_PACKED]; /* lower triangle by rows */
} mk_anomaly_baseline;

typedef struct {
    const mk_anomaly_config *config; /* the caller's */
    mk_anomaly_baseline baseline, fresh;
    float factor[MK_ANOMALY_PACKED]; /* Cholesky factor of the covariance with floors */
    float drift[MK_ANOMALY_DIMS];
    float score, smoothed, warning_at, alarm_at;
    uint16_t taken, insane, above, below;
    uint8_t state, level, watched;
} mk_anomaly;

mk_status mk_anomaly_init(mk_anomaly *anomaly, const mk_anomaly_config *config);
/* Takes a kept baseline; MK_ERR_FORMAT if it cannot be one. */
mk_status mk_anomaly_restore(mk_anomaly *anomaly, const mk_anomaly_baseline *baseline);
/* Begins to learn; MK_ERR_STATE (refused) while a warning or an alarm stands. */
mk_status mk_anomaly_learn(mk_anomaly *anomaly);
/* Next row; returns what happened. `sane` 0: sensor at fault, or the machine plainly not healthy. */
uint32_t mk_anomaly_process(mk_anomaly *anomaly, const float *x, uint8_t sane);

/* Upper quantile of the standard normal distribution: exceeded with probability p, 1e-30 to 0.5. */
float mk_normal_exceeded(float p);

#endif
