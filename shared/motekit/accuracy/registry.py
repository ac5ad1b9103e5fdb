"""All cases."""

from . import others, series, spectra

CASES = [*series.CASES, *spectra.CASES, *others.CASES]
