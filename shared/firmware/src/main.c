/* The loop that all apps share: link and sensor -> ring -> app -> link, and sleep when there is nothing to do. */
#include <motekit/app.h>
#include <motekit/csv.h>
#include <motekit/firmware.h>
#include <motekit/hal.h>
#include <motekit/link.h>
#include <motekit/ring.h>
#ifdef MK_RADIO
#include <motekit/radio.h>
#endif

#include <string.h>

enum { SOURCE_SENSOR = 0, SOURCE_LINK = 1 };
enum { FORMAT_FRAMES = 0, FORMAT_CSV = 1 };
enum { OUT_FEATURES = 1, OUT_SCORES = 2, OUT_EVENTS = 4 };
enum { HELLO_HAS_SENSOR = 1, HELLO_WATCHDOG_RESET = 2 };
enum { HELLO_BYTES = MK_LINK_PAYLOAD < 256u ? MK_LINK_PAYLOAD : 256u };
enum { LINE_BYTES = 12 }; /* of a line that a person types, with its end */

#ifndef MK_WATCHDOG_MS
#define MK_WATCHDOG_MS 8000 /* longer than any block may take */
#endif

#ifndef MK_PUMP_BYTES
#define MK_PUMP_BYTES 64 /* taken from the serial port at once; they lie on the stack */
#endif

/* What is large on the stack shall not lie there while the app works. */
#if defined(__GNUC__)
#define NOT_INLINE __attribute__((noinline))
#else
#define NOT_INLINE
#endif

/* Texts for people. On a machine whose constants lie in RAM the code alone has to say it. */
#ifdef MK_TERSE
#define TEXT(text) ""
#else
#define TEXT(text) text
#endif

#ifndef MK_CSV_AT_START
#define MK_CSV_AT_START 0 /* 1: speak CSV until a computer says hello, as data forwarders expect */
#endif

static struct {
    mk_link link;
    mk_ring ring;
    uint32_t session;     /* the computer's number for it; 0: none yet */
    bool hello, start, end;
    uint8_t source, outputs, format;
    uint8_t wanted[3];    /* source, outputs, format of the START that waits */
    bool live;            /* the sensor runs */
    bool failed;          /* the app or its sensor gave up; nothing more is processed */
    mk_status last_error;
    uint32_t position;    /* values received */
    uint32_t frames, calls, feature_index, score_index;
    uint32_t credit_said;
    uint64_t ticks;       /* spent in process, without the time its outputs took */
    uint32_t ticks_max, call_ticks, mark;
    uint32_t window_ticks, window_ticks_max; /* from one window's scores to the next */
    uint32_t sensor_lost_before;
    bool counting;
    char line[LINE_BYTES];
    uint8_t line_n;
    bool in_frame; /* what comes now is no text */
} fw;

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, (uint16_t)v);
    put16(p + 2, (uint16_t)(v >> 16));
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- counting what process costs ---- */

static void count_on(void)
{
    fw.mark = mk_hal_ticks();
}

static void count_off(void)
{
    const uint32_t spent = mk_hal_ticks() - fw.mark;
    fw.call_ticks += spent;
    fw.window_ticks += spent;
}

/* An output is the link's work, not the app's. */
static void output_begins(void)
{
    if (fw.counting)
        count_off();
}

static void output_ends(void)
{
    if (fw.counting)
        count_on();
}

/* ---- what the app says ---- */

void mk_out_features(const void *row, uint16_t bytes)
{
    output_begins();
    const uint8_t *const data = row;
    const uint32_t index = fw.feature_index++;
    if ((fw.outputs & OUT_FEATURES) && fw.format == FORMAT_FRAMES) {
        uint16_t at = 0;
        do {
            uint8_t head[8];
            const uint16_t room = (uint16_t)(MK_LINK_PIECE - sizeof head);
            const uint16_t left = (uint16_t)(bytes - at);
            const uint16_t n = left < room ? left : room;
            put32(head, index);
            put16(head + 4, bytes);
            put16(head + 6, at);
            (void)mk_link_send(&fw.link, MK_LINK_FEATURES, head, sizeof head, data + at, n);
            at = (uint16_t)(at + n);
        } while (at < bytes);
    }
    output_ends();
}

void mk_out_scores(const void *scores, uint16_t bytes)
{
    output_begins();
    uint8_t head[4];
    /* the first window waits for all its rows: what is between two is what must fit between two */
    if (fw.score_index && fw.window_ticks > fw.window_ticks_max)
        fw.window_ticks_max = fw.window_ticks;
    fw.window_ticks = 0;
    put32(head, fw.score_index++);
    if ((fw.outputs & OUT_SCORES) && fw.format == FORMAT_FRAMES)
        (void)mk_link_send(&fw.link, MK_LINK_SCORES, head, sizeof head, scores, bytes);
    output_ends();
}

void mk_out_event(uint32_t at, uint16_t code, int32_t value)
{
    output_begins();
    uint8_t payload[10];
    put32(payload, at);
    put16(payload + 4, code);
    put32(payload + 6, (uint32_t)value);
    if ((fw.outputs & OUT_EVENTS) && fw.format == FORMAT_FRAMES)
        (void)mk_link_send(&fw.link, MK_LINK_EVENT, payload, sizeof payload, NULL, 0);
#ifdef MK_RADIO
    mk_radio_event(at, code, value);
#endif
    output_ends();
}

void mk_out_log(const char *text)
{
    output_begins();
    if (fw.format == FORMAT_FRAMES) {
        size_t n = strlen(text);
        if (n > MK_LINK_PIECE)
            n = MK_LINK_PIECE;
        (void)mk_link_send(&fw.link, MK_LINK_LOG, NULL, 0, text, (uint16_t)n);
    }
    output_ends();
}

/* ---- trouble ---- */

static void report(mk_status code, uint32_t address, const char *text)
{
    uint8_t head[5];
    head[0] = (uint8_t)code;
    put32(head + 1, address);
    (void)mk_link_send(&fw.link, MK_LINK_ERROR, head, sizeof head, text, (uint16_t)strlen(text));
}

static void fail_safe(mk_status why, const char *text)
{
    fw.last_error = why;
    if (mk_application.fail_safe)
        mk_application.fail_safe(why);
    report(why, 0, text);
}

static void give_up(mk_status why, const char *text)
{
    fw.failed = true;
    fail_safe(why, text);
}

void mk_firmware_fault(mk_status code, uint32_t address, const char *text)
{
    if (mk_application.fail_safe)
        mk_application.fail_safe(code);
    report(code, address, text);
}

/* ---- link ---- */

static void link_write(void *context, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    mk_hal_serial_write(bytes, n);
}

/* Until a computer has said hello a person may type: text begins with a printable character or ends a line, a frame
 * of the link never does and ends with a zero. */
static void read_text(const uint8_t *bytes, uint32_t n)
{
    for (unsigned i = 0; i < n; i++) {
        const uint8_t byte = bytes[i];
        if (byte == 0) {
            fw.in_frame = false;
            fw.line_n = 0;
        } else if (fw.in_frame) {
            continue;
        } else if (byte == '\r' || byte == '\n') {
            fw.line[fw.line_n] = 0;
            if (fw.line_n)
                mk_application.line(fw.line);
            fw.line_n = 0;
        } else if (byte < ' ' || byte > '~') {
            fw.in_frame = true;
        } else if (fw.line_n + 1u < sizeof fw.line) {
            fw.line[fw.line_n++] = (char)byte;
        }
    }
}

/* Takes what has come, but not for ever: the app must have its turn. */
static bool pump(void)
{
    uint8_t bytes[MK_PUMP_BYTES];
    bool any = false;
    for (unsigned round = 0; round < 64; round++) {
        const uint32_t n = mk_hal_serial_read(bytes, sizeof bytes);
        if (n == 0)
            break;
        any = true;
        if (mk_application.line && !fw.link.open)
            read_text(bytes, n);
        mk_link_feed(&fw.link, bytes, n);
    }
    return any;
}

static void link_wait(void *context)
{
    (void)context;
    if (!pump())
        mk_hal_sleep();
    mk_hal_watchdog_feed();
}

static uint16_t put_string(uint8_t *payload, uint16_t at, const char *text)
{
    const size_t n = strlen(text) + 1u;
    if (at + n > HELLO_BYTES) /* never cut one in the middle: an empty one follows */
        return at;
    memcpy(payload + at, text, n);
    return (uint16_t)(at + n);
}

/* hello: session u32, flags u8, status u8, payload u16, buffer u32 (values), feature hash u64, model hash u64,
 * rate f32 (Hz), scale f32, channels u16, block u16 (frames), then strings, each ended by a zero:
 * app, version, board, sensor, unit, channel names */
static void describe(void)
{
    /* in its place already: it would be the largest thing on the stack */
    uint8_t *const payload = fw.link.tx + MK_LINK_HEADER;
    const mk_app *const app = &mk_application;
    const mk_sensor *const sensor = app->sensor;
    memset(payload, 0, HELLO_BYTES);
    put32(payload, fw.session);
    payload[4] = (uint8_t)((sensor->init ? HELLO_HAS_SENSOR : 0)
                           | (mk_hal_was_reset_by_watchdog() ? HELLO_WATCHDOG_RESET : 0));
    payload[5] = (uint8_t)fw.last_error;
    put16(payload + 6, MK_LINK_RX_PAYLOAD);
    put32(payload + 8, app->buffer_values);
    put32(payload + 12, (uint32_t)app->feature_hash);
    put32(payload + 16, (uint32_t)(app->feature_hash >> 32));
    put32(payload + 20, (uint32_t)app->model_hash);
    put32(payload + 24, (uint32_t)(app->model_hash >> 32));
    memcpy(payload + 28, &sensor->rate_hz, 4);
    memcpy(payload + 32, &sensor->scale, 4);
    put16(payload + 36, sensor->channels);
    put16(payload + 38, (uint16_t)app->block_frames);
    uint16_t n = 40;
    n = put_string(payload, n, app->name);
    n = put_string(payload, n, app->version);
    n = put_string(payload, n, mk_hal_board());
    n = put_string(payload, n, sensor->name);
    n = put_string(payload, n, sensor->unit);
    n = put_string(payload, n, sensor->channel_names);
    /* whatever text or torn frame went before ends here */
    const uint8_t delimiter = 0;
    mk_hal_serial_write(&delimiter, 1);
    (void)mk_link_send(&fw.link, MK_LINK_HELLO, NULL, 0, payload, n);
}

static void link_handle(void *context, uint8_t type, const uint8_t *payload, uint16_t n)
{
    (void)context;
    if (type == MK_LINK_HELLO && n == 0) {
        if (!fw.hello)
            describe();
    } else if (type == MK_LINK_HELLO && n >= 4) {
        const uint32_t session = get32(payload);
        if (session == fw.session && fw.link.open) {
            describe(); /* our answer was lost */
            return;
        }
        /* process may be waiting for room right now: answer when it has come back */
        fw.session = session;
        fw.hello = true;
        fw.link.open = false;
    } else if (type == MK_LINK_START && n >= 3) {
        memcpy(fw.wanted, payload, 3);
        fw.start = true;
    } else if (type == MK_LINK_SAMPLES && n >= 4) {
        int16_t values[MK_PUMP_BYTES / 2];
        if (get32(payload) != fw.position || fw.source != SOURCE_LINK) {
            report(MK_ERR_STATE, get32(payload), TEXT("samples out of turn"));
            return;
        }
        uint16_t at = 4;
        while (n - at >= 2) {
            uint16_t count = (uint16_t)((n - at) / 2);
            if (count > MK_PUMP_BYTES / 2)
                count = MK_PUMP_BYTES / 2;
            for (uint16_t i = 0; i < count; i++, at = (uint16_t)(at + 2))
                values[i] = (int16_t)(uint16_t)(payload[at] | payload[at + 1] << 8);
            fw.position += count;
            if (mk_ring_put(&fw.ring, values, count) != MK_OK)
                fail_safe(MK_ERR_OVERRUN, TEXT("more samples than there was credit for"));
        }
    } else if (type == MK_LINK_END) {
        fw.end = true;
    } else if (type == MK_LINK_QUIT) {
        mk_hal_stop(n ? payload[0] : 0);
    }
}

/* ---- stream ---- */

/* frames u32, values lost, calls of process, feature rows, windows, ticks lo, hi, ticks of the longest call,
 * ticks a second, stack used, stack size, link: damaged, gaps, repeats, dropped, ticks of the longest window
 * after the first */
NOT_INLINE static void stats(void)
{
    uint32_t values[] = {
        fw.frames, fw.ring.lost, fw.calls, fw.feature_index, fw.score_index, (uint32_t)fw.ticks,
        (uint32_t)(fw.ticks >> 32), fw.ticks_max, mk_hal_tick_hz(), mk_hal_stack_used(), mk_hal_stack_size(),
        fw.link.bad, fw.link.gaps, fw.link.repeats, fw.link.dropped,
        fw.window_ticks_max,
    };
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++)
        put32((uint8_t *)&values[i], values[i]); /* little endian, where they are */
    (void)mk_link_send(&fw.link, MK_LINK_STATS, NULL, 0, values, sizeof values);
}

static uint32_t sensor_lost(void)
{
    const mk_sensor *const sensor = mk_application.sensor;
    return fw.live && sensor->lost ? sensor->lost() : 0;
}

static void begin_stream(uint8_t source, uint8_t outputs, uint8_t format)
{
    mk_ring_clear(&fw.ring);
    fw.source = source;
    fw.outputs = outputs;
    fw.format = format;
    fw.position = fw.frames = fw.calls = fw.feature_index = fw.score_index = 0;
    fw.ticks = 0;
    fw.ticks_max = fw.window_ticks = fw.window_ticks_max = 0;
    fw.end = false;
    fw.failed = false;
    fw.last_error = MK_OK;
    fw.link.patient = source == SOURCE_LINK;
    fw.link.credit = source == SOURCE_LINK ? fw.ring.capacity : 0;
    fw.credit_said = 0;
    const mk_status status = mk_application.reset();
    if (status != MK_OK)
        give_up(status, TEXT("the app cannot be reset"));
    if (source == SOURCE_SENSOR && mk_application.sensor->init && !fw.live) {
        mk_status started = mk_application.sensor->init();
        if (started == MK_OK && mk_application.sensor->self_test)
            started = mk_application.sensor->self_test();
        fw.live = started == MK_OK;
        if (!fw.live)
            give_up(started, TEXT("the sensor does not work"));
    }
    fw.sensor_lost_before = sensor_lost();
}

static void fetch(void)
{
    const mk_sensor *const sensor = mk_application.sensor;
    if (!fw.live)
        return;
    mk_count room;
    int16_t *const to = mk_ring_room(&fw.ring, &room);
    const mk_count frames = (mk_count)(room / sensor->channels);
    if (frames && fw.source == SOURCE_SENSOR)
        mk_ring_commit(&fw.ring, (mk_count)(sensor->fetch(to, frames) * sensor->channels));
    const uint32_t lost = sensor_lost();
    if (lost != fw.sensor_lost_before && fw.source == SOURCE_SENSOR) {
        fw.ring.lost += (lost - fw.sensor_lost_before) * sensor->channels;
        fw.sensor_lost_before = lost;
        fail_safe(MK_ERR_OVERRUN, TEXT("samples came faster than they were taken"));
    }
}

#ifndef MK_WITHOUT_CSV /* numbers with a point take a kilobyte of float on a small processor */
static void print_csv(const int16_t *frames, uint32_t n)
{
    const mk_sensor *const sensor = mk_application.sensor;
    for (unsigned i = 0; i < n; i++) {
        for (uint16_t c = 0; c < sensor->channels; c++) {
            char text[MK_CSV_NUMBER];
            const uint32_t length = mk_csv_number(text, *frames++, sensor->scale);
            mk_hal_serial_write((const uint8_t *)text, length);
            const bool last = c + 1u == sensor->channels;
            mk_hal_serial_write((const uint8_t *)(last ? "\r\n" : ","), last ? 2 : 1);
        }
    }
}
#else
static void print_csv(const int16_t *frames, uint32_t n)
{
    (void)frames;
    (void)n;
}
#endif

/* Hands one block to the app, or at the end of the stream what is left. */
static bool process(void)
{
    const mk_app *const app = &mk_application;
    const uint16_t channels = app->sensor->channels;
    mk_count values;
    const int16_t *const data = mk_ring_peek(&fw.ring, &values);
    mk_count frames = (mk_count)(values / channels);
    if (frames > app->block_frames)
        frames = (mk_count)app->block_frames;
    if (frames == 0 || (frames < app->block_frames && !fw.end))
        return false;
    if (fw.format == FORMAT_CSV) {
        print_csv(data, frames);
    } else if (!fw.failed) {
        fw.call_ticks = 0;
        fw.counting = true;
        count_on();
        const mk_status status = app->process(data, frames);
        count_off();
        fw.counting = false;
        fw.calls++;
        fw.ticks += fw.call_ticks;
        if (fw.call_ticks > fw.ticks_max)
            fw.ticks_max = fw.call_ticks;
        if (status != MK_OK)
            give_up(status, TEXT("the app cannot process its samples"));
    }
    fw.frames += frames;
    mk_ring_drop(&fw.ring, (mk_count)(frames * channels));
    if (fw.source == SOURCE_LINK)
        fw.link.credit += (mk_count)(frames * channels);
    return true;
}

static void end_stream(void)
{
    uint8_t payload[4];
    fw.end = false;
    put32(payload, fw.position);
    if (fw.format == FORMAT_FRAMES) {
        stats();
        (void)mk_link_send(&fw.link, MK_LINK_END, NULL, 0, payload, sizeof payload);
    }
    mk_ring_clear(&fw.ring);
}

/* ---- the loop ---- */

void mk_firmware_start(void)
{
    const mk_app *const app = &mk_application;
    const mk_link_io io = {NULL, link_write, link_handle, link_wait};
    mk_hal_init();
    (void)mk_link_init(&fw.link, &io);
    mk_status status = MK_OK;
    if (app->block_frames == 0 || app->buffer_values % (app->block_frames * app->sensor->channels) != 0)
        status = MK_ERR_SIZE;
    if (status == MK_OK)
        status = mk_ring_init(&fw.ring, app->buffer, (mk_count)app->buffer_values);
    if (status == MK_OK)
        status = app->init();
    if (status != MK_OK)
        give_up(status, TEXT("the app does not start"));
    else
        begin_stream(app->sensor->init ? SOURCE_SENSOR : SOURCE_LINK, OUT_EVENTS,
                     MK_CSV_AT_START ? FORMAT_CSV : FORMAT_FRAMES);
    if (mk_hal_was_reset_by_watchdog())
        fail_safe(MK_ERR_STATE, TEXT("the watchdog reset the board"));
    if (fw.format == FORMAT_FRAMES)
        describe(); /* tells a computer in the middle of a session that this board has restarted */
#ifdef MK_RADIO
    if (!mk_radio_begin(app->name))
        mk_out_log(TEXT("the radio does not start"));
#endif
    mk_hal_watchdog_start(MK_WATCHDOG_MS);
}

/* Tells progress when there is nothing else to do, or when the computer may be short of credit. */
static void acknowledge(bool idle)
{
    if (!fw.link.open || fw.format != FORMAT_FRAMES)
        return;
    const uint32_t news = fw.link.credit - fw.credit_said;
    if ((idle && (news || mk_link_owes(&fw.link))) || news >= fw.ring.capacity / 2) {
        fw.credit_said = fw.link.credit;
        mk_link_acknowledge(&fw.link, 0);
    }
}

void mk_firmware_step(void)
{
    const bool busy = pump();
    mk_hal_watchdog_feed();
#ifdef MK_RADIO
    mk_radio_poll();
#endif
    if (fw.hello) {
        fw.hello = fw.start = fw.end = false;
        mk_link_restart(&fw.link);
        fw.format = FORMAT_FRAMES;
        fw.link.open = true;
        fw.link.credit = fw.credit_said = 0;
        describe();
        return;
    }
    if (fw.start) {
        fw.start = false;
        begin_stream(fw.wanted[0], fw.wanted[1], fw.wanted[2]);
        if (fw.link.open)
            (void)mk_link_send(&fw.link, MK_LINK_START, NULL, 0, fw.wanted, sizeof fw.wanted);
    }
    fetch();
    const bool processed = process();
    if (!processed && fw.end)
        end_stream();
    acknowledge(!processed);
    if (!busy && !processed)
        mk_hal_sleep();
}
