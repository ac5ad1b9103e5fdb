"""All cases."""

from . import bodies, eyes, machines, motion, others, series, spectra

CASES = [*series.CASES, *spectra.CASES, *others.CASES, *bodies.CASES, *motion.CASES, *machines.CASES, *eyes.CASES]
