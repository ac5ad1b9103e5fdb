"""All cases."""

from . import bodies, others, series, spectra

CASES = [*series.CASES, *spectra.CASES, *others.CASES, *bodies.CASES]
