import librosa
import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.dsp import LogMel, Mfcc
from motekit.errors import ConfigError
from signals import at_level, chunkings, hostile, noise, speech, split

#: natural log of 60 dB of energy
FLOOR = np.log(1e6)


def oracle(samples: np.ndarray, block: LogMel) -> np.ndarray:
    """librosa's log-mel in float64, floored 60 dB below each frame's peak; -inf rows for digital silence."""
    values = samples.astype(np.float64)
    if block.preemphasis:
        # scipy's filter with the coefficient as the core has it, in Q15
        values = np.append(values[0], values[1:] - block.struct.preemphasis / 2**15 * values[:-1])
    # librosa centres the window in the FFT; the core puts it first
    lead = (block.fft.length - block.frame_length) // 2
    padded = np.concatenate([np.zeros(lead), values, np.zeros(block.fft.length)])
    energy = librosa.feature.melspectrogram(
        y=padded,
        sr=block.rate_hz,
        n_fft=block.fft.length,
        win_length=block.frame_length,
        hop_length=block.hop,
        center=False,
        power=2,
        n_mels=block.bands,
        fmin=block.range_hz[0],
        fmax=block.range_hz[1],
        htk=True,
        norm=None,
        dtype=np.float64,
    ).T[: block.rows_of(len(samples))]
    with np.errstate(divide="ignore"):
        return floored(np.log(energy))


def floored(rows: np.ndarray) -> np.ndarray:
    return np.maximum(rows, rows.max(axis=1, keepdims=True) - FLOOR)


def compare(clips: list[np.ndarray], block: LogMel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Core's rows, librosa's rows, both floored, of all frames that are not digital silence."""
    ours = np.concatenate([floored(block.process(clip) / 2**block.q) for clip in clips])
    theirs = np.concatenate([oracle(clip, block) for clip in clips])
    heard = theirs.max(axis=1) > 0
    assert heard.mean() > 0.5
    return ours[heard], theirs[heard], heard


@pytest.mark.parametrize("dbfs", [-20, -45])
def test_speech_agrees_with_librosa(dbfs):
    ours, theirs, _ = compare([at_level(clip, dbfs) for clip in speech()], LogMel())
    error = ours - theirs
    assert np.sqrt(np.mean(error**2)) < 0.02
    assert np.abs(error).max() < 0.15


@pytest.mark.parametrize("dbfs", [-20, -45])
def test_cepstrum_of_speech_agrees_with_scipy(dbfs):
    block = LogMel()
    ours, theirs, _ = compare([at_level(clip, dbfs) for clip in speech()], block)
    cepstrum = Mfcc(block, 13).transform(np.round(ours * 2**block.q)) / 2**Mfcc.q
    error = cepstrum - scipy.fft.dct(theirs, type=2, norm="ortho")[:, :13]
    assert np.sqrt(np.mean(error**2)) < 0.02
    assert np.abs(error).max() < 0.15


@pytest.mark.parametrize(
    "settings",
    [
        {"bands": 20, "range_hz": (100, 4000)},
        {"frame_length": 512, "hop": 160, "bands": 64, "fft_length": 1024},
        {
            "rate_hz": 8000,
            "frame_length": 256,
            "hop": 128,
            "fft_length": 256,
            "bands": 24,
            "range_hz": (60, 3800),
        },
        {"preemphasis": 0.97},
    ],
    ids=lambda given: next(iter(given)),
)
def test_other_configurations_agree_with_librosa(settings):
    block = LogMel(**settings)
    ours, theirs, _ = compare([noise(16000, level, seed) for seed, level in enumerate((3, 300, 9000))], block)
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.02
    assert np.abs(ours - theirs).max() < 0.15


@pytest.mark.parametrize("name", list(hostile()))
def test_hostile_signals_stay_in_range(name):
    rows = LogMel().process(hostile()[name])
    assert rows.shape == (49, 40)
    assert rows.min() >= -16 * 512
    assert rows.max() < 34 * 512
    if name == "zeros":
        assert (rows == -16 * 512).all()
    if name == "tone":
        ours, theirs = rows / 512, oracle(hostile()[name], LogMel())
        assert abs(ours.max() - theirs.max()) < 0.01


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.97]))
def test_any_split_of_the_stream_gives_the_same_bits(data, seed, preemphasis):
    samples = noise(5000, 1000, seed)
    block = LogMel(preemphasis=preemphasis)
    whole = block.process(samples)
    block.reset()
    parts = [block.push(part) for part in split(samples, data.draw(chunkings(len(samples))))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_short_recordings_give_no_row():
    assert LogMel().process(np.zeros(479, np.int16)).shape == (0, 40)
    assert LogMel().process(np.zeros(480, np.int16)).shape == (1, 40)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"range_hz": (20, 9000)}, "8000 Hz"),
        ({"bands": 128}, "two FFT bins"),
        ({"hop": 481}, "hop 481"),
        ({"frame_length": 513}, "frame_length 513"),
        ({"preemphasis": 1.0}, "preemphasis"),
        ({"fft_length": 500}, "power of two"),
    ],
)
def test_wrong_parameters_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        LogMel(**settings)


def test_the_hash_follows_whatever_changes_the_bits():
    blocks = [
        LogMel(),
        LogMel(bands=41),
        LogMel(hop=300),
        LogMel(preemphasis=0.5),
        LogMel(range_hz=(30, 7600)),
    ]
    blocks += [Mfcc(LogMel(), 10), Mfcc(LogMel(), 13)]
    assert len({block.digest() for block in blocks}) == len(blocks)
    assert LogMel().digest() == LogMel().digest()
