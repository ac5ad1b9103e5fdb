"""What runs an app's network: C that motekit compiles it to, or TensorFlow Lite Micro (`[model] runtime`)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .app import RUNTIMES, App
from .chain import Answer, Chain, Take
from .compiler import HostModel, compile_model, translate
from .compiler.build import CompiledModel
from .compiler.ir import DTYPES
from .errors import ConfigError, ModelError
from .tflm import TflmModel
from .tflm import write as write_tflm
from .tflm.emit import Written
from .tflm.host import arena_bytes

COLUMNS = ["runtime", "networks' flash", "networks' RAM", "us here", "why not"]
_TITLES = {"compiled": "motekit's compiler", "tflm": "TensorFlow Lite Micro"}


def network(app: App | str, model: bytes | str | Path, **options: Any) -> HostModel | TflmModel:
    """A network on this computer, in a runtime or in the one that an app asks for."""
    runtime = app if isinstance(app, str) else app.runtime
    return TflmModel(model) if runtime == "tflm" else HostModel(model, **options)


def write(
    app: App,
    model: bytes | str | Path,
    out_dir: Path,
    *,
    name: str,
    target: str,
    feature_hash: int = 0,
    labels: Sequence[str] = (),
) -> CompiledModel | Written:
    """Write the sources of an app's network; see `motekit.compiler.compile_model` and `motekit.tflm.write`."""
    # of the other runtime, from an earlier build
    (out_dir / f"{name}_model.{'c' if app.runtime == 'tflm' else 'cpp'}").unlink(missing_ok=True)
    if app.runtime == "tflm":
        return write_tflm(model, out_dir, name=name, feature_hash=feature_hash, labels=labels)
    return compile_model(model, out_dir, name=name, feature_hash=feature_hash, labels=labels, target=target)


def with_runtime(app: App, runtime: str) -> App:
    """The same app in another runtime.

    Raises
    ------
    ConfigError
        If there is no such runtime.
    """
    if runtime not in RUNTIMES:
        raise ConfigError(f"there is no runtime {runtime!r}. Choose one of: {', '.join(RUNTIMES)}.")
    return replace(app, model={**app.model, "runtime": runtime})


@dataclass
class Comparison:
    """An app's chain in both runtimes over the same recordings.

    Attributes
    ----------
    sizes : dict
        By runtime: bytes of the networks' constants in flash, bytes of their RAM, microseconds an inference on this
        computer; or `problem`, why the runtime cannot run the app.
    answers : dict
        By runtime that can: one Answer a recording.
    """

    sizes: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    @property
    def equal(self) -> dict[str, bool] | None:
        """Whether features, scores and decisions are the same, bit for bit; None if only one runtime can tell."""
        if len(self.answers) < len(RUNTIMES):
            return None
        compared = [one.equal(other) for one, other in zip(*self.answers.values(), strict=True)]
        return {what: all(same[what] for same in compared) for what in ("features", "scores", "decisions")}

    def summary(self) -> dict[str, Any]:
        """What `motekit report` prints of it."""
        equal = self.equal
        return {**self.sizes, "equal": equal, "agree": None if equal is None else all(equal.values())}


def compare(chain: Chain, takes: Sequence[Take]) -> Comparison:
    """Replay recordings through an app's chain in both runtimes.

    Raises
    ------
    ModelError
        If neither can run the app's networks.
    """
    from . import chains

    found, models = Comparison(), [path.read_bytes() for path in chain.model_files()]
    for runtime in RUNTIMES:
        try:
            found.sizes[runtime] = _sizes(models, runtime)
            other = chains.of(with_runtime(chain.app, runtime), chain.folder)
            found.answers[runtime] = [other.answer(take.frames) for take in takes]
        except ModelError as error:
            found.sizes[runtime] = {"problem": str(error)}
    if not found.answers:
        raise ModelError("; ".join(size["problem"] for size in found.sizes.values()))
    return found


def run(chain: Chain, takes: Sequence[Take]) -> dict[str, Any]:
    """What `motekit run --runtime tflm` prints: the app in tflite-micro, beside the compiled one.

    Firmware with TensorFlow Lite Micro is built for real boards, which its library is for; here its interpreter runs in
    this process, called by the same C as the compiled network.

    Raises
    ------
    ModelError
        If TensorFlow Lite Micro cannot run the app's networks.
    """
    found = compare(chain, takes)
    if "tflm" not in found.answers:
        raise ModelError(found.sizes["tflm"]["problem"])
    told, answers = found.summary(), found.answers["tflm"]
    return {
        "app": chain.app.name,
        "board": "tflite-micro",
        "agree": told["agree"] is not False,
        "recordings": len(takes),
        "windows": sum(len(answer.scores) for answer in answers),
        "equal": told["equal"] or {},
        "events": [
            {"recording": take.name, **chain.describe(event)}
            for take, answer in zip(takes, answers, strict=True)
            for event in answer.events
        ],
        "cost": {},
        "runtimes": told,
    }


def rows(found: dict[str, Any]) -> list[list[Any]]:
    """Rows of a table with COLUMNS, of a summary."""
    keys = ("flash", "ram", "microseconds", "problem")
    return [[_TITLES[runtime], *(found[runtime].get(key, "-") for key in keys)] for runtime in RUNTIMES]


def _sizes(models: Sequence[bytes], runtime: str) -> dict[str, int]:
    """What the networks take in one runtime, added up."""
    sizes = {"flash": 0, "ram": 0, "microseconds": 0}
    for model in models:
        runner = network(runtime, model)
        if runtime == "tflm":
            flash, ram = len(model), arena_bytes(model) + runner.arena_bytes
        else:
            compiled = translate(model, name="model")
            flash, ram = sum(compiled.code.constants.values()), compiled.arena_bytes
        sizes["flash"] += flash
        sizes["ram"] += ram
        sizes["microseconds"] += round(1e6 * _seconds(runner))
    return sizes


def _seconds(runner: HostModel | TflmModel) -> float:
    """The fastest of some inferences on this computer."""
    given = [np.zeros(info.shape, DTYPES[info.dtype]) for info in runner.inputs]
    best = float("inf")
    for _ in range(5):
        before = time.perf_counter()
        runner.invoke(given)
        best = min(best, time.perf_counter() - before)
    return best
