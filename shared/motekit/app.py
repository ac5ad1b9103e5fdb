"""An application as its app.toml declares it."""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import ConfigError
from .paths import project_root

#: what may run a network: C that motekit writes, or TensorFlow Lite Micro (see `motekit.runtimes`)
RUNTIMES = ("compiled", "tflm")
_SECTIONS = {
    "app": {"name", "summary", "version", "dataset"},
    "sensor": {"kind", "channels", "unit", "scale", "rate_hz", "range"},
    "window": {"length_s", "hop_s"},
    "camera": None,
    "conditioning": None,
    "features": None,
    "model": {"labels", "quantization", "runtime"},
    "decision": None,
    "boards": {"emulated"},
    "budget": None,
    "variant": None,
}
#: what an app with a chain of its own may declare elsewhere, or not need
_OPTIONAL = ("window", "features", "model", "decision")
_BUDGET = {"flash", "ram", "instructions_per_window"}
#: characters of a reason to raise a limit: less is none
_REASON = 20


@dataclass(frozen=True)
class App:
    """One application: its folder and what app.toml says.

    Attributes
    ----------
    folder : Path
        The app's folder.
    sensor, window, model, decision : dict
        The tables of app.toml of that name; empty where an app with its own chain declares none.
    features : list of dict
        The `[[features]]`, in order.
    declared : dict
        All of app.toml, with what a variant says differently.
    budget : dict of dict
        By board: flash and RAM in bytes, instructions a window.
    variant : str
        Name of the `[variant.<name>]` that was asked for (APP@NAME); empty for the app as it stands.
    """

    folder: Path
    name: str
    summary: str
    version: str
    dataset: str
    sensor: dict[str, Any]
    window: dict[str, float]
    features: list[dict[str, Any]]
    model: dict[str, Any]
    decision: dict[str, Any]
    boards: list[str]
    budget: dict[str, dict[str, int]]
    declared: dict[str, Any]
    variant: str = ""

    @property
    def spec(self) -> str:
        """What `load` finds this very app by."""
        return f"{self.folder}@{self.variant}" if self.variant else str(self.folder)

    @property
    def has_chain(self) -> bool:
        """Whether the app has a chain of its own (`motekit.chain.Chain`)."""
        return (self.folder / "chain.py").is_file()

    @property
    def unknown_sections(self) -> set[str]:
        """Tables of app.toml that only the app's own chain can know."""
        return set(self.declared) - set(_SECTIONS)

    @property
    def rate_hz(self) -> float:
        """Sampling rate the app listens at, in Hz."""
        return self.sensor["rate_hz"]

    @property
    def labels(self) -> list[str]:
        """Classes, in the order of the network's outputs."""
        return self.model["labels"]

    @property
    def runtime(self) -> str:
        """What runs the network, one of RUNTIMES."""
        return self.model.get("runtime", RUNTIMES[0])

    @property
    def pretrained(self) -> Path:
        """Folder of the committed model; in it, that of a variant whose features are its own."""
        own = self.folder / "pretrained" / self.variant
        return own if own.is_dir() else self.folder / "pretrained"

    @cached_property
    def feature_block(self):
        """The feature block that `[[features]]` declares (a `motekit.dsp.Block`): audio's, or windows of a stream's."""
        from .dsp.declared import build, is_audio

        if not is_audio(self.features):
            from .dsp.pictures import PictureStream
            from .dsp.windows import WindowStream

            if self.sensor.get("kind") == "camera":
                return PictureStream.from_app(self)
            return WindowStream.from_app(self)
        return build(self.features, self.rate_hz, str(self.folder / "app.toml"))

    @property
    def feature_hash(self) -> int:
        """64 bits that change whenever the features' bits may change."""
        if self.has_chain:
            from . import chains

            return chains.of(self).feature_hash
        return int.from_bytes(self.feature_block.digest()[:8], "big")

    @property
    def rows(self) -> int:
        """Feature rows a window."""
        return self.feature_block.rows_of(round(self.window["length_s"] * self.rate_hz))

    @property
    def stride(self) -> int:
        """Feature rows from one window to the next."""
        stride = self.window["hop_s"] * self.rate_hz / self.feature_block.hop
        if stride < 1 or abs(stride - round(stride)) > 1e-6:
            raise ConfigError(
                f"{self.folder / 'app.toml'}: window hop_s {self.window['hop_s']} is not a whole number of "
                f"feature hops of {self.feature_block.hop / self.rate_hz:g} s. Choose a multiple."
            )
        return round(stride)

    @property
    def window_period_s(self) -> float:
        """Seconds between two decisions."""
        return self.stride * self.feature_block.hop / self.rate_hz


def apps_dir() -> Path:
    """Folder of the applications."""
    return project_root() / "apps"


def app_names() -> list[str]:
    """Names of the applications that come with the project."""
    return sorted(path.parent.name for path in apps_dir().glob("*/app.toml"))


def load(name: str | Path) -> App:
    """Read an application by name, or from a folder that holds an app.toml.

    Parameters
    ----------
    name : str or Path
        Its name or folder. NAME@VARIANT: with what `[variant.VARIANT]` says differently (another sensor's rate, and
        the features that follow from it); a variant has a model of its own, in pretrained/VARIANT.

    Raises
    ------
    ConfigError
        If there is none, or it is not well-formed; the line says where.
    """
    variant = Path(name).name.partition("@")[2]
    folder = Path(str(name).removesuffix(f"@{variant}"))
    if not (folder / "app.toml").is_file():
        folder = apps_dir() / folder
    path = folder / "app.toml"
    if not path.is_file():
        raise ConfigError(
            f"there is no app {str(name)!r}. Choose one of: {', '.join(app_names())}; or give its folder."
        )
    try:
        declared = tomllib.loads(path.read_text(encoding="utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}. Correct the file.") from error
    declared = _varied(declared, variant, path)
    _check(declared, path, own_chain=(folder / "chain.py").is_file())
    return App(
        folder=folder.resolve(),
        name=declared["app"]["name"],
        summary=declared["app"]["summary"],
        version=declared["app"]["version"],
        dataset=declared["app"].get("dataset", ""),
        sensor=declared["sensor"],
        window=declared.get("window", {}),
        features=declared.get("features", []),
        model=declared.get("model", {}),
        decision=declared.get("decision", {}),
        boards=declared.get("boards", {}).get("emulated", ["host"]),
        budget={board: _raised(limits) for board, limits in declared.get("budget", {}).items()},
        declared=declared,
        variant=variant,
    )


def _raised(limits: dict[str, Any]) -> dict[str, int]:
    """A board's limits as they are after all that was raised."""
    first = {what: limit for what, limit in limits.items() if what != "raised"}
    return first | {one["what"]: one["to"] for one in limits.get("raised", [])}


def _varied(declared: dict[str, Any], variant: str, path: Path) -> dict[str, Any]:
    """What app.toml declares, with the values that a variant gives in the place of the app's own."""
    variants = declared.pop("variant", {})
    if not variant:
        return declared
    if variant not in variants:
        known = f"Choose one of: {', '.join(sorted(variants))}." if variants else "Leave the @ out."
        raise ConfigError(f"{path}: there is no [variant.{variant}]. {known}")
    for section, values in variants[variant].items():
        known = declared.get(section)
        # an array of tables (features) is replaced as a whole
        declared[section] = {**known, **values} if isinstance(known, dict) and isinstance(values, dict) else values
    return declared


def _check(declared: dict[str, Any], path: Path, own_chain: bool) -> None:
    """Raise a ConfigError that names the first thing wrong with an app.toml."""
    optional = _OPTIONAL if own_chain else ()
    for section in ("app", "sensor", *_OPTIONAL):
        if section not in declared and section not in optional:
            raise ConfigError(f"{path}: section [{section}] is missing. Add it (see docs/add-an-app.md).")
    for section, table in declared.items():
        if section not in _SECTIONS:
            if own_chain:
                continue  # the chain knows (chains.of)
            raise ConfigError(f"{path}: unknown section [{section}]. Known: {', '.join(_SECTIONS)}.")
        known = _SECTIONS[section]
        if known is not None and (unknown := set(table) - known):
            raise ConfigError(
                f"{path}: unknown key {sorted(unknown)[0]!r} in [{section}]. Known: {', '.join(sorted(known))}."
            )
    for board, limits in declared.get("budget", {}).items():
        if unknown := set(limits) - _BUDGET - {"raised"}:
            raise ConfigError(f"{path}: unknown key {sorted(unknown)[0]!r} in [budget.{board}].")
        for one in limits.get("raised", []):
            what = one.get("what")
            if set(one) != {"what", "to", "why"} or what not in _BUDGET or one["to"] <= limits.get(what, 0):
                raise ConfigError(
                    f"{path}: [budget.{board}] raised: each is {{ what, to, why }}, what one of "
                    f"{', '.join(sorted(_BUDGET))}, and `to` more than it was."
                )
            if len(str(one["why"]).strip()) < _REASON:
                raise ConfigError(f"{path}: [budget.{board}] raises {what} without a reason. Say why.")
    for section, key, kind in (
        ("app", "name", str),
        ("app", "summary", str),
        ("app", "version", str),
        ("sensor", "rate_hz", int | float),
        ("sensor", "channels", list),
        ("window", "length_s", int | float),
        ("window", "hop_s", int | float),
        ("model", "labels", list),
    ):
        if section in declared and not isinstance(declared[section].get(key), kind):
            raise ConfigError(f"{path}: [{section}] {key} is missing or not of the right kind. Correct it.")
    runtime = declared.get("model", {}).get("runtime", RUNTIMES[0])
    if runtime not in RUNTIMES:
        raise ConfigError(f"{path}: [model] runtime is {runtime!r}. Choose one of: {', '.join(RUNTIMES)}.")
    labels = declared.get("model", {}).get("labels", ["any"])
    if len(set(labels)) != len(labels) or not labels:
        raise ConfigError(f"{path}: [model] labels must be different from each other, and at least one.")
