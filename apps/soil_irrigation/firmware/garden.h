/* What the files of this firmware share: the controller, and the garden's sensors and valve. */
#ifndef GARDEN_H
#define GARDEN_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <motekit/sensor.h>

#include "app_config.h"

/* The controller and its configuration: that of app.toml from every reset on; the sensors of a board put in the one
 * that was calibrated there, so that a replay, which has no sensors, is the same on every board. */
extern mk_gardener garden;
extern mk_gardener_config garden_config;

extern const mk_sensor garden_sensor;

/* Begins anew with garden_config as it stands. */
mk_status garden_restart(void);

#ifdef ARDUINO
#define GARDEN_LIVE 1

/* The valve's pin; closed before anything else, and by whoever finds a fault. */
void garden_close(void);
/* Whether the sensors feed the controller, and time is real. */
bool garden_sensor_runs(void);
/* A new stream: no sensor has been asked yet. */
void garden_forget(void);

/* The clock: hour of the year, and whether somebody has set it since the last loss of power. */
int16_t garden_clock(void);
void garden_set_clock(int16_t hour);

/* One reading of everything that a frame holds, but rain and light, which an hour adds up. */
void garden_read(mk_gardener_hour *hour);

/* ---- EEPROM: settings.cpp ---- */

/* Looks for what is kept. MK_ERR_FORMAT: something was, and is damaged: app.toml's values stand, the valve must not
 * open before somebody has looked (menu: s). */
mk_status garden_load_settings(void);
void garden_save_settings(void);
bool garden_load_record(mk_gardener_record *record);
void garden_save_record(const mk_gardener_record *record);

/* ---- menu.cpp ---- */

/* A line that was typed. */
void garden_menu(char *line);
/* The settings were found damaged, or have been seen to since. */
void garden_set_memory_fault(bool faulty);

/* ---- dht22.cpp ---- */

/* 0.1 degC and 0.1 %; false: it does not answer, or not rightly. Takes 6 ms with interrupts off. */
bool garden_dht22(uint8_t pin, int16_t *temperature, int16_t *humidity);
#endif

#ifdef __cplusplus
}
#endif

#endif
