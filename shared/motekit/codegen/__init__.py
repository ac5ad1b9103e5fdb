"""An app's constants and model as C, for its firmware."""

from .generate import generate

__all__ = ["generate"]
