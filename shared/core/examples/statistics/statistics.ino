// Statistics of 256 samples of pin A0, every quarter of a second: level, spread, and how impulsive they are.
extern "C" {
#include <motekit/dsp_moments.h>
}

#include <Arduino.h>

static const unsigned LENGTH = 256;
static float window[LENGTH];

void setup()
{
    Serial.begin(115200);
}

void loop()
{
    for (unsigned i = 0; i < LENGTH; i++) {
        window[i] = (float)analogRead(A0);
        delay(1);
    }
    mk_moments found;
    const mk_quality quality = mk_moments_process(window, LENGTH, &found);
    Serial.print("mean ");
    Serial.print(found.mean);
    Serial.print("  rms ");
    Serial.print(found.rms);
    Serial.print("  kurtosis ");
    Serial.print(found.kurtosis);
    Serial.println(quality & MK_QUALITY_FLAT ? "  flat" : "");
}
