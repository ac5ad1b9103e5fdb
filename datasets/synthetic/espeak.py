"""Speech by eSpeak NG, the library that PyPI's `espeakng-loader` ships, driven through ctypes.

eSpeak keeps hidden state from one utterance to the next (pitch flutter, noise), even across its own
`espeak_Terminate`. So that an utterance depends on nothing but its parameters, each is spoken by a fresh
fork of a small worker process that has loaded the library and done nothing else. This module is that
worker too (`python -m motekit.datasets.synthetic.espeak`), and imports nothing with threads, such as NumPy.

Source: espeak-ng's speak_lib.h, API revision 12.
"""

import ctypes
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass

RATE_HZ = 22_050

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: samples come by callback, within espeak_Synth, in this thread
_DONT_EXIT = 0x8000
_POS_CHARACTER, _CHARS_UTF8 = 1, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
# espeak-ng copies its data path into 160 bytes
_LONGEST_DATA_PATH = 140
_COUNT = struct.Struct("<i")
_TIMEOUT_S = 600


@dataclass(frozen=True)
class Utterance:
    """What to say, and how.

    Attributes
    ----------
    text : str
    accent : str
        eSpeak language, e.g. "en-gb-scotland".
    voice : str
        eSpeak voice variant, e.g. "f3".
    words_per_minute : int
        80 to 450.
    pitch, pitch_range : int
        0 to 99; 50 is the voice's own.
    seed : int
        Of the voice's noise.
    """

    text: str
    accent: str
    voice: str
    words_per_minute: int = 175
    pitch: int = 50
    pitch_range: int = 50
    seed: int = 1


def speak(utterances: Sequence[Utterance], workers: int | None = None) -> list[bytes]:
    """Speak utterances in worker processes.

    Parameters
    ----------
    utterances : sequence of Utterance
    workers : int, optional
        Processes to use; by default one a processor. The result does not depend on it.

    Returns
    -------
    list of bytes
        Little-endian int16 samples at 22,050 Hz, in the order asked for.

    Raises
    ------
    ToolError
        If eSpeak NG cannot be loaded, or fails on an utterance.
    """
    workers = min(workers or os.cpu_count() or 1, max(1, len(utterances) // 8))
    shares = [utterances[first::workers] for first in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        spoken = list(pool.map(_run_worker, shares))
    samples: list[bytes] = [b""] * len(utterances)
    for first, share in enumerate(spoken):
        samples[first::workers] = share
    return samples


def version() -> str:
    """Version of the eSpeak NG library, part of what synthetic speech depends on."""
    library = _load_library()
    library.espeak_Info.restype = ctypes.c_char_p
    return library.espeak_Info(None).decode()


def _run_worker(utterances: Sequence[Utterance]) -> list[bytes]:
    from motekit.errors import ToolError

    jobs = json.dumps([asdict(u) for u in utterances]).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=jobs,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"eSpeak NG did not finish in {_TIMEOUT_S} s. Ask for fewer clips at a time.") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise ToolError(f"eSpeak NG failed: {lines[-1]}. Install espeakng-loader again.")
    spoken, at = [], 0
    for _ in utterances:
        (count,) = _COUNT.unpack_from(done.stdout, at)
        at += _COUNT.size
        spoken.append(done.stdout[at : at + count])
        at += count
    return spoken


def _load_library() -> ctypes.CDLL:
    import espeakng_loader

    return ctypes.CDLL(espeakng_loader.get_library_path())


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class _Speaker:
    """The loaded library; `say` may be called once in a process, see the module's text."""

    def __init__(self, data_path: str):
        self.library = _load_library()
        self.library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
        self.library.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        rate = self.library.espeak_Initialize(_SYNCHRONOUS, 0, data_path.encode(), _DONT_EXIT)
        if rate != RATE_HZ:
            raise RuntimeError(f"espeak_Initialize gave {rate} instead of {RATE_HZ} Hz")
        self.variants = os.path.join(data_path, "voices", "!v")
        self.chunks: list[bytes] = []
        # the library keeps the pointer, so the object must live as long
        self.callback = _Callback(self._take)
        self.library.espeak_SetSynthCallback(self.callback)

    def _take(self, samples: int | None, count: int, _events: int) -> int:
        if samples and count > 0:
            self.chunks.append(ctypes.string_at(samples, 2 * count))
        return 0

    def say(self, utterance: Utterance) -> bytes:
        voice = f"{utterance.accent}+{utterance.voice}"
        # of an unknown variant the library says nothing, and speaks in the language's own voice
        known = os.path.isfile(os.path.join(self.variants, utterance.voice))
        if not known or self.library.espeak_SetVoiceByName(voice.encode()):
            raise RuntimeError(f"there is no voice {voice}")
        settings = (
            (_RATE, utterance.words_per_minute),
            (_PITCH, utterance.pitch),
            (_RANGE, utterance.pitch_range),
        )
        for parameter, value in settings:
            self.library.espeak_SetParameter(parameter, value, 0)
        self.library.espeak_ng_SetRandSeed(utterance.seed)
        text = utterance.text.encode() + b"\0"
        if self.library.espeak_Synth(text, len(text), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None):
            raise RuntimeError(f'espeak_Synth refused "{utterance.text}"')
        return b"".join(self.chunks)


def _say_in_a_fork(speaker: _Speaker, utterance: Utterance) -> bytes:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read_end)
            with os.fdopen(write_end, "wb") as pipe:
                pipe.write(speaker.say(utterance))
            status = 0
        except RuntimeError as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        samples = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(1)
    return samples


@contextmanager
def _short_data_path() -> Iterator[str]:
    import espeakng_loader

    path = espeakng_loader.get_data_path()
    if len(path.encode()) <= _LONGEST_DATA_PATH:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="mk") as folder:
        os.symlink(path, os.path.join(folder, "espeak-ng-data"))
        yield os.path.join(folder, "espeak-ng-data")


def _worker() -> None:
    jobs = [Utterance(**job) for job in json.load(sys.stdin)]
    out = sys.stdout.buffer
    with _short_data_path() as data_path:
        speaker = _Speaker(data_path)
        for job in jobs:
            samples = _say_in_a_fork(speaker, job)
            out.write(_COUNT.pack(len(samples)))
            out.write(samples)
    out.flush()


if __name__ == "__main__":
    _worker()
