"""Shape of a power spectrum, its bands and peaks (`mk_shape`, `mk_bands`, `mk_peaks`)."""

import numpy as np

from ..core import ffi, lib, pointer
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp

SHAPE = ("total", "centroid", "spread", "rolloff", "flatness", "entropy")


class SpectralShape(FloatBlock):
    """Where a spectrum's energy lies and how evenly: total, centroid, spread, roll-off, flatness, entropy.

    Parameters
    ----------
    bin_hz : float
        Distance of the bins.
    share : float
        Of the power, for the roll-off; above 0, at most 1.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, bin_hz: float, share: float = 0.85):
        if not (bin_hz > 0 and 0 < share <= 1):
            raise ConfigError(f"spectral shape: bin_hz {bin_hz} must be above 0 and share {share} in (0, 1].")
        super().__init__(bin_hz=bin_hz, share=share)
        self.bin_hz, self.share = bin_hz, share
        self._out = ffi.new("mk_shape *")
        self.quality = 0

    def process(self, power: np.ndarray) -> np.ndarray:
        """Values named in `SHAPE` of float32[bins], float32[6]; frequencies in Hz."""
        power = floats(power)
        if len(power) < 2:
            raise ValueError("a spectrum has at least 2 bins")
        self.quality = lib.mk_shape_process(fp(power), len(power), self.bin_hz, self.share, self._out)
        return floats([getattr(self._out, name) for name in SHAPE])


class BandEnergies(FloatBlock):
    """Power in bands of a spectrum.

    Parameters
    ----------
    edges_hz : sequence of (float, float)
        Bands; a bin belongs to one if low <= its frequency < high.
    bin_hz : float
        Distance of the bins.
    bins : int
        Of the spectrum.
    relative : bool
        Divide by the whole power.

    Raises
    ------
    ConfigError
        If a band holds no bin.
    """

    def __init__(self, edges_hz: list[tuple[float, float]], bin_hz: float, bins: int, relative: bool = False):
        frequencies = np.arange(bins) * bin_hz
        start = np.searchsorted(frequencies, [low for low, _ in edges_hz])
        stop = np.searchsorted(frequencies, [high for _, high in edges_hz])
        for band, few in zip(edges_hz, stop <= start, strict=True):
            if few:
                raise ConfigError(f"band {band[0]:g} to {band[1]:g} Hz holds no bin. Widen it or use a longer FFT.")
        super().__init__(bins=bins, relative=relative)
        self.bins = bins
        self._start, self._count = start.astype(np.uint16), (stop - start).astype(np.uint16)
        self.struct = ffi.new(
            "mk_bands *",
            (pointer("uint16_t", self._start), pointer("uint16_t", self._count), len(edges_hz), int(relative)),
        )
        self.quality = 0

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"start": self._start, "count": self._count}

    def process(self, power: np.ndarray) -> np.ndarray:
        """Energies of float32[bins], float32[bands]."""
        power, out = floats(power), np.empty(len(self._start), np.float32)
        if power.shape != (self.bins,):
            raise ValueError(f"spectrum has shape {power.shape}, not ({self.bins},)")
        self.quality = lib.mk_bands_process(self.struct, fp(power), len(power), fp(out))
        return out


def peaks(power: np.ndarray, most: int) -> np.ndarray:
    """Highest local maxima, highest first: float32[found, 2], place in bins and power (`mk_peaks`)."""
    power, out = floats(power), np.zeros((most, 2), np.float32)
    return out[: lib.mk_shape_peaks(fp(power), len(power), most, fp(out))]
