"""Feature blocks: Python designs the constants, the C core computes."""

from .block import Block
from .logmel import LogMel
from .mfcc import Mfcc
from .quantizer import Quantizer

__all__ = ["Block", "LogMel", "Mfcc", "Quantizer"]
