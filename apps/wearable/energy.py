"""How long a battery lasts: an estimate from duty cycle, instructions and the currents that datasheets print."""

from dataclasses import dataclass
from typing import Any

from motekit.app import App
from motekit.errors import ConfigError
from motekit.post.wearable import TICK_S

#: seconds that the light is on, of how many
USES = ((2.0, 2.0), (30.0, 300.0))
NOTE = "An estimate from datasheet currents and counted instructions, not a measurement."


@dataclass(frozen=True)
class Currents:
    """mA, of the parts that [energy] in app.toml names, typical values.

    Attributes
    ----------
    run, sleep : float
        Of the processor, and its clock in MHz; one instruction is taken as `cycles` of it.
    pulse, pulse_off : float
        Of the pulse sensor without its light.
    light, lights, light_us, light_hz
        Of one light while it is on, how many, for how many microseconds, how often a second.
    accelerometer : float
    cell_mah, usable : float
        Capacity, and the share of it that there is before the voltage is too low.
    """

    run: float
    clock_mhz: float
    cycles: float
    sleep: float
    pulse: float
    pulse_off: float
    light: float
    lights: int
    light_us: float
    light_hz: float
    accelerometer: float
    cell_mah: float
    usable: float


def of(app: App) -> Currents:
    """What app.toml declares.

    Raises
    ------
    ConfigError
        If something is missing or unknown.
    """
    table = {k: v for k, v in app.declared.get("energy", {}).items() if k != "sources"}
    try:
        return Currents(**table)
    except TypeError as error:
        raise ConfigError(f"{app.folder / 'app.toml'}: [energy]: {error}. Correct it.") from None


def estimate(app: App, instructions_per_window: int, on_s: float, every_s: float) -> dict[str, Any]:
    """Mean current and days, with the light on for `on_s` of every `every_s` seconds.

    Returns
    -------
    dict
        `ma` by part and in all, `days`, `asleep` (share of time the processor sleeps), `note`.
    """
    c, lit = of(app), on_s / every_s
    awake = instructions_per_window * c.cycles / (c.clock_mhz * 1e6 * TICK_S)
    parts = {
        "processor": c.run * awake + c.sleep * (1 - awake),
        "pulse_sensor": c.pulse * lit + c.pulse_off * (1 - lit),
        "light": c.light * c.lights * c.light_us * 1e-6 * c.light_hz * lit,
        "accelerometer": c.accelerometer,
    }
    total = sum(parts.values())
    return {
        "ma": {**{name: round(value, 4) for name, value in parts.items()}, "total": round(total, 4)},
        "days": round(c.cell_mah * c.usable / total / 24, 2),
        "cell_mah": c.cell_mah,
        "asleep": round(1 - awake, 4),
        "light": {"on_s": on_s, "every_s": every_s},
        "instructions_per_window": instructions_per_window,
        "sources": app.declared["energy"].get("sources", []),
        "note": NOTE,
    }
