"""How fast this computer makes features of recordings, beside librosa, on one thread in the same run."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from .accuracy.signals import voice
from .dsp.logmel import LogMel


def _seconds(run: Callable[[], Any], turns: int) -> float:
    """Least processor time, of all threads together, of several turns: other programs only ever add to it."""
    times = []
    for _ in range(turns):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def log_mel(minutes: float = 60.0, turns: int = 3) -> dict[str, Any]:
    """Log-mel of 16 kHz audio: 30 ms frames every 20 ms, FFT 512, 40 bands.

    Returns
    -------
    dict
        "seconds" and "librosa_seconds" of processor time, their "ratio", and "audio_s".

    Notes
    -----
    Processor time is what one thread would take. librosa gets float32 audio, as its users have it; its answer is a
    logarithm of the same bands.
    """
    import librosa

    block = LogMel()
    length = round(minutes * 60 * block.rate_hz)
    samples = np.resize(np.round(voice(60 * block.rate_hz) * 20000).astype(np.int16), length)
    audio = samples.astype(np.float32) / 32768
    settings = {
        "sr": block.rate_hz, "n_fft": block.fft.length, "win_length": block.frame_length, "hop_length": block.hop,
        "center": False, "n_mels": block.bands, "fmin": block.range_hz[0], "fmax": block.range_hz[1], "htk": True,
        "norm": None,
    }  # fmt: skip

    def theirs() -> np.ndarray:
        return np.log(np.maximum(librosa.feature.melspectrogram(y=audio, **settings), 1e-10))

    theirs()  # builds its tables and compiles
    ours, others = _seconds(lambda: block.process(samples), turns), _seconds(theirs, turns)
    return {"audio_s": length / block.rate_hz, "seconds": ours, "librosa_seconds": others, "ratio": ours / others}
