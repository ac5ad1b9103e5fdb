import numpy as np
import pytest

from motekit.dsp import LogMel
from motekit.train.variations import Variation, vary, vary_all

RATE, LENGTH = 16000, 22240


def tone(hz, seconds=1.0, level=8000.0):
    t = np.arange(int(RATE * seconds)) / RATE
    sound = np.where((t > 0.3) & (t < 0.7), level * np.sin(2 * np.pi * hz * t), 0)
    return np.rint(sound + np.random.default_rng(0).normal(0, 10, len(t))).astype(np.int16)


def test_the_first_variation_is_the_recording_itself():
    clip = tone(500)
    out = vary(clip, RATE, LENGTH, np.random.default_rng(0), None)
    start = (LENGTH - len(clip)) // 2
    assert len(out) == LENGTH
    assert (out[start + 200 : start + len(clip) - 200] == clip[200:-200]).all()


def test_the_time_around_sounds_like_the_recordings_background():
    out = vary(tone(500), RATE, LENGTH, np.random.default_rng(0), None)
    assert 5 < out[:3000].std() < 20 and 5 < out[-3000:].std() < 20


def test_speed_moves_the_pitch():
    how = Variation(speed=(1.15, 1.15), room=0.0)
    out = vary(tone(500), RATE, LENGTH, np.random.default_rng(0), how)
    peak = np.abs(np.fft.rfft(out.astype(float))).argmax() * RATE / LENGTH
    assert peak == pytest.approx(575, rel=0.01)


def test_a_room_rings_on():
    clip = tone(500)
    dry = vary(clip, RATE, LENGTH, np.random.default_rng(0), Variation(speed=(1, 1), room=0.0))
    wet = vary(clip, RATE, LENGTH, np.random.default_rng(0), Variation((1, 1), 1.0, (0.3, 0.3), (3, 3)))
    after = slice(3120 + 11300, 3120 + 12500)
    assert wet[after].astype(float).std() > 3 * dry[after].astype(float).std()


@pytest.mark.parametrize("seconds", [0.1, 0.4, 1.6])
def test_any_length_of_clip_fits(seconds):
    assert len(vary(tone(300, seconds), RATE, LENGTH, np.random.default_rng(1), Variation())) == LENGTH


def test_digital_silence_has_a_converters_noise_around_it():
    out = vary(np.zeros(16000, np.int16), RATE, LENGTH, np.random.default_rng(1), None)
    assert np.abs(out).max() <= 2


def test_a_clip_has_the_same_variations_in_any_set():
    clips, names = [tone(300), tone(600), tone(900)], ["a", "b", "c"]
    settings = dict(count=3, margin=10, window=49, seed=5)
    whole = vary_all(clips, names, LogMel, **settings)
    part = vary_all(clips[2:], names[2:], LogMel, **settings)
    assert whole.shape == (3, 3, 69, 40)
    assert (whole[:, 2] == part[:, 0]).all()
    assert (whole[1] != whole[2]).any()
