"""TensorFlow Lite Micro as an app's runtime: on this computer by `tflite-micro`, on boards by a PlatformIO library."""

from .emit import write
from .host import TflmModel

__all__ = ["TflmModel", "write"]
