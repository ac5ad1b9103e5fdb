"""The converter's own process: `python -m motekit.train.convert FOLDER`; see `quantize`."""

import os
import sys
from pathlib import Path

import numpy as np


def convert(folder: Path) -> None:
    """Read model.keras and calibration.npy in `folder`, write float.tflite and model.tflite there."""
    # before TensorFlow is imported, which reads it then
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    model = keras.models.load_model(folder / "model.keras", compile=False)
    inputs = np.load(folder / "calibration.npy")
    # a fixed batch of 1: the device knows no other, and dynamic shapes would add shape operators
    one = keras.Input(batch_shape=(1, *inputs.shape[1:]), name="input")
    single = keras.Model(one, model(one, training=False))

    def converter():
        return tf.lite.TFLiteConverter.from_keras_model(single)

    (folder / "float.tflite").write_bytes(shorten_names(converter().convert()))
    quantizing = converter()
    quantizing.optimizations = [tf.lite.Optimize.DEFAULT]
    quantizing.representative_dataset = lambda: ([x[None]] for x in inputs)
    quantizing.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    quantizing.inference_input_type = quantizing.inference_output_type = tf.int8
    (folder / "model.tflite").write_bytes(shorten_names(quantizing.convert()))


def shorten_names(model: bytes) -> bytes:
    """Cut tensor names to their last two parts.

    The converter strings together the names of all that it fused into a tensor: kilobytes in a small model.
    """
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    content = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    for graph in content.subgraphs:
        used: set[str] = set()
        for tensor in graph.tensors:
            fused = tensor.name.decode() if isinstance(tensor.name, bytes) else tensor.name
            short = "/".join(fused.split(";")[0].split("/")[-2:])
            name, number = short, 1
            while name in used:
                number += 1
                name = f"{short}_{number}"
            used.add(name)
            tensor.name = name
    builder = flatbuffers.Builder(len(model))
    builder.Finish(content.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
