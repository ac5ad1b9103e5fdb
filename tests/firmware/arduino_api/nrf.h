/* See Arduino.h; as in Nordic's MDK. */
#ifndef NRF_STAND_IN_H
#define NRF_STAND_IN_H
#include <stdint.h>

typedef struct {
    volatile uint32_t RESETREAS;
} NRF_POWER_Type;
typedef struct {
    volatile uint32_t TASKS_START, RUNSTATUS, CRV, RREN, CONFIG, RR[8];
} NRF_WDT_Type;
extern NRF_POWER_Type mk_stand_in_power;
extern NRF_WDT_Type mk_stand_in_wdt;
#define NRF_POWER (&mk_stand_in_power)
#define NRF_WDT (&mk_stand_in_wdt)
#define WDT_CONFIG_SLEEP_Run (1UL)
#define WDT_CONFIG_SLEEP_Pos (0UL)
#define WDT_RREN_RR0_Enabled (1UL)
#define WDT_RREN_RR0_Pos (0UL)
#define WDT_RR_RR_Reload (0x6E524635UL)
#define POWER_RESETREAS_DOG_Msk (2UL)
#endif
