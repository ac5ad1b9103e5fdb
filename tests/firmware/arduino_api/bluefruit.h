/* See Arduino.h; as in Bluefruit52Lib of Adafruit's nRF52 core. */
#ifndef BLUEFRUIT_STAND_IN_H
#define BLUEFRUIT_STAND_IN_H
#include <Arduino.h>

typedef uint32_t err_t;
enum { ERROR_NONE = 0, UUID16_SVC_HEART_RATE = 0x180D, UUID16_CHR_HEART_RATE_MEASUREMENT = 0x2A37 };
enum { CHR_PROPS_NOTIFY = 0x10, BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE = 6 };
typedef enum { SECMODE_NO_ACCESS = 0x00, SECMODE_OPEN = 0x11 } SecureMode_t;

class BLEUuid {
public:
    BLEUuid(uint16_t uuid16);
    BLEUuid(uint8_t const uuid128[]);
};

class BLEService {
public:
    BLEService(BLEUuid bleuuid);
    virtual err_t begin(void);
};

class BLECharacteristic {
public:
    BLECharacteristic(BLEUuid bleuuid);
    void setProperties(uint8_t prop);
    void setPermission(SecureMode_t read_perm, SecureMode_t write_perm);
    void setFixedLen(uint16_t fixed_len);
    virtual err_t begin(void);
    bool notify(const void *data, uint16_t len);
};

class BLEAdvertisingData {
public:
    bool addFlags(uint8_t flags);
    bool addName(void);
    bool addService(BLEService &service);
};

class BLEAdvertising : public BLEAdvertisingData {
public:
    void setInterval(uint16_t fast, uint16_t slow);
    void restartOnDisconnect(bool enable);
    bool start(uint16_t timeout = 0);
};

class AdafruitBluefruit {
public:
    BLEAdvertising Advertising;
    BLEAdvertisingData ScanResponse;
    bool begin(uint8_t prph_count = 1, uint8_t central_count = 0);
    void setName(const char *str);
    void autoConnLed(bool enabled);
};

extern AdafruitBluefruit Bluefruit;
#endif
