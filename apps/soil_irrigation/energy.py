"""What a day costs a battery: seconds that simavr counted, times currents that data sheets print. An estimate."""

from typing import Any

from motekit.firmware.simavr import Live

NOTE = (
    "An estimate from data-sheet currents and counted cycles, not a measurement; the valve's own current is not in it."
)
SOURCES = (
    "Atmel 8271H (ATmega328P), table 29-12: active and idle at 8 MHz and 5 V and at 4 MHz and 3 V, each taken twice "
    "for twice the clock; power-down with its watchdog at 3 V, at 5 V taken 5/3 times",
    "DFRobot SEN0193 (capacitive probe): 5 mA; Aosong AM2302 (DHT22): 1.5 mA, at most 2.5 mA, while it is fed",
)
#: A of the processor by what it does, typical and at most
PROCESSORS = {
    "16 MHz, 5 V": {"active": (10.4e-3, 18e-3), "idle": (2.4e-3, 5.4e-3), "down": (7.0e-6, 13.3e-6)},
    "8 MHz, 3.3 V": {"active": (3.4e-3, 5.0e-3), "idle": (0.6e-3, 1.4e-3), "down": (4.2e-6, 8.0e-6)},
}
#: A of what a pin of port D feeds: three probes and the thermistor's divider; the DHT22
FEEDS = {6: (15.25e-3, 15.25e-3), 7: (1.5e-3, 2.5e-3)}
DAY_S = 86_400


def estimate(closed: Live, open_s_a_day: float) -> dict[str, Any]:
    """Mean current in uA by processor, typical and at most, of a board without regulator and lamps.

    Parameters
    ----------
    closed : Live
        A day on which the valve stays closed, at 16 MHz.
    open_s_a_day : float
        Seconds a day for which the valve is open in the mean of a season: the processor then dozes by its crystal.
    """
    found: dict[str, Any] = {"note": NOTE, "sources": list(SOURCES), "open_s_a_day": round(open_s_a_day), "ua": {}}
    whole = sum(closed.seconds.values())
    for name, currents in PROCESSORS.items():
        slower = 2 if name.startswith("8 MHz") else 1  # as many cycles at half the clock
        for k, what in enumerate(("typical", "at most")):
            active = slower * closed.seconds["active"]
            parts = {
                "processor asleep": (whole - active) * currents["down"][k],
                "processor awake": active * currents["active"][k] + closed.seconds["idle"] * currents["idle"][k],
                "sensors": sum(seconds * FEEDS[pin][k] for pin, seconds in closed.feeds.items()),
            }
            shares = {part: round(1e6 * charge / whole, 2) for part, charge in parts.items()}
            doze = round(1e6 * open_s_a_day / DAY_S * currents["idle"][k], 2)
            day = round(sum(shares.values()), 1)
            found["ua"][f"{name}, {what}"] = {**shares, "valve closed": day, "while the valve is open": doze,
                                              "mean of a season": round(day + doze, 1)}  # fmt: skip
    return found
