"""Small networks with weights of a useful size, and their .tflite forms, made once a session."""

import os

# before TensorFlow is imported: it is chatty about the hardware
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import dataclass

import numpy as np
import pytest
from small_nets import draw, outlier, residual


@dataclass(frozen=True)
class Forms:
    """One Keras model, inputs for it, and the model converted."""

    model: object
    inputs: np.ndarray
    float_model: bytes
    int8: bytes
    wide: bytes


def converted(model) -> Forms:
    from motekit.quantization import to_16x8
    from motekit.train.quantize import quantize

    inputs = draw(model)
    plain = quantize(model, inputs)
    return Forms(model, inputs, plain.float_model, plain.int8_model, to_16x8(model, inputs))


@pytest.fixture(scope="session")
def residual_forms() -> Forms:
    return converted(residual())


@pytest.fixture(scope="session")
def outlier_forms() -> Forms:
    return converted(outlier())
