"""Heart-rate variability at rest: what the wrist's pulse wave says, beside the true beats.

The recordings of the data sets are of people who move, so this is measured on synthetic ones, and says so.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.datasets.synthetic import ppg
from motekit.dsp.hrv import variability
from motekit.post.wearable import scores_of

from . import heart_rate

if TYPE_CHECKING:
    from .chain import AppChain

VALUES = ("mean_rr", "sdnn", "rmssd")
PEOPLE, SECONDS, SEED = 12, 180.0, 5
RHYTHMS = ("sinus", "ectopic", "af")


def evaluate(chain: "AppChain") -> dict[str, Any]:
    """Variability of the last two minutes of three, sitting, by rhythm: from the pulse wave and from the true beats."""
    rows = [row for rhythm in RHYTHMS for row in _people(chain, rhythm)]
    found = {rhythm: _metrics([row for row in rows if row["rhythm"] == rhythm]) for rhythm in RHYTHMS}
    flat = {f"{name}_{rhythm}": value for rhythm, values in found.items() for name, value in values.items()}
    return {"rows": {"float": flat}, "agree": True, "metrics": flat, "recordings": rows, "windows": len(rows)}


def _people(chain: "AppChain", rhythm: str) -> list[dict[str, Any]]:
    frames_hz = chain.rates.frames
    made = ppg.make(PEOPLE, SEED, seconds=SECONDS, rate_hz=frames_hz, rhythm=rhythm, plan=[("sitting", SECONDS)])
    rows = []
    for recording in made:
        told = scores_of(chain.wrist.process(heart_rate.take(recording, chain.rates).frames))[-1]
        row = {"name": recording.name, "rhythm": rhythm, "irregular": int(told["said"]), "doubt": float(told["doubt"])}
        # the same number of beats, up to the end
        true = variability(np.diff(np.asarray(recording.beats))[-max(2, int(told["intervals"])) :])
        for name in VALUES:
            row[name] = {"pulse": 1e3 * float(told[name]), "true": 1e3 * float(getattr(true, name))}
        rows.append(row)
    return rows


def _metrics(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean magnitude of the errors over people with a reading, their share, and the share that was flagged."""
    told = [row for row in rows if row["rmssd"]["pulse"] > 0]
    errors = {name: [abs(row[name]["pulse"] - row[name]["true"]) for row in told] for name in VALUES}
    return {
        **{f"mae_{name}_ms": float(np.mean(values)) if values else None for name, values in errors.items()},
        "coverage": len(told) / len(rows),
        "irregular": sum(row["irregular"] for row in rows) / len(rows),
    }
