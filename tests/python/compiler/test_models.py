"""Whole networks: the published reference models where they are at hand, and small ones made by Keras here."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cases import FAMILIES
from flat import Flat

from motekit.compiler import HostModel, compile_model, compile_to_dir, translate
from motekit.compiler.diff import diff
from motekit.errors import ConfigError, ToolError
from motekit.oracle import Tflm

REFERENCES = {"kws_ref_model": (2_656_768, 14_539), "ad01_int8": (264_192, 2_311), "vww_96_int8": (7_489_664, 61_272)}


def _references() -> list[Path]:
    data = os.environ.get("MOTEKIT_DATA")
    folder = Path(data).parent / "models" if data else Path("nowhere")
    return sorted(path for path in folder.glob("*.tflite") if path.stem in REFERENCES) if folder.is_dir() else []


def _networks() -> list[tuple[str, bytes]]:
    """The reference models if they are at hand, and some of the generated networks in any case."""
    made = [(f"network{i}", FAMILIES["network"][1](np.random.default_rng(i))) for i in range(100, 104)]
    return [(path.stem, path.read_bytes()) for path in _references()] + made


@pytest.mark.parametrize("target", ["generic", "dsp"])
@pytest.mark.parametrize(("name", "model"), _networks(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_network_equals_the_oracle_on_1000_random_inputs(name: str, model: bytes, target: str) -> None:
    host, oracle = HostModel(model, name=name, target=target), Tflm(model)
    rng = np.random.default_rng(5)
    count = 1000 if target == "generic" else 200
    inputs = [[rng.integers(-128, 128, info.shape).astype(np.int8) for info in host.inputs] for _ in range(count)]
    for row in inputs:
        assert all(np.array_equal(a, b) for a, b in zip(host.invoke(row), oracle.invoke(row), strict=True))


def test_the_reference_models_fit_their_bars() -> None:
    for path in _references():
        macs, ram = REFERENCES[path.stem]
        plain = translate(path, name="m", optimise=False)
        assert plain.macs == macs
        for target in ("generic", "dsp", "m0", "mve"):
            # the bar is for arena, statics and stack together; the arena alone must leave room for both
            assert translate(path, name="m", target=target).arena_bytes <= ram - 1024, (path.stem, target)


def _flat_network() -> bytes:
    return FAMILIES["network"][1](np.random.default_rng(11))


def test_a_compiled_folder_compiles_alone_without_a_warning(tmp_path) -> None:
    for name in ("network", "lstm", "svdf", "variable", "wide_conv", "conversion", "blocks"):
        model = FAMILIES[name][1](np.random.default_rng(0))
        source = tmp_path / f"{name}.tflite"
        source.write_bytes(model)
        found = compile_to_dir(source, tmp_path / name, plan_svg=tmp_path / f"{name}.svg")
        assert found["plan_text"] and (tmp_path / f"{name}.svg").read_text().startswith("<svg")
        command = ["cc", "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-I.", "-c"]
        sources = [file for file in found["files"] if file.endswith(".c")]
        result = subprocess.run([*command, *sources], cwd=tmp_path / name, capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stderr


def test_the_example_in_the_header_compiles_and_runs(tmp_path) -> None:
    compile_model(_flat_network(), tmp_path, name="net", standalone=True)
    header = (tmp_path / "net_model.h").read_text()
    block = header.split("Use it so:")[1].split("Compile it with")[0]
    lines = [line.removeprefix(" *") for line in block.splitlines()]
    text = "\n".join(line for line in lines if "..." not in line and "#include" not in line)
    statics, body = (
        text.split("};", 1) if "};" in text else (text.split("arena;")[0] + "arena;", text.split("arena;", 1)[1])
    )
    program = f'#include "net_model.h"\n{statics}\nint main(void)\n{{{body}\n    in[0] = 1;\n    return out == 0;\n}}\n'
    (tmp_path / "main.c").write_text(program)
    sources = [path.name for path in tmp_path.glob("*.c")]
    build = subprocess.run(
        ["cc", "-std=c99", "-I.", "-o", "main", *sources], cwd=tmp_path, capture_output=True, text=True
    )
    assert build.returncode == 0, build.stderr
    assert subprocess.run([str(tmp_path / "main")], timeout=60).returncode == 0


def test_the_same_model_gives_the_same_files(tmp_path) -> None:
    first = translate(_flat_network(), name="net").code
    assert first == translate(_flat_network(), name="net").code
    compile_model(_flat_network(), tmp_path, name="net")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    compile_model(_flat_network(), tmp_path, name="net")
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_header_carries_hash_and_labels() -> None:
    flat = Flat()
    source, result = flat.tensor((1, 3), "int8", 0.1, 0), flat.tensor((1, 3), "int8", 0.2, 0)
    flat.op("RELU", [source], [result])
    model = flat.bytes([source], [result])
    code = translate(model, name="net", feature_hash=0xDEADBEEF12345678, labels=("a", 'quote"', "ünï")).code
    assert "UINT64_C(0xdeadbeef12345678)" in code.header
    host = HostModel(model, name="net", feature_hash=0xDEADBEEF12345678, labels=("a", 'quote"', "ünï"))
    assert host._model.feature_hash == 0xDEADBEEF12345678
    assert [host._model.labels[i].decode() for i in range(host._model.label_count)] == ["a", 'quote"', "ünï"]
    assert ctypes.addressof(host._model) == host.address
    with pytest.raises(ConfigError, match="2 labels for 3 scores"):
        translate(model, name="net", labels=("a", "b"))
    with pytest.raises(ConfigError, match="C name"):
        translate(model, name="9 lives")


def test_predict_takes_batches_and_checks_them() -> None:
    flat = Flat()
    source, result = flat.tensor((1, 2, 3), "int8", 0.1, 0), flat.tensor((1, 2, 3), "int8", 0.2, 0)
    flat.op("RELU", [source], [result])
    host = HostModel(flat.bytes([source], [result]))
    batch = np.arange(-30, 30, dtype=np.int8).reshape(10, 2, 3)
    assert np.array_equal(host.predict(batch), np.stack([host.invoke([row])[0][0] for row in batch]))
    assert host.predict(np.empty((0, 2, 3), np.int8)).shape == (0, 2, 3)
    for wrong in (batch.astype(np.int16), batch[:, :1], np.int8(3)):
        with pytest.raises(ConfigError):
            host.predict(wrong)


def test_a_missing_compiler_is_one_line(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    assert shutil.which("cc") is None
    with pytest.raises(ToolError, match="Install one"):
        HostModel(_flat_network())


def test_state_outlives_calls_and_reset_clears_it() -> None:
    model = FAMILIES["variable"][1](np.random.default_rng(1))
    host, oracle = HostModel(model), Tflm(model)
    rng = np.random.default_rng(0)
    rows = [[rng.integers(-128, 128, info.shape).astype(np.int8) for info in host.inputs] for _ in range(12)]
    first = [host.invoke(row)[0] for row in rows]
    assert all(np.array_equal(a, oracle.invoke(row)[0]) for a, row in zip(first, rows, strict=True))
    assert not all(np.array_equal(first[0], host.invoke(rows[0])[0]) for _ in range(1)) or np.ptp(first) == 0
    host.reset()
    assert all(np.array_equal(a, host.invoke(row)[0]) for a, row in zip(first, rows, strict=True))


def test_diff_names_the_first_wrong_layer(monkeypatch) -> None:
    model = _flat_network()
    assert diff(model)["equal"]
    from motekit.compiler.ops import softmax

    right = softmax.exponentials
    monkeypatch.setattr(softmax, "exponentials", lambda step: right(step * 1.5))
    found = diff(model)
    assert not found["equal"]
    assert found["first"]["operator"] == "SOFTMAX" and "SOFTMAX differs first on host" in found["text"]
    monkeypatch.undo()
    from motekit.compiler import fixedpoint

    exact = fixedpoint.activation_range
    monkeypatch.setattr(fixedpoint, "activation_range", lambda *a: (exact(*a)[0] + 1, exact(*a)[1]))
    found = diff(model)
    assert found["first"]["layer"] == 0 and found["first"]["operator"] == "CONV_2D"
