"""motekit: machine learning that really runs on microcontrollers."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("motekit")
except PackageNotFoundError:  # imported from a source tree that was never installed
    __version__ = "0+source"
