/* The part of the Arduino API that motekit uses, with the real signatures and no bodies: for compiling alone. */
#ifndef ARDUINO_STAND_IN_H
#define ARDUINO_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HIGH 1
#define LOW 0
#define INPUT 0
#define OUTPUT 1
#define INPUT_PULLUP 2
#define RISING 3
#define FALLING 2
#define CHANGE 1

/* flash that is read like any other memory, as ArduinoCore-API has it for what is no AVR */
#define PROGMEM
#define PSTR(text) (text)
#define pgm_read_byte(address) (*(const unsigned char *)(address))
#define pgm_read_word(address) (*(const unsigned short *)(address))
#define memcpy_P(to, from, n) memcpy((to), (from), (n))
#ifdef __cplusplus
class __FlashStringHelper;
#define F(text) (reinterpret_cast<const __FlashStringHelper *>(PSTR(text)))
#endif

typedef bool boolean;
typedef uint8_t byte;

#ifdef __cplusplus
extern "C" {
#endif
unsigned long millis(void);
unsigned long micros(void);
void delay(unsigned long ms);
void delayMicroseconds(unsigned int us);
void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
int digitalRead(uint8_t pin);
int analogRead(uint8_t pin);
void attachInterrupt(uint8_t interrupt, void (*function)(void), int mode);
void detachInterrupt(uint8_t interrupt);
void noInterrupts(void);
void interrupts(void);
void NVIC_SystemReset(void);
void __WFI(void);
#ifdef __cplusplus
}
#endif

#define digitalPinToInterrupt(pin) (pin)

static const uint8_t A0 = 14, A1 = 15, A2 = 16, A3 = 17, SCK = 13, MISO = 12, MOSI = 11, PA4 = 20, PB0 = 32;

#ifdef __cplusplus
class Print {
public:
    virtual size_t write(uint8_t) = 0;
    virtual size_t write(const uint8_t *buffer, size_t size);
    size_t print(const __FlashStringHelper *);
    size_t print(const char *);
    size_t print(char);
    size_t print(int, int = 10);
    size_t print(unsigned int, int = 10);
    size_t print(long, int = 10);
    size_t print(unsigned long, int = 10);
    size_t print(double, int = 2);
    size_t println(void);
    size_t println(const __FlashStringHelper *);
    size_t println(const char *);
    size_t println(int, int = 10);
    size_t println(long, int = 10);
    size_t println(unsigned long, int = 10);
    virtual void flush();
};

class Stream : public Print {
public:
    virtual int available() = 0;
    virtual int read() = 0;
    virtual int peek() = 0;
};

class HardwareSerial : public Stream {
public:
    void begin(unsigned long baud);
    virtual int available();
    virtual int read();
    virtual int peek();
    virtual size_t write(uint8_t);
    using Print::write;
    operator bool();
};

extern HardwareSerial Serial;

void setup(void);
void loop(void);
#endif

#ifdef ARDUINO_ARCH_MBED
/* names of pins that the mbed core's targets declare for all: no driver may have them */
typedef enum { LED1 = 1, LED2, LED3, LED4, LED_RED, LED_GREEN, LED_BLUE, LED_POWER, BUTTON1, NC = -1 } PinName;
#endif

#ifdef ARDUINO_ARCH_STM32
/* stm32duino brings ST's headers along */
typedef struct {
    volatile uint32_t KR, PR, RLR, SR;
} IWDG_TypeDef;
extern IWDG_TypeDef mk_stand_in_iwdg;
#define IWDG (&mk_stand_in_iwdg)
#define RCC_FLAG_IWDGRST 0x7D
#define __HAL_RCC_GET_FLAG(flag) ((flag) == 0)
#define __HAL_RCC_CLEAR_RESET_FLAGS() ((void)0)
#endif

#ifdef ARDUINO_ARCH_ESP32
size_t getArduinoLoopTaskStackSize(void);
typedef void *TaskHandle_t;
typedef void *QueueHandle_t;
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
#define pdTRUE ((BaseType_t)1)
extern "C" UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task);
extern "C" BaseType_t xQueueReceive(QueueHandle_t queue, void *buffer, TickType_t ticks);
#endif

#endif
