"""What app.toml and the trained rhythm model say, as the core's parameters."""

from dataclasses import fields, replace
from typing import Any

from motekit.app import App
from motekit.errors import ConfigError
from motekit.post.heart import HeartParameters
from motekit.post.wearable import CHANNELS, RhythmParameters, WearableParameters

_WRIST = {"rest_g", "slow_bpm", "stuck_s", "pulse_range", "pulse_upward", "confirm_s"}
_LIGHT = {"on_s", "every_s"}
_RATES = {"pulse_hz", "motion_hz"}


def of(app: App, trained: dict[str, Any] | None = None) -> WearableParameters:
    """Parameters of the app's wrist.

    Parameters
    ----------
    app : App
    trained : dict, optional
        `threshold`, `gain` and `offset` that came with the rhythm model.

    Raises
    ------
    ConfigError
        If app.toml names a parameter that there is none of, or other channels.
    """
    path, declared = app.folder / "app.toml", app.declared
    if tuple(app.sensor["channels"]) != CHANNELS:
        raise ConfigError(f"{path}: [sensor] channels are {', '.join(CHANNELS)}, in this order.")
    wrist, light, rates = (declared.get(name, {}) for name in ("wrist", "light", "rates"))
    _known(wrist, _WRIST, path, "wrist")
    _known(light, _LIGHT, path, "light")
    _known(rates, _RATES, path, "rates")
    return WearableParameters(
        rate_hz=int(app.rate_hz),
        heart=_filled(HeartParameters(), declared.get("heart", {}), path, "heart"),
        rhythm=_filled(RhythmParameters(), declared.get("rhythm", {}) | (trained or {}), path, "rhythm"),
        **wrist,
        **light,
        **rates,
    )


def _filled(defaults, table: dict[str, Any], path, section: str):
    _known(table, {field.name for field in fields(defaults)}, path, section)
    return replace(defaults, **{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


def _known(table: dict[str, Any], names: set[str], path, section: str) -> None:
    if unknown := set(table) - names:
        raise ConfigError(
            f"{path}: unknown key {sorted(unknown)[0]!r} in [{section}]. Known: {', '.join(sorted(names))}."
        )
