/* Samples as text, for people and for the Edge Impulse data forwarder: "0.12,-9.81,0.33\r\n". */
#ifndef MOTEKIT_CSV_H
#define MOTEKIT_CSV_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MK_CSV_NUMBER 18u /* most characters one number and its comma take */

/* Writes raw x scale, rounded to 6 decimals, trailing zeros left away; returns the number of characters.
 *
 *   text   char[MK_CSV_NUMBER], not terminated
 *   scale  positive; |raw x scale| is held at 4e9
 */
uint32_t mk_csv_number(char *text, int16_t raw, float scale);

#ifdef __cplusplus
}
#endif

#endif
