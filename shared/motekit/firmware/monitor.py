"""Watches a board on the desk that listens to its own sensor."""

import time
from collections.abc import Callable
from typing import Any

from .. import app as apps
from .. import chains
from ..errors import ConfigError, LinkError
from ..link import Event, Session
from .attached import Attached


def watch(port: str | None, show: Callable[[dict[str, Any]], None], seconds: float | None = None) -> str:
    """Tell `show` of every event and line of a board, for ever or for some seconds.

    Parameters
    ----------
    port : str or None
        Serial port; None: the only one that is attached.
    show : callable
        Takes a dictionary: `label`, `time_s` and more of an event as the app's chain describes it; or `log`.
    seconds : float, optional
        Time to watch.

    Returns
    -------
    str
        The board's name.

    Raises
    ------
    LinkError
        If the board does not answer, has no sensor, or leaves.
    """
    end = None if seconds is None else time.monotonic() + seconds
    with Attached(port or only_port()) as board:
        try:
            session = Session(board.stream)
            hello = session.hello
            if not hello.has_sensor:
                raise LinkError(
                    f"the firmware on {hello.board} has no sensor: it only takes replays (motekit run --port)."
                )
            describe = _describer(hello.app)
            show({"app": hello.app, "version": hello.version, "board": hello.board, "sensor": hello.sensor})
            for heard in session.listen(end=end):
                if isinstance(heard, Event):
                    show(describe(heard))
                elif isinstance(heard, str):
                    show({"log": heard})
        except LinkError as error:
            raise board.explain(error) from error
    return hello.board


def only_port() -> str:
    """The one serial port that looks like a board.

    Raises
    ------
    ConfigError
        If there is none, or more than one.
    """
    from serial.tools.list_ports import comports

    # a computer's own UARTs have no USB identity
    found = [port.device for port in comports() if port.vid is not None]
    if len(found) != 1:
        seen = f"{len(found)} boards are attached ({', '.join(found)})" if found else "no board is attached"
        raise ConfigError(f"{seen}. Say which one: --port /dev/ttyACM0.")
    return found[0]


def _describer(app: str) -> Callable[[Event], dict[str, Any]]:
    if app in apps.app_names():
        return chains.of(app).describe
    return lambda event: {"at": event.at, "code": event.code, "value": event.value}
