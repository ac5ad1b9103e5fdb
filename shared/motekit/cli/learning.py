"""`motekit train`, `quantize`, `evaluate`: from recordings to a model with honest figures."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigError
from . import app as commands
from .output import AppName, Json, result, table
from .progress import bar

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        "-d",
        help="Folder in the official layout of the app's data set; else MOTEKIT_DATA's or the fetched one.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the model; build/train/APP unless given.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
Task = Annotated[str | None, typer.Option(help="Which of the app's models, where it has several; else the first.")]
Synthetic = Annotated[bool, typer.Option(help="Use synthetic recordings, made on the spot.")]
Epochs = Annotated[int | None, typer.Option(help="Epochs; the recipe's unless given.")]


def _out(name: str, out: Path | None) -> Path:
    from .. import paths

    return out or paths.work_dir() / "train" / name


@commands.command()
def train(
    name: AppName,
    data: Data = None,
    out: Out = None,
    seed: Seed = 0,
    epochs: Epochs = None,
    task: Task = None,
    synthetic: Synthetic = False,
    json: Json = False,
) -> None:
    """Train an app's network on all recordings of a folder, quantize it, write model and provenance."""
    from .. import chains

    with result(json, _show_trained) as done, bar("training") as advance:
        chain = chains.of(name)
        task = chain.task(task)
        folder = None if synthetic else _data(chain, task, data)
        out = _out(chain.app.name, out)
        done(chain.train(folder, out, task=task, seed=seed, epochs=epochs, progress=advance))


def _data(chain, task: str | None, data: Path | None) -> Path:
    """The folder given, or the task's data set where the catalog finds it on this machine."""
    from ..data import catalog

    return data or catalog.require(chain.dataset(task))


def _show_trained(found: dict) -> None:
    for key, value in found.items():
        print(f"{key}: {value}")


@commands.command()
def quantize(
    name: AppName,
    data: Data = None,
    out: Out = None,
    scheme: Annotated[
        str,
        typer.Option(
            help="int8; 16x8 (int16 activations); mixed (16x8 where the sensitivity asks for it); qat (trained)."
        ),
    ] = "int8",
    seed: Seed = 0,
    epochs: Epochs = None,
    json: Json = False,
) -> None:
    """Quantize a trained network again, calibrated on its training groups."""
    from .. import app as apps
    from ..quantization.apps import quantize_app
    from ..scoring import find_data

    with result(json, _show_trained) as done, bar("quantizing") as advance:
        app = apps.load(name)
        where = _out(app.name, out)
        done(quantize_app(app, find_data(app, data), where, scheme, seed=seed, epochs=epochs, progress=advance))


@commands.command()
def sensitivity(
    name: Annotated[str, typer.Argument(metavar="APP|MODEL", help="An app, or a quantized .tflite (with --float).")],
    data: Data = None,
    model: Annotated[Path | None, typer.Option(help="Folder of another trained model (motekit train --out).")] = None,
    limit: Annotated[int, typer.Option(help="Recordings to measure on.")] = 200,
    exact: Annotated[Path | None, typer.Option("--float", help="The float .tflite that MODEL was made from.")] = None,
    inputs: Annotated[Path | None, typer.Option(help="Inputs to measure on: .npy, float32[n, ...].")] = None,
    labels: Annotated[Path | None, typer.Option(help="Their classes: .npy, int[n].")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the report into this PNG.")] = None,
    json: Json = False,
) -> None:
    """What quantization costs: signal-to-noise ratio of every tensor, accuracy lost in every layer."""
    from .. import app as apps
    from ..quantization import figure
    from ..quantization import table as rows_of
    from ..quantization.apps import sensitivity_app, sensitivity_files
    from ..scoring import find_data

    is_file = name.endswith(".tflite")

    def show(found: dict) -> None:
        table(f"{Path(name).stem if is_file else name}: what quantization costs", *rows_of(found))

    with result(json, show) as done, bar("measuring") as advance:
        if is_file:
            if exact is None or inputs is None:
                raise ConfigError(
                    f"{name} alone does not tell what quantization cost. "
                    "Give the float model and inputs too: --float FLOAT.tflite --inputs X.npy."
                )
            found = sensitivity_files(exact, name, inputs, labels, progress=advance)
        else:
            app = apps.load(name)
            found = sensitivity_app(app, find_data(app, data), model=model, limit=limit, progress=advance)
        if plot:
            from ..report import plots

            plots.save(figure(found), plot)
        done(found)


@commands.command()
def evaluate(
    name: AppName,
    data: Data = None,
    pretrained: Annotated[
        bool, typer.Option("--pretrained", help="Score the committed model; nothing is trained.")
    ] = False,
    model: Annotated[
        Path | None, typer.Option(help="Folder of another trained model to score (motekit train --out).")
    ] = None,
    task: Task = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Train and score by fold, holding out what the split names: speaker, subject, record, station, load, "
            "diameter, as the app has them. `stream`: score a continuous stream."
        ),
    ] = None,
    folds: Annotated[int | None, typer.Option(help="Folds of --split. Default: the app's own number.")] = None,
    minutes: Annotated[int, typer.Option(help="Length of --split stream.")] = 30,
    board: Annotated[
        str | None,
        typer.Option("--board", "-b", help="Board to replay the recordings on too, or `none`. Default: the app's own."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder whose results.json takes the figures.")
    ] = None,
    seed: Seed = 0,
    epochs: Epochs = None,
    synthetic: Synthetic = False,
    json: Json = False,
) -> None:
    """Score a model: float, TensorFlow Lite Micro, C on the host, C on the MCU."""
    from .. import chains

    with result(json, _show_scores) as done, bar("evaluating") as advance:
        chain = chains.of(name, model)
        task = chain.task(task)
        split = None if split == "none" else split
        if split is None and not (pretrained or model):
            raise ConfigError("say what to score: --pretrained, --model DIR, or --split to train by fold.")
        folder = None if synthetic else _data(chain, task, data)
        where = None if board == "none" else board or chain.board
        settings = {"seed": seed, "epochs": epochs, "folds": folds, "out": out, "minutes": minutes}
        done(chain.evaluate(folder, task=task, split=split, board=where, progress=advance, **settings))


def _show_scores(found: dict) -> None:
    data = found["data"]
    scored = found.get("rows", {})
    keys = list(dict.fromkeys(key for row in scored.values() for key, v in row.items() if isinstance(v, float)))
    rows = [[name, *(f"{row[key]:.4f}" if key in row else "" for key in keys)] for name, row in scored.items()]
    counts = f"{data.get('groups')} groups, {data.get('windows')} windows"
    print(f"{found['app']} on {data.get('name')} ({data.get('source')}), {counts}")
    if rows:
        table("Scores", ["runtime", *(key.replace("_", " ") for key in keys)], rows)
        print("integer rows identical" if found["agree"] else "integer rows DIFFER")
    for key, value in found["metrics"].items():
        print(f"{key}: {value}")
