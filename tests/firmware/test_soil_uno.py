"""The garden's firmware on an ATmega328P in simavr, with its pins: settings, sleep, valve, faults and power cuts."""

import os
import random
import re
import shutil
import struct

import pytest

from motekit import app as apps
from motekit import chains
from motekit.firmware import simavr
from motekit.firmware.build import build
from motekit.firmware.run import FirmwareReplay

#: the issue asks for 200; here a part of them
SEQUENCES = int(os.environ.get("MOTEKIT_FAULT_SEQUENCES", "4"))
#: of the thirsty garden below
MAX_OPEN_S, TICK_S, HOURS = 60, 10, 3
SENSORS = [(0.001, f"a{i}", mv) for i, mv in enumerate((2000, 2000, 2000, 0, 2500))]


@pytest.fixture(scope="module")
def uno():
    return build("soil_irrigation", "uno")


@pytest.fixture(scope="module")
def thirsty(tmp_path_factory):
    """A garden that waters as often as its rules allow: parched soil and short pulses."""
    folder = tmp_path_factory.mktemp("thirsty") / "soil_irrigation"
    shutil.copytree(apps.apps_dir() / "soil_irrigation", folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / "app.toml").read_text()
    changes = {"sown": 1, "max_open_s": MAX_OPEN_S, "pulse_s": 40, "soak_s": 60, "interval_s": 600, "limit_s": 14400,
               "below": 0.9, "rain_min_mm": 50.0}  # fmt: skip
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        assert count == 1, key
    (folder / "app.toml").write_text(text)
    return build(apps.load(folder), "uno")


def test_it_fits(uno):
    assert uno.flash <= 30_720 and uno.ram <= 1_350


def test_days_of_replay_are_pythons_bits_and_quick_enough(uno):
    chain = chains.of("soil_irrigation")
    frames = chain.takes(None, limit=1)[0].frames[: 24 * 12]
    with FirmwareReplay(chain.app, "uno", uno, time_limit=300) as firmware:
        answer = firmware.answer(frames)
        stats = firmware.raw(frames[:48]).stats
    assert all(chain.answer(frames).equal(answer).values()) and len(answer.features) == 12
    assert stats.longest_ticks / stats.tick_hz < 0.2  # an hour with a forecast and a decision
    # static memory and the stack that was used, of the 1,600 bytes of the issue
    assert uno.ram + stats.stack_used <= 1_600


def test_the_menu_calibrates_and_the_eeprom_keeps_it(uno):
    script = [*SENSORS, (1, "text", "r"), (2, "text", "n_0"), (3, "text", "s"), (4, "text", "c_0_500")]
    script += [
        (5, "a0", 1200),
        (6, "text", "c_0_4000"),
        (7, "text", "c_0_4000"),
        (8, "text", "s"),
        (9, "text", "t_10_7"),
    ]
    script += [(10, "text", "d"), (12, "cut", 5), (18, "text", "r"), (20, "text", "d"), (22, "end", 0)]
    found = simavr.live(uno.elf, script)
    text = found.serial.decode("latin1")
    readings = [[int(word) for word in line.split()] for line in re.findall(r"((?:-?\d+ ){10})\s", text)]
    verdicts = re.findall(r"(?m)^(ok|no)\s*$", text)
    # 2.0 V of 5 V in 16 sums of 1024 counts; soil at half of the supply is 25 degC; the DHT22 says 21.0 degC, 55 %
    values, again = readings
    assert values[0] == pytest.approx(16 * 1024 * 2.0 / 5, abs=40) and values[6] == pytest.approx(250, abs=8)
    assert values[7:9] == [210, 550] and values[9] == pytest.approx(5000, abs=60)
    # begun anew it cannot be saved; with two points it can
    assert verdicts == ["ok", "no", "ok", "ok", "ok", "ok", "ok"]
    # after a loss of power: the new calibration of probe 0, the old one of probe 1
    assert again[0] == pytest.approx(16 * 1024 * 1.2 / 5, abs=40) and again[1] == pytest.approx(4000, abs=30)
    assert again[2:4] == values[2:4]
    states = [[int(word) for word in line.split()] for line in re.findall(r"(?m)^((?:-?\d+ ){6})\s*$", text)]
    assert states[0][5] == 24 * 9 + 7
    # the clock has run on from the last record, and is not to be trusted
    assert states[-1][5] < 0


def test_it_sleeps_at_a_few_microamperes(uno):
    found = simavr.live(uno.elf, [*SENSORS, (24 * 3600, "end", 0)])
    assert sum(found.seconds.values()) == pytest.approx(24 * 3600, rel=0.01)
    assert found.mean_current_a < 50e-6
    assert found.seconds["down"] > 0.99 * 24 * 3600 and not found.open_for(24 * 3600)


def test_a_thirsty_garden_is_watered_in_pulses(thirsty):
    found = simavr.live(thirsty.elf, [*SENSORS, (2 * 3600, "end", 0)])
    stretches = found.open_for(2 * 3600)
    assert len(stretches) >= 5 and stretches[0][0] > 3600
    assert all(30 <= seconds <= 40.5 for _, seconds in stretches)
    # nobody has set the clock: by daylight the valve stays closed
    assert not simavr.live(thirsty.elf, [*SENSORS, (1, "a3", 3000), (2 * 3600, "end", 0)]).open_for(2 * 3600)


def fault_script(seed: int) -> list[tuple[float, str, float | str]]:
    """Hours of a thirsty garden in which anything may happen to sensors, supply, EEPROM and power."""
    draw = random.Random(seed)
    script = list(SENSORS)
    for _ in range(draw.randint(2, 12)):
        at = draw.uniform(1, HOURS * 3600)
        kind = draw.choice(["probe", "dht", "supply", "flip", "cut", "cut", "light", "air", "text", "rain"])
        if kind == "probe":
            script.append((at, f"a{draw.randint(0, 4)}", draw.choice([0, 5000, draw.randint(0, 5000)])))
        elif kind == "cut":
            script.append((at, "cut", round(draw.choice([0.001, 1, draw.uniform(0, 4000)]), 3)))
        elif kind == "text":
            script.append((at, "text", draw.choice(["t_300_3", "t_1_1", "d", "w", "n_1", "c_2_9999", "xyzzy", "s"])))
        else:
            what, values = {
                "dht": ("dht", [0, 1]), "supply": ("supply", [2500, 5000]), "flip": ("flip", [draw.randint(0, 65_535)]),
                "light": ("a3", [0, 4000]), "air": ("air", [-100, 10, 300]), "rain": ("rain", [0, 1]),
            }[kind]  # fmt: skip
            script.append((at, what, draw.choice(values)))
    # and always one while the first pulse is on
    script.append((4190 + draw.uniform(0, 120), "cut", 1))
    return [*script, (HOURS * 3600 + 5000, "end", 0)]


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_whatever_happens_the_valve_is_not_open_for_long_nor_after_a_reset(thirsty, seed):
    script = fault_script(seed)
    found = simavr.live(thirsty.elf, script)
    assert found.resets
    for start, seconds in found.open_for(script[-1][0]):
        assert seconds <= MAX_OPEN_S + 0.5, (start, seconds)
        # the first hour after a reset is for looking
        assert all(not reset <= start < reset + 3500 for reset in found.resets), (start, found.resets)


def test_a_record_is_kept_of_every_turn_of_the_valve(thirsty):
    script = [*SENSORS, (3600 * 2, "end", 0)]
    found = simavr.live(thirsty.elf, script)
    versions = [found.eeprom[i] for i in range(1024)]
    assert versions.count(255) < 1000
    assert struct.calcsize("<4I") == 16 and any(found.eeprom[at] == 1 for at in range(300, 1024))
