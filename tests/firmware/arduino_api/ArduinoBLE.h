/* See Arduino.h; as in ArduinoBLE. */
#ifndef ARDUINOBLE_STAND_IN_H
#define ARDUINOBLE_STAND_IN_H
#include <Arduino.h>

enum BLEProperty { BLERead = 0x02, BLENotify = 0x10 };

class BLECharacteristic {
public:
    BLECharacteristic(const char *uuid, uint16_t permissions, int valueSize, bool fixedLength = false);
    int writeValue(const uint8_t value[], int length, bool withResponse = true);
};

class BLEService {
public:
    BLEService(const char *uuid);
    void addCharacteristic(BLECharacteristic &characteristic);
};

class BLELocalDevice {
public:
    virtual int begin();
    virtual void poll();
    virtual bool connected() const;
    virtual bool setAdvertisedService(const BLEService &service);
    virtual bool setLocalName(const char *localName);
    virtual void setDeviceName(const char *deviceName);
    virtual void addService(BLEService &service);
    virtual int advertise();
};

extern BLELocalDevice &BLE;
#endif
