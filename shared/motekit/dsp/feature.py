"""What a block of `[[features]]` is to the core (`mk_feature`)."""

from dataclasses import dataclass

import numpy as np

from ..errors import ConfigError
from .constants import Name, Struct

#: headers of the core that declare the blocks
HEADERS = ("dsp_features.h", "dsp_features_heart.h", "dsp_features_weather.h")
#: channel number of the norm of all channels
MAGNITUDE = 255


@dataclass(frozen=True)
class Window:
    """Shape of the windows: samples, channels by name, rate."""

    length: int
    channels: tuple[str, ...]
    rate_hz: float
    #: samples from window to window; 0 if it is not known
    hop: int = 0

    def channel(self, name: str, block: str) -> int:
        """Number of a channel that a block's key names."""
        if name not in self.channels:
            raise ConfigError(f"{block}: no channel {name!r}. Known: {', '.join(self.channels)}.")
        return self.channels.index(name)

    def once(self, block: str) -> None:
        """Refuse windows that overlap or leave samples out, for a block that adds them up."""
        if self.hop not in (0, self.length):
            raise ConfigError(f"{block} takes each sample once: set [window] hop_s to length_s.")


@dataclass(frozen=True)
class Feature:
    """One block on one channel: what the core's `mk_feature` holds."""

    run: str
    channel: int
    names: list[str]
    #: floats
    scratch: int
    config: Struct | np.ndarray
    #: floats that it remembers from window to window
    state: int = 0

    def struct(self) -> tuple:
        """Members of the core's `mk_feature`."""
        return (Name(self.run), self.config, len(self.names), self.state, self.channel)
