"""A board on the desk: `motekit run --port`, `flash`, `monitor`, over pseudo-terminals against the host's firmware."""

import json
import random

import numpy as np
import pytest
from cable import Desk
from typer.testing import CliRunner

from motekit import chains
from motekit.chain import Take
from motekit.cli import app as commands
from motekit.errors import ConfigError, LinkError
from motekit.firmware.build import build, upload
from motekit.firmware.monitor import watch
from motekit.link import Session
from motekit.verify import verify


@pytest.fixture(scope="module")
def chain():
    return chains.of("keyword_spotting")


@pytest.fixture(scope="module")
def elf(chain):
    return build(chain.app, "host").elf


@pytest.fixture(scope="module")
def takes(chain):
    rng = np.random.default_rng(5)
    return [Take(f"noise {i}", "", rng.integers(-9000, 9000, 16000, np.int16)) for i in range(4)]


def test_a_board_on_the_desk_gives_the_same_bits(chain, elf, takes, tmp_path):
    with Desk(tmp_path) as desk:
        desk.plug(elf)
        found = verify(chain, "mps2_an386", takes, port=desk.port)
    assert found.agree and sum(len(answer.scores) for answer in found.firmware) == 4
    assert found.board == "host"  # what the board calls itself, not what was asked to be built
    assert found.cost["milliseconds_per_window"] > 0
    assert found.cost["instructions_per_window"] is None and found.cost["flash"] is None


def test_bytes_dropped_doubled_and_corrupted_change_nothing(chain, elf, takes, tmp_path):
    rng, harmed = random.Random(2), []

    def harm(data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            kind = rng.randrange(3) if rng.random() < 0.0003 else None
            harmed.append(kind)
            out += {None: bytes([byte]), 0: b"", 1: bytes([byte, byte]), 2: bytes([byte ^ 0x55])}[kind]
        return bytes(out)

    with Desk(tmp_path, harm) as desk:
        desk.plug(elf)
        assert verify(chain, "host", takes[:2], port=desk.port).agree
    assert {0, 1, 2} <= set(harmed)


def test_a_board_unplugged_in_the_middle_goes_on_where_it_was(chain, elf, takes, tmp_path, monkeypatch):
    with Desk(tmp_path) as desk:
        desk.plug(elf)
        replayed = []
        replay = Session.replay

        def pulled(session, samples, *arguments, **options):
            if len(replayed) == 2:
                desk.pull()
            replayed.append(samples)
            return replay(session, samples, *arguments, **options)

        monkeypatch.setattr(Session, "replay", pulled)
        with pytest.raises(LinkError, match="2 of 4 recordings are done: go on with --resume") as error:
            verify(chain, "host", takes, port=desk.port)
        assert "\n" not in str(error.value)
        replayed = [None] * 3  # never two again
        desk.plug(elf)
        count = len(replayed)
        found = verify(chain, "host", takes, port=desk.port, resume=True)
        assert found.agree and len(found.takes) == 4
        assert len(replayed) - count == 3  # two recordings, and one to measure the cost
        # a run that is complete leaves nothing to go on with
        replayed = [None] * 3
        verify(chain, "host", takes[:1], port=desk.port, resume=True)
        assert len(replayed) - 3 == 2


def test_the_command_says_the_same(elf, tmp_path):
    with Desk(tmp_path) as desk:
        desk.plug(elf)
        arguments = ["run", "keyword_spotting", "--port", desk.port, "--input", "synthetic", "--json"]
        done = CliRunner().invoke(commands, arguments)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["agree"] and found["board"] == "host" and found["events"]


def test_watching_a_sensor_tells_its_events(echo_elf, tmp_path):
    with Desk(tmp_path) as desk:
        desk.plug(echo_elf("sensor-host"))
        heard = []
        assert watch(desk.port, heard.append, seconds=5.0) == "host"
    assert heard[0] == {"app": "echo", "version": "1.2.3", "board": "host", "sensor": "counter"}
    assert len(heard) > 1 and all({"at", "code", "value"} == set(line) for line in heard[1:])


def test_a_board_without_a_sensor_is_one_line(elf, tmp_path):
    with Desk(tmp_path) as desk:
        desk.plug(elf)
        with pytest.raises(LinkError, match="has no sensor"):
            watch(desk.port, print, seconds=1)


def test_an_emulated_board_is_not_flashed():
    with pytest.raises(ConfigError, match="nothing to flash"):
        upload("keyword_spotting", "mps2_an386")
