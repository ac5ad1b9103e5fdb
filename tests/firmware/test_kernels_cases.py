"""Every operator and every fast kernel on emulated cores, byte for byte against TensorFlow Lite Micro."""

import numpy as np
import pytest
from kernel_cases import all_cases, all_models, inputs_for

from motekit.batch import BatchModel, run_batch
from motekit.compiler import HostModel
from motekit.oracle import Tflm

BOARDS = ["mps2_an386", "mps2_an385_m0plus", "mps3_an547"]
TRIALS = 4


def expectations(models: dict[str, bytes]) -> tuple[list[BatchModel], list]:
    batch, wanted = [], []
    for i, model in enumerate(models.values()):
        oracle = Tflm(model)
        trials = list(inputs_for(oracle.inputs, i, TRIALS))
        batch.append(BatchModel(model, trials))
        wanted.append([oracle.invoke(values) for values in trials])
    return batch, wanted


@pytest.fixture(scope="module")
def operators():
    models = {case.name: case.model for case in all_cases()}
    return list(models), *expectations(models)


@pytest.fixture(scope="module")
def kernels():
    models = all_models()
    return list(models), *expectations(models)


def differing(names: list[str], got: list, wanted: list) -> list[str]:
    """Names of the models of which any byte differs."""
    return [
        name
        for name, ours, theirs in zip(names, got, wanted, strict=True)
        if any(
            a.tobytes() != np.asarray(b).tobytes()
            for trial, reference in zip(ours, theirs, strict=True)
            for a, b in zip(trial, reference, strict=True)
        )
    ]


@pytest.mark.parametrize("board", BOARDS)
def test_every_operator_gives_the_oracles_bytes(board, operators):
    names, batch, wanted = operators
    assert len(names) >= 400
    # the smallest board's flash holds half of them at once
    half = len(batch) // 2
    got = [*run_batch(batch[:half], board), *run_batch(batch[half:], board)]
    assert differing(names, got, wanted) == []


@pytest.mark.parametrize("board", [*BOARDS, "mps2_an500", "mps2_an505", "mps2_an385"])
def test_fast_kernels_give_the_oracles_bytes(board, kernels):
    names, batch, wanted = kernels
    assert differing(names, run_batch(batch, board), wanted) == []


@pytest.mark.parametrize("target", ["dsp", "mve", "m0"])
def test_every_layout_runs_on_a_core_it_was_not_made_for(target, kernels):
    names, batch, wanted = kernels
    assert differing(names, run_batch(batch, "mps2_an386", target=target), wanted) == []
    hosts = [HostModel(one.model, target=target) for one in batch[::24]]
    got = [[host.invoke(values) for values in one.trials] for host, one in zip(hosts, batch[::24], strict=True)]
    assert differing(names[::24], got, wanted[::24]) == []


def test_a_core_that_faults_on_unaligned_access(kernels):
    names, batch, wanted = kernels
    small = [
        i for i, name in enumerate(names) if name.startswith(("pointwise_5", "conv_3x3", "depthwise_3x3", "chain"))
    ]
    picked = [batch[i] for i in small]
    assert differing([names[i] for i in small], run_batch(picked, "microbit"), [wanted[i] for i in small]) == []
