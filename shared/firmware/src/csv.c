#include <motekit/csv.h>

uint32_t mk_csv_number(char *text, int16_t raw, float scale)
{
    uint32_t n = 0;
    float value = (float)raw * scale;
    if (value < 0.0f)
        value = -value;
    if (value > 4e9f)
        value = 4e9f;
    uint32_t whole = (uint32_t)value;
    uint32_t millionths = (uint32_t)((value - (float)whole) * 1e6f + 0.5f);
    if (millionths >= 1000000u) {
        millionths = 0;
        whole++;
    }
    if (raw < 0 && (whole || millionths))
        text[n++] = '-';
    char digits[10];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + whole % 10u);
        whole /= 10u;
    } while (whole);
    while (count)
        text[n++] = digits[--count];
    if (millionths) {
        text[n++] = '.';
        for (uint32_t unit = 100000u; millionths; unit /= 10u) {
            text[n++] = (char)('0' + millionths / unit);
            millionths %= unit;
        }
    }
    return n;
}
