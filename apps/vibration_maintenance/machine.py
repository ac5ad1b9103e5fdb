"""The app's blocks, as app.toml declares them."""

import dataclasses

from motekit.app import App
from motekit.dsp.bearing import Bearing, Geometry
from motekit.errors import ConfigError

#: tables of app.toml that only this app knows, and their keys (None: see `naming`)
SECTIONS = {
    "shaft": {"rpm"},
    "bearing": {"balls", "ball_mm", "pitch_mm", "angle_deg"},
    "envelope": {"bands_hz", "envelope_hz", "per_turn", "turns", "tolerance"},
    "shape": {"low_hz", "high_hz", "bands", "frame"},
    "naming": None,
    "anomaly": {
        "learn_s",
        "check_s",
        "false_alarms_per_day",
        "smoothing",
        "confirm",
        "least",
        "follow",
        "follow_most",
    },
    "condition": {"zones_mm_s", "most_kurtosis", "trend_s", "erase_ms"},
}


def section(app: App, name: str) -> dict:
    """A table of app.toml.

    Raises
    ------
    ConfigError
        If it is missing, lacks a key or has one that the app does not know.
    """
    path, table, known = app.folder / "app.toml", app.declared.get(name), SECTIONS[name]
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: section [{name}] is missing. Copy it from apps/vibration_maintenance.")
    if known is not None and (wrong := set(table) ^ known):
        word = "unknown key" if wrong & set(table) else "no key"
        raise ConfigError(f"{path}: {word} {sorted(wrong)[0]!r} in [{name}]. Known: {', '.join(sorted(known))}.")
    return table


def geometry(app: App) -> Geometry:
    """The bearing's."""
    return Geometry(**section(app, "bearing"))


def bearing(app: App, of: Geometry | None = None) -> Bearing:
    """The features, for another bearing than the app's own if one is given."""
    envelope, shape = section(app, "envelope"), section(app, "shape")
    return Bearing(
        of or geometry(app),
        rate_hz=app.rate_hz,
        scale=app.sensor["scale"],
        rpm=section(app, "shaft")["rpm"],
        shape_hz=(shape["low_hz"], shape["high_hz"], shape["bands"]),
        frame=shape["frame"],
        **envelope,
    )


#: of the fan end of the CWRU motor: SKF 6203-2RS
FAN_END = Geometry(8, 6.75, 28.5)


def geometry_of(app: App, name: str) -> Geometry:
    """The bearing that a recording names: "FE" is CWRU's, "NICE" is MFPT's, any other the app's own."""
    from motekit.datasets import mfpt

    known = {"FE": FAN_END, "NICE": Geometry(**mfpt.GEOMETRY)}
    return known.get(name, dataclasses.replace(geometry(app)))


def watch(app: App):
    """Parameters of detector and condition (`motekit.post.machine.Watch`)."""
    from motekit.post.machine import Watch

    return Watch(**section(app, "anomaly"), **section(app, "condition"))
