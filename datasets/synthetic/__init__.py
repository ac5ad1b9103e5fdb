"""Recordings made on the spot, so that everything runs without a data set and without a network.

All of them carry `source="synthetic"`; accuracy on them is never an app's accuracy.
"""
