"""The test app on every emulated board: what goes in comes back, and the board tells what it cost."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from motekit.errors import LinkError
from motekit.firmware.size import measure
from motekit.link import Outputs, Session

ARM = ["mps2_an386", "mps2_an385", "mps2_an500", "mps2_an505", "mps3_an547", "stm32f405", "microbit"]
BLOCK, CHANNELS = 16, 3


def samples(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-32000, 32000, (frames, CHANNELS), dtype=np.int16)


def checksums(given: np.ndarray) -> list[int]:
    """FNV-1a after every fourth block: what the test app calls its scores."""
    value, found = 2166136261, []
    for at in range(0, len(given), BLOCK):
        for sample in given[at : at + BLOCK].ravel().tolist():
            value = (value ^ (sample & 0xFFFF)) * 16777619 % 2**32
        if at // BLOCK % 4 == 3:
            found.append(value)
    return found


def assert_echoed(recording, given):
    assert b"".join(recording.features) == given.tobytes()
    scores = checksums(given)
    assert [int.from_bytes(s, "little") for s in recording.scores] == scores
    ends = [min((i + 1) * 4 * BLOCK, len(given)) for i in range(len(scores))]
    wanted = [(end, s & 0xFF, s) for end, s in zip(ends, scores, strict=True) if s >> 29 == 0]
    assert [(e.at, e.code, e.value % 2**32) for e in recording.events] == wanted
    assert (recording.stats.frames, recording.stats.lost_values, recording.stats.dropped) == (len(given), 0, 0)


@pytest.mark.parametrize("board", ["host", *ARM])
def test_every_sample_comes_back(echo, board):
    emulation, session = echo(board)
    assert (session.hello.board, session.hello.app, session.hello.version) == (board, "echo", "1.2.3")
    assert session.hello.channel_names == ["x", "y", "z"]
    assert session.hello.feature_hash == 0x1122334455667788
    assert session.hello.model_hash == 0x99AABBCCDDEEFF00
    for frames in (1, BLOCK * 9 + 5, 4000):
        given = samples(frames)
        assert_echoed(session.replay(given), given)
    session.quit(7)
    assert emulation.wait() == 7


@pytest.mark.parametrize("board", ["mps2_an386", "stm32f405", "microbit"])
def test_the_uart_says_the_same_as_the_files(echo, board):
    _, session = echo(board, uart=True, timeout=20)
    given = samples(200)
    assert_echoed(session.replay(given), given)


@pytest.mark.parametrize("board", ARM)
def test_cost_is_instructions_and_repeats(echo, board):
    _, session = echo(board)
    given = samples(2048)
    stats = [session.replay(given).stats for _ in range(2)]
    per_tick = 1e9 / stats[0].tick_hz
    instructions = [s.ticks * per_tick for s in stats]
    # the clock is read around 128 calls and 160 outputs of some ten ticks each, and is only so fine
    assert abs(instructions[0] - instructions[1]) <= 0.1 * instructions[0]
    # three multiplications a frame and the loop around them: the same few tens of instructions on every core
    assert 10 < instructions[0] / len(given) < 80
    assert stats[0].longest_ticks <= stats[0].longest_window_ticks <= stats[0].ticks


@pytest.mark.parametrize("board", ARM)
def test_the_stack_is_measured(echo, echo_elf, board):
    _, session = echo(board)
    stats = session.replay(samples(100)).stats
    assert stats.stack_size == measure(echo_elf(f"echo-{board}")).stack
    assert 200 < stats.stack_used < stats.stack_size / 2


def test_outputs_can_be_left_away(echo):
    _, session = echo("host")
    given = samples(1000)
    recording = session.replay(given, Outputs.SCORES)
    assert recording.features == [] and recording.events == []
    assert [int.from_bytes(s, "little") for s in recording.scores] == checksums(given)


def test_a_stream_begins_from_a_reset(echo):
    _, session = echo("mps2_an386")
    given = samples(300)
    first, _, again = session.replay(given), session.replay(samples(77, seed=1)), session.replay(given)
    assert (first.features, first.scores, first.events) == (again.features, again.scores, again.events)


def test_another_computer_may_take_over(echo):
    emulation, first = echo("mps2_an386")
    first.replay(samples(100))
    second = Session(emulation.stream)
    assert second.hello.session != first.hello.session
    given = samples(500)
    assert_echoed(second.replay(given), given)


def test_wrong_samples_are_refused(echo):
    _, session = echo("host")
    with pytest.raises(LinkError, match="3 channel"):
        session.replay(np.zeros(10, np.int16))
    with pytest.raises(LinkError, match="float64"):
        session.replay(np.zeros((10, 3)))


def csv_number(raw: int, scale: float) -> str:
    """Six decimals, halves away from zero, no trailing zeros. Exact: the test's scale is a power of two."""
    value = (Decimal(raw) * Decimal(scale)).quantize(Decimal("1e-6"), ROUND_HALF_UP)
    return f"{value.normalize():f}" if value else "0"


@pytest.mark.parametrize("board", ["host", "mps2_an386", "microbit"])
def test_csv_is_what_data_forwarders_read(echo, board):
    _, session = echo(board)
    given = samples(400)
    given[0] = [-32768, 32767, 0]
    given[1] = [1, -1, 128]
    lines = session.csv(given).decode("ascii").splitlines(keepends=True)
    scale = session.hello.scale
    assert lines == [",".join(csv_number(v, scale) for v in frame) + "\r\n" for frame in given.tolist()]
    # and the board comes back to frames
    assert_echoed(session.replay(given), given)
