import numpy as np
import pytest

from motekit.train.augment import Augmentation, LogMelEpochs

WINDOW, MARGIN, BANDS, Q = 49, 10, 40, 9
SILENCE, UNKNOWN, YES, NO = range(4)


def word(rng, pitch, centre=34, length=12):
    """Rows of a quiet background with one louder patch, natural log of energy."""
    rows = rng.normal(6.0, 0.3, (WINDOW + 2 * MARGIN, BANDS))
    rows[centre - length // 2 : centre + length // 2, pitch : pitch + 5] += 10.0
    return rows


def make(how=None, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.array([UNKNOWN] * 6 + [YES] * 8 + [NO] * 8)
    rows = np.stack([[word(rng, 5 * label) for label in labels] for _ in range(2)])
    noise = [rng.normal(8.0, 0.5, (200, BANDS)) for _ in range(2)]
    return LogMelEpochs(
        np.rint(rows * 2**Q).astype(np.int16),
        labels,
        np.arange(len(labels)) % 5,
        [np.rint(n * 2**Q).astype(np.int16) for n in noise],
        window=WINDOW,
        q=Q,
        classes=4,
        silence=SILENCE,
        unknown=UNKNOWN,
        how=how or Augmentation(unknown=10, negatives=30, silences=7),
    )


def plain(**changes):
    """No change to the recordings but those asked for."""
    off = dict(
        unknown=4, negatives=0, silences=0, shift=0, warp_share=0.0, equaliser=0.0, gain_db=(0.0, 0.0),
        noise_share=0.0, babble_share=0.0, time_masks=0, band_masks=0, mixup_share=0.0,
    )  # fmt: skip
    return Augmentation(**{**off, **changes})


def test_an_epoch_holds_what_was_asked_for():
    maker = make()
    epoch = maker.make(np.random.default_rng(1))
    assert epoch.rows.shape[1:] == (WINDOW, BANDS) and epoch.rows.dtype == np.float32
    assert len(epoch.rows) == len(epoch.labels) == len(epoch.words) <= maker.size
    assert np.isfinite(epoch.rows).all()
    assert np.allclose(epoch.labels.sum(1), 1, atol=1e-5) and np.allclose(epoch.words.sum(1), 1, atol=1e-5)


def test_one_seed_makes_one_epoch_and_another_seed_another():
    first, again, other = (make().make(np.random.default_rng(s)) for s in (1, 1, 2))
    assert (first.rows == again.rows).all() and (first.labels == again.labels).all()
    assert first.rows.shape != other.rows.shape or (first.rows != other.rows).any()


def test_without_augmentation_the_recordings_come_back():
    maker = make(plain())
    epoch = maker.make(np.random.default_rng(0))
    whole = maker._rows[:, :, MARGIN : MARGIN + WINDOW].reshape(-1, WINDOW, BANDS) / 2**Q
    for rows, label in zip(epoch.rows, epoch.labels.argmax(1), strict=True):
        same = np.flatnonzero((whole == rows).all(axis=(1, 2)))
        assert len(same) and label in maker._labels[same % len(maker._labels)]


def test_every_keyword_is_there_once_an_epoch():
    counts = make(plain()).make(np.random.default_rng(0)).labels.sum(0)
    assert counts[YES] == 8 and counts[NO] == 8 and counts[UNKNOWN] == 4


def test_made_up_words_are_unknown_and_silence_is_silence():
    epoch = make(plain(unknown=0, negatives=300, silences=50)).make(np.random.default_rng(0))
    counts = epoch.labels.sum(0)
    assert counts[SILENCE] == 50 and counts[YES] == 8 and counts[NO] == 8
    # spliced pairs of one keyword are that keyword again, and left out
    assert 200 <= counts[UNKNOWN] < 300
    quiet = epoch.rows[epoch.labels[:, SILENCE] == 1]
    assert quiet.std(axis=(1, 2)).max() < 2.0


def test_cut_words_show_less_than_half_of_the_word():
    maker = make(plain())
    made = maker._negatives(np.random.default_rng(3), 300)
    loud = (made > 12).sum((1, 2))
    whole = (maker._rows[0, -1] / 2**Q > 12).sum()
    assert (loud < 0.4 * whole).sum() > 50


def test_a_shift_moves_rows_and_stays_within_the_margin():
    maker = make(plain(shift=MARGIN))
    centres = [r.mean(1).argmax() for r in maker.make(np.random.default_rng(0)).rows]
    assert len(set(centres)) > 5 and min(centres) >= 24 - 6 - MARGIN and max(centres) <= 24 + 6 + MARGIN


@pytest.mark.parametrize("gain", [-20.0, 6.0])
def test_gain_is_the_same_in_every_band(gain):
    before = make(plain()).make(np.random.default_rng(0)).rows
    after = make(plain(gain_db=(gain, gain))).make(np.random.default_rng(0)).rows
    assert np.abs(np.sort(after - before, axis=None) - gain * np.log(10) / 10).max() < 40
    assert abs(after.mean() - before.mean() - gain * np.log(10) / 10) < 0.2


def test_noise_fills_the_pauses_and_leaves_the_word():
    clean = make(plain()).make(np.random.default_rng(0)).rows
    noisy = make(plain(noise_share=1.0, snr_db=(10.0, 10.0))).make(np.random.default_rng(0)).rows
    assert noisy.min() > clean.min() + 1
    assert abs(noisy.max() - clean.max()) < 1.0


def test_masks_hide_rows_and_bands():
    epoch = make(plain(time_masks=1, time_mask=20, band_masks=1, band_mask=20)).make(np.random.default_rng(0))
    flat_rows = (epoch.rows.std(axis=2) < 1e-5).sum(1)
    flat_bands = (epoch.rows.std(axis=1) < 1e-5).sum(1)
    assert flat_rows.max() > 5 and flat_rows.max() <= 20
    assert flat_bands.max() > 5 and flat_bands.max() <= 20


def test_mixed_examples_have_mixed_labels():
    epoch = make(plain(mixup_share=1.0, mixup=1.0)).make(np.random.default_rng(0))
    assert ((epoch.labels > 0.01) & (epoch.labels < 0.99)).any()
    assert epoch.labels.max(1).min() >= 0.5 - 1e-6


def test_without_other_words_there_still_are_non_words():
    maker = make()
    keyword = maker._labels != UNKNOWN
    alone = LogMelEpochs(
        maker._rows[:, keyword], maker._labels[keyword], maker._words[keyword], [maker._noise],
        window=WINDOW, q=Q, classes=4, silence=SILENCE, unknown=UNKNOWN, how=maker.how,
    )  # fmt: skip
    epoch = alone.make(np.random.default_rng(0))
    assert len(epoch.rows) <= alone.size and (epoch.labels.argmax(1) == UNKNOWN).any()
