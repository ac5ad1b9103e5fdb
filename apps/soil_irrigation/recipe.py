"""Soil-moisture irrigation: what app.toml cannot declare, the stations and the network of the forecast."""

from pathlib import Path
from typing import TYPE_CHECKING

from motekit.data.series import DAY_S, Series, daily
from motekit.datasets import hourly_csv, ismn, uscrn
from motekit.dsp.moisture import Moisture
from motekit.errors import DataError
from motekit.train.loop import Schedule

if TYPE_CHECKING:
    import keras

DEPTHS_CM = (5, 10)
HORIZONS_D = (1, 3)
OUTPUTS = [f"{depth}cm_{24 * days}h" for depth in DEPTHS_CM for days in HORIZONS_D]
#: what one unit of each of the network's outputs is, in m3/m3: about the spread of the changes, so that the
#: four share one int8 scale; depth by depth, horizon by horizon
UNITS = (0.020, 0.035, 0.015, 0.027)
#: one unit of the network's inputs, in counts of the features
INPUT_Q = 10

HIDDEN = (20, 12)
SCHEDULE = Schedule(epochs=30, batch=256, rate=3e-3, decay=0.02, smoothing=0.0, loss_weights=(1.0,))
#: share of the rows in which one of the sensors is missing while the network learns, and noise on what is there
DROPPED, NOISE = 0.05, 0.05


def stations(data: Path | str, daily_only: bool = True) -> list[Series]:
    """Series of every station in a folder of USCRN or ISMN files, or of CSV tables; hours are brought to days.

    Parameters
    ----------
    data : Path
    daily_only : bool
        Whether hourly series are brought to days.

    Raises
    ------
    DataError
        If there is none, or none with soil moisture at 5 or 10 cm.
    """
    found: list[Series] = []
    errors = []
    for loader in (uscrn, ismn, hourly_csv):
        try:
            found += [s if s.step_s == DAY_S or not daily_only else daily(s) for s in loader.load(data)]
        except DataError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    useful = [s for s in found if any(s.valid(f"soil_moisture_{depth}cm") for depth in DEPTHS_CM)]
    if not useful:
        raise DataError(f"{data} has no soil moisture at 5 or 10 cm. Give stations that measure it.")
    return useful


def build() -> "keras.Model":
    """Keras model from float32[36] features to float32[4] changes of moisture, in `UNITS`.

    About 1,000 parameters: with them the whole firmware fits into an ATmega328P, and twice as many gain 1 % of error.
    """
    import keras

    inputs = x = keras.Input((Moisture.width,), name="input")
    for width in HIDDEN:
        x = keras.layers.Dense(width, activation="relu")(x)
    # near 0 at first: no change is the forecast to beat
    small = keras.initializers.VarianceScaling(0.01)
    return keras.Model(inputs, keras.layers.Dense(len(UNITS), kernel_initializer=small, name="change")(x))
