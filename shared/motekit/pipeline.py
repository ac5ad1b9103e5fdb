"""From samples to decisions: the same C functions as the firmware, over arrays or over a stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import pretrained
from .app import App
from .codegen.generate import quantizer_of
from .compiler import HostModel
from .core import check, ffi, lib, pointer
from .dsp import Mfcc
from .dsp.rows import Rows
from .post import KeywordEvent
from .pretrained import Pretrained
from .runtimes import network
from .tflm import TflmModel


@dataclass(frozen=True)
class Replay:
    """What a pipeline made of a recording; the firmware's answer has the same shape.

    Attributes
    ----------
    features : int16[rows, width]
        Feature rows, in the block's Q format.
    scores : int8[windows, labels]
        The network's output, one row a window.
    events : list of KeywordEvent
        Keywords reported.
    """

    features: np.ndarray
    scores: np.ndarray
    events: list[KeywordEvent]


class _Sink:
    """Collects what the streaming runtime reports."""

    def __init__(self):
        self.features: list[np.ndarray] = []
        self.scores: list[np.ndarray] = []
        self.events: list[KeywordEvent] = []

    def replay(self, width: int, labels: int) -> Replay:
        return Replay(
            np.array(self.features, np.int16).reshape(-1, width),
            np.array(self.scores, np.int8).reshape(-1, labels),
            self.events,
        )


@ffi.def_extern()
def motekit_on_features(context, row, values, width):
    """Take a feature row from the runtime."""
    ffi.from_handle(context).features.append(np.frombuffer(ffi.buffer(values, 2 * width), np.int16).copy())


@ffi.def_extern()
def motekit_on_scores(context, window, scores, labels):
    """Take a window's scores from the runtime."""
    ffi.from_handle(context).scores.append(np.frombuffer(ffi.buffer(scores, labels), np.int8).copy())


@ffi.def_extern()
def motekit_on_event(context, event):
    """Take a decision from the runtime."""
    ffi.from_handle(context).events.append(KeywordEvent(event.window, event.label, event.probability / 65536))


class Pipeline:
    """An app's chain on this computer.

    Parameters
    ----------
    app : App
        The application.
    model : Pretrained, optional
        The model to run; the app's pretrained one unless given.

    Raises
    ------
    ModelError
        If the model is missing, damaged, or does not fit the app.
    ToolError
        If there is no C compiler for the host.
    """

    def __init__(self, app: App, model: Pretrained | None = None):
        self.app = app
        self.model = model or pretrained.load(app)
        self.block = app.feature_block

    @cached_property
    def network(self) -> HostModel | TflmModel:
        """The int8 network on this computer, in the app's runtime."""
        return network(self.app, self.model.int8)

    @cached_property
    def quantizer(self):
        """Feature rows to the network's int8 input."""
        given = self.network.inputs[0]
        return quantizer_of(self.model, given.scale, given.zero_point)

    def windows(self, rows: np.ndarray) -> np.ndarray:
        """Feature rows int16[n, width] to windows int16[k, rows, width], one every `app.stride` rows."""
        if len(rows) < self.app.rows:
            return np.empty((0, self.app.rows, rows.shape[1]), np.int16)
        view = np.lib.stride_tricks.sliding_window_view(rows, self.app.rows, axis=0)
        return np.ascontiguousarray(view[:: self.app.stride].transpose(0, 2, 1))

    def tensors(self, windows: np.ndarray) -> np.ndarray:
        """Windows int16[k, rows, width] to the network's int8 inputs, [k, *input shape]."""
        return self.quantizer.process(windows).reshape(-1, *self.network.inputs[0].shape[1:])

    def batch(self, samples: np.ndarray) -> Replay:
        """Whole recording, int16[n], window by window over arrays: must equal `stream` in every bit."""
        rows = self.block.process(samples)
        scores = self.network.predict(self.tensors(self.windows(rows)))
        scores = scores.reshape(-1, len(self.app.labels))
        return Replay(rows, scores, self.model.keyword().process(scores))

    def stream(self, parts: Iterable[np.ndarray]) -> Replay:
        """Stream of samples, int16 arrays of any lengths, through the core's streaming runtime."""
        stream = _AudioStream(self)
        for part in parts:
            stream.push(part)
        return stream.sink.replay(self.block.width, len(self.app.labels))


class _AudioStream:
    """The core's `mk_audio_stream` with its memory, fed from Python."""

    def __init__(self, pipeline: Pipeline):
        app, block, keyword = pipeline.app, pipeline.block, pipeline.model.keyword()
        logmel, after = getattr(block, "logmel", block), isinstance(block, Rows)
        network = pipeline.network
        self.sink = _Sink()
        self._handle = ffi.new_handle(self.sink)
        sink = ffi.new(
            "mk_stream_sink *",
            (self._handle, lib.motekit_on_features, lib.motekit_on_scores, lib.motekit_on_event),
        )
        config = ffi.new(
            "mk_audio_stream_config *",
            {
                "logmel": logmel.struct,
                "dct": block.struct if isinstance(block, Mfcc) else ffi.NULL,
                "quantizer": pipeline.quantizer.struct,
                "keyword": keyword.struct,
                "rows": app.rows,
                "stride": app.stride,
                "after": block.struct if after else ffi.NULL,
            },
        )
        arena = np.zeros(network.arena_bytes + 16, np.uint8)
        aligned = arena[-arena.ctypes.data % 16 :]
        buffers = {
            "history": ("int16_t", np.zeros(logmel.frame_length + 1, np.int16)),
            "scratch": ("int32_t", np.zeros(logmel.fft.length, np.int32)),
            "row": ("int16_t", np.zeros(logmel.bands + block.width, np.int16)),
            "window": ("int8_t", np.zeros(app.rows * block.width, np.int8)),
            "ring": ("uint8_t", np.zeros(keyword.labels * keyword.smoothing, np.uint8)),
            "sums": ("uint16_t", np.zeros(keyword.labels, np.uint16)),
            "armed": ("uint8_t", np.zeros(keyword.labels, np.uint8)),
            "after": ("int32_t", np.zeros(block.memory if after else 1, np.int32)),
        }
        memory = ffi.new("mk_audio_stream_memory *", {k: pointer(t, a) for k, (t, a) in buffers.items()})
        memory.arena = ffi.from_buffer(aligned)
        self._keep = (pipeline, keyword, sink, config, arena, buffers, memory)
        self._stream = ffi.new("mk_audio_stream *")
        model = ffi.cast("mk_nn_model *", network.address)
        check(lib.mk_audio_stream_init(self._stream, config, model, memory, sink), "audio stream")

    def push(self, samples: np.ndarray) -> None:
        samples = np.ascontiguousarray(samples, np.int16)
        check(lib.mk_audio_stream_push(self._stream, pointer("int16_t", samples), len(samples)), "audio stream")
