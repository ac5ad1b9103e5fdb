"""The feature blocks against the field's libraries: how far they are apart, and small vectors of both."""

from .case import Case, Measured, measure
from .registry import CASES

__all__ = ["CASES", "Case", "Measured", "measure"]
