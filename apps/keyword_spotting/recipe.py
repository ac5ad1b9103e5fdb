"""Keyword spotting: what app.toml cannot declare, the recordings and the network."""

from pathlib import Path
from typing import TYPE_CHECKING

from motekit.data.recording import Recording
from motekit.datasets import speech_commands
from motekit.train.augment import Augmentation
from motekit.train.loop import Schedule
from motekit.train.variations import Variation

if TYPE_CHECKING:
    import keras

LABELS = speech_commands.LABELS
#: what the network's input is: (natural log of mel energy - MEAN) / DEVIATION, clipped below at 0 before
MEAN, DEVIATION = 12.0, 4.0
WINDOW, BANDS = 49, 40

VARIATIONS, MARGIN = 12, 10
#: words that are not in the data set teach what else is not a keyword; keywords by the same voices, that a
#: synthetic voice is not what tells the two apart
SYNTHETIC = {"count": 1600, "seed": 11, "keyword_share": 0.375, "silence_share": 0.0, "clean": True}
VARIATION = Variation()
AUGMENTATION = Augmentation(unknown=1200)
# the second cycle changes few labels on a fold, but tells keywords from other words more surely
SCHEDULE = Schedule(epochs=60, restarts=(3e-3,))


def recordings(data: Path | str) -> tuple[list[Recording], list[Recording]]:
    """Words and background noise of a folder in the official layout.

    The test set's `_silence_` clips are left out: every copy of it holds the same ones. Silence is learnt
    from the noise files instead.

    Parameters
    ----------
    data : Path
        See `motekit.datasets.speech_commands.find`.

    Returns
    -------
    words, noise : list of Recording
        Words of 1 s; noise files at their full length.
    """
    found = speech_commands.find(data).without_duplicates()
    words = found.load([clip for clip in found.clips if clip.label != speech_commands.SILENCE])
    return words, found.noise()


def build(words: int, dropout: float = 0.15) -> "keras.Model":
    """Build the network: 3 x 3 convolutions over time and frequency, then a residual one over time alone.

    2.6 million multiplications a window. Dense convolutions, as few and as wide as 60 kB allow: every channel of a
    layer costs 28 bytes in a .tflite before its weights, and on a processor TensorFlow learns dense layers up to
    twice as fast as depthwise separable ones of the same cost.

    Parameters
    ----------
    words : int
        Classes of the auxiliary output, the words themselves, which is not deployed: what it teaches about
        the words in "unknown" makes them easier to tell from keywords.
    dropout : float
        Before both outputs.

    Returns
    -------
    keras.Model
        float32[n, 49, 40, 1] to the logits [n, 12] and [n, words].
    """
    from keras import Input, Model, layers

    def block(x, channels, kernel, strides=1, padding="same", activate=True):
        x = layers.Conv2D(channels, kernel, strides=strides, padding=padding, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.98)(x)
        return layers.ReLU()(x) if activate else x

    inputs = Input((WINDOW, BANDS, 1))
    x = block(inputs, 16, 3, 2)
    x = block(x, 24, 3, (1, 2))
    x = block(x, 32, 3, 2)
    x = block(x, 48, 3)
    x = block(x, 56, (1, x.shape[2]), padding="valid")
    x = layers.ReLU()(layers.Add()([x, block(x, 56, (3, 1), activate=False)]))
    x = layers.Dropout(dropout)(layers.GlobalAveragePooling2D()(x))
    return Model(inputs, [layers.Dense(len(LABELS), name="label")(x), layers.Dense(words, name="word")(x)])
