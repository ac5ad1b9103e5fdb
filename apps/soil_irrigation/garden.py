"""The garden that app.toml declares, as the core takes it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from motekit.app import App
from motekit.dsp.probe import ProbeConfig
from motekit.errors import ConfigError
from motekit.post.gardener import GardenerConfig, RootzoneConfig
from motekit.post.irrigation import IrrigationConfig

from .presets import CROPS, SOILS, Crop, Soil

#: tables of app.toml that only this app knows, with their keys
SECTIONS = {
    "site": {"latitude", "sown", "et0_scale"},
    "crop": {"preset", "stages", "kc", "roots_m", "share"},
    "soil": {"preset", "capacity", "wilting", "saturation", "drains"},
    "probes": {"depths", "counts", "moisture", "drift_per_c", "short_max", "open_min", "air", "stuck_samples",
               "stuck_band", "rise", "fall", "confirm"},
    "valve": {"tick_s", "max_open_s", "pulse_s", "soak_s", "interval_s", "limit_s", "rain_delay_s", "rain_min_mm",
              "frost_on_c", "frost_off_c", "rate_mm_h", "efficiency"},
    "decision": {"start", "stop", "finish", "hours", "blind_days", "dark_mj", "supply_min_v", "below", "trust"},
}  # fmt: skip


def crop_of(app: App) -> Crop:
    """The crop: a preset, or stages, kc, roots_m and share as in FAO-56."""
    return _of(app, "crop", CROPS, Crop)


def soil_of(app: App) -> Soil:
    """The soil: a preset, or capacity and wilting."""
    return _of(app, "soil", SOILS, Soil)


def rootzone(crop: Crop, soil: Soil, sown: int, depths_mm: tuple[int, int, int], **options) -> RootzoneConfig:
    """A crop in a soil for the core."""
    return RootzoneConfig(
        crop.stages,
        sown,
        (round(1000 * crop.roots_m[0]), round(1000 * crop.roots_m[1])),
        crop.kc,
        crop.share,
        soil.capacity,
        soil.wilting,
        depths_mm,
        **options,
    )


def probe_of(app: App) -> ProbeConfig:
    """The probes, as they are until calibrated."""
    declared = dict(app.declared["probes"])
    del declared["depths"]
    return ProbeConfig(**declared)


def counts_of(app: App, moisture: np.ndarray) -> np.ndarray:
    """Counts that the declared calibration shows for moisture in m3/m3; NaN: -32768."""
    probes = app.declared["probes"]
    counts = np.interp(np.nan_to_num(moisture), probes["moisture"], probes["counts"])
    return np.where(np.isnan(moisture), -32768, np.round(counts)).astype(np.int16)


def config_of(app: App) -> GardenerConfig:
    """All that the controller is told.

    Raises
    ------
    ConfigError
        If a key is unknown or a value contradicts another.
    """
    path = app.folder / "app.toml"
    for section, known in SECTIONS.items():
        if section not in app.declared:
            raise ConfigError(f"{path}: section [{section}] is missing. Add it.")
        if unknown := set(app.declared[section]) - known:
            raise ConfigError(f"{path}: unknown key {sorted(unknown)[0]!r} in [{section}].")
    site, decision = app.declared["site"], dict(app.declared["decision"])
    balance = {key: decision.pop(key) for key in ("below", "trust")} | {"et0_scale": site.get("et0_scale", 1.0)}
    zone = rootzone(crop_of(app), soil_of(app), site["sown"], tuple(app.declared["probes"]["depths"]), **balance)
    return GardenerConfig(
        zone,
        [probe_of(app)] * 3,
        IrrigationConfig(**app.declared["valve"]),
        latitude=site["latitude"],
        hours=tuple(decision.pop("hours")),
        **decision,
    )


def _of(app: App, section: str, presets: Mapping[str, Any], kind: type):
    declared = dict(app.declared[section])
    preset = declared.pop("preset", None)
    path: Path = app.folder / "app.toml"
    if preset is not None and preset not in presets:
        raise ConfigError(f"{path}: there is no {section} {preset!r}. Choose one of: {', '.join(presets)}.")
    values = {**(vars(presets[preset]) if preset else {}), **declared}
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
    except TypeError as error:
        raise ConfigError(f"{path}: [{section}] lacks values: {error}. Give them, or a preset.") from error
