"""Sound files in and out: 16-bit mono samples, or one line that says what is wrong with the file."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from ..errors import DataError
from ..files import replacing

RATE_HZ = 16_000
SUFFIXES = (".wav", ".flac")

_FULL_SCALE = 32_768
_BLOCK = 1 << 20
# editors leave small overshoots in float files; anything larger was never scaled to +-1
_MAX_OVERSHOOT = 2.0
# what a program writes as length when it cannot seek back to fill it in
_UNKNOWN_LENGTH = 0xFFFF_FFFF
_PCM = ("PCM_16", "PCM_S8", "PCM_U8")


def display_name(path: Path | str) -> str:
    """Folder and name of a file, as messages call it: "yes/0a7c2a8d_nohash_0.wav"."""
    path = Path(path)
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def read(path: Path | str, rate_hz: int = RATE_HZ, *, resample: bool = False) -> np.ndarray:
    """Read a .wav or .flac file as mono int16.

    Parameters
    ----------
    path : Path
        The file. 16-bit PCM is returned as stored; wider PCM and float are rounded to 16 bits.
    rate_hz : int
        The rate the caller works at.
    resample : bool
        Convert another rate (soxr, "HQ") instead of refusing it.

    Returns
    -------
    ndarray
        int16[n], n >= 1, full scale 32768.

    Raises
    ------
    DataError
        If the file is missing, empty, not audio, truncated, not mono, of another rate and `resample`
        is false, or holds samples that are not numbers.
    """
    path = Path(path)
    name = display_name(path)
    _check_file(path, name)
    try:
        with soundfile.SoundFile(path) as file:
            # of the rate first: a wrong rate is the common case, and the message has its own remedy
            if file.samplerate != rate_hz and not resample:
                raise DataError(
                    f"{name} is {file.samplerate} Hz, the app listens at {rate_hz} Hz. "
                    f"Add --resample, or record at {rate_hz} Hz."
                )
            if file.channels != 1:
                raise DataError(
                    f"{name} has {file.channels} channels, the app listens to 1. Record in mono, or mix it down first."
                )
            stored_rate, subtype, promised = file.samplerate, file.subtype, file.frames
            samples = _read_all(file, "int16" if subtype in _PCM else "float64")
    except soundfile.LibsndfileError as error:
        raise DataError(
            f"{name} cannot be read as audio ({error.error_string.rstrip('.')}). Replace it by a .wav or .flac file."
        ) from error
    except OSError as error:
        raise DataError(
            f"{name} cannot be read ({error.strerror or error}). Check the file and its permissions."
        ) from error
    if 0 < promised < _UNKNOWN_LENGTH and len(samples) < promised:
        raise DataError(_truncated(name, promised, len(samples)))
    if len(samples) == 0:
        raise DataError(f"{name} holds no samples. Record it again or remove it.")
    if samples.dtype != np.int16:
        samples = _quantize(samples, name)
    if stored_rate != rate_hz:
        samples = convert_rate(samples, stored_rate, rate_hz)
        if len(samples) == 0:
            raise DataError(f"{name} is too short to resample. Record it again or remove it.")
    return samples


def convert_rate(samples: np.ndarray, from_hz: float, to_hz: float) -> np.ndarray:
    """Resample int16[n] to `to_hz` by soxr "HQ", rounded and saturated to int16."""
    return to_int16(soxr.resample(samples.astype(np.float64), from_hz, to_hz, quality="HQ"))


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Round and saturate float counts (full scale 32768) to int16, as a converter does."""
    return np.clip(np.rint(samples), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)


def fit(samples: np.ndarray, length: int) -> np.ndarray:
    """Bring a clip to `length` samples the official way: crop the end, or pad the end with zeros.

    Source: TensorFlow's speech_commands example, where `decode_wav(desired_samples=16000)` does so.
    """
    if len(samples) >= length:
        return samples[:length]
    return np.concatenate([samples, np.zeros(length - len(samples), samples.dtype)])


def write(path: Path | str, samples: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    """Write int16[n] as a mono 16-bit .wav or .flac file, in one step."""
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise DataError(f"{path.name} is not a sound file's name. End it in .wav or .flac.")
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise DataError(f"{path.name}: samples are {samples.dtype}{samples.shape}. Give int16[n].")
    with replacing(path) as temporary:
        soundfile.write(temporary, samples, rate_hz, subtype="PCM_16", format=path.suffix[1:].upper())
    return path


def _check_file(path: Path, name: str) -> None:
    """Refuse what soundfile would either hide (a truncated .wav) or word badly (no file, no bytes)."""
    if not path.exists():
        raise DataError(f"{path} does not exist. Check the path.")
    if not path.is_file():
        raise DataError(f"{path} is a folder, not a sound file. Name a .wav or .flac file.")
    try:
        size = path.stat().st_size
        if size == 0:
            raise DataError(f"{name} is empty. Record it again or remove it.")
        with open(path, "rb") as file:
            _check_wav_length(file, size, name)
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}). Check the file and its permissions.") from error


def _check_wav_length(file: BinaryIO, size: int, name: str) -> None:
    """Compare the length a RIFF header promises with the bytes there are; libsndfile corrects it silently."""
    header = file.read(12)
    if header[:4] != b"RIFF" or header[8:12] != b"WAVE":
        return
    frame_bytes = 0
    while len(chunk := file.read(8)) == 8:
        kind, length = chunk[:4], int.from_bytes(chunk[4:], "little")
        start = file.tell()
        if kind == b"fmt " and length >= 16:
            frame_bytes = int.from_bytes(file.read(14)[12:14], "little")
        if kind == b"data":
            if length != _UNKNOWN_LENGTH and start + length > size:
                frame = frame_bytes or 1
                raise DataError(_truncated(name, length // frame, (size - start) // frame))
            return
        file.seek(start + length + length % 2)
    raise DataError(f"{name} is truncated: it ends within its header. Copy or record it again.")


def _truncated(name: str, promised: int, found: int) -> str:
    return (
        f"{name} is truncated: its header promises {promised} samples, the file holds {found}. Copy or record it again."
    )


def _read_all(file: soundfile.SoundFile, dtype: str) -> np.ndarray:
    # in blocks: a .flac from a stream promises 2**63 - 1 frames, which nobody can allocate
    blocks = []
    while len(block := file.read(_BLOCK, dtype=dtype)):
        blocks.append(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype)


def _quantize(samples: np.ndarray, name: str) -> np.ndarray:
    bad = np.flatnonzero(~np.isfinite(samples))
    if len(bad):
        raise DataError(
            f"{name}: sample {bad[0]} is not a number ({len(bad)} of {len(samples)} are not). "
            "Export it again as 16-bit PCM."
        )
    peak = float(np.abs(samples).max())
    if peak > _MAX_OVERSHOOT:
        raise DataError(
            f"{name} holds float samples up to {peak:.4g}, full scale is 1. Scale it to +-1, or save it as 16-bit PCM."
        )
    return to_int16(samples * _FULL_SCALE)
