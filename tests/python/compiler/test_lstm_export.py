"""An LSTM as users export it: through tf-keras, in a process of its own, because Keras 3's crashes the converter."""

import os
import subprocess
import sys

import numpy as np

from motekit.compiler import HostModel
from motekit.oracle import Tflm

EXPORT = """
import sys
import numpy as np, tensorflow as tf, tf_keras as keras
keras.utils.set_random_seed(0)
inputs = keras.Input((12, 6), batch_size=1)
x = keras.layers.LSTM(10, return_sequences=True)(inputs)
x = keras.layers.LSTM(7)(x)
model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(x))
samples = np.random.default_rng(0).normal(size=(60, 1, 12, 6)).astype(np.float32)
converter = tf.lite.TFLiteConverter.from_keras_model(model)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: ([sample] for sample in samples)
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = converter.inference_output_type = tf.int8
open(sys.argv[1], "wb").write(converter.convert())
"""


def test_an_exported_lstm_equals_the_oracle(tmp_path):
    path = tmp_path / "lstm.tflite"
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", EXPORT, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    host = HostModel(path)
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in {step.op for step in host.compiled.steps}
    inputs = np.random.default_rng(1).integers(-128, 128, (200, *host.inputs[0].shape[1:])).astype(np.int8)
    np.testing.assert_array_equal(host.predict(inputs), Tflm(path).predict(inputs))
