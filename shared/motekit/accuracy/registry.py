"""All cases."""

from . import bodies, decisions, eyes, hearts, machines, motion, others, series, spectra

CASES = [
    case for part in (series, spectra, others, bodies, motion, machines, eyes, hearts, decisions) for case in part.CASES
]
