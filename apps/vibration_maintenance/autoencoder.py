"""The other way to the anomaly detector's values: a small autoencoder of healthy machines, measured against ad01.

It is trained beforehand on simulated healthy machines alone; on the device the Mahalanobis detector learns what it
leaves of the features. The app uses the features themselves (no network to run, and as good): this module measures what
the variant would cost.
"""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from motekit.chain import Progress
from motekit.compiler import HostModel
from motekit.post.anomaly import Anomaly

from . import data, days, recipe, scoring

#: MLPerf Tiny's anomaly detector, a dense autoencoder of 640 values (its published count)
AD01_MACS = 264_192
EPOCHS = 40


def train(chain, seed: int = 0, epochs: int | None = None) -> bytes:
    """Int8 .tflite of the autoencoder, from simulated healthy machines."""
    import keras

    from motekit.train.loop import seed_everything

    from .training import _converted

    seed_everything(seed)
    rows = recipe.simulated_rows(chain.app, seed)
    z = _standard(chain, rows.features[rows.label == 0])
    inputs = keras.Input((z.shape[1],))
    code = keras.layers.Dense(24, activation="relu")(keras.layers.GaussianNoise(0.2)(inputs))
    code = keras.layers.Dense(8)(code)
    out = keras.layers.Dense(z.shape[1])(keras.layers.Dense(24, activation="relu")(code))
    model = keras.Model(inputs, out)
    model.compile(keras.optimizers.Adam(3e-3), "mse")
    model.fit(z, z, batch_size=32, epochs=epochs or EPOCHS, verbose=0)
    return _converted(model, z[:200], apart=False)[1]


def _standard(chain, features: np.ndarray) -> np.ndarray:
    return np.clip((features - chain.naming.center) * chain.naming.scale, -6, 6).astype(np.float32)


def values(chain, host: HostModel, rows) -> np.ndarray:
    """What the autoencoder leaves of each group of features; levels as they are."""
    given, out = host.inputs[0], host.outputs[0]
    z = _standard(chain, rows.features)
    q = scoring.quantize(z, given.scale, given.zero_point).reshape(len(z), *given.shape)
    again = (host.predict(q).reshape(len(z), -1).astype(np.float32) - out.zero_point) * out.scale
    left = recipe.Rows(z - again, rows.label, rows.diameter, rows.load, rows.recording, rows.levels)
    return days.values_of(left, days.Reader(chain)._groups)


def evaluate(
    chain, source: Path | None, *, board: str | None = "mps2_an386", seed: int = 0, epochs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Size, cost and AUROC at the lightest load, beside the app's network."""
    from motekit.bench import bench

    if progress:
        progress(0, 3, "training the autoencoder")
    model = train(chain, seed, epochs)
    host = HostModel(model)
    recordings = [r for r in data.halves(data.load(chain.app, source)) if r.load == 0 and r.bearing != "FE"]
    first = [r for r in recordings if r.label == "normal" and not data.is_second_half(r)]
    rest = [r for r in recordings if r not in first]
    learned, tested = recipe.read(chain.app, first, phases=8), recipe.read(chain.app, rest, phases=8)
    taken, given = values(chain, host, learned), values(chain, host, tested)
    # floors of what is left: in standard deviations of the training machines
    floors = np.full(taken.shape[1], 0.5, np.float32)
    detector = Anomaly(floors, learn_rows=len(taken) - 3, check_rows=3)
    detector.learn()
    detector.push(taken)
    auroc = round(float(roc_auc_score(tested.label > 0, scoring.scores_of(detector, given))), 4)
    models = {"autoencoder": model, "classifier": chain.model}
    found: dict[str, Any] = {}
    for number, (name, content) in enumerate(models.items(), start=1):
        if progress:
            progress(number, 3, f"measuring the {name}")
        one: dict[str, Any] = {"macs": HostModel(content).compiled.macs, "bytes": len(content), "instructions": "-"}
        if board:
            one["instructions"] = bench(content, board)["instructions"]
        found[name] = one
    found["autoencoder"]["auroc"] = auroc
    found["ad01_int8"] = {"macs": AD01_MACS, "bytes": "-", "instructions": "-"}
    return {
        "app": chain.app.name,
        "data": {"source": recordings[0].source, "name": chain.app.dataset if source else "synthetic",
                 "groups": len({r.group for r in recordings}), "windows": len(tested.label)},
        "split": "autoencoder",
        "rows": {},
        "metrics": {"models": found, "share_of_ad01": round(found["autoencoder"]["macs"] / AD01_MACS, 4)},
    }  # fmt: skip
