"""Sound files: what can be read comes out exact, what cannot gets one line with the remedy."""

import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from official_layout import put, tone

from motekit.data import audio
from motekit.errors import DataError, MotekitError


def refusal(path, **options) -> str:
    with pytest.raises(DataError) as caught:
        audio.read(path, **options)
    line = str(caught.value)
    assert "\n" not in line
    assert line.endswith(".")
    return line


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.wav.wav"])
def test_16_bit_files_come_out_bit_for_bit(tmp_path, name):
    samples = np.random.default_rng(0).integers(-32_768, 32_768, 16_000).astype(np.int16)
    assert np.array_equal(audio.read(put(tmp_path / name, samples)), samples)


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE", "PCM_24", "PCM_32"])
def test_wider_formats_are_rounded_to_16_bits(tmp_path, subtype):
    samples = tone(1)
    path = put(tmp_path / "a.wav", samples / 32_768, subtype=subtype)
    assert np.array_equal(audio.read(path), samples)


def test_small_float_overshoots_saturate(tmp_path):
    path = put(tmp_path / "a.wav", np.array([1.0, 1.5, -1.0, -1.5, 0.0]), subtype="FLOAT")
    assert audio.read(path).tolist() == [32_767, 32_767, -32_768, -32_768, 0]


def test_unscaled_float_is_refused(tmp_path):
    path = put(tmp_path / "a.wav", np.array([0.0, 12_034.0]), subtype="FLOAT")
    assert "1.203e+04, full scale is 1" in refusal(path)


def test_wrong_rate_names_both_rates_and_both_remedies(tmp_path):
    path = put(tmp_path / "yes" / "0a7c2a8d_nohash_0.wav", tone(1), 44_100)
    assert refusal(path) == (
        "yes/0a7c2a8d_nohash_0.wav is 44100 Hz, the app listens at 16000 Hz. Add --resample, or record at 16000 Hz."
    )


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000])
def test_resampled_only_when_asked(tmp_path, rate_hz):
    seconds = np.arange(rate_hz) / rate_hz
    wave = np.rint(10_000 * np.sin(2 * np.pi * 1000 * seconds)).astype(np.int16)
    samples = audio.read(put(tmp_path / "a.wav", wave, rate_hz), resample=True)
    assert abs(len(samples) - 16_000) <= 1
    middle = slice(2000, 14_000)
    expected = 10_000 * np.sin(2 * np.pi * 1000 * np.arange(len(samples)) / 16_000)
    assert np.abs(samples[middle] - expected[middle]).max() < 20


def test_resampling_a_matching_file_changes_nothing(tmp_path):
    path = put(tmp_path / "a.wav", tone(3))
    assert np.array_equal(audio.read(path, resample=True), tone(3))


def test_stereo(tmp_path):
    path = put(tmp_path / "a.wav", np.stack([tone(1), tone(2)], axis=1))
    assert "has 2 channels" in refusal(path)


def test_missing_folder_and_file(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none" / "a.wav")
    assert "is a folder" in refusal(tmp_path)


def test_a_file_of_no_bytes_and_one_of_no_samples(tmp_path):
    (tmp_path / "a.wav").touch()
    assert "a.wav is empty" in refusal(tmp_path / "a.wav")
    assert "holds no samples" in refusal(put(tmp_path / "b.wav", np.zeros(0, np.int16)))


@pytest.mark.parametrize("text", [b"not audio at all", b"RIFF", b"fLaC" + bytes(50), bytes(4096)])
@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_non_audio(tmp_path, text, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(text)
    assert "cannot be read as audio" in refusal(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers(tmp_path, bad):
    samples = tone(1) / 32_768
    samples[123] = bad
    line = refusal(put(tmp_path / "a.wav", samples, subtype="FLOAT"))
    assert "sample 123 is not a number (1 of 16000 are not)" in line


def test_a_truncated_wav_says_how_much_is_left(tmp_path):
    path = put(tmp_path / "a.wav", tone(1))
    path.write_bytes(path.read_bytes()[: 44 + 2 * 5000])
    assert "promises 16000 samples, the file holds 5000" in refusal(path)


@pytest.mark.parametrize("ending", [".wav", ".flac"])
@given(share=st.floats(0.0, 0.99))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory, ending, share):
    whole = put(tmp_path_factory.mktemp("cut") / f"a{ending}", tone(1, n=4000))
    cut = whole.with_stem("cut")
    data = whole.read_bytes()
    cut.write_bytes(data[: int(share * len(data))])
    refusal(cut)


def test_a_wav_streamed_without_a_length_is_whole(tmp_path):
    path = put(tmp_path / "a.wav", tone(1))
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", 0xFFFF_FFFF)
    path.write_bytes(bytes(data))
    assert np.array_equal(audio.read(path), tone(1))


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_what_is_written_is_what_is_read(tmp_path, ending):
    path = audio.write(tmp_path / "new" / f"a{ending}", tone(7))
    assert np.array_equal(audio.read(path), tone(7))
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_full_disk_leaves_no_file(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile, "write", full)
    with pytest.raises(MotekitError, match=r"cannot write .*No space left"):
        audio.write(tmp_path / "a.wav", tone(1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("samples", [np.zeros(4), np.zeros((4, 2), np.int16)])
def test_only_mono_int16_is_written(tmp_path, samples):
    with pytest.raises(DataError, match="Give int16"):
        audio.write(tmp_path / "a.wav", samples)


def test_fit_crops_or_pads_the_end():
    assert audio.fit(np.arange(5, dtype=np.int16), 3).tolist() == [0, 1, 2]
    assert audio.fit(np.arange(1, 3, dtype=np.int16), 4).tolist() == [1, 2, 0, 0]
