"""The one training loop: AdamW, warm-up and cosine decay, the next epoch made while one is learnt."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ConfigError

if TYPE_CHECKING:
    import keras

Batches = tuple[np.ndarray, Sequence[np.ndarray]]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn.

    Attributes
    ----------
    epochs, batch : int
        Epochs of each cycle.
    rate : float
        Peak learning rate.
    restarts : tuple of float
        Peak rates of further cycles, each of which goes on from what the one before has learnt.
    warm_up : float
        Share of the steps in which the rate rises linearly; then it falls as a cosine, to 0.
    decay : float
        Decoupled weight decay; biases and normalisation have none.
    smoothing : float
        Label smoothing of the first output.
    loss_weights : tuple of float
        Weight of each output's cross-entropy.
    teachers : int
        Networks that learn the first cycle, each from a seed of its own. Where there are several, the first goes on
        in the further cycles with the mean of all as its teacher.
    teaching : float
        Share of the first output's target that is what the teachers say.
    """

    epochs: int = 120
    batch: int = 128
    rate: float = 4e-3
    restarts: tuple[float, ...] = ()
    warm_up: float = 0.05
    decay: float = 2e-3
    smoothing: float = 0.05
    loss_weights: tuple[float, ...] = (1.0, 0.3)
    teachers: int = 1
    teaching: float = 0.8

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1 or self.teachers < 1:
            raise ConfigError("epochs, batch and teachers must be 1 or more.")
        if self.teachers > 1 and not self.restarts:
            raise ConfigError("teachers have nobody to teach: a schedule with several needs restarts.")

    @property
    def cycles(self) -> list["Schedule"]:
        """One schedule without restarts a cycle."""
        return [replace(self, rate=rate, restarts=(), teachers=1) for rate in (self.rate, *self.restarts)]

    @property
    def total(self) -> int:
        """Epochs of all cycles and teachers."""
        return self.epochs * (self.teachers + len(self.restarts))


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and TensorFlow, so that one machine trains the same network again.

    Sums on several threads come in any order, so TensorFlow gets one thread an operator; a process in which it
    has run before keeps what it has.
    """
    import contextlib

    import keras
    import tensorflow as tf

    with contextlib.suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(1)
    keras.utils.set_random_seed(seed)


def fit(
    model: "keras.Model",
    make_epoch: Callable[[int], Batches],
    schedule: Schedule,
    *,
    progress: Callable[[int, int, float], None] | None = None,
    loss: Callable | None = None,
    teachers: Sequence["keras.Model"] = (),
) -> None:
    """Train a model with one or several outputs, in place.

    Parameters
    ----------
    model : keras.Model
        Its outputs are logits, unless `loss` says otherwise.
    make_epoch : callable
        Epoch number to (inputs float32[n, ...], one float32[n, classes] a model output), shuffled. It runs in
        a thread of its own, one epoch ahead.
    schedule : Schedule
    progress : callable, optional
        Called with (epochs done, epochs, mean loss of the first output) after each epoch.
    loss : callable, optional
        (output, target) of one output to its mean loss, in TensorFlow; cross-entropy by default.
    teachers : sequence of keras.Model, optional
        Networks from the same inputs to probabilities of the first output's classes. Their mean is a share of its
        target (distillation: Hinton et al., arXiv:1503.02531; on the very examples that the model sees: Beyer et
        al., arXiv:2106.05237). It is what other recordings of the same kind would have taught, as far as several
        networks agree on it.

    Raises
    ------
    ConfigError
        If an epoch is smaller than a batch, or the loss is no longer a number.
    """
    import keras
    import tensorflow as tf

    optimizer = keras.optimizers.AdamW(schedule.rate, weight_decay=schedule.decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    weights = schedule.loss_weights

    @tf.function(reduce_retracing=True)
    def step(x, targets):
        with tf.GradientTape() as tape:
            outputs = model(x, training=True)
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            losses = []
            for k, (logits, target) in enumerate(zip(outputs, targets, strict=True)):
                if loss is not None:
                    losses.append(loss(logits, target))
                    continue
                soft = schedule.smoothing if k == 0 else 0.0
                target = target * (1 - soft) + soft / target.shape[-1]
                if k == 0 and teachers:
                    told = tf.add_n([teacher(x, training=False) for teacher in teachers]) / len(teachers)
                    target = (1 - schedule.teaching) * target + schedule.teaching * told
                losses.append(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, logits)))
            total = tf.add_n([w * loss for w, loss in zip(weights, losses, strict=False)])
        gradients = tape.gradient(total, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return losses[0]

    with _Ahead(make_epoch, schedule.epochs) as epochs:
        steps = done = 0
        for number, (x, targets) in enumerate(epochs):
            batches = len(x) // schedule.batch
            if batches == 0:
                raise ConfigError(f"an epoch has {len(x)} examples, fewer than a batch of {schedule.batch}.")
            steps = steps or batches * schedule.epochs
            losses = []
            for b in range(batches):
                optimizer.learning_rate.assign(_rate(schedule, min(done, steps) / steps))
                part = slice(b * schedule.batch, (b + 1) * schedule.batch)
                losses.append(step(tf.constant(x[part]), [tf.constant(t[part]) for t in targets]))
                done += 1
            mean = float(np.mean([loss.numpy() for loss in losses]))
            if not np.isfinite(mean):
                raise ConfigError("training diverged: the loss is not a number. Lower the learning rate.")
            if progress:
                progress(number + 1, schedule.epochs, mean)


def _rate(schedule: Schedule, done: float) -> float:
    return schedule.rate * min(1.0, (done + 1e-4) / schedule.warm_up) * 0.5 * (1 + np.cos(np.pi * done))


class _Ahead:
    """Epochs made in a thread, one ahead of the one in use; ends with the `with` block."""

    def __init__(self, make: Callable[[int], Batches], count: int):
        self._make, self._count = make, count
        self._queue: queue.Queue = queue.Queue(1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._queue.get_nowait()
            except queue.Empty:
                self._thread.join(0.05)

    def __iter__(self):
        for _ in range(self._count):
            item = self._queue.get()
            if isinstance(item, BaseException):
                raise item
            yield item

    def _run(self) -> None:
        for number in range(self._count):
            if self._stop.is_set():
                return
            try:
                item = self._make(number)
            except BaseException as error:
                self._queue.put(error)
                return
            self._queue.put(item)
