"""What goes over the air: payloads as the Bluetooth standards have them."""

import ctypes
import struct
import subprocess

import pytest

from motekit.paths import project_root

FIRMWARE = project_root() / "shared" / "firmware"


@pytest.fixture(scope="module")
def radio(tmp_path_factory):
    library = tmp_path_factory.mktemp("radio") / "radio.so"
    command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{FIRMWARE / 'include'}"]
    subprocess.run([*command, "-o", library, FIRMWARE / "radio" / "payload.c"], check=True, timeout=60)
    loaded = ctypes.CDLL(str(library))
    loaded.mk_radio_pack_rate.restype = ctypes.c_bool
    return loaded


@pytest.mark.parametrize("event", [(0, 1, 0), (2**32 - 1, 65535, -(2**31)), (123456, 9, -7)])
def test_an_event_is_the_link_s(radio, event):
    packed = ctypes.create_string_buffer(10)
    radio.mk_radio_pack_event(packed, ctypes.c_uint32(event[0]), ctypes.c_uint16(event[1]), ctypes.c_int32(event[2]))
    assert packed.raw == struct.pack("<IHi", *event)


@pytest.mark.parametrize(("code", "value", "flags", "bpm"), [(1, 72 * 16 + 9, 6, 73), (1, 99999, 6, 255), (2, 4, 4, 0)])
def test_a_heart_rate_is_a_measurement_of_the_service(radio, code, value, flags, bpm):
    packed = ctypes.create_string_buffer(2)
    assert radio.mk_radio_pack_rate(packed, ctypes.c_uint16(code), ctypes.c_int32(value))
    assert tuple(packed.raw) == (flags, bpm)


def test_other_events_say_nothing_of_a_heart(radio):
    assert not radio.mk_radio_pack_rate(ctypes.create_string_buffer(2), ctypes.c_uint16(3), ctypes.c_int32(5))
