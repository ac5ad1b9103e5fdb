"""What goes wrong on a desk: torn bytes, pulled plugs, hung and crashed firmware. Each ends well or in one line."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from cable import Desk
from test_boards import assert_echoed, samples

from motekit.errors import LinkError, ToolError
from motekit.firmware.emulate import Emulation
from motekit.link import (
    VERSION,
    Decoder,
    Disconnected,
    Event,
    FileStream,
    Frame,
    Kind,
    SerialStream,
    Session,
    encode,
)

FAIL, FAULT, HANG = -32111, -32222, -32333  # what the test app does at these first samples


def one_line(error: pytest.ExceptionInfo) -> str:
    text = str(error.value)
    assert "\n" not in text and text.endswith(".")
    return text


class Harmful:
    """A stream that drops, doubles and changes a share of the bytes, both ways."""

    def __init__(self, stream, rate: float, seed: int):
        self._stream = stream
        self._rate = rate
        self._random = random.Random(seed)
        self.harmed = 0

    def read(self, timeout):
        return self._harm(self._stream.read(timeout))

    def write(self, data):
        self._stream.write(self._harm(data))

    def close(self):
        self._stream.close()

    def _harm(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self._random.random() >= self._rate:
                out.append(byte)
                continue
            self.harmed += 1
            harm = self._random.randrange(3)
            if harm:
                out += bytes([byte, byte]) if harm == 1 else bytes([byte ^ self._random.randrange(1, 256)])
        return bytes(out)


@pytest.fixture
def on_terminal(echo_elf):
    """The test app as a process on a pseudo-terminal; gives the master's descriptor, the name and the process."""
    running = []

    def start(environment: str = "echo-host"):
        master, slave = os.openpty()
        process = subprocess.Popen([str(echo_elf(environment))], stdin=slave, stdout=slave)
        name = os.ttyname(slave)
        os.close(slave)
        running.append(process)
        return master, name, process

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.parametrize("rate", [0.0001, 0.001, 0.004])
@pytest.mark.parametrize("seed", range(3))
def test_harmed_bytes_change_nothing(on_terminal, rate, seed):
    master, _, _ = on_terminal()
    stream = Harmful(FileStream(master), rate, seed)
    with Session(stream, patience=0.02) as session:
        given = samples(4000, seed)
        recording = session.replay(given)
        assert_echoed(recording, given)
        assert stream.harmed > 0
        noticed = session.peer.damaged + recording.stats.damaged
        # each harmed byte damages one frame, or two if it was the zero between them
        assert 1 <= noticed <= 2 * stream.harmed


def test_harm_in_the_emulator_changes_nothing_either(echo_elf):
    with Emulation(echo_elf("echo-mps2_an386"), "mps2_an386", time_limit=60) as emulation:
        session = Session(Harmful(emulation.stream, 0.001, seed=5), patience=0.05)
        given = samples(3000)
        assert_echoed(session.replay(given), given)


def test_a_serial_port_carries_it_too(echo_elf, tmp_path):
    with Desk(tmp_path) as desk:
        desk.plug(echo_elf("echo-host"))
        with Session(SerialStream(desk.port)) as session:
            given = samples(1000)
            assert_echoed(session.replay(given), given)


def test_a_port_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(LinkError, match="cannot open") as error:
        SerialStream(str(tmp_path / "ttyACM0"))
    one_line(error)


def test_a_pulled_plug_is_one_line(on_terminal):
    master, _, process = on_terminal()
    session = Session(FileStream(master))
    process.kill()
    process.wait()
    with pytest.raises(Disconnected) as error:
        session.replay(samples(100_000))
    assert "has gone" in one_line(error)


def test_a_silent_board_is_one_line():
    reading, writing = os.pipe()
    back, forth = os.pipe()
    began = time.monotonic()
    with pytest.raises(LinkError) as error:
        Session(FileStream(reading, forth), timeout=0.6)
    assert "no answer" in one_line(error)
    assert 0.5 < time.monotonic() - began < 5
    for descriptor in (reading, writing, back, forth):
        os.close(descriptor)


def test_a_board_that_stalls_is_one_line(echo):
    emulation, session = echo("host", timeout=1.0)
    given = samples(100)
    given[0, 0] = HANG
    with pytest.raises(LinkError) as error:
        session.replay(given)
    assert "silent for 1 s" in one_line(error)
    assert emulation.running


def test_another_protocol_version_is_one_line(echo):
    class Newer:
        def read(self, timeout):
            return encode(Frame(Kind.HELLO, bytes(60), version=9))

        def write(self, data):
            pass

    with pytest.raises(LinkError) as error:
        Session(Newer())
    assert "version 9" in one_line(error)


def test_the_board_answers_another_version_with_its_own(echo):
    emulation, _ = echo("host")
    emulation.stream.write(b"\0" + encode(Frame(Kind.START, b"\1\7\0", version=9)))
    decoder, answers = Decoder(), []
    while not answers:
        answers = decoder.feed(emulation.stream.read(5))
    assert (answers[0].kind, answers[0].version) == (Kind.HELLO, VERSION)
    assert Session(emulation.stream).hello.app == "echo"


def test_an_app_that_fails_says_so(echo):
    _, session = echo("mps2_an386")
    given = samples(100)
    given[48, 0] = FAIL
    with pytest.raises(LinkError) as error:
        session.replay(given)
    assert "cannot process its samples (no answer)" in one_line(error)
    # its actuators were brought to safety, and the session goes on
    given = samples(100)
    recording = session.replay(given)
    assert recording.logs == ["fail-safe was called with 5"]
    assert_echoed(recording, given)


@pytest.mark.parametrize("board", ["mps2_an386", "mps2_an505", "mps3_an547", "stm32f405", "microbit"])
def test_a_fault_is_reported_with_its_address(echo, board):
    emulation, session = echo(board)
    given = samples(100)
    given[0, 0] = FAULT
    with pytest.raises(LinkError, match=r"fault at 0x[0-9a-f]{8}") as error:
        session.replay(given)
    one_line(error)
    assert emulation.wait() == 70


def test_a_crashed_process_is_named(echo):
    emulation, session = echo("host")
    given = samples(100)
    given[0, 0] = FAULT
    with pytest.raises(LinkError) as error:
        session.replay(given)
    assert "SIGILL" in str(emulation.explain(error.value))


def test_the_watchdog_bites_resets_and_is_reported(echo):
    emulation, session = echo("mps2_an386", timeout=20)
    assert not session.hello.watchdog_reset
    given = samples(100)
    given[0, 0] = HANG
    with pytest.raises(LinkError, match="watchdog was not fed at 0x") as error:
        session.replay(given)
    one_line(error)
    # the board has come back by itself, and remembers
    again = Session(emulation.stream, timeout=20)
    assert again.hello.watchdog_reset
    assert_echoed(again.replay(samples(200)), samples(200))


def test_a_restart_in_the_middle_is_noticed(echo_elf):
    """As seen from the computer: the same wire, and suddenly a board at it that knows of no session."""
    elf = echo_elf("echo-host")
    with Emulation(elf, "host", time_limit=60) as before, Emulation(elf, "host", time_limit=60) as after:

        class Wire:
            board = before
            reads = 0

            def read(self, timeout):
                self.reads += 1
                if self.reads == 20:
                    self.board = after
                return self.board.stream.read(timeout)

            def write(self, data):
                self.board.stream.write(data)

        session = Session(Wire())
        with pytest.raises(LinkError, match="board restarted in the middle") as error:
            session.replay(samples(50_000))
        one_line(error)


def test_more_samples_than_credit_are_an_overrun_not_a_secret(echo):
    _, session = echo("host")
    take_ack = session.peer._take_ack
    session.peer._take_ack = lambda payload: (take_ack(payload), setattr(session.peer, "credit", 10**6))
    with pytest.raises(LinkError, match="overrun"):
        session.replay(samples(2000))


def test_the_time_limit_ends_an_emulation(echo_elf):
    with Emulation(echo_elf("echo-mps2_an505"), "mps2_an505", time_limit=3) as emulation:
        session = Session(emulation.stream, timeout=60)
        given = samples(100)
        given[0, 0] = HANG
        began = time.monotonic()
        with pytest.raises(LinkError) as error:
            session.replay(given)
        assert time.monotonic() - began < 10
        assert "time limit of 3 s" in str(emulation.explain(error.value))
    assert not emulation.running


def test_a_firmware_that_is_none_is_one_line(tmp_path):
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(b"not a program")
    elf.chmod(0o755)
    with pytest.raises(ToolError) as error:
        Emulation(elf, "host")
    one_line(error)
    with Emulation(elf, "mps2_an386") as emulation, pytest.raises(LinkError, match="no answer") as silent:
        Session(emulation.stream, timeout=2)
    one_line(silent)


def test_a_sensor_is_heard_live(echo):
    _, session = echo("host", environment="sensor-host")
    assert session.hello.has_sensor and session.hello.sensor == "counter"
    heard = b""
    for message in session.listen(7):
        if isinstance(message, Frame) and message.kind == Kind.FEATURES:
            heard += message.payload[8:]
        if len(heard) >= 6 * 200:
            break
    frames = np.frombuffer(heard, "<i2").reshape(-1, 3)
    assert (np.diff(frames[:, 0]) == 1).all()
    assert (frames[:, 1] == -frames[:, 0]).all() and (frames[:, 2] == 128).all()
    # and the same firmware takes a recording instead
    given = samples(300)
    assert_echoed(session.replay(given), given)


def test_events_come_as_events(echo):
    _, session = echo("host", environment="sensor-host")
    for message in session.listen(4):
        if isinstance(message, Event):
            assert message.code == message.value & 0xFF
            break


def test_a_board_may_start_in_csv(on_terminal):
    master, _, _ = on_terminal("csv-host")
    stream = FileStream(master)
    text = b""
    while text.count(b"\n") < 100:
        text += stream.read(5)
    for line in text.decode("ascii").split("\r\n")[1:99]:
        x, y, z = map(float, line.split(","))
        assert y == -x and z == 1.0
    # a computer that says hello ends it
    with Session(stream) as session:
        given = samples(300)
        assert_echoed(session.replay(given), given)


def running(process: int) -> bool:
    """Whether a process exists and is not a zombie that nobody here collects."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_an_emulator_does_not_outlive_a_killed_python(echo_elf):
    program = f"""
import time
from motekit.firmware.emulate import Emulation
from motekit.link import Session
with Emulation({str(echo_elf("echo-mps2_an386"))!r}, "mps2_an386") as emulation:
    Session(emulation.stream)
    print(emulation._process.pid, flush=True)
    time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    emulator = int(parent.stdout.readline())
    assert running(emulator)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while running(emulator) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not running(emulator)
