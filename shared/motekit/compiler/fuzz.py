"""Random networks: Keras -> int8 .tflite -> TensorFlow Lite Micro and motekit's C, which must agree in every byte.

`python -m motekit.compiler.fuzz --graphs 2000 --seed 7` looks longer than the tests do. Conversions run
in a process of their own, because TensorFlow's converter can crash on graphs it does not like.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelError, ToolError
from ..oracle import Tflm
from .host import HostModel

_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0"}


#: networks side by side in one model: most of a conversion's time does not depend on what is converted
_SIDE_BY_SIDE = 4
_TARGETS = ("generic", "dsp", "m0", "mve")


def random_model(rng: np.random.Generator) -> Any:
    """A Keras model of several random networks that have nothing to do with each other."""
    from tensorflow import keras

    networks = [random_network(rng, f"input{i}") for i in range(_SIDE_BY_SIDE)]
    return _shake(rng, keras.Model([network[0] for network in networks], [network[1] for network in networks]))


def random_network(rng: np.random.Generator, name: str) -> tuple[Any, Any]:
    """Input and output of a random network: an image or sequence stem, a few blocks, a head."""
    from tensorflow import keras

    layers = keras.layers
    if rng.random() < 0.2:
        return _sequence_network(rng, name)
    size = [int(rng.integers(4, 13)) for _ in range(2)]
    source = keras.Input((*size, int(rng.choice([1, 2, 3, 4]))), batch_size=1, name=name)
    value = source
    for _ in range(int(rng.integers(2, 6))):
        value = _block(rng, value)
    if rng.random() < 0.5:
        value = layers.GlobalAveragePooling2D(keepdims=bool(rng.random() < 0.3))(value)
    if len(value.shape) > 2:
        value = layers.Flatten()(value)
    if rng.random() < 0.5:
        value = layers.Dense(int(rng.integers(1, 12)), activation=str(rng.choice(["linear", "relu", "tanh"])))(value)
    value = layers.Dense(int(rng.integers(2, 12)))(value)
    value = {0: layers.Softmax(), 1: layers.Activation("sigmoid"), 2: layers.ReLU()}[int(rng.integers(3))](value)
    return source, value


def _block(rng: np.random.Generator, value: Any) -> Any:
    from tensorflow import keras

    layers = keras.layers
    channels = int(rng.choice([1, 3, 4, 6, 8]))
    kernel = tuple(int(rng.integers(1, 4)) for _ in range(2))
    small = min(value.shape[1:3]) < 3
    padding = "same" if small or rng.random() < 0.7 else "valid"
    stride = int(rng.integers(1, 3))
    kinds: list[Callable[[], Any]] = [
        lambda: layers.Conv2D(channels, kernel, stride, padding)(value),
        lambda: layers.Conv2D(channels, 1)(value),
        lambda: layers.DepthwiseConv2D(kernel, stride, padding, depth_multiplier=int(rng.integers(1, 3)))(value),
        lambda: layers.SeparableConv2D(channels, kernel, padding=padding)(value),
        lambda: layers.BatchNormalization()(layers.Conv2D(channels, kernel, padding="same", use_bias=False)(value)),
        lambda: layers.MaxPooling2D(2, padding="same")(value),
        lambda: layers.AveragePooling2D((2, 2), strides=stride, padding="same")(value),
        lambda: layers.ZeroPadding2D(((0, 1), (1, 2)))(value),
        lambda: layers.Conv2D(channels, 2, padding="same", dilation_rate=2)(value),
        lambda: layers.Conv2DTranspose(channels, kernel, 2, padding="same")(value),
        lambda: layers.Cropping2D(((1, 0), (0, 1)))(value) if not small else value,
        lambda: _residual(rng, value),
        lambda: layers.Concatenate()([value, layers.Conv2D(channels, 1, activation="relu")(value)]),
        lambda: _excite(value),
    ]
    result = kinds[int(rng.integers(len(kinds)))]()
    activation = rng.choice(["", "", "relu", "relu6", "leaky_relu", "hard_swish", "tanh", "sigmoid", "prelu"])
    if activation == "prelu":
        return layers.PReLU(shared_axes=[1, 2])(result)
    return layers.Activation(str(activation))(result) if activation else result


def _residual(rng: np.random.Generator, value: Any) -> Any:
    from tensorflow import keras

    layers = keras.layers
    other = layers.Conv2D(value.shape[-1], 3, padding="same", activation="relu")(value)
    kind = [layers.Add, layers.Subtract, layers.Multiply, layers.Maximum, layers.Minimum][int(rng.integers(5))]
    return kind()([value, other])


def _excite(value: Any) -> Any:
    from tensorflow import keras

    layers = keras.layers
    gate = layers.GlobalAveragePooling2D(keepdims=True)(value)
    return layers.Multiply()([value, layers.Conv2D(value.shape[-1], 1, activation="sigmoid")(gate)])


def _sequence_network(rng: np.random.Generator, name: str) -> tuple[Any, Any]:
    from tensorflow import keras

    layers = keras.layers
    source = keras.Input((int(rng.integers(8, 25)), int(rng.integers(1, 5))), batch_size=1, name=name)
    value = source
    for _ in range(int(rng.integers(1, 4))):
        padding, dilation = str(rng.choice(["same", "causal", "valid"])), int(rng.integers(1, 3))
        if value.shape[1] < 6:
            padding = "same"
        value = layers.Conv1D(int(rng.integers(1, 9)), 3, padding=padding, dilation_rate=dilation)(value)
        value = layers.ReLU()(value)
        if rng.random() < 0.4:
            value = layers.MaxPooling1D(2, padding="same")(value)
    if rng.random() < 0.3:
        value = layers.Permute((2, 1))(value)
    value = layers.GlobalAveragePooling1D()(value) if rng.random() < 0.5 else layers.Flatten()(value)
    return source, layers.Dense(int(rng.integers(2, 8)), activation="softmax")(value)


def _shake(rng: np.random.Generator, model: Any) -> Any:
    """Random weights with dead channels and saturated activations among them."""
    for layer in model.layers:
        values = []
        for weight in layer.get_weights():
            value = rng.normal(size=weight.shape).astype(np.float32) * (0.5 if weight.ndim > 1 else 0.2)
            if weight.ndim > 1 and rng.random() < 0.4:
                value[..., rng.random(weight.shape[-1]) < 0.3] = 0
            elif weight.ndim == 1 and rng.random() < 0.2:
                value -= 3 * (rng.random(weight.shape) < 0.3)
            values.append(np.abs(value) if "variance" in layer.name or layer.name.startswith("batch_norm") else value)
        layer.set_weights(values)
    return model


def convert(model: Any, rng: np.random.Generator) -> bytes:
    """Full integer quantization with random calibration data.

    From a function with its weights frozen: a saved model, through which the converter takes a Keras model,
    costs more than twice the time and gives the same operators.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    shapes = [tensor.shape for tensor in model.inputs]
    signature = [tf.TensorSpec(tensor.shape, tf.float32, name=tensor.name) for tensor in model.inputs]
    function = tf.function(lambda *values: model(list(values)), input_signature=signature)
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())

    def samples() -> Iterator[list[np.ndarray]]:
        for _ in range(4):
            yield [rng.normal(size=shape).astype(np.float32) for shape in shapes]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def _convert_range(folder: Path, seed: int, start: int, stop: int) -> None:
    """Work of the converting process: one file a graph."""
    from tensorflow import keras

    for index in range(start, stop):
        keras.backend.clear_session()
        rng = np.random.default_rng([seed, index])
        data = convert(random_model(rng), rng)
        temporary = folder / f"{index}.part"
        temporary.write_bytes(data)
        temporary.rename(folder / f"{index}.tflite")


def make_models(folder: Path, seed: int, count: int) -> dict[int, bytes]:
    """Convert random models in two other processes; one on which the converter crashes is left out.

    Parameters
    ----------
    folder : Path
        Scratch.
    seed, count : int
        Model i has the seed [seed, i], so any of them can be made again alone.

    Returns
    -------
    dict of int to bytes
        .tflite files by model number.

    Raises
    ------
    ToolError
        If the converter fails on more than a tenth of them: then something else is wrong.
    """
    lost: list[int] = []
    halves = [(0, count // 2), (count // 2, count)]
    running = {start: (_start(folder, seed, start, stop), stop) for start, stop in halves if start < stop}
    while running:
        for start, (process, stop) in list(running.items()):
            errors = process.communicate()[1]
            del running[start]
            done = start
            while (folder / f"{done}.tflite").is_file():
                done += 1
            if done < stop:
                lost.append(done)
                if len(lost) > max(count // 10, 1):
                    last = next((line for line in reversed(errors.splitlines()) if line.strip()), "no message")
                    raise ToolError(
                        f"TensorFlow's converter fails on graph after graph: {last[:300]}. Check TensorFlow."
                    )
                if done + 1 < stop:
                    running[done + 1] = (_start(folder, seed, done + 1, stop), stop)
    return {i: path.read_bytes() for i in range(count) if (path := folder / f"{i}.tflite").is_file()}


def _start(folder: Path, seed: int, start: int, stop: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "motekit.compiler.fuzz", "--convert", str(folder), str(start), str(stop)]
    return subprocess.Popen(
        [*command, "--seed", str(seed)], env={**os.environ, **_QUIET}, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def differs(model: bytes, seed: int, trials: int = 20) -> str:
    """Compare one model, arranged for a target that goes by the seed; empty if equal, else what is wrong.

    Raises
    ------
    ModelError
        If the compiler refuses the model.
    """
    # the compiler first: where it refuses scales, the interpreter would abort the whole process
    target = _TARGETS[seed % len(_TARGETS)]
    host, oracle = HostModel(model, name="fuzz", target=target), Tflm(model)
    rng = np.random.default_rng(seed)
    for _ in range(trials):
        row = [rng.integers(-128, 128, info.shape).astype(np.int8) for info in host.inputs]
        pairs = zip(host.invoke(row), oracle.invoke(row), strict=True)
        if not all(np.array_equal(a, b.reshape(a.shape)) for a, b in pairs):
            from .diff import diff

            return f"compiled for {target}: {diff(model, seed=seed)['text']}"
    return ""


def run(graphs: int, seed: int) -> dict[str, Any]:
    """Make and compare random networks, four in each model.

    Returns
    -------
    dict
        graphs, compared, wrong: {model number: what is wrong}, and refused: {model number: why}.
    """
    count = -(-graphs // _SIDE_BY_SIDE)
    with tempfile.TemporaryDirectory(prefix="motekit-fuzz-") as name:
        models = make_models(Path(name), seed, count)
    wrong, refused = {}, {}
    for index, model in models.items():
        try:
            if text := differs(model, index):
                wrong[index] = text
        except ModelError as error:
            refused[index] = str(error)
    compared = (len(models) - len(refused)) * _SIDE_BY_SIDE
    return {"graphs": count * _SIDE_BY_SIDE, "compared": compared, "wrong": wrong, "refused": refused}


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m motekit.compiler.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--graphs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--convert", nargs=3, metavar=("FOLDER", "START", "STOP"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.convert:
        folder, start, stop = options.convert
        _convert_range(Path(folder), options.seed, int(start), int(stop))
        return 0
    found = run(options.graphs, options.seed)
    for index, text in {**found["wrong"], **found["refused"]}.items():
        print(f"model {index} of seed {options.seed}: {text}")
    print(f"{found['compared']} of {found['graphs']} graphs compared, {len(found['wrong'])} models wrong")
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
