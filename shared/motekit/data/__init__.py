"""Recordings: reading, splitting by group, fetching, and laying them into continuous streams."""

from .recording import Provenance, Recording, provenance, stack

__all__ = ["Provenance", "Recording", "provenance", "stack"]
