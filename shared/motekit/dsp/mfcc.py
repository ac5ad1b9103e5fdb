"""Mel-frequency cepstral coefficients (`mk_logmel` and `mk_dct`)."""

from typing import Any

import numpy as np
import scipy.fft

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .block import Block
from .logmel import LogMel


class Mfcc(Block):
    """First coefficients of the orthonormal DCT-II of log-mel rows.

    Parameters
    ----------
    logmel : LogMel
        Where the rows come from.
    coefficients : int
        1 to the number of bands.

    Raises
    ------
    ConfigError
        If there are more coefficients than bands.
    """

    #: fractional bits of a row's values
    q = 7

    def __init__(self, logmel: LogMel, coefficients: int = 13):
        if not 1 <= coefficients <= logmel.bands:
            raise ConfigError(f"coefficients {coefficients} must be from 1 to the {logmel.bands} mel bands.")
        self.logmel, self.coefficients = logmel, coefficients
        basis = scipy.fft.dct(np.eye(logmel.bands), type=2, norm="ortho", axis=0)[:coefficients]
        self._matrix = np.clip(np.round(basis * 2**15), -32768, 32767).astype(np.int16)
        self.struct = ffi.new("mk_dct *")
        check(lib.mk_dct_init(self.struct, logmel.bands, coefficients, pointer("int16_t", self._matrix)), "MFCC")

    @property
    def width(self) -> int:
        """Values a row."""
        return self.coefficients

    @property
    def hop(self) -> int:
        """Samples between rows."""
        return self.logmel.hop

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return {"coefficients": self.coefficients, "logmel": self.logmel.digest().hex()}

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"matrix": self._matrix}

    def reset(self) -> None:
        """Forget all samples."""
        self.logmel.reset()

    def transform(self, rows: np.ndarray) -> np.ndarray:
        """Log-mel rows int16[n, bands] in Q9 to int16[n, coefficients] in Q7."""
        rows = np.ascontiguousarray(rows, np.int16)
        out = np.empty((len(rows), self.coefficients), np.int16)
        for row, result in zip(rows, out, strict=True):
            lib.mk_dct_process(self.struct, pointer("int16_t", row), pointer("int16_t", result))
        return out

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, int16[n], to the rows it completes, int16[rows, coefficients] in Q7."""
        return self.transform(self.logmel.push(samples))

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, int16[n], to int16[rows, coefficients] in Q7, from a fresh start."""
        return self.transform(self.logmel.process(samples))

    def rows_of(self, samples: int) -> int:
        """Rows that a recording of so many samples gives."""
        return self.logmel.rows_of(samples)
