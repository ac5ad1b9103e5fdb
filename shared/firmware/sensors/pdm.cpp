/* Digital microphone (PDM) of Nano 33 BLE Sense and Nano RP2040 Connect, by the boards' PDM library: DMA, then an
 * interrupt for each of its buffers.
 *
 *   MK_PDM_GAIN  gain of the decimator, the library's own units (nRF52840: 0 to 80, half decibels from -20 dB)
 */
#ifdef MK_SENSOR_PDM

#include <PDM.h>

#include "tools.h"

enum { CHUNK = 256 };

static int16_t waiting[16 * CHUNK]; /* 256 ms: longer than a network takes */
static int16_t chunk[CHUNK];
static mk_ring ring;
static mk_rate rate;

static void received(void)
{
    int bytes = PDM.available();
    while (bytes > 0) {
        const int taken = PDM.read(chunk, bytes < (int)sizeof chunk ? bytes : (int)sizeof chunk);
        if (taken <= 0)
            break;
        (void)mk_ring_put(&ring, chunk, (uint32_t)taken / sizeof *chunk); /* what does not fit is counted there */
        bytes -= taken;
    }
}

static mk_status sensor_init(void)
{
    const mk_status status = mk_ring_init(&ring, waiting, sizeof waiting / sizeof *waiting);
    if (status != MK_OK)
        return status;
    PDM.onReceive(received);
#ifdef MK_PDM_GAIN
    PDM.setGain(MK_PDM_GAIN);
#endif
    mk_rate_start(&rate);
    return PDM.begin(1, MK_APP_RATE_HZ) ? MK_OK : MK_ERR_IO;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    const uint32_t n = mk_ring_frames(&ring, frames, max_frames, 1);
    mk_rate_count(&rate, n, "pdm");
    return n;
}

/* A microphone that is alive hears its own noise: 100 ms in which no two samples differ are a broken one. */
static mk_status self_test(void)
{
    const uint32_t from = millis();
    int16_t low = 32767, high = -32768;
    while (millis() - from < 400u) {
        int16_t heard[64];
        const uint32_t n = mk_ring_frames(&ring, heard, 64, 1);
        for (uint32_t i = 0; i < n && millis() - from > 300u; i++) { /* the filter has settled by then */
            low = heard[i] < low ? heard[i] : low;
            high = heard[i] > high ? heard[i] : high;
        }
    }
    mk_ring_clear(&ring);
    mk_rate_start(&rate);
    return high > low ? MK_OK : MK_ERR_IO;
}

static uint32_t lost(void)
{
    return ring.lost;
}

extern const mk_sensor mk_pdm;
const mk_sensor mk_pdm = {"pdm", 1, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE, (float)MK_APP_RATE_HZ,
                          sensor_init, fetch, self_test, lost};

#endif
