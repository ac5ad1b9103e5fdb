"""Channels that do not depend on the input, folded into biases of zones: every byte still TensorFlow Lite Micro's."""

import numpy as np
import pytest
from cases import all_cases, inputs_for
from sanitised import Program

from motekit.compiler import build, prune, translate
from motekit.compiler.kernels.zones import zones_of
from motekit.oracle import Tflm

TRIALS = 3


@pytest.fixture(scope="module")
def expected() -> list:
    rows = []
    for case in all_cases():
        if case.name.startswith(("borders_", "network_", "chain_")):
            oracle = Tflm(case.model)
            inputs = list(inputs_for(oracle.inputs, 11, TRIALS))
            rows.append((case, inputs, [oracle.invoke(values) for values in inputs]))
    return rows


def zoned(model) -> bool:
    return any(step.kernel.function.endswith("_zones") for step in model.plan.steps)


@pytest.mark.parametrize(("target", "in_strips"), [("generic", True), ("dsp", True), ("m0", False), ("mve", False)])
def test_zones_wherever_there_can_be_any(target, in_strips, expected, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(prune, "_zones_pay", lambda state, node: True)
    if in_strips:
        monkeypatch.setattr(build, "WORTHWHILE_BYTES", 0)
    models = [translate(case.model, name=case.name, target=target) for case, _, _ in expected]
    assert sum(zoned(model) for model in models) >= 30  # or this test shows nothing
    results = Program(tmp_path, models, [TRIALS] * len(models)).run([inputs for _, inputs, _ in expected])
    wrong = [
        case.name
        for (case, _, wanted), got in zip(expected, results, strict=True)
        if any(
            not np.array_equal(x.reshape(y.shape), y)
            for a, b in zip(wanted, got, strict=True)
            for x, y in zip(a, b, strict=True)
        )
    ]
    assert wrong == []


def test_zones_are_found_by_rows_and_columns() -> None:
    shares = np.zeros((5, 6, 2), np.int64)
    shares[0, :, 0] = 3
    shares[:, 5, 1] = -4
    shares += 10
    zones = zones_of(shares)
    assert zones.rows == ((1, 0), (4, 1))
    assert zones.columns == ((5, 0), (1, 1))
    assert zones.base.tolist() == [10, 10]
    assert zones.biases.tolist() == [[[3, 0], [3, -4]], [[0, 0], [0, -4]]]
