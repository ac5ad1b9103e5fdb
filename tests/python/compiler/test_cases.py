"""Every operator, against TensorFlow Lite Micro, byte for byte, under sanitizers."""

import numpy as np
import pytest
from cases import FAMILIES, all_cases, inputs_for
from sanitised import Program

from motekit.compiler import build, translate
from motekit.oracle import Tflm

TRIALS = 5


@pytest.fixture(scope="module")
def expected() -> list:
    """Cases with their inputs and what the oracle makes of them."""
    rows = []
    for case in all_cases():
        oracle = Tflm(case.model)
        inputs = list(inputs_for(oracle.inputs, 7, TRIALS))
        rows.append((case, inputs, [oracle.invoke(values) for values in inputs]))
    return rows


def test_there_are_at_least_400_cases() -> None:
    assert sum(count for count, _ in FAMILIES.values()) >= 400
    assert len({case.name for case in all_cases()}) == len(all_cases())


@pytest.mark.parametrize("target", ["generic", "dsp", "m0", "mve"])
def test_every_case_equals_the_oracle_under_sanitizers(target: str, expected: list, tmp_path) -> None:
    chosen = [row for row in expected if target == "generic" or _has_layouts(row[0].name)]
    models = [translate(case.model, name=case.name, target=target) for case, _, _ in chosen]
    program = Program(tmp_path, models, [TRIALS] * len(models))
    results = program.run([inputs for _, inputs, _ in chosen])
    wrong = []
    for (case, _, wanted), got in zip(chosen, results, strict=True):
        for trial in range(TRIALS):
            pairs = zip(wanted[trial], got[trial], strict=True)
            if not all(np.array_equal(a.reshape(b.shape), b, equal_nan=b.dtype.kind == "f") for a, b in pairs):
                wrong.append(case.name)
                break
    assert not wrong, f"{len(wrong)} of {len(chosen)} differ: {wrong[:20]}"


def _has_layouts(name: str) -> bool:
    """Families for which targets other than generic arrange anything differently."""
    return name.rsplit("_", 1)[0] in (
        "conv",
        "depthwise",
        "dense",
        "network",
        "chain",
        "joined",
        "borders",
        "pool",
        "binary",
        "reduction",
        "lstm",
        "full_dense",
    )


def test_a_model_compiled_without_optimisation_gives_the_same_bytes(expected: list, tmp_path) -> None:
    chosen = [row for row in expected if row[0].name.startswith("network_")]
    models = [translate(case.model, name=case.name, optimise=False) for case, _, _ in chosen]
    results = Program(tmp_path, models, [TRIALS] * len(models)).run([inputs for _, inputs, _ in chosen])
    for (case, _, wanted), got in zip(chosen, results, strict=True):
        for a, b in zip(wanted, got, strict=True):
            assert all(np.array_equal(x.reshape(y.shape), y) for x, y in zip(a, b, strict=True)), case.name
    # pruning did remove something in most of these networks, or this test compares nothing
    pruned = [translate(case.model, name="n").macs for case, _, _ in chosen]
    assert sum(p < m.macs for p, m in zip(pruned, models, strict=True)) >= len(chosen) // 2


@pytest.mark.parametrize("target", ["generic", "dsp"])
def test_layers_in_strips_of_rows_give_the_same_bytes(target: str, expected: list, tmp_path, monkeypatch) -> None:
    chosen = [row for row in expected if row[0].name.startswith(("chain_", "network_"))]
    whole = [translate(case.model, name=case.name, target=target) for case, _, _ in chosen]
    monkeypatch.setattr(build, "WORTHWHILE_BYTES", 0)
    models = [translate(case.model, name=case.name, target=target) for case, _, _ in chosen]
    cut = [any(step.group is not None for step in model.plan.steps) for model in models]
    looped = [any(item.count > 1 for item in model.items) for model in models]
    assert sum(cut) >= 6 and sum(looped) >= 2  # or this test shows nothing
    for strips, was_cut, before in zip(models, cut, whole, strict=True):
        assert not was_cut or strips.arena_bytes < before.arena_bytes
        # no row is computed twice
        assert strips.macs <= before.macs
        assert sum(step.kernel.macs for step in strips.plan.steps) == strips.macs
    results = Program(tmp_path, models, [TRIALS] * len(models)).run([inputs for _, inputs, _ in chosen])
    for (case, _, wanted), got in zip(chosen, results, strict=True):
        for a, b in zip(wanted, got, strict=True):
            assert all(np.array_equal(x.reshape(y.shape), y) for x, y in zip(a, b, strict=True)), case.name
