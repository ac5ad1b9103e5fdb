"""`motekit flash` of an AVR board: what avrdude is asked to do, with a stand-in for it."""

import itertools
import os
import stat

import pytest
from typer.testing import CliRunner

from motekit.cli import app as main
from motekit.errors import ConfigError, MissingToolError
from motekit.firmware import boards
from motekit.firmware.build import upload
from motekit.link.streams import SerialStream


def test_an_image_goes_to_the_boot_loader(tmp_path, monkeypatch):
    told = tmp_path / "told"
    program = tmp_path / "avrdude"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    done = CliRunner().invoke(main, ["flash", "soil_irrigation", "--board", "promini", "--port", "/dev/ttyUSB7"])
    assert done.exit_code == 0, done.output
    words = told.read_text().split("\n")
    asked = dict(itertools.pairwise(words))
    assert (asked["-p"], asked["-c"], asked["-P"], asked["-b"]) == ("atmega328p", "arduino", "/dev/ttyUSB7", "57600")
    what, where, image, kind = asked["-U"].split(":")
    assert (what, where, kind) == ("flash", "w", "i") and image.endswith("soil_irrigation-promini/firmware.hex")


def test_what_cannot_be_flashed_is_said(monkeypatch, tmp_path):
    assert boards.load("uno").can_be_flashed and boards.load("pico").can_be_flashed
    with pytest.raises(ConfigError, match="nothing to flash"):
        upload("soil_irrigation", "mps2_an386")
    monkeypatch.setattr("shutil.which", lambda program, *_: None if program == "avrdude" else f"/usr/bin/{program}")
    with pytest.raises(MissingToolError, match="sudo apt-get install avrdude"):
        upload("soil_irrigation", "uno", str(tmp_path / "tty"))


def test_a_port_may_say_its_rate():
    master, slave = os.openpty()
    stream = SerialStream(f"{os.ttyname(slave)}@57600")
    assert stream._port.baudrate == 57600
    stream.close()
    os.close(master)
    os.close(slave)
