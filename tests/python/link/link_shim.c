/* One link, driven from Python by ctypes. */
#include <motekit/link.h>

typedef void (*bytes_function)(const uint8_t *bytes, uint32_t n);
typedef void (*frame_function)(uint8_t type, const uint8_t *payload, uint16_t n);

static mk_link link;
static bytes_function on_bytes;
static frame_function on_frame;

static void write(void *context, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    on_bytes(bytes, n);
}

static void handle(void *context, uint8_t type, const uint8_t *payload, uint16_t n)
{
    (void)context;
    on_frame(type, payload, n);
}

static void wait(void *context)
{
    ((mk_link *)context)->open = false; /* nobody will come: the frame is given up */
}

int shim_begin(bytes_function bytes, frame_function frame)
{
    const mk_link_io io = {&link, write, handle, wait};
    on_bytes = bytes;
    on_frame = frame;
    const mk_status status = mk_link_init(&link, &io);
    link.open = true;
    link.patient = true;
    return status;
}

void shim_feed(const uint8_t *bytes, uint32_t n)
{
    mk_link_feed(&link, bytes, n);
}

int shim_send(uint8_t type, const uint8_t *payload, uint16_t n)
{
    const mk_status status = mk_link_send(&link, type, payload, n / 2, payload + n / 2, (uint16_t)(n - n / 2));
    link.open = true;
    return status;
}

void shim_acknowledge(uint8_t flags)
{
    mk_link_acknowledge(&link, flags);
}

int shim_owes(void)
{
    return mk_link_owes(&link);
}

uint16_t shim_crc(const uint8_t *bytes, uint32_t n)
{
    return mk_crc16(0xFFFFu, bytes, n);
}
