"""Small compiled models on an ATmega328P in simavr: every byte of TensorFlow Lite Micro's."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cases import FAMILIES, all_cases

from motekit.compiler import compile_model
from motekit.oracle import Tflm
from motekit.toolchain import require

HERE = Path(__file__).parent
TRIALS = 3
#: of 2,048 bytes of RAM
MOST_RAM = 1_700
#: .data and .bss besides the arena: the digits of avr_model.c and alignment, nothing of the model
OWN_RAM = 32
EACH_FAMILY = 2


def inputs_of(oracle: Tflm) -> list[list[np.ndarray]]:
    """The bytes that avr_model.c makes."""
    seed, trials = 1, []
    for _ in range(TRIALS):
        trial = []
        for info in oracle.inputs:
            data = bytearray()
            for _ in range(int(np.prod(info.shape)) * np.dtype(info.dtype).itemsize):
                seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
                data.append(seed >> 24)
            trial.append(np.frombuffer(bytes(data), info.dtype).reshape(info.shape))
        trials.append(trial)
    return trials


def build(model: bytes, folder: Path) -> Path | None:
    """Link a model for the ATmega328P; None if it does not fit."""
    compiled = compile_model(model, folder, name="tiny", target="avr", standalone=True)
    if compiled.arena_bytes > MOST_RAM:
        return None
    sources = [str(path) for path in folder.glob("*.c")]
    elf = folder / "tiny.elf"
    flags = [
        "-mmcu=atmega328p",
        "-Os",
        "-std=gnu99",
        "-Wall",
        "-Wextra",
        "-Waddr-space-convert",
        "-Werror",
        "-ffunction-sections",
        "-fdata-sections",
        "-Wl,--gc-sections",
    ]
    command = [
        require("avr-gcc"),
        *flags,
        "-I",
        str(folder),
        str(HERE / "avr_model.c"),
        *sources,
        "-lm",
        "-o",
        str(elf),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if re.search("overflow|will not fit|is not within region", done.stderr):
        return None
    assert done.returncode == 0, done.stderr
    sizes = subprocess.run(["avr-size", str(elf)], capture_output=True, text=True, check=True).stdout.split()
    ram = int(sizes[7]) + int(sizes[8])
    assert ram <= compiled.arena_bytes + OWN_RAM, "constants of the model lie in RAM"
    return elf if ram <= MOST_RAM else None


def integers_only(oracle: Tflm) -> bool:
    """Whether every byte is a valid input and nothing depends on the machine's floats."""
    return all(np.dtype(info.dtype).kind == "i" for info in (*oracle.inputs, *oracle.outputs))


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> dict[str, tuple[bytes, Path]]:
    """Of each family of cases the first few that fit."""
    root, taken, found = tmp_path_factory.mktemp("avr"), dict.fromkeys(FAMILIES, 0), {}
    for case in all_cases():
        family = case.name.rpartition("_")[0]
        if taken[family] >= EACH_FAMILY or len(case.model) > 4_000 or not integers_only(Tflm(case.model)):
            continue
        elf = build(case.model, root / case.name)
        if elf:
            taken[family] += 1
            found[case.name] = (case.model, elf)
    return found


def run(elf: Path) -> list[str]:
    command = [require("simavr"), "-m", "atmega328p", "-f", "16000000", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    answers: list[str] = []
    for mark, text in re.findall(r"([=+])([0-9a-f]+)", done.stdout + done.stderr):
        if mark == "=":
            answers.append(text)
        else:
            answers[-1] += text
    return answers


def test_small_models_of_every_kind_equal_the_oracle(images):
    assert len(images) >= 30
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(images, pool.map(run, [elf for _, elf in images.values()]), strict=True))
    for name, (model, _) in images.items():
        oracle = Tflm(model)
        oracle.reset()
        expected = []
        for trial in inputs_of(oracle):
            outputs = oracle.invoke(trial)
            expected.append("00" + b"".join(np.ascontiguousarray(out).tobytes() for out in outputs).hex())
        assert answers[name] == expected, name
