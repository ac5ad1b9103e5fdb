/* See Arduino.h; as in Mbed OS 6. */
typedef enum { RESET_REASON_POWER_ON, RESET_REASON_PIN_RESET, RESET_REASON_BROWN_OUT, RESET_REASON_SOFTWARE,
               RESET_REASON_WATCHDOG } reset_reason_t;

namespace mbed {
class ResetReason {
public:
    static reset_reason_t get();
};
}
