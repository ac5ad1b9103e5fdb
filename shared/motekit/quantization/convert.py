"""The converter's own process: `python -m motekit.quantization.convert FOLDER 16x8|ranges`; see `conversion`."""

import os
import sys
from pathlib import Path

import numpy as np


def convert(folder: Path, how: str) -> None:
    """Read model.keras, and calibration.npy for 16x8, in `folder`; write model.tflite there."""
    # before TensorFlow is imported, which reads it then
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    from ..train.convert import shorten_names
    from . import layers  # noqa: F401 - registers what a saved model may hold

    model = keras.models.load_model(folder / "model.keras", compile=False)
    # a fixed batch of 1: the device knows no other, and dynamic shapes would add shape operators
    one = keras.Input(batch_shape=(1, *model.inputs[0].shape[1:]), name="input")
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(one, model(one, training=False)))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if how == "16x8":
        inputs = np.load(folder / "calibration.npy")
        converter.representative_dataset = lambda: ([x[None]] for x in inputs)
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        ]
        converter.inference_input_type = converter.inference_output_type = tf.int16
    else:
        converter.inference_input_type = converter.inference_output_type = tf.int8
    (folder / "model.tflite").write_bytes(shorten_names(converter.convert()))


if __name__ == "__main__":
    convert(Path(sys.argv[1]), sys.argv[2])
