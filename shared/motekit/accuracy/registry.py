"""All cases."""

from . import bodies, decisions, eyes, hearts, machines, moisture, motion, others, series, spectra

CASES = [
    case
    for part in (series, spectra, others, bodies, motion, machines, eyes, hearts, decisions, moisture)
    for case in part.CASES
]
