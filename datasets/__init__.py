"""Loaders of public data sets, and generators of synthetic recordings.

One module a data set; `catalog.toml` holds where it comes from, its checksums, licence and citation.
No recording is part of the project.
"""
