"""Soil-moisture irrigation: a forecast and a valve, on the smallest of the targets."""
