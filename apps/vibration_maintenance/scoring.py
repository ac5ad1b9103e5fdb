"""Scores the committed model on a folder of recordings: every runtime, every row, nothing trained on."""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from motekit.chain import Progress
from motekit.data.machine import MachineRecording, frames_of
from motekit.post.anomaly import Anomaly
from motekit.post.machine import Machine, Verdict
from motekit.report.results import save

from . import data, days, machine


def auroc(truth: np.ndarray, scores: np.ndarray) -> float | None:
    """Mean over the classes that there are of one against the rest; None with a single class."""
    found = [
        roc_auc_score(truth == c, scores[:, c]) for c in range(scores.shape[1]) if 0 < (truth == c).sum() < len(truth)
    ]
    return round(float(np.mean(found)), 4) if found else None


def figures(
    truth: np.ndarray, scores: np.ndarray, names: np.ndarray | None, groups: np.ndarray, labels: list[str]
) -> dict:
    """What a runtime's scores are worth: of classes, of names given, and by group.

    `names` are what is said: a class, or their number for unknown; None: the best class is.
    """
    best = scores.argmax(axis=1)
    faulty = truth > 0
    found: dict[str, Any] = {
        "windows": len(truth),
        "groups": len(set(groups.tolist())),
        "accuracy": round(float((best == truth).mean()), 4),
        "macro_f1": round(float(f1_score(truth, best, average="macro", labels=sorted(set(truth.tolist())))), 4),
        "auroc": auroc(truth, scores),
    }
    if faulty.any():
        found["missed"] = round(float((best[faulty] == 0).mean()), 4)
    if (~faulty).any():
        found["false_faults"] = round(float((best[~faulty] != 0).mean()), 4)
    if names is not None and faulty.any():
        named = (names > 0) & (names < len(labels))
        found["coverage"] = round(float(named[faulty].mean()), 4)
        found["confident_wrong"] = round(float((named & (names != truth))[faulty].mean()), 4)
    confusion = np.zeros((len(labels), len(labels)), int)
    np.add.at(confusion, (truth, best), 1)
    found["confusion"] = confusion.tolist()
    found["by_group"] = {
        str(group): {
            "windows": int((groups == group).sum()),
            "accuracy": round(float((best == truth)[groups == group].mean()), 4),
            **({"named_right": round(float((names == truth)[groups == group].mean()), 4)} if names is not None else {}),
        }
        for group in sorted(set(groups.tolist()))
    }
    return found


def answers(chain, recordings: list[MachineRecording]) -> tuple[list[np.ndarray], list[list[bytes]]]:
    """Features and verdicts of each recording, by the host's core."""
    watched: dict[str, Machine] = {}
    features, verdicts = [], []
    for recording in recordings:
        kind = recording.bearing if recording.bearing in ("FE", "NICE") else ""
        if kind not in watched:
            of = machine.bearing(chain.app, machine.geometry_of(chain.app, kind))
            watched[kind] = chain.machine(bearing=of)
        watched[kind].reset()
        rows, found, _ = watched[kind].push(frames_of(recording.samples, chain.bearing.scale))
        features.append(np.array(rows, np.float32).reshape(-1, chain.bearing.width))
        verdicts.append(found)
    return features, verdicts


def network_inputs(chain, features: np.ndarray) -> np.ndarray:
    """Float inputs of the network: standardised features, limited to what its int8 input holds."""
    given = chain.network.inputs[0]
    z = (features - chain.naming.center) * chain.naming.scale
    low, high = ((limit - given.zero_point) * given.scale for limit in (-128, 127))
    return np.clip(z, low, high).astype(np.float32)


def float_scores(model: bytes, inputs: np.ndarray) -> np.ndarray:
    """Outputs of a float .tflite by TensorFlow Lite Micro."""
    from motekit.oracle import Tflm

    network = Tflm(model)
    return network.predict(inputs.reshape(len(inputs), *network.inputs[0].shape)).reshape(len(inputs), -1)


def evaluate(
    chain, source: Path | None, *, board: str | None = "mps2_an386", progress: Progress | None = None
) -> dict[str, Any]:
    """Score every recording of a folder; on a board those of the bearing that its firmware knows."""
    from motekit.oracle import Tflm

    app = chain.app
    recordings = [r for r in data.load(app, source) if r.label in app.labels]
    features, verdicts = answers(chain, recordings)
    counts = [len(rows) for rows in features]
    truth = np.repeat([app.labels.index(r.label) for r in recordings], counts)
    groups = np.repeat([r.group for r in recordings], counts)
    verdict = [Verdict.of(record, len(app.labels)) for records in verdicts for record in records]
    host = np.array([v.scores for v in verdict], np.int8)
    names = np.array([v.name for v in verdict])
    rows = np.concatenate(features)
    inputs = network_inputs(chain, rows)
    given = chain.network.inputs[0]
    quantized = quantize(inputs, given.scale, given.zero_point)
    tflm = Tflm(chain.model)
    oracle = tflm.predict(quantized.reshape(len(rows), *tflm.inputs[0].shape)).reshape(len(rows), -1)
    table = {
        "float": figures(truth, float_scores(chain.float_model, inputs), None, groups, app.labels),
        "tflm": figures(truth, oracle, names, groups, app.labels),
        "host": figures(truth, host, names, groups, app.labels),
    }
    agree = bool((oracle == host).all())
    left_out = sorted({r.bearing for r in recordings if r.bearing in ("FE", "NICE")})
    if board:
        mine = [i for i, r in enumerate(recordings) if r.bearing not in ("FE", "NICE")]
        replayed, said = _replay(chain, board, [recordings[i] for i in mine], progress)
        if mine:
            chosen = np.repeat(np.isin(np.arange(len(recordings)), mine), counts)
            same = [replayed[n] == verdicts[i] for n, i in enumerate(mine)]
            agree = agree and all(same)
            if board != "host":  # whose row is there, with every bearing
                table[board] = figures(truth[chosen], said[0], said[1], groups[chosen], app.labels)
    metrics = {key: value for key, value in table["host"].items() if key not in ("confusion", "by_group")}
    metrics["anomaly_auroc"] = anomaly_auroc(chain, recordings)
    return {
        "app": app.name,
        "data": {
            "source": recordings[0].source,
            "name": app.dataset if source else "synthetic",
            "groups": len(set(groups.tolist())),
            "windows": len(truth),
            "recordings": len(recordings),
            "notes": sorted({r.note for r in recordings if r.note}),
            "not_on_the_board": left_out,
        },
        "split": "none",
        "rows": table,
        "agree": agree,
        "metrics": metrics,
    }


def quantize(inputs: np.ndarray, scale: float, zero_point: int) -> np.ndarray:
    """To the network's int8, rounding halves away from zero as the core does."""
    q = inputs / np.float32(scale) + np.float32(zero_point)
    rounded = np.where(q < 0, np.ceil(q - np.float32(0.5)), np.floor(q + np.float32(0.5)))
    return np.clip(rounded, -128, 127).astype(np.int8)


def _replay(chain, board: str, recordings: list[MachineRecording], progress: Progress | None):
    from motekit import chains
    from motekit.firmware.run import FirmwareReplay

    records: list[list[bytes]] = []
    if not recordings:
        return records, (np.zeros((0, len(chain.app.labels))), np.zeros(0))
    with FirmwareReplay(chains.app_with(chain), board) as firmware:
        for index, recording in enumerate(recordings):
            if progress:
                progress(index, len(recordings), f"replaying on {board}")
            records.append(list(firmware.answer(frames_of(recording.samples, chain.bearing.scale)).scores))
    verdict = [Verdict.of(record, len(chain.app.labels)) for found in records for record in found]
    return records, (np.array([v.scores for v in verdict], np.int8), np.array([v.name for v in verdict]))


def anomaly_auroc(chain, recordings: list[MachineRecording], phases: int = 8) -> dict[str, Any]:
    """Faulty against healthy by the anomaly score, by load: calibrated on the first half of the healthy recordings.

    A load without a healthy recording, and one whose halves are too short to learn from, is left out.
    """
    from .recipe import read

    reader = days.Reader(chain)
    groups = reader._groups
    out: dict[str, Any] = {}
    for load in sorted({r.load for r in recordings if r.label == "normal"}):
        own = [r for r in data.halves(recordings) if r.load == load and r.bearing not in ("FE",)]
        first = [r for r in own if r.label == "normal" and not data.is_second_half(r)]
        rest = [r for r in own if r not in first]
        if not first or len(rest) < 2:
            continue
        learned, tested = read(chain.app, first, phases=phases), read(chain.app, rest, phases=phases)
        labels, n = tested.label, len(learned.label)
        if n < 8 or not (labels == 0).any() or not (labels > 0).any():
            continue
        config = {**reader.machine.anomaly, "learn_rows": n - 3, "check_rows": 3}
        config.pop("dims")
        detector = Anomaly(reader.machine.tables["floors"], **config)
        detector.learn()
        detector.push(days.values_of(learned, groups))
        score = scores_of(detector, days.values_of(tested, groups))
        out[str(load)] = {
            "auroc": round(float(roc_auc_score(labels > 0, score)), 4),
            "learned_rows": n,
            "healthy_rows": int((labels == 0).sum()),
            "faulty_rows": int((labels > 0).sum()),
        }
    return out


def scores_of(detector: Anomaly, values: np.ndarray) -> np.ndarray:
    """Scores of rows against the baseline as it was learned: nothing is followed meanwhile."""
    baseline = detector.state.baseline
    scores = []
    for row in values:
        detector.restore(baseline)
        scores.append(float(detector.push(row[None]).score[0]))
    return np.array(scores)


def keep(folder: Path, name: str, result: dict[str, Any]) -> None:
    """Take a result into the folder's results.json."""
    folder.mkdir(parents=True, exist_ok=True)
    save(folder, {name: {key: value for key, value in result.items() if key != "app"}})
