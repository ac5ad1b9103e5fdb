#include "cases.h"

extern const bench_case conditioning_cases[], statistics_cases[], spectral_cases[], image_cases[],
    environment_cases[], audio_cases[], features_cases[], heart_cases[], streams_cases[],
    wrist_cases[], shaft_cases[], body_cases[], field_cases[], sight_cases[], decisions_cases[];

const bench_case *const case_groups[] = {conditioning_cases, statistics_cases, spectral_cases, image_cases,
                                         environment_cases, audio_cases, features_cases, heart_cases,
                                         streams_cases, wrist_cases, shaft_cases, body_cases,
                                         field_cases, sight_cases, decisions_cases};
const uint32_t case_group_count = sizeof case_groups / sizeof case_groups[0];
