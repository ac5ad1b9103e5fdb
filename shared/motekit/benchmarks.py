"""Writes docs/benchmarks.md: the MLPerf Tiny models and unseen networks on emulated cores, beside their opponent.

python -m motekit.benchmarks FOLDER_OF_MODELS docs/benchmarks.md
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .bench import bench
from .bench_networks import NETWORKS, write_networks
from .errors import ConfigError
from .files import sha256, write_text
from .paths import cache_dir


@dataclass(frozen=True)
class Opponent:
    """TensorFlow Lite Micro with CMSIS-NN, measured on the same emulator with the same compiler.

    `model` begins the hash of the file it was measured on, where that is made anew by whoever asks.
    """

    instructions: dict[str, int]
    flash: int
    ram: int
    weights: int = 0
    model: str = ""


_M4, _M0, _M55 = "mps2_an386", "mps2_an385_m0plus", "mps3_an547"
#: int8-only registrations, the smaller of its builds; on M0+ its reference kernels are what CMSIS-NN falls back on
OPPONENTS = {
    "kws_ref_model": Opponent({_M4: 7_697_711, _M0: 28_995_544, _M55: 1_814_149}, 110_960, 24_232, 24_368),
    "ad01_int8": Opponent({_M4: 582_862, _M0: 1_762_870, _M55: 285_469}, 308_184, 3_852, 270_880),
    "vww_96_int8": Opponent({_M4: 24_101_474, _M55: 6_558_315}, 390_312, 102_120, 219_064),
}
_BOARDS = (_M4, "mps2_an500", "mps2_an505", _M55, "mps2_an385", _M0)
_NETWORK_BOARDS = (_M4, _M0, _M55)
#: on the files of bench_networks, by tflite-micro 90b983c with the CMSIS-NN it pins, built as the others
NETWORK_OPPONENTS: dict[str, Opponent] = {
    "resnet8_cifar10": Opponent({_M4: 29_856_278}, 146_232, 56_416, model="c25a161b4841"),
    "wake_word_stream": Opponent({_M4: 205_635}, 127_028, 24_544, model="3a7d0b9d64c1"),
    "mobilenet_v2_035_96": Opponent({_M4: 42_471_276}, 523_124, 197_960, model="ccd4b1fc33a2"),
    "ds_tcn": Opponent({_M4: 15_271_111}, 123_844, 31_360, model="aa18089139c6"),
    "tcn_dilated": Opponent({_M4: 4_395_127}, 79_632, 15_992, model="8208608949b3"),
    "accelerometer_cnn": Opponent({_M4: 844_061}, 82_808, 7_456, model="38e072ff33c8"),
    "depth_multiplied": Opponent({_M4: 5_468_386}, 76_964, 13_776, model="12c515229e68"),
    "odd_channels": Opponent({_M4: 2_586_413}, 77_672, 10_528, model="4e01969ad649"),
    "dense_330k": Opponent({_M4: 668_862}, 389_948, 9_548, model="bf998bf58011"),
    "lstm_32": Opponent({_M4: 1_510_165}, 73_528, 7_336, model="6c619bd495a0"),
    "odd_channels_16x8": Opponent({_M4: 2_730_673}, 64_240, 18_528, model="1899730464cf"),
    "ds_tcn_16x8": Opponent({_M4: 17_700_714}, 115_444, 52_072, model="b7089cbd5544"),
}
_NETWORKS_TEXT = """
## Networks that nobody tuned for

Built by `python -m motekit.bench_networks FOLDER` with a fixed seed: published architectures and users' ones, random
weights, batch statistics as after a training, converted by TensorFlow. Columns M4F, M0+ and M55 are instructions of
the second inference; flash and RAM, bytes, are those of the Cortex-M4F image. The opponent was measured on the same
files on `mps2_an386` (tflite-micro 90b983c with the CMSIS-NN it pins, release build, -O2, kernels registered for int8
alone); the same build takes 7,698,727 instructions for kws_ref_model. A file that TensorFlow converts to other bytes
has no opponent here. With int16 activations (16x8) motekit is behind in instructions: there its kernels are plain C
but for the inner products.

"""
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
| `mk_lstm_s8_quad` (DSP) | 17 for 16 in the loop, two gates sharing a stream of weights as above; then about 350 a unit and step for eight scalings and five activations |
| `*_row` (Helium) | 10 instructions for 64 in the loop; 30 for the 4 outputs' requantization and pointers |
| `mk_depthwise_s8_lanes` (Helium) | 51 for 72 in the loop, 25 for 8 outputs |
| `*_row` (Cortex-M0+, M3) | 3.6 in the loop; 30 to 60 an output, because M0+ has no long product |
"""  # noqa: E501


def write_benchmarks(
    models: Iterable[Path], out: Path, *, networks: Sequence[Path] = (), boards: Sequence[str] = _BOARDS
) -> list[dict[str, Any]]:
    """Measure models on all cores and write the page.

    Parameters
    ----------
    models : iterable of paths
        .tflite files; those of `OPPONENTS` are compared.
    out : path
        The page, Markdown.
    networks : sequence of paths
        Files of `bench_networks`, whose layers are not told.
    boards : sequence of str
        On which the models are measured; the first is the one whose memory and layers are told.

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
    results = [bench(path, name) for path in paths for name in boards]
    on_m4 = [result for result in results if result["board"] == boards[0]]
    parts = [_INTRODUCTION, _instructions(results), _memory(on_m4)]
    others = [bench(path, name) for path in networks for name in _NETWORK_BOARDS]
    if others:
        parts.append(_networks(others, {path.stem: sha256(path) for path in networks}))
    parts += [_KERNELS, *map(_layers, on_m4)]
    write_text(out, "\n".join(part.strip("\n") + "\n" for part in parts))
    return results + others


def _networks(results: list[dict[str, Any]], hashes: dict[str, str]) -> str:
    """One row a network: all cores' instructions, and memory on the first."""
    rows = []
    for name, model in hashes.items():
        on = {result["board"]: result for result in results if result["model"] == name}
        first, opponent = on[_M4], NETWORK_OPPONENTS.get(name)
        row = [name, NETWORKS[name].what, f"{first['macs']:,}"]
        row += [f"{on[board]['instructions']:,}" if board in on else "" for board in (_M4, _M0, _M55)]
        row += [f"{first['instructions_per_mac']:.2f}", f"{first['flash']['total']:,}", f"{first['ram']['total']:,}"]
        if opponent and model.startswith(opponent.model):
            theirs = opponent.instructions[_M4]
            row += [
                f"{theirs:,} / {opponent.flash:,} / {opponent.ram:,}", f"**{first['instructions'] / theirs:.2f}**",
                f"{first['flash']['total'] / opponent.flash:.2f}", f"{first['ram']['total'] / opponent.ram:.2f}",
            ]  # fmt: skip
        row += [""] * (13 - len(row))
        rows.append([*row, "yes" if all(result["exact"] for result in on.values()) else "NO"])
    head = ["network", "what", "MACs", "M4F", "M0+ code", "M55", "a MAC (M4F)", "flash", "RAM",
            "opponent: instructions / flash / RAM", "ratio", "flash ratio", "RAM ratio", "exact"]  # fmt: skip
    return _NETWORKS_TEXT + _table(head, rows)


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
    networks = write_networks(cache_dir() / "bench_networks")
    write_benchmarks(Path(sys.argv[1]).glob("*.tflite"), Path(sys.argv[2]), networks=networks)


if __name__ == "__main__":
    main()
