/* What every call that can fail returns. */
#ifndef MOTEKIT_STATUS_H
#define MOTEKIT_STATUS_H

typedef enum {
    MK_OK = 0,
    MK_ERR_ARG = 1,     /* a pointer is missing or a parameter is out of its documented range */
    MK_ERR_SIZE = 2,    /* a buffer is too small */
    MK_ERR_STATE = 3,   /* called before init, or after a failure */
    MK_ERR_CRC = 4,     /* stored or received bytes are damaged */
    MK_ERR_IO = 5,      /* a sensor, a link or a memory does not answer */
    MK_ERR_OVERRUN = 6, /* samples came faster than they were taken */
    MK_ERR_FORMAT = 7   /* version or layout is not the one this firmware knows */
} mk_status;

#endif
