"""Activity: recordings of a wrist, the network over the core's values of them, and how right its decisions are.

Every subject's recordings follow each other as one stream without a break, so that a decision has to follow its
wearer from one activity to the next: the figures include that delay.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Take
from motekit.compiler import HostModel
from motekit.data import splits
from motekit.data.recording import Recording
from motekit.datasets import wisdm
from motekit.datasets.synthetic import motion as synthetic
from motekit.dsp.gait import LENGTH, RATE_HZ
from motekit.dsp.resample import Fir
from motekit.errors import DataError, ModelError
from motekit.files import write_bytes, write_text
from motekit.oracle import Tflm
from motekit.post.body import NAMES, TICK_S, Activity, ActivityParameters
from motekit.post.wearable import SCALES, Wearable

from . import body
from .frames import Rates, at_rate, sensed
from .motion_values import measured
from .wrist import body_of

if TYPE_CHECKING:
    from .chain import AppChain

LABELS = wisdm.LABELS
G = synthetic.GRAVITY
TICK = round(TICK_S * RATE_HZ)
#: the network's inputs are limited to so many deviations
LIMIT = 4.0
FILES = ("activity.float.tflite", "activity.tflite", "activity.json")
EPOCHS, HIDDEN, COPIES, MIXED = 60, (96,), 8, 0.15
#: windows that hold a change of activity: made of each person, and their share of what is learnt from
CHANGES, CHANGE_SHARE = 300, 0.15
#: how far a copy of a window may go: tilt of the watch, speed and size of the motion
TILT_DEG, SPEED, SIZE = 30.0, 0.08, 0.10


@dataclass(frozen=True)
class Stream:
    """Acceleration of one subject, float32[n, 3] in g at 20 Hz, its parts in their order, and the label of each."""

    group: str
    source: str
    parts: list[np.ndarray]
    labels: list[int]


@dataclass(frozen=True)
class Model:
    """Both .tflite files and the normalisation of the values."""

    float_model: bytes
    int8_model: bytes
    mean: np.ndarray
    deviation: np.ndarray

    def parameters(self) -> dict[str, Any]:
        """Gain and offset from values to the int8 network's inputs."""
        given = Tflm(self.int8_model).inputs[0]
        gain = 1.0 / (self.deviation * given.scale)
        offset = given.zero_point - self.mean * gain
        return {
            "gain": tuple(float(v) for v in np.float32(gain)),
            "offset": tuple(float(v) for v in np.float32(offset)),
        }


# --- recordings -----------------------------------------------------------------------------------------------------


def streams(source: Path | None, limit: int | None = None) -> list[Stream]:
    """Subjects of a folder in WISDM's layout (both forms); None: synthetic people."""
    found: dict[str, list[Recording]] = {}
    for recording in wisdm.load(source) if source else people(limit or 8):
        found.setdefault(recording.group, []).append(recording)
    return [
        Stream(
            group,
            given[0].source,
            [_in_g(r) for r in given],
            [LABELS.index(r.label) for r in given],
        )
        for group, given in list(found.items())[:limit]
    ]


def _in_g(recording: Recording) -> np.ndarray:
    samples = np.asarray(recording.samples, np.float32) / np.float32(G)
    return np.stack([at_rate(column, recording.rate_hz, RATE_HZ) for column in samples.T], 1)


def people(count: int, seed: int = 0, seconds: float = 60.0) -> list[Recording]:
    """Synthetic people who do each activity in turn."""
    made = []
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        person = synthetic.Person.draw(rng)
        for label in LABELS:
            moved = synthetic.make([(label, seconds)], RATE_HZ, rng, person)
            made.append(
                Recording(
                    samples=moved.acceleration.astype(np.float32),
                    rate_hz=RATE_HZ,
                    unit="m/s^2",
                    channels=("x", "y", "z"),
                    label=label,
                    group=f"synthetic-{seed}-{number}",
                    name=f"synthetic/{number}/{label}",
                    source="synthetic",
                )
            )
    return made


def takes(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list[Take]:
    """Every subject's stream as the sensor would give it; the truth is the label of each tick of 2 s, -1 for none."""
    return [take(stream, rate_hz) for stream in streams(source, limit)]


def take(stream: Stream, rate_hz: int | Rates) -> Take:
    """One subject: the axes alone, the other channels are missing."""
    whole = np.concatenate(stream.parts)
    axes = dict(zip(("acc_x", "acc_y", "acc_z"), whole.T, strict=True))
    label = np.repeat(stream.labels, [len(part) for part in stream.parts])
    return Take(stream.group, stream.group, sensed(axes, RATE_HZ, rate_hz), label[TICK - 1 :: TICK], stream.source)


@dataclass(frozen=True)
class Way:
    """The accelerometer's rate, the frames', and the chain's own changes on the way to 20 Hz, in their order."""

    rate_hz: int
    frames_hz: int
    rates: tuple[Fir, ...]

    @staticmethod
    def of(wrist: Wearable) -> "Way":
        """That of a chain."""
        rates, settings = wrist.rates, wrist.settings
        steps = (rates.get("axes_to_heart", rates["to_heart"]), rates["to_motion"])
        own = settings.motion_hz or settings.rate_hz
        return Way(own, settings.rate_hz, tuple(step for step in steps if step is not None))

    def of_frames(self, given: np.ndarray) -> np.ndarray:
        """Acceleration of frames int16[n, 6] without gaps as the chain has it at 20 Hz, float32[m, 3] in g."""
        due = np.arange(0, len(given) * self.rate_hz, self.frames_hz) // self.rate_hz
        return self.back(given[due, 2:5].astype(np.float32) * np.float32(SCALES[2]))

    def back(self, axes: np.ndarray) -> np.ndarray:
        """Samples float32[n, 3] at the sensor's rate as the chain has them at 20 Hz."""
        columns = []
        for column in axes.T:
            for step in self.rates:
                column = step.process(column)
            columns.append(column)
        return np.stack(columns, 1)

    def both(self, part: np.ndarray) -> np.ndarray:
        """A recording at 20 Hz after the way through the sensor's rate and back, without the filters' start."""
        axes = np.stack([at_rate(column, RATE_HZ, self.rate_hz) for column in part.T], 1)
        return (self.back(axes - axes[0]) + axes[0]).astype(np.float32)


# --- training -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Windows:
    """Values of windows [copies, windows, values], and label and group of each window; copy 0 is as recorded.

    `changes` are values [windows, values] of windows that begin with another activity, labelled by the later one.
    """

    values: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    changes: np.ndarray
    change_labels: np.ndarray
    change_groups: np.ndarray

    def of(self, groups: Sequence[str]) -> "Windows":
        """Those of some groups."""
        keep, late = np.isin(self.groups, groups), np.isin(self.change_groups, groups)
        changes = (self.changes[late], self.change_labels[late], self.change_groups[late])
        return Windows(self.values[:, keep], self.labels[keep], self.groups[keep], *changes)


def windows(given: Sequence[Stream], way: Way, seed: int = 0, copies: int = COPIES) -> Windows:
    """Windows of 4 s every 2 s within each part, and copies of them: tilted, faster or slower, larger or smaller.

    Which wrist, and a turn about the forearm, need no copies: the values do not change with them. And windows of two
    of a person's recordings, one after the other.
    """
    rng = np.random.default_rng((seed, 5))
    rows, labels, groups = [], [], []
    changes, change_labels, change_groups = [], [], []
    for stream in given:
        parts = [way.both(part) for part in stream.parts]
        held, later = _changes(parts, stream.labels, rng)
        # one person at a time: all copies of everyone's windows are too many to hold
        cut = [held]
        for felt, label in zip(parts, stream.labels, strict=True):
            starts = np.arange(0, len(felt) - LENGTH + 1, TICK)
            if not len(starts):
                continue
            plain = felt[starts[:, None] + np.arange(LENGTH)]
            cut.append(np.stack([plain, *(_copy(felt, starts, rng) for _ in range(copies))]))
            labels += [label] * len(starts)
            groups += [stream.group] * len(starts)
        changed, *found = measured(cut)
        rows += found
        changes.append(changed)
        change_labels += later
        change_groups += [stream.group] * len(later)
    if not rows:
        raise DataError(f"no recording is {LENGTH / RATE_HZ:g} s long. Record longer ones.")
    changed = (np.concatenate(changes), np.array(change_labels, int), np.array(change_groups, str))
    return Windows(np.concatenate(rows, 1), np.array(labels), np.array(groups), *changed)


def _changes(parts: Sequence[np.ndarray], labels: Sequence[int], rng: np.random.Generator):
    """Windows [n, 80, 3] that begin with another activity, and the labels of what follows."""
    long = [k for k, part in enumerate(parts) if len(part) >= 2 * LENGTH]
    made, later = [], []
    for _ in range(CHANGES if len({labels[k] for k in long}) > 1 else 0):
        before, after = rng.choice(long, 2, replace=False)
        if labels[before] == labels[after]:
            continue
        one, two = parts[before], parts[after]
        # two thirds as a tick of 2 s cuts them; half at the recordings' own ends
        old = TICK if rng.random() < 2 / 3 else int(rng.integers(4, TICK + 9))
        last = len(one) if rng.random() < 0.5 else int(rng.integers(old, len(one)))
        first = 0 if rng.random() < 0.5 else int(rng.integers(0, len(two) - LENGTH))
        window = np.concatenate([one[last - old : last], two[first : first + LENGTH - old]])
        made.append(window if rng.random() < 0.3 else _copy(window, np.array([0]), rng)[0])
        later.append(labels[after])
    return np.stack(made) if made else np.empty((0, LENGTH, 3), np.float32), later


def _copy(felt: np.ndarray, starts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    speed = np.exp(rng.uniform(-SPEED, SPEED, len(starts)))
    first = np.clip(starts + rng.uniform(-TICK / 2, TICK / 2, len(starts)), 0, None)
    place = np.minimum(first[:, None] + speed[:, None] * np.arange(LENGTH), len(felt) - 1.001)
    low = place.astype(int)
    share = (place - low)[..., None]
    made = felt[low] * (1 - share) + felt[low + 1] * share
    mean = made.mean(1, keepdims=True)
    made = mean + (made - mean) * np.exp(rng.normal(0, SIZE, (len(starts), 1, 1)))
    tilts = [
        synthetic.Wearing(tilt_deg=TILT_DEG * np.sqrt(rng.random()), tilt_way_deg=rng.uniform(0, 360))
        for _ in range(len(starts))
    ]
    straight = synthetic.Wearing().matrix
    turns = np.stack([tilt.matrix @ straight.T for tilt in tilts])
    return np.einsum("nij,ntj->nti", turns, made).astype(np.float32)


def normalisation(data: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each value, as recorded."""
    return data.values[0].mean(0).astype(float), data.values[0].std(0).astype(float) + 1e-3


def inputs(values: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Values as the float network takes them, limited as the int8 one's are."""
    return np.clip((values - mean) / deviation, -LIMIT, LIMIT).astype(np.float32)


def build(values: int = len(NAMES), labels: int = len(LABELS)):
    """The network, to logits."""
    import keras

    layers = keras.layers
    # without dropout: in cross-validation it costs a point, the copies and mixtures are enough
    out = given = keras.Input((values,))
    for units in HIDDEN:
        out = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units, use_bias=False)(out)))
    return keras.Model(given, layers.Dense(labels)(out))


def train(data: Windows, seed: int = 0, epochs: int | None = None, progress: Callable | None = None) -> Model:
    """Train on every window, and quantize.

    Raises
    ------
    DataError
        If an activity is missing.
    """
    import keras

    from motekit.train.loop import Schedule, fit, seed_everything
    from motekit.train.quantize import quantize

    if missing := [name for k, name in enumerate(LABELS) if not (data.labels == k).any()]:
        raise DataError(f"there is no {missing[0]} to learn from. Add recordings of every activity.")
    seed_everything(seed)
    mean, deviation = normalisation(data)
    rng = np.random.default_rng((seed, 6))
    target = np.eye(len(LABELS), dtype=np.float32)[data.labels]
    count = len(target)

    def make(_: int):
        copy = rng.integers(0, len(data.values), count)
        x, told = inputs(data.values[copy, np.arange(count)], mean, deviation), target
        if len(data.changes):
            which = rng.integers(0, len(data.changes), count)
            changed = (rng.random(count) < CHANGE_SHARE)[:, None]
            x = np.where(changed, inputs(data.changes[which], mean, deviation), x)
            told = np.where(changed, np.eye(len(LABELS), dtype=np.float32)[data.change_labels[which]], target)
        order, other = rng.permutation(count), rng.permutation(count)
        # mixup (Zhang et al., arXiv:1710.09412), of values instead of samples
        share = np.maximum(v := rng.beta(MIXED, MIXED, count), 1 - v).astype(np.float32)[:, None]
        return share * x[order] + (1 - share) * x[other], [share * told[order] + (1 - share) * told[other]]

    network = build(data.values.shape[2])
    plan = Schedule(epochs=epochs or EPOCHS, batch=256, rate=4e-3, decay=5e-3, smoothing=0.1, loss_weights=(1.0,))
    if count < plan.batch:
        plan = replace(plan, batch=count)
    fit(network, make, plan, progress=progress)
    soft = keras.Model(network.inputs, keras.layers.Softmax()(network.outputs[0]))
    x = inputs(data.values[0], mean, deviation)
    ends = np.stack([np.full(x.shape[1], -LIMIT), np.full(x.shape[1], LIMIT)]).astype(np.float32)
    converted = quantize(soft, np.concatenate([x[rng.permutation(count)[:400]], ends]))
    return Model(converted.float_model, converted.int8_model, mean, deviation)


# --- the trained model ----------------------------------------------------------------------------------------------


def save(model: Model, folder: Path, provenance: dict[str, Any]) -> None:
    """Write the model and where it comes from."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / FILES[0], model.float_model)
    write_bytes(folder / FILES[1], model.int8_model)
    info = {
        "labels": list(LABELS),
        "values": list(NAMES),
        "mean": model.mean.tolist(),
        "deviation": model.deviation.tolist(),
        "provenance": provenance,
    }
    write_text(folder / FILES[2], json.dumps(info, indent=1) + "\n")


def load(folder: Path) -> Model:
    """The trained model of a folder.

    Raises
    ------
    ModelError
        If it is missing or damaged, or is of other labels or values.
    """
    path = Path(folder) / FILES[2]
    try:
        info = json.loads(path.read_text(encoding="utf8"))
        if (tuple(info["labels"]), tuple(info["values"])) != (LABELS, NAMES):
            raise ModelError(f"{path} is of other activities or values. Train again: motekit train wearable.")
        float_model, int8_model = ((Path(folder) / name).read_bytes() for name in FILES[:2])
        return Model(float_model, int8_model, np.array(info["mean"], float), np.array(info["deviation"], float))
    except FileNotFoundError as error:
        raise ModelError(
            f"{error.filename} does not exist. Train it: motekit train wearable --task activity."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is damaged ({error}). Restore it, or train again.") from error


def int8_inputs(model: Model, values: np.ndarray) -> np.ndarray:
    """Values as the core quantizes them."""
    given = model.parameters()
    gain, offset = np.float32(given["gain"]), np.float32(given["offset"])
    q = (offset + (values.astype(np.float32) * gain).astype(np.float32)).astype(np.float32) + np.float32(0.5)
    return np.clip(np.floor(q.astype(np.float32)), -128, 127).astype(np.int8)


def int8_scores(model: Model, values: np.ndarray, runtime=HostModel) -> np.ndarray:
    """The int8 network's scores int8[n, labels] of values."""
    return runtime(model.int8_model).predict(int8_inputs(model, values)).reshape(-1, len(LABELS))


def float_scores(model: Model, values: np.ndarray) -> np.ndarray:
    """The float network's probabilities, rounded to the int8 network's steps, so that both are smoothed alike."""
    p = Tflm(model.float_model).predict(inputs(values, model.mean, model.deviation)).reshape(-1, len(LABELS))
    return np.clip(np.round(p * 256) - 128, -128, 127).astype(np.int8)


# --- scoring --------------------------------------------------------------------------------------------------------


def decide(scores: np.ndarray, valid: np.ndarray, parameters: ActivityParameters) -> np.ndarray:
    """Decisions of the core's smoothing over one stream; -1 before the first."""
    block = Activity(parameters)
    return np.array([block.next(row if ok else None) for row, ok in zip(scores, valid, strict=True)], int)


@dataclass(frozen=True)
class Scored:
    """Ticks of one subject: the truth, each window's own best label, the smoothed decision (-1: none yet)."""

    group: str
    true: np.ndarray
    window: np.ndarray
    decided: np.ndarray


def metrics(scored: Sequence[Scored]) -> dict[str, Any]:
    """Figures of the smoothed decisions (`macro_f1`, `accuracy`) and of single windows (`..._window`).

    The first two ticks of a stream have no window yet and are not scored; a window that holds the change from one
    activity to the next counts as the later one.
    """
    from sklearn.metrics import confusion_matrix, f1_score

    true, window, decided = (
        np.concatenate([getattr(s, name) for s in scored]) for name in ("true", "window", "decided")
    )
    names = range(len(LABELS))
    worst = [f1_score(s.true, s.decided, average="macro", labels=np.unique(s.true)) for s in scored]
    per = f1_score(true, decided, average=None, labels=names)
    waits = np.concatenate([_waits(s) for s in scored])
    return {
        "macro_f1": float(f1_score(true, decided, average="macro", labels=names)),
        "accuracy": float((true == decided).mean()),
        "macro_f1_window": float(f1_score(true, window, average="macro", labels=names)),
        "accuracy_window": float((true == window).mean()),
        "macro_f1_worst_subject": float(min(worst)),
        "f1": {name: float(v) for name, v in zip(LABELS, per, strict=True)},
        "confusion": confusion_matrix(true, decided, labels=[*names, -1])[: len(LABELS), : len(LABELS)].tolist(),
        "delay_s": float(np.median(waits)) if len(waits) else None,
        "never_found": float(np.isinf(waits).mean()) if len(waits) else None,
        # how restless decisions are: changes an hour, and how many there were
        "changes_per_hour": _changes_per_hour([s.decided for s in scored]),
        "changes_per_hour_true": _changes_per_hour([s.true for s in scored]),
        "subjects": {s.group: float(v) for s, v in zip(scored, worst, strict=True)},
    }


def _changes_per_hour(told: Sequence[np.ndarray]) -> float:
    return float(sum((np.diff(one) != 0).sum() for one in told) * 3600 / (TICK_S * sum(len(one) for one in told)))


def _waits(s: Scored) -> np.ndarray:
    """Seconds from each change of the true activity until it is decided; infinite where it never is."""
    edges = [*(np.flatnonzero(np.diff(s.true)) + 1), len(s.true)]
    waits = []
    for start, stop in pairwise(edges):
        found = np.flatnonzero(s.decided[start:stop] == s.true[start])
        waits.append((found[0] + 1) * TICK_S if len(found) else np.inf)
    return np.array(waits)


def stream_values(stream: Stream, way: Way) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values of each tick's window, whether there is one yet, and the tick's label, of a whole stream."""
    felt = way.both(np.concatenate(stream.parts))
    label = np.repeat(stream.labels, [len(part) for part in stream.parts])
    ends = np.arange(TICK, len(felt) + 1, TICK)
    valid = ends >= LENGTH
    at = np.maximum(ends, LENGTH)[:, None] - LENGTH + np.arange(LENGTH)
    return measured([felt[np.minimum(at, len(felt) - 1)]])[0], valid, label[ends - 1]


def score(group: str, true: np.ndarray, scores: np.ndarray, valid: np.ndarray, smoothing: ActivityParameters) -> Scored:
    """One stream's ticks from its scores int8[ticks, labels]."""
    return _scored(group, true, scores.argmax(1), valid, decide(scores, valid, smoothing))


def _scored(group: str, true: np.ndarray, window: np.ndarray, valid: np.ndarray, decided: np.ndarray) -> Scored:
    """Every tick from the first window on; where a window says nothing (an axis that does not change), the last did."""
    since = np.maximum.accumulate(valid)
    last = np.maximum.accumulate(np.where(valid, np.arange(len(valid)), 0))
    return Scored(group, true[since], window[last][since], decided[since])


def cross_validated(
    given: Sequence[Stream],
    smoothing: ActivityParameters,
    way: Way,
    *,
    folds: int = 5,
    seed: int = 0,
    epochs: int | None = None,
    progress: Callable | None = None,
) -> dict[str, Any]:
    """Train and score by subject: every subject is judged by a network that has not seen them."""
    data = windows(given, way, seed)
    groups = [s.group for s in given]
    rows: dict[str, list[Scored]] = {"float": [], "tflm": [], "host": []}
    same = True
    for part in splits.by_group([""] * len(groups), groups, folds=folds, seed=seed, held_out="subject"):
        if progress:
            progress(part.fold, folds, "training")
        model = train(data.of([groups[i] for i in part.train]), seed, epochs)
        for i in part.test:
            values, valid, true = stream_values(given[i], way)
            scores = {
                "float": float_scores(model, values),
                "tflm": int8_scores(model, values, Tflm),
                "host": int8_scores(model, values),
            }
            same &= bool((scores["tflm"] == scores["host"]).all())
            for name, s in scores.items():
                rows[name].append(score(given[i].group, true, s, valid, smoothing))
    found = {name: metrics(scored) for name, scored in rows.items()}
    return {
        "rows": found,
        "agree": same,
        "metrics": found["host"],
        "folds": folds,
        "windows": int(sum(len(s.true) for s in rows["host"])),
    }


# --- the whole chain ------------------------------------------------------------------------------------------------


def tick_values(given: np.ndarray, way: Way) -> np.ndarray:
    """Values of each tick's window of frames int16[n, 6] without gaps, as the chain has them; zeros where none is."""
    felt = way.of_frames(given)
    ends = np.arange(TICK, len(felt) + 1, TICK)
    found = np.zeros((len(ends), len(NAMES)), np.float32)
    full = ends >= LENGTH
    if full.any():
        found[full] = measured([felt[ends[full, None] - LENGTH + np.arange(LENGTH)]])[0]
    return found


def evaluate(
    chain: "AppChain", given: list[Take], data: Path | None, board: str | None, progress=None
) -> dict[str, Any]:
    """The committed network on everything: float network, oracle, and the firmware on every subject's stream."""
    from . import scoring

    model, smoothing, way = load(chain.folder), chain.motion.settings.activity, Way.of(chain.wrist)
    found = scoring.answers(chain, given, board, progress)
    rows: dict[str, list[Scored]] = {}
    same = scoring.agree(found)
    for number, one in enumerate(given):
        told = {name: body_of(answers[number].scores) for name, answers in found.items()}
        python = told["python"]
        n = min(len(python), len(one.truth))
        valid, values = python["valid"][:n].astype(bool), tick_values(one.frames, way)[:n]
        oracle = int8_scores(model, values, Tflm)
        same &= bool((oracle[valid] == python["scores"][:n, : len(LABELS)][valid]).all())
        for name, scores in (("float", float_scores(model, values)), ("tflm", oracle)):
            rows.setdefault(name, []).append(score(one.group, one.truth[:n], scores, valid, smoothing))
        # Python's own chain is the row of this computer; where its firmware ran too, `agree` says they are the same
        for name, row in told.items():
            if name == "host":
                continue
            decided = np.where(row["label"][:n] == 255, -1, row["label"][:n].astype(int))
            window = row["scores"][:n, : len(LABELS)].argmax(1)
            scored = _scored(one.group, one.truth[:n], window, valid, decided)
            rows.setdefault("host" if name == "python" else name, []).append(scored)
    return {
        "rows": {name: metrics(scored) for name, scored in rows.items()},
        "agree": same,
        "metrics": metrics(rows["host"]),
        "windows": int(sum(len(s.true) for s in rows["host"])),
    }


def by_subject(
    chain: "AppChain", data: Path | None, *, folds: int, seed: int, epochs: int | None = None, progress=None
) -> dict[str, Any]:
    """Cross-validation over subjects: networks of their own, not the committed one."""
    smoothing, way = body.of(chain.app).activity, Way.of(Wearable(chain.bare))
    given = streams(data)
    return cross_validated(given, smoothing, way, folds=folds, seed=seed, epochs=epochs, progress=progress)


def train_on(
    chain: "AppChain", data: Path | None, out: Path, *, seed: int = 0, epochs: int | None = None, progress=None
) -> dict[str, Any]:
    """Train on every subject of a folder (None: synthetic people), and write the model into `out`."""
    given = streams(data)
    made = windows(given, Way.of(Wearable(chain.bare)), seed)

    def tell(done: int, of: int, _: float) -> None:
        if progress:
            progress(done, of, "training")

    model = train(made, seed, epochs, tell)
    provenance = {
        "data": wisdm.NAME if data else "synthetic",
        "source": given[0].source,
        "licence": "CC-BY-4.0" if data else "made here",
        "subjects": len(given),
        "windows": len(made.labels),
        "seed": seed,
        "epochs": epochs or EPOCHS,
        "command": f"motekit train wearable --task activity --seed {seed}",
    }
    save(model, out, provenance)
    return {"app": chain.app.name, "task": "activity", "out": str(out), **provenance}
