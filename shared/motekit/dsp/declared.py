"""From the `[[features]]` of an app.toml to a feature block."""

from typing import Any

from ..errors import ConfigError
from .logmel import LogMel
from .mfcc import Mfcc
from .rows import STAGES, Rows

_LOG_MEL = {"frame_s", "hop_s", "fft_length", "bands", "range_hz", "preemphasis"}


def _log_mel(declared: dict[str, Any], rate_hz: int) -> LogMel:
    return LogMel(
        rate_hz=rate_hz,
        frame_length=round(declared.get("frame_s", 0.030) * rate_hz),
        hop=round(declared.get("hop_s", 0.020) * rate_hz),
        fft_length=declared.get("fft_length", 512),
        bands=declared.get("bands", 40),
        range_hz=tuple(declared.get("range_hz", (20.0, rate_hz / 2 - 400))),
        preemphasis=declared.get("preemphasis", 0.0),
    )


def _mfcc(declared: dict[str, Any], rate_hz: int) -> Mfcc:
    return Mfcc(_log_mel(declared, rate_hz), declared.get("coefficients", 13))


_BLOCKS = {"log_mel": (_log_mel, _LOG_MEL), "mfcc": (_mfcc, _LOG_MEL | {"coefficients"})}


def is_audio(features: list[dict[str, Any]]) -> bool:
    """Whether the declared blocks are those of an app that listens; all others work on windows of float32."""
    return not features or any(declared.get("block") in _BLOCKS for declared in features)


def build(features: list[dict[str, Any]], rate_hz: int, where: str):
    """Make the block that `features` declares; `where` names the file in errors.

    log_mel or mfcc alone, or log_mel and then, in the order the rows go through them, the stages of `motekit.dsp.rows`.

    Raises
    ------
    ConfigError
        If a block or a key is unknown, or a value is out of its range.
    """
    if not features:
        raise ConfigError(f"{where}: no [[features]] are declared. Add log_mel.")
    first, *after = features
    name = first.get("block")
    if name not in _BLOCKS:
        known = ", ".join(sorted({*_BLOCKS, *STAGES}))
        raise ConfigError(
            f"{where}: unknown feature block {name!r}, or not the first. Known: {known}; log_mel is first."
        )
    make, keys = _BLOCKS[name]
    if unknown := set(first) - keys - {"block"}:
        raise ConfigError(f"{where}: {name} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(keys))}.")
    if after and name != "log_mel":
        raise ConfigError(f"{where}: nothing can follow mfcc as the first block. Declare log_mel, then mfcc.")
    try:
        block = make(first, rate_hz)
        return Rows(block, after) if after else block
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {name}: {error}. Correct the value.") from error
