"""Adaptive cancellation of motion (`mk_cancel`)."""

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp


class Canceller(FloatBlock):
    """Least squares of targets on neighbouring samples of references, remembered from window to window.

    Parameters
    ----------
    weights : ndarray
        float32[length], e.g. a Hann window: of the fit, and of the result.
    references, targets : int
        Signals that explain, and that are explained.
    lags, stride : int
        Samples of each reference that explain a target's sample, and their distance: target `t` by reference `t`,
        `t + stride` to `t + (lags - 1) * stride`.
    memory : sequence of float
        0 to below 1, one to four: the normal equations of a window are its own plus `memory` times the last's.
    ridge : float
        Added to the normal equations' diagonal, as a share of its mean.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        weights: np.ndarray,
        *,
        references: int = 3,
        targets: int = 1,
        lags: int = 10,
        stride: int = 1,
        memory: tuple[float, ...] = (0.0,),
        ridge: float = 0.01,
    ):
        terms = references * lags
        within = min(references, targets, lags, stride) >= 1 and max(targets, stride) < 256
        if not (within and terms <= lib.MK_CANCEL_MOST_TERMS):
            raise ConfigError(
                f"{references} references at {lags} lags are {terms} terms, "
                f"not 1 to {lib.MK_CANCEL_MOST_TERMS}. Take fewer lags."
            )
        if not 1 <= len(memory) <= lib.MK_CANCEL_MOST_MEMORIES:
            raise ConfigError(f"{len(memory)} memories are not 1 to {lib.MK_CANCEL_MOST_MEMORIES}.")
        super().__init__(
            references=references, targets=targets, lags=lags, stride=stride, memory=list(memory), ridge=ridge
        )
        self._weights = floats(weights).copy()
        span = len(self._weights) + (lags - 1) * stride
        self._shape = (references, span), (targets, len(self._weights)), len(memory)
        equations = terms * (terms + 1) // 2 + terms * targets
        self._memory = np.zeros(len(memory) * equations, np.float32)
        self._scratch = np.zeros(len(self._weights) + terms + 2 * equations, np.float32)
        config = ffi.new("mk_cancel_config *")
        config.length, config.references, config.lags = min(len(self._weights), 65535), references, lags
        config.stride = stride
        config.targets, config.memories, config.ridge = targets, len(memory), ridge
        config.memory[0 : len(memory)] = list(memory)
        config.weights = fp(self._weights)
        self._state = ffi.new("mk_cancel *")
        check(lib.mk_cancel_init(self._state, config, fp(self._memory)), "cancellation")
        #: flags of the last window (dsp_quality.h)
        self.quality = 0

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"weights": self._weights}

    def reset(self) -> None:
        """Forget all windows."""
        lib.mk_cancel_reset(self._state)

    def process(self, reference: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Next window: float32[references, span] and [targets, length] to [memories, targets, length].

        The span is `length + (lags - 1) * stride`.
        """
        reference, target = floats(reference), floats(target)
        if (reference.shape, target.shape) != self._shape[:2]:
            raise ConfigError(
                f"a window has shapes {reference.shape} and {target.shape}, not {self._shape[0]} and {self._shape[1]}."
            )
        out = np.empty((self._shape[2], *target.shape), np.float32)
        self.quality = lib.mk_cancel_process(self._state, fp(reference), fp(target), fp(out), fp(self._scratch))
        return out
