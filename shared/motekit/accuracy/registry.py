"""All cases."""

from . import bodies, motion, others, series, spectra

CASES = [*series.CASES, *spectra.CASES, *others.CASES, *bodies.CASES, *motion.CASES]
