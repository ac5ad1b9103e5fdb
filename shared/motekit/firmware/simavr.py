"""An ATmega328P in libsimavr: the runner that puts its serial port on standard input and output, and its garden."""

import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ToolError
from ..files import sha256
from ..paths import project_root, work_dir
from ..toolchain import TOOLS, require

HZ = 16_000_000
#: what the processor draws at 5 V and 16 MHz, in A: running, idle, in power-down with its watchdog (ATmega328P data
#: sheet, 29.2 and figures 30-1, 30-7, 30-12, typical)
CURRENT_A = {"active": 9.2e-3, "idle": 2.4e-3, "down": 6.0e-6}


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
    serial : bytes
        What it said.
    seconds : dict
        Time spent active, idle and in power-down.
    eeprom : bytes
    """

    valve: list[tuple[float, bool]] = field(default_factory=list)
    resets: list[float] = field(default_factory=list)
    serial: bytes = b""
    seconds: dict[str, float] = field(default_factory=dict)
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

    @property
    def mean_current_a(self) -> float:
        """Of the processor alone, over the whole run."""
        total = sum(self.seconds.values())
        return sum(CURRENT_A[kind] * seconds for kind, seconds in self.seconds.items()) / total


def live(elf: Path, script: list[tuple[float, str, float | str]], eeprom: bytes = b"", timeout: float = 300) -> Live:
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
        command = [str(runner()), str(elf), "live", str(folder / "script"), str(folder / "eeprom")]
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        if done.returncode != 0:
            raise ToolError(f"the firmware crashed in simavr (code {done.returncode}). Build it again.")
        found = Live(eeprom=(folder / "eeprom").read_bytes())
    for line in done.stdout.split(b"\n"):
        words = line.split()
        if line.startswith(b"serial "):
            found.serial += line[7:] + b"\n"
        elif len(words) == 3 and words[0] == b"valve":
            found.valve.append((float(words[1]), words[2] == b"1"))
        elif len(words) == 2 and words[0] == b"reset":
            found.resets.append(float(words[1]))
        elif len(words) == 4 and words[0] == b"cycles":
            kinds = zip(CURRENT_A, words[1:], strict=True)
            found.seconds = {kind: int(cycles) / HZ for kind, cycles in kinds}
    return found
