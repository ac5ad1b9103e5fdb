"""What the bench says: counts that repeat and add up, sizes that are the image's, and the bars that must hold."""

import numpy as np
import pytest
from kernel_cases import CONV, DEPTHWISE, SAME, Chain

from motekit import benchmarks
from motekit.bench import BOARDS, bench, build_image, random_inputs, run_image, sizes
from motekit.benchmarks import OPPONENTS, Opponent, write_benchmarks
from motekit.errors import ConfigError
from motekit.files import sha256
from motekit.paths import data_dir

#: instructions against TensorFlow Lite Micro with CMSIS-NN on the same emulator
BARS = {
    "mps2_an386": {"kws_ref_model": 0.60, "ad01_int8": 0.65, "vww_96_int8": 0.40},
    "mps2_an385_m0plus": {"kws_ref_model": 0.75, "ad01_int8": 0.75},
    "mps3_an547": {"kws_ref_model": 1.0, "ad01_int8": 1.0, "vww_96_int8": 1.0},
}


@pytest.fixture(scope="module")
def network() -> bytes:
    """A small separable network, 16 channels wide."""
    chain = Chain(np.random.default_rng(3), (10, 9, 2))
    chain.add(CONV, (3, 3), (1, 1), SAME, 16)
    chain.add(DEPTHWISE, (3, 3), (1, 1), SAME, 0)
    chain.add(CONV, (1, 1), (1, 1), SAME, 16)
    return chain.model()


def reference_models():
    """The MLPerf Tiny models, where the mirror of the data is."""
    folder = data_dir() and data_dir().parent / "models"
    return [folder / f"{name}.tflite" for name in OPPONENTS] if folder and folder.is_dir() else []


@pytest.mark.parametrize("board", [*BOARDS, "host"])
def test_the_object_of_the_design(board, network):
    found = bench(network, board)
    assert found["exact"] is True
    assert found["board"] == board
    assert found["macs"] == 90 * (18 * 16 + 9 * 16 + 16 * 16)
    assert {"code", "const", "total"} <= set(found["flash"])
    assert {"arena", "static", "stack", "total"} <= set(found["ram"])
    assert [layer["op"] for layer in found["layers"]] == [CONV, DEPTHWISE, CONV]
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]
    if board == "host":
        assert found["instructions"] is None
        return
    # between the layers there is next to nothing
    layers = sum(layer["instructions"] for layer in found["layers"])
    assert layers <= found["instructions"] <= layers + 60
    assert found["flash"]["total"] == found["flash"]["code"] + found["flash"]["const"]
    assert 64 < found["ram"]["stack"] < 2000


def test_counts_repeat_and_do_not_depend_on_what_is_measured_along(network, tmp_path):
    image = build_image(network, "mps2_an386", tmp_path)
    inputs = random_inputs(image.model, 3)
    first, again = run_image(image, inputs), run_image(image, inputs, blocks=tmp_path / "blocks.txt")
    assert first.instructions == again.instructions
    assert len(set(map(bytes, first.outputs))) == 3
    # the blocks' executions add up to more than the inferences, which start-up and reading surround
    blocks = np.loadtxt(tmp_path / "blocks.txt", dtype=str)
    executed = sum(int(n) * int(times) for _, n, times in blocks)
    assert executed > sum(first.instructions)
    assert sizes(image)["ram"]["arena"] == image.model.arena_bytes


def test_fast_paths_are_what_runs(network):
    """On every core much less than the plain kernels, which need 7 and more a product."""
    per_mac = {board: bench(network, board)["instructions_per_mac"] for board in ("mps2_an386", "mps3_an547")}
    assert per_mac["mps2_an386"] < 3
    assert per_mac["mps3_an547"] < 1.7


def test_the_reference_models_hold_their_bars():
    for path in reference_models():
        for board, bars in BARS.items():
            if path.stem not in bars:
                continue
            found, opponent = bench(path, board), OPPONENTS[path.stem]
            assert found["exact"], (path.stem, board)
            assert found["instructions"] <= bars[path.stem] * opponent.instructions[board], (path.stem, board)
            flash = found["flash"]
            assert flash["total"] - flash["weights"] - flash["bias"] - flash["requantization"] <= 14_000
            assert found["ram"]["total"] <= 0.6 * opponent.ram, (path.stem, board)


def test_the_page_is_written_whole(network, tmp_path, monkeypatch):
    model, known, stranger = (tmp_path / f"{name}.tflite" for name in ("small", "lstm_32", "ds_tcn"))
    for path in (model, known, stranger):
        path.write_bytes(network)
    opponents = {"lstm_32": sha256(known)[:12], "ds_tcn": "of another file"}
    monkeypatch.setattr(
        benchmarks, "NETWORK_OPPONENTS",
        {name: Opponent({"mps2_an386": 987_654}, 99_000, 9_000, model=hash) for name, hash in opponents.items()},
    )  # fmt: skip
    monkeypatch.setattr(benchmarks, "_NETWORK_BOARDS", ("mps2_an386",))
    results = write_benchmarks(
        [model], tmp_path / "page.md", networks=[known, stranger], boards=("mps2_an386", "mps3_an547")
    )
    page = (tmp_path / "page.md").read_text()
    assert all(result["exact"] for result in results)
    for result in results[:2]:
        assert f"| {result['instructions']:,} |" in page
    assert page.count("`mk_depthwise_s8_plane`") >= 1
    rows = {line.split(" | ")[0].strip("| "): line for line in page.splitlines() if f"{results[2]['macs']:,}" in line}
    assert f"987,654 / 99,000 / 9,000 | **{results[2]['instructions'] / 987_654:.2f}**" in rows["lstm_32"]
    # what was measured on another file is not said of this one
    assert "987,654" not in rows["ds_tcn"]


def test_an_unknown_board_is_named(network):
    with pytest.raises(ConfigError, match="no board 'mps9'"):
        bench(network, "mps9")
    with pytest.raises(ConfigError, match=r"no \.tflite"):
        write_benchmarks([], "nowhere.md")
