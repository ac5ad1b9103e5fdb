"""Keyword spotting beyond its main board: other cores, another memory map, and the UART instead of files."""

import numpy as np
import pytest

from motekit import app as apps
from motekit import chains
from motekit.errors import LinkError
from motekit.firmware.run import FirmwareReplay


@pytest.fixture(scope="module")
def app():
    return apps.load("keyword_spotting")


@pytest.fixture(scope="module")
def samples(app):
    """Swelling noise, 1.6 s: some windows, and rows of every loudness."""
    count = round(1.6 * app.rate_hz)
    noise = np.random.default_rng(3).integers(-20000, 20000, count)
    return (noise * np.sin(np.linspace(0, 3, count)) ** 8).astype(np.int16)


@pytest.fixture(scope="module")
def python(app, samples):
    found = chains.of(app).answer(samples)
    assert len(found.scores) >= 3
    return found


# Cortex-M3 without DSP and FPU, Cortex-M55 with Helium, an STM32's own memory map, and this computer
@pytest.mark.parametrize("board", ["mps2_an385", "mps3_an547", "stm32f405", "host"])
def test_other_boards_give_the_same_bits(app, samples, python, board):
    with FirmwareReplay(app, board, time_limit=120) as firmware:
        assert firmware.hello.board == board
        assert firmware.answer(samples) == python
        stats = [firmware.raw(samples).stats for _ in range(2)]
        cost = firmware.cost()
    if board != "host":  # instructions, not time: the same in every run, to what the clock can tell
        ticks = [once.longest_window_ticks for once in stats]
        assert abs(ticks[0] - ticks[1]) <= 0.001 * ticks[0]
    assert (cost["instructions_per_window"] is None) == (cost["stack"] is None) == (board == "host")
    assert cost["flash"] > 0 and cost["ram"] > 0


def test_the_uart_gives_the_same_bits(app, samples, python):
    with FirmwareReplay(app, "mps2_an386", time_limit=300, uart=True) as firmware:
        assert firmware.answer(samples) == python


def test_firmware_of_other_features_is_refused(app, monkeypatch):
    with FirmwareReplay(app, "host") as firmware:
        built = firmware.built
    monkeypatch.setattr(type(app), "feature_hash", 0x1234)
    with pytest.raises(LinkError, match="not keyword_spotting with 0000000000001234"):
        FirmwareReplay(app, "host", built=built)
