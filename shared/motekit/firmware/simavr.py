"""An ATmega328P in libsimavr: the runner that puts its serial port on standard input and output, and its garden."""

import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ToolError
from ..files import sha256
from ..paths import project_root, work_dir
from ..toolchain import TOOLS, require

#: of an Uno
HZ = 16_000_000
KINDS = ("active", "idle", "down")


def runner() -> Path:
    """The runner, compiled once.

    Raises
    ------
    ToolError
        If libsimavr's headers are missing.
    """
    source = project_root() / "shared" / "firmware" / "simavr" / "avr_run.c"
    program = work_dir() / "simavr" / f"avr_run-{sha256(source)[:12]}"
    if program.is_file():
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as folder:
        made = Path(folder) / "avr_run"
        command = [require("gcc"), "-O2", str(source), "-o", str(made), "-lsimavr", "-lelf"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ToolError(f"libsimavr is missing. Install it: sudo apt-get install {' '.join(TOOLS['simavr'])}")
        made.replace(program)
    return program


@dataclass
class Live:
    """What a garden saw of the firmware.

    Attributes
    ----------
    valve : list of tuple
        (second, whether it is open from then on).
    resets : list of float
        Seconds at which power came back.
    watchdog : list of float
        Seconds at which it was reset by anything else.
    serial : bytes
        What it said.
    seconds : dict
        Time spent active, idle and in power-down.
    feeds : dict
        Seconds for which a pin of port D fed its sensors.
    stack : int
        Bytes of it that were used since the last reset.
    eeprom : bytes
    """

    valve: list[tuple[float, bool]] = field(default_factory=list)
    resets: list[float] = field(default_factory=list)
    watchdog: list[float] = field(default_factory=list)
    serial: bytes = b""
    seconds: dict[str, float] = field(default_factory=dict)
    feeds: dict[int, float] = field(default_factory=dict)
    stack: int = 0
    eeprom: bytes = b""

    def open_for(self, end_s: float) -> list[tuple[float, float]]:
        """Stretches of an open valve: (from, seconds)."""
        stretches, since = [], None
        for at, is_open in [*self.valve, (end_s, False)]:
            if is_open and since is None:
                since = at
            elif not is_open and since is not None:
                stretches.append((since, at - since))
                since = None
        return stretches


def live(
    elf: Path, script: list[tuple[float, str, float | str]], eeprom: bytes = b"", timeout: float = 300, hz: int = HZ
) -> Live:
    """Run a firmware with its sensors: a script of (second, what, value), see avr_run.c.

    Raises
    ------
    ToolError
        If the runner cannot be built, or the firmware crashes.
    """
    with tempfile.TemporaryDirectory(prefix="motekit-avr-") as name:
        folder = Path(name)
        lines = [f"{at:.6f} {what} {value}" for at, what, value in sorted(script, key=lambda line: line[0])]
        (folder / "script").write_text("\n".join(lines) + "\n")
        (folder / "eeprom").write_bytes(eeprom or b"\xff" * 1024)
        command = [str(runner()), str(hz), str(elf), "live", str(folder / "script"), str(folder / "eeprom")]
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        if done.returncode != 0:
            raise ToolError(f"the firmware crashed in simavr (code {done.returncode}). Build it again.")
        found = Live(eeprom=(folder / "eeprom").read_bytes())
    _read(done.stdout, hz, found)
    return found


def _read(said: bytes, hz: int, found: Live) -> None:
    fed_since: dict[int, float] = {}
    for line in said.split(b"\n"):
        words = line.split()
        if line.startswith(b"serial "):
            found.serial += line[7:] + b"\n"
        elif len(words) == 3 and words[0] == b"valve":
            found.valve.append((float(words[1]), words[2] == b"1"))
        elif len(words) == 4 and words[0] == b"feed":
            pin, at = int(words[1]), float(words[2])
            found.feeds[pin] = found.feeds.get(pin, 0.0) + at - fed_since.pop(pin, at)
            if words[3] == b"1":
                fed_since[pin] = at
        elif len(words) == 2 and words[0] == b"reset":
            found.resets.append(float(words[1]))
        elif len(words) == 2 and words[0] == b"watchdog":
            found.watchdog.append(float(words[1]))
        elif len(words) == 2 and words[0] == b"stack":
            found.stack = int(words[1])
        elif len(words) == 4 and words[0] == b"cycles":
            found.seconds = {kind: int(cycles) / hz for kind, cycles in zip(KINDS, words[1:], strict=True)}
