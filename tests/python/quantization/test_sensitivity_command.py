"""`motekit sensitivity MODEL.tflite`: the report of any model, without an app."""

import json

import numpy as np
from typer.testing import CliRunner

from motekit.cli import app


def files(forms, folder):
    paths = {name: folder / name for name in ("float.tflite", "model.tflite", "inputs.npy", "plot.png")}
    paths["float.tflite"].write_bytes(forms.float_model)
    paths["model.tflite"].write_bytes(forms.int8)
    np.save(paths["inputs.npy"], forms.inputs[:16])
    return {name: str(path) for name, path in paths.items()}


def test_report_and_plot_of_a_file(residual_forms, tmp_path):
    paths = files(residual_forms, tmp_path)
    arguments = ["sensitivity", paths["model.tflite"], "--inputs", paths["inputs.npy"]]
    arguments += ["--float", paths["float.tflite"]]
    done = CliRunner().invoke(app, [*arguments, "--plot", paths["plot.png"], "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert len(report["layers"]) >= 5 and report["models"]["quantized"]["sqnr_db"] > 10
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_model_alone_is_not_enough(residual_forms, tmp_path):
    done = CliRunner().invoke(app, ["sensitivity", files(residual_forms, tmp_path)["model.tflite"]])
    assert done.exit_code != 0
    assert "--float" in str(done.output) + str(done.exception)
