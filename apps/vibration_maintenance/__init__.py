"""Predictive maintenance from vibration: faults named, unknown ones noticed, drift followed."""
