"""What a model costs on a core: exact instructions, flash, RAM, and whether its output is the oracle's.

The model is compiled, linked into a bare image (shared/firmware/bench) and run in QEMU, whose
translator counts instructions through a small plugin that is built here, with the host's C compiler.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from elftools.elf.elffile import ELFFile

from .compiler.build import CompiledModel, compile_model, kernel_paths, translate
from .compiler.host import HostModel
from .errors import ConfigError, ToolError
from .files import sha256
from .oracle import Tflm
from .paths import cache_dir, core_dir, project_root

_FLAGS = (
    "-std=c99", "-O2", "-mthumb", "-ffunction-sections", "-fdata-sections", "-ffp-contract=off", "-fno-common",
    "-Wall", "-Wextra",
)  # fmt: skip
_TIMEOUT_S = 300


@dataclass(frozen=True)
class Board:
    """An emulated board: QEMU's machine, the compiler's flags, the memories and the kernels' target."""

    machine: str
    cpu: tuple[str, ...]
    target: str
    flash: tuple[int, int]
    ram: tuple[int, int]
    core: str


_MB = 1 << 20
_FPV4 = ("-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
BOARDS = {
    "mps2_an386": Board(
        "mps2-an386", ("-mcpu=cortex-m4", *_FPV4), "dsp", (0, 4 * _MB), (0x20000000, 4 * _MB), "Cortex-M4F"
    ),
    "mps2_an385": Board(
        "mps2-an385", ("-mcpu=cortex-m3",), "m0", (0, 4 * _MB), (0x20000000, 4 * _MB), "Cortex-M3"
    ),
    "mps2_an385_m0plus": Board(
        "mps2-an385", ("-mcpu=cortex-m0plus",), "m0", (0, 4 * _MB), (0x20000000, 4 * _MB), "Cortex-M0+ code"
    ),
    "mps2_an500": Board(
        "mps2-an500", ("-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"), "dsp", (0, 4 * _MB),
        (0x20000000, 4 * _MB), "Cortex-M7",
    ),
    "mps2_an505": Board(
        "mps2-an505", ("-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"), "dsp", (0x10000000, 4 * _MB),
        (0x38000000, 4 * _MB), "Cortex-M33",
    ),
    "mps3_an547": Board(
        "mps3-an547", ("-mcpu=cortex-m55+nomve.fp", "-mfloat-abi=hard"), "mve", (0, 512 << 10),
        (0x30000000, 512 << 10), "Cortex-M55",
    ),
    "microbit": Board("microbit", ("-mcpu=cortex-m0",), "m0", (0, 256 << 10), (0x20000000, 16 << 10), "Cortex-M0"),
}  # fmt: skip


@dataclass(frozen=True)
class Image:
    """A linked bench image of a compiled model."""

    elf: Path
    board: Board
    model: CompiledModel


@dataclass(frozen=True)
class Run:
    """What one emulation gave.

    `outputs` has a row of bytes for each inference, `instructions` the count of each, `steps` the
    count of each kernel call of the second inference (of the first, if there is only one).
    """

    outputs: np.ndarray
    instructions: list[int]
    steps: list[int]
    stack: int


def _tool(name: str, package: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ToolError(f"{name} is missing. Install the package {package}.")
    return path


def _run(command: Sequence[str], what: str, cwd: Path | None = None, timeout: float = _TIMEOUT_S) -> None:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise ToolError(f"{what} took more than {timeout:.0f} s. Try a smaller model.") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        first = next((line for line in lines if "error" in line or "overflow" in line), lines[-1] if lines else "")
        raise ToolError(f"{what} failed ({done.returncode}): {first.strip()}")


def bench_dir() -> Path:
    """Sources of the bench image."""
    return project_root() / "shared" / "firmware" / "bench"


def port_dir() -> Path:
    """The firmware's port to emulated boards, whose semihosting the bench shares."""
    return project_root() / "shared" / "firmware" / "ports" / "cortexm"


def counter_plugin() -> Path:
    """The instruction counter for QEMU, built if its source changed."""
    source = bench_dir() / "counter.c"
    plugin = cache_dir() / f"qemu-counter-{sha256(source)[:16]}.so"
    if not plugin.is_file():
        with tempfile.TemporaryDirectory(dir=cache_dir()) as folder:
            built = Path(folder) / "counter.so"
            _run(
                [_tool("cc", "gcc"), "-O2", "-shared", "-fPIC", "-o", str(built), str(source)],
                "building the instruction counter",
            )
            built.replace(plugin)
    return plugin


def board(name: str) -> Board:
    """A board by name.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if name not in BOARDS:
        raise ConfigError(f"bench knows no board {name!r}. Choose one of {', '.join([*BOARDS, 'host'])}.")
    return BOARDS[name]


def build_image(model: bytes | Path, board_name: str, out_dir: Path, *, name: str = "bench") -> Image:
    """Compile a model and link it with the bench.

    Raises
    ------
    ModelError
        If the model cannot be compiled.
    ToolError
        If the cross compiler is missing or the image does not fit the board.
    """
    target = board(board_name)
    compiled = compile_model(model, out_dir, name=name, target=target.target)
    sources = [bench_dir() / "main.c", out_dir / f"{name}_model.c", *kernel_paths(compiled.code)]
    flags = [
        f'-DBENCH_HEADER="{name}_model.h"', f"-DBENCH_MODEL=mk_model_{name}", f"-DBENCH_ARENA={compiled.arena_bytes}",
        "-DMK_NN_MARKS",
    ]  # fmt: skip
    return Image(link(target, sources, out_dir, flags), target, compiled)


def link(target: Board, sources: Sequence[Path], folder: Path, flags: Sequence[str]) -> Path:
    """Build sources and what starts them into `folder`/bench.elf; headers in `folder` are found too.

    Raises
    ------
    ToolError
        If the cross compiler is missing or the image does not fit the board.
    """
    (folder / "memory.ld").write_text(
        f"MEMORY {{\n    FLASH (rx) : ORIGIN = {target.flash[0]:#x}, LENGTH = {target.flash[1]:#x}\n"
        f"    RAM (rwx) : ORIGIN = {target.ram[0]:#x}, LENGTH = {target.ram[1]:#x}\n}}\n"
    )
    elf = folder / "bench.elf"
    command = [
        _tool("arm-none-eabi-gcc", "gcc-arm-none-eabi"), *target.cpu, *_FLAGS, *flags,
        f"-I{core_dir() / 'include'}", f"-I{folder}", f"-I{port_dir()}",
        str(bench_dir() / "startup.c"), str(port_dir() / "semihost.c"), *map(str, sources),
        "-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", f"-Wl,-T,{folder / 'memory.ld'}",
        f"-Wl,-T,{bench_dir() / 'bench.ld'}", "-o", str(elf), "-lm",
    ]  # fmt: skip
    _run(command, f"building the bench image for {target.core}")
    return elf


def emulate(elf: Path, target: Board, options: Sequence[str] = ()) -> None:
    """Run an image in the folder it lies in, where it finds its input.bin and leaves its output.bin.

    Raises
    ------
    ToolError
        If the emulator is missing, fails or does not finish.
    """
    command = [
        _tool("qemu-system-arm", "qemu-system-arm"), "-M", target.machine, "-display", "none",
        "-serial", "none", "-monitor", "none", "-semihosting-config", "enable=on,target=native",
        "-kernel", elf.name, *options,
    ]  # fmt: skip
    _run(command, f"the emulation of {target.core}", cwd=elf.parent)


def _marks(elf: ELFFile) -> list[tuple[int, int]]:
    """Addresses to watch: (address, step), -1 and -2 for the begin and the end of an inference."""
    symbols = {s.name: s["st_value"] & ~1 for s in elf.get_section_by_name(".symtab").iter_symbols()}
    marks = [(symbols["bench_begin"], -1), (symbols["bench_end"], -2)]
    section = elf.get_section_by_name(".mk_marks")
    if section is not None:
        words = np.frombuffer(section.data(), "<u4").reshape(-1, 2)
        marks += [(int(address) & ~1, int(step)) for address, step in words]
    return marks


def run_image(image: Image, inputs: Sequence[Sequence[np.ndarray]], *, blocks: Path | None = None) -> Run:
    """Run inferences in the emulator.

    Parameters
    ----------
    image : Image
    inputs : sequence of sequences of arrays
        For each inference one array for each input of the model.
    blocks : path, optional
        Receives how often each block of code ran.

    Raises
    ------
    ToolError
        If the emulator is missing, fails or does not finish.
    """
    folder = image.elf.parent
    (folder / "input.bin").write_bytes(b"".join(np.ascontiguousarray(a).tobytes() for row in inputs for a in row))
    with open(image.elf, "rb") as file:
        marks = _marks(ELFFile(file))
    (folder / "marks.txt").write_text("".join(f"{address:x} {step}\n" for address, step in marks))
    plugin = f"{counter_plugin()},marks=marks.txt,out=counts.txt" + (f",blocks={blocks}" if blocks else "")
    emulate(image.elf, image.board, ["-plugin", plugin])
    raw = (folder / "output.bin").read_bytes()
    stack = int.from_bytes(raw[-4:], "little")
    outputs = np.frombuffer(raw[:-4], np.uint8).reshape(len(inputs), -1)
    totals: list[int] = []
    steps: list[list[int]] = []
    last = begin = 0
    for line in (folder / "counts.txt").read_text().splitlines():
        step, count = map(int, line.split())
        if step == -1:
            begin = last = count
            steps.append([0] * len(image.model.steps))
        elif step == -2:
            totals.append(count - begin)
        else:
            steps[-1][step] += count - last
            last = count
    return Run(outputs, totals, steps[min(1, len(steps) - 1)], stack)


def sizes(image: Image) -> dict[str, dict[str, int]]:
    """Flash and static memory of an image, from its sections."""
    with open(image.elf, "rb") as file:
        elf = ELFFile(file)
        size = {s.name: s["sh_size"] for s in elf.iter_sections()}
    code = size.get(".vectors", 0) + size.get(".text", 0)
    data = size.get(".data", 0)
    const = size.get(".rodata", 0) + data + size.get(".ARM.exidx", 0)
    return {
        "flash": {"code": code, "const": const, "total": code + const},
        "ram": {"arena": size.get(".arena", 0), "static": data + size.get(".bss", 0)},
    }


def random_inputs(model: CompiledModel, count: int, seed: int = 1) -> list[list[np.ndarray]]:
    """Uniform random values for every input; float inputs lie in -1..1."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        row = []
        for tensor in model.inputs:
            if tensor.dtype == "float32":
                row.append(rng.uniform(-1, 1, tensor.shape).astype(np.float32))
            elif tensor.dtype == "bool":
                row.append(rng.integers(0, 2, tensor.shape).astype(np.bool_))
            else:
                info = np.iinfo(tensor.dtype)
                row.append(rng.integers(info.min, info.max, tensor.shape, dtype=tensor.dtype, endpoint=True))
        rows.append(row)
    return rows


def oracle_outputs(model: bytes | Path, inputs: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """What TensorFlow Lite Micro gives, as bytes: one row an inference."""
    oracle = Tflm(model)
    rows = [b"".join(np.ascontiguousarray(a).tobytes() for a in oracle.invoke(list(row))) for row in inputs]
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)


def source_macs(model: bytes | Path) -> int:
    """Multiply-accumulates of the network as it is in the file, before anything is simplified away."""
    return translate(model, name="source", optimise=False).macs


def _name(model: bytes | Path) -> str:
    return "model" if isinstance(model, bytes) else Path(model).stem


def bench(model: bytes | Path, board_name: str, *, inferences: int = 4, seed: int = 1) -> dict[str, Any]:
    """Measure a model on a board.

    Parameters
    ----------
    model : bytes or path
        A .tflite file.
    board_name : str
        One of `BOARDS`, or "host", where instructions, flash and stack are not measured (None).
    inferences : int
        At least 2, on different random inputs; the second is the one that is quoted.
    seed : int
        Of the inputs.

    Returns
    -------
    dict
        The object of `motekit bench --json`; sizes in bytes. `macs` are the file's, those of `layers`
        what is left to run. `exact` is whether every inference's output equals TensorFlow Lite Micro's.

    Raises
    ------
    MotekitError
        If the model cannot be compiled, or a tool is missing or fails.
    """
    if board_name == "host":
        return _bench_host(model, inferences, seed)
    with tempfile.TemporaryDirectory(prefix="motekit-bench-") as folder:
        image = build_image(model, board_name, Path(folder))
        inputs = random_inputs(image.model, max(inferences, 2), seed)
        run = run_image(image, inputs)
        size = sizes(image)
    compiled = image.model
    ram = {**size["ram"], "stack": run.stack}
    flash = {**size["flash"], **constants(compiled)}
    macs = source_macs(model)
    return {
        "model": _name(model),
        "board": board_name,
        "core": image.board.core,
        "instructions": run.instructions[1],
        "macs": macs,
        "instructions_per_mac": round(run.instructions[1] / max(macs, 1), 3),
        "flash": flash,
        "ram": {**ram, "total": sum(ram.values())},
        "exact": bool(np.array_equal(run.outputs, oracle_outputs(model, inputs))),
        "layers": _layers(compiled, run.steps),
    }


def _layers(compiled: CompiledModel, counts: Sequence[int | None]) -> list[dict[str, Any]]:
    return [
        {
            "op": step.op,
            "name": step.name,
            "kernel": step.kernel.function,
            "instructions": count,
            "macs": step.kernel.macs,
        }
        for step, count in zip(compiled.steps, counts, strict=True)
    ]


def constants(compiled: CompiledModel) -> dict[str, int]:
    """Bytes of weights, biases and requantization constants among a model's constants.

    A channel's record of 12 bytes holds its bias and 8 bytes of requantization.
    """
    sizes = compiled.code.constants
    records = sizes.get("requantization", 0)
    return {
        "weights": sizes.get("weights", 0),
        "bias": sizes.get("bias", 0) + records // 3,
        "requantization": records - records // 3,
    }


def _bench_host(model: bytes | Path, inferences: int, seed: int) -> dict[str, Any]:
    host = HostModel(model)
    inputs = random_inputs(host.compiled, max(inferences, 2), seed)
    rows = [b"".join(np.ascontiguousarray(a).tobytes() for a in host.invoke(row)) for row in inputs]
    outputs = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    return {
        "model": _name(model),
        "board": "host",
        "core": "this computer",
        "instructions": None,
        "macs": source_macs(model),
        "instructions_per_mac": None,
        "flash": {"code": None, "const": sum(host.compiled.code.constants.values()), "total": None}
        | constants(host.compiled),
        "ram": {"arena": host.arena_bytes, "static": 0, "stack": None, "total": None},
        "exact": bool(np.array_equal(outputs, oracle_outputs(model, inputs))),
        "layers": _layers(host.compiled, [None] * len(host.compiled.steps)),
    }


def write_benchmarks(models: Iterable[Path], out: Path) -> list[dict[str, Any]]:
    """Measure models on all cores and write docs/benchmarks.md; see `benchmarks.write_benchmarks`."""
    from .benchmarks import write_benchmarks as write

    return write(models, out)
