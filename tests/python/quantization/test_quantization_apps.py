import json

import numpy as np
import pytest

from motekit import app as apps
from motekit.compiler import HostModel, read_tflite
from motekit.errors import ConfigError, DataError
from motekit.oracle import Tflm
from motekit.quantization import apps as quantized


@pytest.fixture(scope="module")
def keyword():
    """The keyword app, a few synthetic recordings, and its network with few epochs' worth of nothing: untrained."""
    from dataclasses import replace

    import keras

    from motekit.datasets.synthetic import noise, speech
    from motekit.train import recipe as recipes
    from motekit.train import words

    app = apps.load("keyword_spotting")
    recipe = recipes.load(app)
    recipe.VARIATIONS = 1
    recipe.SCHEDULE = replace(recipe.SCHEDULE, batch=16)
    prepared = words.prepare(app, recipe, speech.make(48, silence_share=0.0), noise.recordings())
    keras.utils.set_random_seed(0)
    model = recipe.build(4)
    logits = model.outputs[0]
    model = keras.Model(model.inputs, keras.layers.Softmax(name="probability")(logits))
    return app, prepared, model


@pytest.mark.parametrize("scheme", ["16x8", "mixed", "qat"])
def test_each_scheme_gives_a_model_that_runs_exactly(keyword, scheme, tmp_path):
    _, prepared, model = keyword
    report = quantized.quantize_prepared(model, prepared, tmp_path, scheme, epochs=1, budget=0.2)
    made = (tmp_path / "model.tflite").read_bytes()
    graph = read_tflite(made)
    given = graph.tensors[graph.inputs[0]]
    assert given.dtype == ("int16" if scheme == "16x8" else "int8")
    assert list(given.shape) == [1, 49, 40, 1]
    limits = np.iinfo(given.dtype)
    stored = np.random.default_rng(0).integers(limits.min, limits.max, (6, *given.shape[1:])).astype(given.dtype)
    assert np.array_equal(HostModel(made).predict(stored), Tflm(made).predict(stored))
    assert report["bytes"]["model"] == len(made)
    told = json.loads((tmp_path / "quantization.json").read_text())
    assert told["scheme"] == scheme
    assert "folder" not in told


def test_a_scheme_that_is_none(tmp_path):
    with pytest.raises(ConfigError, match="int8, 16x8, mixed, qat"):
        quantized.quantize_app(apps.load("keyword_spotting"), None, tmp_path, "float16")


def test_the_report_of_files(outlier_forms, tmp_path):
    (tmp_path / "float.tflite").write_bytes(outlier_forms.float_model)
    (tmp_path / "model.tflite").write_bytes(outlier_forms.int8)
    np.save(tmp_path / "inputs.npy", outlier_forms.inputs)
    np.save(tmp_path / "labels.npy", np.zeros(len(outlier_forms.inputs), int))
    files = [tmp_path / name for name in ("float.tflite", "model.tflite", "inputs.npy", "labels.npy")]
    told = []
    report = quantized.sensitivity_files(*files, progress=lambda *step: told.append(step))
    assert report["inputs"] == len(outlier_forms.inputs)
    assert "accuracy" in report["models"]["quantized"]
    assert told[-1][0] == told[-1][1]
    with pytest.raises(DataError, match=r"numpy\.save"):
        quantized.sensitivity_files(files[0], files[1], files[0])
