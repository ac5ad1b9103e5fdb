"""Writes docs/benchmarks.md: the MLPerf Tiny reference models on emulated cores, beside TensorFlow Lite Micro.

python -m motekit.benchmarks FOLDER_OF_MODELS docs/benchmarks.md
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bench import bench
from .errors import ConfigError
from .files import write_text


@dataclass(frozen=True)
class Opponent:
    """TensorFlow Lite Micro with CMSIS-NN, measured on the same emulator with the same compiler."""

    instructions: dict[str, int]
    flash: int
    weights: int
    ram: int


_M4, _M0, _M55 = "mps2_an386", "mps2_an385_m0plus", "mps3_an547"
#: int8-only registrations, the smaller of its builds; on M0+ its reference kernels are what CMSIS-NN falls back on
OPPONENTS = {
    "kws_ref_model": Opponent({_M4: 7_697_711, _M0: 28_995_544, _M55: 1_814_149}, 110_960, 24_368, 24_232),
    "ad01_int8": Opponent({_M4: 582_862, _M0: 1_762_870, _M55: 285_469}, 308_184, 270_880, 3_852),
    "vww_96_int8": Opponent({_M4: 24_101_474, _M55: 6_558_315}, 390_312, 219_064, 102_120),
}
_BOARDS = (_M4, "mps2_an500", "mps2_an505", _M55, "mps2_an385", _M0)
_INTRODUCTION = """# Benchmarks

Written by `python -m motekit.benchmarks`; do not edit. Instructions are exact: a plugin of QEMU's translator counts
them over one inference, the second, whose input differs from the first's. GCC 12.2, `-O2`, newlib-nano. "exact":
the output of every inference equals TensorFlow Lite Micro's (PyPI `tflite-micro`) in every byte.

The opponent is TensorFlow Lite Micro with CMSIS-NN (int8-only registrations, the smaller of its builds), measured on
the same emulator with the same compiler. Instructions are not cycles: loads, branches and flash wait states cost more
on silicon, for both alike.

Flash "besides" is all that is not weights, biases or the 8 bytes of requantization constants of each output channel:
start-up code, kernels, C library, descriptions of layers and tensors. RAM is arena, static data and the painted
high-water mark of the stack. MACs are those of the file; output channels that are constant are folded away at
compile time, so the layers that run may have fewer.
"""
_KERNELS = """
## Where the instructions go

| kernel | a multiply-accumulate costs |
|---|---|
| `*_pair` (DSP extension), blocks of 4 pixels x 2 channels | 12 instructions for 16 in the loop: 1 load of weights, 1 SXTB16, 2 double loads of activations, 8 SMLAD; two channels share one stream of weights as 256 b + a. Then 10 to 11 an output for requantization and set-up, and widening the activations once for all channels |
| `*_pair`, single pixels and dense layers | 17 instructions for 16, of which 8 SMLAD, 6 SXTB16; 15 an output |
| `mk_depthwise_s8_plane` 3x3 (DSP) | 15 for 18 in the loop (6 SMLAD and 6 SMLAxy for two outputs, 3 double loads), 19 for the two outputs' requantization and stores, 2 a pixel to copy it into its plane |
| `mk_depthwise_s8_plane`, other sizes (DSP) | 11 for 8 in the loop (2 taps of 4 outputs), 2 a pixel to copy |
| `mk_depthwise_s8_quad` (DSP), streaming layers of one output | 14 for 4 in the loop, 40 an output |
| `*_row` (Helium) | 10 instructions for 64 in the loop; 30 for the 4 outputs' requantization and pointers |
| `mk_depthwise_s8_lanes` (Helium) | 51 for 72 in the loop, 25 for 8 outputs |
| `*_row` (Cortex-M0+, M3) | 3.6 in the loop; 30 to 60 an output, because M0+ has no long product |
"""  # noqa: E501


def write_benchmarks(models: Iterable[Path], out: Path) -> list[dict[str, Any]]:
    """Measure models on all cores and write the page.

    Parameters
    ----------
    models : iterable of paths
        .tflite files; those of `OPPONENTS` are compared.
    out : path
        The page, Markdown.

    Returns
    -------
    list of dict
        The results of `bench`.

    Raises
    ------
    ConfigError
        If there is no model.
    MotekitError
        As `bench`.
    """
    paths = sorted(
        models, key=lambda path: (list(OPPONENTS).index(path.stem) if path.stem in OPPONENTS else 99, path.stem)
    )
    if not paths:
        raise ConfigError("no .tflite to measure. Name the folder of the MLPerf Tiny models.")
    results = [bench(path, name) for path in paths for name in _BOARDS]
    on_m4 = [result for result in results if result["board"] == _M4]
    parts = [_INTRODUCTION, _instructions(results), _memory(on_m4), _KERNELS, *map(_layers, on_m4)]
    write_text(out, "\n".join(part.strip("\n") + "\n" for part in parts))
    return results


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _instructions(results: list[dict[str, Any]]) -> str:
    rows = []
    for result in results:
        opponent = OPPONENTS.get(result["model"])
        theirs = opponent.instructions.get(result["board"]) if opponent else None
        rows.append([
            result["model"], f"{result['core']} (`{result['board']}`)", f"{result['instructions']:,}",
            f"{result['instructions_per_mac']:.2f}", f"{theirs:,}" if theirs else "",
            f"**{result['instructions'] / theirs:.2f}**" if theirs else "", "yes" if result["exact"] else "NO",
        ])  # fmt: skip
    head = ["model", "core", "instructions", "a MAC", "opponent", "ratio", "exact"]
    return "\n## Instructions an inference\n\n" + _table(head, rows)


def _memory(results: list[dict[str, Any]]) -> str:
    rows = []
    for result in results:
        flash, ram, opponent = result["flash"], result["ram"], OPPONENTS.get(result["model"])
        besides = flash["total"] - flash["weights"] - flash["bias"] - flash["requantization"]
        row = [
            result["model"], f"{flash['total']:,}", f"{flash['weights'] + flash['bias']:,}", f"{besides:,}",
            f"{ram['total']:,}", f"{ram['arena']:,} + {ram['static']:,} + {ram['stack']:,}",
        ]  # fmt: skip
        if opponent:
            row += [
                f"{opponent.flash:,} ({opponent.weights:,})", f"{opponent.ram:,}",
                f"**{flash['total'] / opponent.flash:.2f}**", f"**{ram['total'] / opponent.ram:.2f}**",
            ]  # fmt: skip
        rows.append(row + [""] * (10 - len(row)))
    head = ["model", "flash", "weights and biases", "besides", "RAM", "arena + static + stack",
            "opponent's flash (weights)", "opponent's RAM", "flash ratio", "RAM ratio"]  # fmt: skip
    return "\n## Memory on Cortex-M4F, bytes\n\n" + _table(head, rows)


def _layers(result: dict[str, Any]) -> str:
    total = result["instructions"]
    rows = [
        [
            str(i), layer["op"], f"`{layer['kernel']}`",
            f"{layer['instructions']:,}", f"{100 * layer['instructions'] / total:.1f} %",
            f"{layer['macs']:,}" if layer["macs"] else "",
            f"{layer['instructions'] / layer['macs']:.2f}" if layer["macs"] else "",
        ]
        for i, layer in enumerate(result["layers"])
    ]  # fmt: skip
    head = ["layer", "operator", "kernel", "instructions", "share", "MACs that run", "a MAC"]
    return f"\n### {result['model']} on {result['core']}, layer by layer\n\n" + _table(head, rows)


def main() -> None:
    """Command line: a folder of models and the page to write."""
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m motekit.benchmarks FOLDER_OF_MODELS PAGE.md")
    write_benchmarks(Path(sys.argv[1]).glob("*.tflite"), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
