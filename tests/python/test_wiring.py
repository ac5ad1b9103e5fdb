"""Wiring pictures: well-formed, up to date, and with the pins that the boards' files give the drivers."""

import re
import tomllib
from xml.etree import ElementTree

import pytest

from motekit import doctor
from motekit.paths import project_root
from motekit.report import wiring

ROOT = project_root()
DOCS = ROOT / "docs"
PICTURES = tomllib.loads((DOCS / "wiring.toml").read_text(encoding="utf8"))
#: picture -> board's file, and what the driver's macro is called for a pin of the part
PINS = {
    "pico-i2s": ("pico", {"SCK": "MK_I2S_BCLK", "SD": "MK_I2S_DATA"}),
    "esp32s3-i2s": ("esp32-s3-devkitc-1", {"SCK": "MK_I2S_BCLK", "WS": "MK_I2S_WS", "SD": "MK_I2S_DATA"}),
    "nucleo-adxl345": ("nucleo_f446re", {"CS": "MK_ADXL345_CS", "INT1": "MK_ADXL345_INT1"}),
    "blackpill-adxl345": ("blackpill_f411ce", {"CS": "MK_ADXL345_CS", "INT1": "MK_ADXL345_INT1"}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_every_wire(name):
    drawn = wiring.draw(PICTURES[name])
    lines = ElementTree.fromstring(drawn).findall("{http://www.w3.org/2000/svg}line")
    assert len(lines) == sum(len(part["wires"]) for part in PICTURES[name]["parts"])
    assert drawn == (DOCS / f"wiring-{name}.svg").read_text(encoding="utf8"), "run motekit docs --measure"


@pytest.mark.parametrize("name", PINS)
def test_the_pins_are_the_firmware_s(name):
    board, macros = PINS[name]
    flags = (ROOT / "boards" / f"{board}.ini").read_text(encoding="utf8")
    wires = {there: here for part in PICTURES[name]["parts"] for here, there in part["wires"]}
    for pin, macro in macros.items():
        declared = re.search(rf"-D{macro}=(\w+)", flags)[1]
        assert wires[pin].removeprefix("GP").removeprefix("D") == declared


def test_a_port_that_may_not_be_opened_names_the_group(tmp_path, monkeypatch):
    port = tmp_path / "ttyACM0"
    port.touch()
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    monkeypatch.setattr(doctor.grp, "getgrgid", lambda _: type("Group", (), {"gr_name": "dialout"}))
    found = doctor._port(str(port), "Arduino")
    assert not found["ok"] and "usermod -aG dialout" in found["remedy"]
    assert "attach" in doctor._port(str(tmp_path / "gone"), "Arduino")["remedy"]
