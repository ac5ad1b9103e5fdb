"""Heart-rate variability at rest: the wrist's pulse wave against the ECG beside it."""
