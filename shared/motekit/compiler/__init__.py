"""The model compiler: a quantized .tflite becomes C99 with one static arena and no interpreter."""

from .build import CompiledModel, compile_model, compile_to_dir, translate
from .host import HostModel, TensorInfo
from .reader import read_tflite

__all__ = ["CompiledModel", "HostModel", "TensorInfo", "compile_model", "compile_to_dir", "read_tflite", "translate"]
