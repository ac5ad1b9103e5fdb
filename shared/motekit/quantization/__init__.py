"""Quantization beyond the default: what it costs and where, training for it, 16 bits where 8 do not do, pruning.

TensorFlow and Keras are imported by the functions that need them, not here.
"""

from .choose import choose_wide
from .conversion import to_16x8
from .price import sensitivity
from .pruning import cost, prune, remove_dead
from .qat import export, quantize_aware
from .show import figure, summary, table
from .wide import mixed

__all__ = [
    "choose_wide",
    "cost",
    "export",
    "figure",
    "mixed",
    "prune",
    "quantize_aware",
    "remove_dead",
    "sensitivity",
    "summary",
    "table",
    "to_16x8",
]
