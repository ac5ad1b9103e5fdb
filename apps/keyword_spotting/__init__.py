"""Keyword spotting: ten words, on the device."""
