"""An app's constants and model as C, for its firmware."""

from .header import header

__all__ = ["header"]
