"""Training, quantization and evaluation: one loop for all apps; their recipes say what is theirs."""

from .evaluate import evaluate
from .quantize import Converted, quantize
from .words import Prepared, prepare, train

__all__ = ["Converted", "Prepared", "evaluate", "prepare", "quantize", "train"]
