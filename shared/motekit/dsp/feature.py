"""What a block of `[[features]]` is to the core (`mk_feature`)."""

from dataclasses import dataclass

import numpy as np

from .constants import Name, Struct

#: channel number of the norm of all channels
MAGNITUDE = 255


@dataclass(frozen=True)
class Window:
    """Shape of the windows: samples, channels by name, rate."""

    length: int
    channels: tuple[str, ...]
    rate_hz: float


@dataclass(frozen=True)
class Feature:
    """One block on one channel: what the core's `mk_feature` holds."""

    run: str
    channel: int
    names: list[str]
    #: floats
    scratch: int
    config: Struct | np.ndarray

    def struct(self) -> tuple:
        """Members of the core's `mk_feature`."""
        return (Name(self.run), self.config, len(self.names), self.channel)
