"""Augmentation of log-mel rows, a whole epoch at a time: no epoch shows the same input twice.

What is a filter, a gain or a mixture to the ear is a sum or a log-sum-exp in log-mel energies, thousands of
times cheaper than on samples: epochs are made faster than they are learnt.
"""

from dataclasses import dataclass

import numpy as np

_DB = np.log(10) / 10
# of dimensionless log energies; far below anything that a 16-bit recording holds
_FLOOR = -16.0


@dataclass(frozen=True)
class Augmentation:
    """What an epoch is made of, and how far from the recordings it may go.

    Attributes
    ----------
    unknown, negatives, silences : int
        Examples an epoch of other words, of made-up non-words (see `LogMelEpochs`) and of noise alone.
    shift : int
        Largest time shift, in rows; a stream's windows come at any time of a word.
    warp, warp_share : float
        Largest log factor of the frequency axis (length of the vocal tract), and the share it happens to.
    equaliser : float
        Standard deviation of a smooth filter's terms, natural log of energy.
    gain_db, silence_gain_db : tuple of float
        Range of the gain of words and of noise alone.
    noise_share, snr_db : float, tuple of float
        Share mixed with background noise, and the range of the ratio.
    babble_share, babble_db : float, tuple of float
        Share mixed with another, weaker word, and how much weaker.
    time_masks, time_mask, band_masks, band_mask : int
        SpecAugment: how many masks, and their longest width in rows and in bands.
    mixup_share, mixup : float
        Share mixed with another example and its label, and the parameter of the beta distribution.
    """

    unknown: int = 900
    negatives: int = 300
    silences: int = 250
    shift: int = 10
    warp: float = 0.12
    warp_share: float = 0.5
    equaliser: float = 0.4
    gain_db: tuple[float, float] = (-25.0, 10.0)
    silence_gain_db: tuple[float, float] = (-40.0, 10.0)
    noise_share: float = 0.7
    snr_db: tuple[float, float] = (3.0, 30.0)
    babble_share: float = 0.1
    babble_db: tuple[float, float] = (8.0, 25.0)
    time_masks: int = 1
    time_mask: int = 8
    band_masks: int = 1
    band_mask: int = 6
    mixup_share: float = 0.3
    mixup: float = 0.3


@dataclass(frozen=True, eq=False)
class Epoch:
    """One epoch's examples in random order.

    Attributes
    ----------
    rows : ndarray
        float32[n, window, bands], natural log of energy.
    labels : ndarray
        float32[n, classes], sums of 1: mixed examples have mixed labels.
    words : ndarray
        float32[n, words + 2]: the word said, then "not a word", then "nothing", for an auxiliary output.
    """

    rows: np.ndarray
    labels: np.ndarray
    words: np.ndarray


class LogMelEpochs:
    """Makes epochs for word spotting from variations of recorded words and from noise.

    Beside the recorded words an epoch has made-up non-words, which all are of the class `unknown`: keywords
    backwards, the first part of one keyword with the last part of another, and keywords of which the window
    sees less than about half. They teach a stream's windows that part of a keyword is no keyword.

    Parameters
    ----------
    rows : ndarray
        int16[variations, clips, window + 2 margin, bands]; see `variations.vary_all`.
    labels, words : ndarray of int
        Class and word of each clip. Class `silence` may not occur: it is made of `noise`.
    noise : list of ndarray
        int16[rows, bands], each longer than a window.
    window, q : int
        Rows a window, and fractional bits of the values.
    classes : int
    silence, unknown : int
        Numbers of these two classes; all others are keywords.
    how : Augmentation
    """

    def __init__(
        self,
        rows: np.ndarray,
        labels: np.ndarray,
        words: np.ndarray,
        noise: list[np.ndarray],
        *,
        window: int,
        q: int,
        classes: int,
        silence: int,
        unknown: int,
        how: Augmentation,
    ):
        self._rows, self._labels, self._words = rows, labels, words
        self._noise = np.concatenate(noise)
        self._noise_length = np.array([len(n) for n in noise])
        self._noise_start = np.cumsum(self._noise_length) - self._noise_length
        self._window, self._margin, self._scale = window, (rows.shape[2] - window) // 2, np.float32(2.0**-q)
        self._classes, self._silence, self._unknown, self.how = classes, silence, unknown, how
        self._keywords = np.flatnonzero(labels != unknown)
        self._others = np.flatnonzero(labels == unknown)
        self._nonword = int(words.max()) + 1
        self.words = self._nonword + 2

    @property
    def size(self) -> int:
        """Examples an epoch, at most."""
        other = self.how.unknown if len(self._others) else 0
        return len(self._keywords) + other + self.how.negatives + self.how.silences

    def make(self, rng: np.random.Generator) -> Epoch:
        """Make one epoch."""
        how = self.how
        index = self._keywords
        if len(self._others):
            index = np.concatenate([index, rng.choice(self._others, how.unknown)])
        largest = min(how.shift, self._margin)
        x = self._crops(rng, index, rng.integers(-largest, largest + 1, len(index)))
        negatives = self._negatives(rng, how.negatives)
        x = np.concatenate([x, negatives])
        label = np.concatenate([self._labels[index], np.full(len(negatives), self._unknown)])
        word = np.concatenate([self._words[index], np.full(len(negatives), self._nonword)])

        self._warp(rng, x)
        x += _equaliser(rng, x, how.equaliser) + _gain(rng, x, how.gain_db)
        self._add_noise(rng, x)
        self._add_babble(rng, x)

        quiet = self._noise_crops(rng, how.silences)
        quiet += _equaliser(rng, quiet, 0.7) + _gain(rng, quiet, how.silence_gain_db)
        x = np.concatenate([x, quiet])
        label = np.concatenate([label, np.full(len(quiet), self._silence)])
        word = np.concatenate([word, np.full(len(quiet), self._nonword + 1)])
        np.maximum(x, _FLOOR, out=x)
        self._mask(rng, x)

        order = rng.permutation(len(x))
        labels = np.eye(self._classes, dtype=np.float32)[label[order]]
        words = np.eye(self.words, dtype=np.float32)[word[order]]
        return self._mix(rng, Epoch(x[order], labels, words))

    def _crops(self, rng: np.random.Generator, index: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """Windows of random variations of the clips at `index`, in float natural log."""
        variation = rng.integers(0, len(self._rows), len(index))
        row = (self._margin + shift)[:, None] + np.arange(self._window)
        return self._rows[variation[:, None], index[:, None], row] * self._scale

    def _noise_crops(self, rng: np.random.Generator, count: int) -> np.ndarray:
        file = rng.integers(0, len(self._noise_length), count)
        start = (rng.random(count) * (self._noise_length[file] - self._window)).astype(int)
        row = (self._noise_start[file] + start)[:, None] + np.arange(self._window)
        return self._noise[row] * self._scale

    def _negatives(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Non-words made of keywords: backwards, spliced, cut."""
        index = rng.choice(self._keywords, count)
        x = self._crops(rng, index, np.zeros(count, int))
        kind = rng.integers(0, 3, count)
        backwards, spliced, cut = (np.flatnonzero(kind == k) for k in range(3))
        x[backwards] = x[backwards, ::-1]
        time = np.arange(self._window)[None]

        other = rng.choice(self._keywords, len(spliced))
        y = self._crops(rng, other, np.zeros(len(other), int))
        first, second = _centre(x[spliced]), _centre(y)
        moved = np.clip(time - (first - second)[:, None], 0, self._window - 1)
        y = np.take_along_axis(y, moved[:, :, None], 1)
        y += x[spliced].max((1, 2), keepdims=True) - y.max((1, 2), keepdims=True)
        x[spliced] = np.where((time < first[:, None])[:, :, None], x[spliced], y)

        # the middle of the word lies outside the window, 60 to 240 ms from its edge
        centre, beyond = _centre(x[cut]), rng.integers(3, 12, len(cut))
        early = rng.random(len(cut)) < 0.5
        shift = np.where(early, -(centre + beyond), self._window - 1 - centre + beyond)
        source = time - shift[:, None]
        inside = (source >= 0) & (source < self._window)
        word = np.take_along_axis(x[cut], np.clip(source, 0, self._window - 1)[:, :, None], 1)
        faintest = np.sort(x[cut], axis=1)[:, : self._window // 5]
        pick = rng.integers(0, faintest.shape[1], (len(cut), self._window))
        background = faintest[np.arange(len(cut))[:, None], pick]
        x[cut] = np.where(inside[:, :, None], word, background)

        keep = np.ones(count, bool)
        keep[spliced[self._labels[other] == self._labels[index[spliced]]]] = False
        return x[keep]

    def _warp(self, rng: np.random.Generator, x: np.ndarray) -> None:
        """Stretch the frequency axis, in place."""
        chosen = np.flatnonzero(rng.random(len(x)) < self.how.warp_share)
        bands = x.shape[2]
        factor = np.exp(rng.uniform(-self.how.warp, self.how.warp, len(chosen)))
        position = np.clip(np.arange(bands) * factor[:, None], 0, bands - 1.001)
        low = position.astype(int)
        part = (position - low).astype(np.float32)[:, None]
        at = np.broadcast_to(low[:, None], (len(chosen), x.shape[1], bands))
        below, above = (np.take_along_axis(x[chosen], at + k, 2) for k in (0, 1))
        x[chosen] = below * (1 - part) + above * part

    def _add_noise(self, rng: np.random.Generator, x: np.ndarray) -> None:
        """Mix with filtered noise recordings; the ratio is of the loudest row to the mean row of noise."""
        chosen = np.flatnonzero(rng.random(len(x)) < self.how.noise_share)
        noise = self._noise_crops(rng, len(chosen))
        noise += _equaliser(rng, noise, 0.7)
        speech = x[chosen]
        snr = rng.uniform(*self.how.snr_db, len(chosen)).astype(np.float32) * np.float32(_DB)
        level = _row_energy(speech).max(1) - _log_mean_exp(_row_energy(noise)) - snr
        x[chosen] = np.logaddexp(speech, noise + level[:, None, None])

    def _add_babble(self, rng: np.random.Generator, x: np.ndarray) -> None:
        """Mix with another, weaker word."""
        chosen = np.flatnonzero(rng.random(len(x)) < self.how.babble_share)
        index = rng.integers(0, len(self._labels), len(chosen))
        other = self._crops(rng, index, rng.integers(-self._margin, self._margin + 1, len(chosen)))
        below = rng.uniform(*self.how.babble_db, len(chosen)).astype(np.float32) * np.float32(_DB)
        level = x[chosen].max((1, 2)) - other.max((1, 2)) - below
        x[chosen] = np.logaddexp(x[chosen], other + level[:, None, None])

    def _mask(self, rng: np.random.Generator, x: np.ndarray) -> None:
        """SpecAugment (Park et al., arXiv:1904.08779): rows and bands replaced by the mean, in place."""
        mean = x.mean((1, 2), keepdims=True)
        for axis, masks, widest in (
            (1, self.how.time_masks, self.how.time_mask),
            (2, self.how.band_masks, self.how.band_mask),
        ):
            for _ in range(masks):
                start = rng.integers(0, x.shape[axis], len(x))[:, None]
                width = rng.integers(0, widest + 1, len(x))[:, None]
                place = np.arange(x.shape[axis])[None]
                hidden = (place >= start) & (place < start + width)
                np.copyto(x, mean, where=np.expand_dims(hidden, 3 - axis))

    def _mix(self, rng: np.random.Generator, epoch: Epoch) -> Epoch:
        """Mixup (Zhang et al., arXiv:1710.09412) of energies, as two sounds at once would be."""
        x, labels, words = epoch.rows, epoch.labels, epoch.words
        chosen = np.flatnonzero(rng.random(len(x)) < self.how.mixup_share)
        share = rng.beta(self.how.mixup, self.how.mixup, len(chosen)).astype(np.float32)
        share = np.clip(np.maximum(share, 1 - share), 0.5, 0.9999)[:, None]
        partner = (chosen + 1) % len(x)
        # all partners are read before any is written
        mixed = np.logaddexp(x[chosen] + np.log(share)[:, None], x[partner] + np.log1p(-share)[:, None])
        mixed_labels = share * labels[chosen] + (1 - share) * labels[partner]
        mixed_words = share * words[chosen] + (1 - share) * words[partner]
        x[chosen], labels[chosen], words[chosen] = mixed, mixed_labels, mixed_words
        return epoch


def _row_energy(x: np.ndarray) -> np.ndarray:
    """Log of the energy of each row, [n, rows]."""
    top = x.max(2)
    return top + np.log(np.exp(x - top[:, :, None]).sum(2))


def _log_mean_exp(x: np.ndarray) -> np.ndarray:
    top = x.max(1)
    return top + np.log(np.exp(x - top[:, None]).mean(1))


def _centre(x: np.ndarray) -> np.ndarray:
    """Row of the centre of what is loud, [n]."""
    level = x.mean(2)
    weight = np.exp(np.clip(level - level.max(1, keepdims=True), -8, 0))
    return ((weight * np.arange(x.shape[1])).sum(1) / weight.sum(1)).astype(int)


def _equaliser(rng: np.random.Generator, x: np.ndarray, deviation: float, terms: int = 4) -> np.ndarray:
    """Random smooth filters, [n, 1, bands]: a few cosines along frequency, the slower the stronger."""
    order = np.arange(1, terms + 1)[:, None]
    basis = np.cos(np.pi * order * np.arange(x.shape[2]) / x.shape[2]) / order
    return ((rng.normal(size=(len(x), terms)) * deviation) @ basis).astype(np.float32)[:, None]


def _gain(rng: np.random.Generator, x: np.ndarray, range_db: tuple[float, float]) -> np.ndarray:
    return (rng.uniform(*range_db, (len(x), 1, 1)) * _DB).astype(np.float32)
