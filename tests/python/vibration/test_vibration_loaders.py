"""Loaders of CWRU, MFPT and CSV: the official layouts with their traps, and what damaged files say."""

import numpy as np
import pytest
import scipy.io
import scipy.signal

from motekit.data.machine import MISSING, frames_of
from motekit.datasets import cwru, mfpt, vibration_csv
from motekit.errors import DataError

RNG = np.random.default_rng(0)


def tone(rate, hz, seconds=2.0):
    return np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)


def peak_hz(recording):
    x = recording.samples[:, 0]
    return np.argmax(np.abs(np.fft.rfft(x * np.hanning(len(x))))) * recording.rate_hz / len(x)


def save(path, **variables):
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {name: np.atleast_2d(value).T for name, value in variables.items()})


def test_the_table_is_the_official_one():
    assert len(cwru.TABLE) == 161
    assert cwru.TABLE[105] == cwru.Entry("inner_race", 7, 0)
    assert cwru.TABLE[188] == cwru.Entry("ball", 14, 3)
    assert cwru.TABLE[198] == cwru.Entry("outer_race", 14, 1, position="6")
    assert cwru.TABLE[100] == cwru.Entry("normal", 0, 3, rate_hz=48000)
    assert cwru.TABLE[3004].mils == 28 and cwru.TABLE[217].rate_hz == 48000 and cwru.TABLE[318].end == "FE"
    # a bearing sampled at both rates is one bearing
    assert cwru.group_of(cwru.TABLE[109]) == cwru.group_of(cwru.TABLE[105])
    assert cwru.group_of(cwru.TABLE[278]) != cwru.group_of(cwru.TABLE[105])


def test_recordings_at_48_khz_are_brought_to_12_and_say_so(tmp_path):
    save(tmp_path / "a" / "97.mat", X097_DE_time=tone(48000, 1000), X097RPM=1796)
    save(tmp_path / "b" / "105.mat", X105_DE_time=tone(12000, 1000), X105RPM=1797)
    normal, inner = cwru.load(tmp_path)
    for recording in (normal, inner):
        assert recording.rate_hz == 12000 and len(recording.samples) == 24000
        assert peak_hz(recording) == pytest.approx(1000, abs=1)
        assert recording.samples[4000:20000, 0].std() == pytest.approx(9.80665 / np.sqrt(2), rel=0.01)
    assert "48 kHz" in normal.note and not inner.note
    assert (normal.label, inner.label, inner.diameter, inner.load) == ("normal", "inner_race", 0.007, 0)
    assert normal.rpm == 1796 and (inner.samples[:, 1] == 1797).all()


def test_what_lies_above_6_khz_does_not_fold(tmp_path):
    save(tmp_path / "98.mat", X098_DE_time=tone(48000, 9000), X098RPM=1772)
    assert cwru.load(tmp_path)[0].samples[2000:-2000, 0].std() < 0.01


def test_variables_of_other_numbers_and_missing_speeds(tmp_path):
    # 99.mat of the official download holds 98's variables too; 3005.mat those of 48; some have no RPM
    save(tmp_path / "99.mat", X098_DE_time=tone(48000, 500), X099_DE_time=tone(48000, 2000), X098RPM=1)
    save(tmp_path / "3005.mat", X048_DE_time=tone(12000, 700), X048RPM=1797)
    found = {recording.name: recording for recording in cwru.load(tmp_path)}
    assert peak_hz(found["99.mat"]) == pytest.approx(2000, abs=1)
    assert found["99.mat"].rpm == 1750 and "nominal" in found["99.mat"].note
    assert found["3005.mat"].label == "ball" and found["3005.mat"].rpm == 1797


def test_a_fan_end_fault_is_read_at_the_fan_end_if_it_can_be(tmp_path):
    save(tmp_path / "278.mat", X278_DE_time=tone(12000, 300), X278_FE_time=tone(12000, 900), X278RPM=1797)
    save(tmp_path / "279.mat", X279_DE_time=tone(12000, 300), X279RPM=1772)
    both, alone = cwru.load(tmp_path)
    assert peak_hz(both) == pytest.approx(900, abs=1) and both.bearing == "FE"
    assert peak_hz(alone) == pytest.approx(300, abs=1) and "DE" in alone.note


@pytest.mark.parametrize("content", [b"", b"no such thing", None])
def test_damaged_files_are_one_line(tmp_path, content):
    if content is None:
        save(tmp_path / "97.mat", other=np.zeros(5))
    else:
        (tmp_path / "97.mat").write_bytes(content)
    with pytest.raises(DataError, match=r"97\.mat.*\."):
        cwru.load(tmp_path)


def test_folders_without_recordings(tmp_path):
    (tmp_path / "999.mat").write_bytes(b"")
    for module in (cwru, mfpt, vibration_csv):
        with pytest.raises(DataError):
            module.load(tmp_path)
        with pytest.raises(DataError):
            module.load(tmp_path / "missing")


def test_mfpt(tmp_path):
    for name, rate in (("baseline_1", 97656), ("InnerRaceFault_vload_3", 48828)):
        bearing = {"sr": rate, "gs": tone(rate, 1500)[:, None], "load": 250, "rate": 25}
        scipy.io.savemat(tmp_path / f"{name}.mat", {"bearing": bearing})
    inner, normal = mfpt.load(tmp_path)
    assert (normal.label, inner.label) == ("normal", "inner_race")
    for recording in (inner, normal):
        assert peak_hz(recording) == pytest.approx(1500, abs=2) and recording.rpm == 1500
        assert len(recording.samples) == pytest.approx(24000, abs=5) and "12 kHz" in recording.note
    scipy.io.savemat(tmp_path / "baseline_2.mat", {"bearing": 3})
    with pytest.raises(DataError, match="baseline_2"):
        mfpt.load(tmp_path)


def test_csv(tmp_path):
    folder = tmp_path / "normal"
    folder.mkdir()
    rows = "\n".join(f"{x:.5f},1480" for x in tone(3200, 200))
    (folder / "pump.csv").write_text(f"# rate_hz: 3200\n# machine: pump 3\n# unit: g\nx,rpm\n{rows}\n")
    found = vibration_csv.load(tmp_path)[0]
    assert (found.label, found.group, found.rate_hz, found.rpm) == ("normal", "pump 3", 12000, 1480)
    assert peak_hz(found) == pytest.approx(200, abs=1)
    assert found.samples[:, 0].std() == pytest.approx(9.80665 / np.sqrt(2), rel=0.02)


def test_csv_gaps_times_and_no_speed(tmp_path):
    lines = [f"{i / 12000},{'' if 100 <= i < 140 else 0.5}" for i in range(1000)]
    (tmp_path / "a.csv").write_text("time,acceleration\n" + "\n".join(lines))
    found = vibration_csv.load(tmp_path / "a.csv")[0]
    assert np.isnan(found.samples[100:140, 0]).all() and np.isfinite(found.samples[:100, 0]).all()
    assert np.isnan(found.samples[:, 1]).all()
    frames = frames_of(found.samples, 0.005)
    assert (frames[:, 1] == MISSING).all() and frames[0, 0] == 100 and frames[120, 0] == MISSING


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x\n1\n2\n", "rate"),
        ("# rate_hz: 3200\ny\n1\n2\n", "column x"),
        ("# rate_hz: 3200\nx\n1,2\n", "cells"),
        ("# rate_hz: 3200\nx\none\n", "not a number"),
        ("# rate_hz: 3200\n", "header"),
    ],
)
def test_csv_that_cannot_be_read(tmp_path, text, says):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=says):
        vibration_csv.load(tmp_path)


def test_frames_are_limited_and_speeds_checked():
    samples = np.array([[1000.0, 1500], [-1000.0, 1500], [np.nan, np.nan]])
    assert frames_of(samples, 0.005).tolist() == [[32767, 1500], [-32767, 1500], [MISSING, MISSING]]
    with pytest.raises(DataError):
        frames_of(np.array([[0.0, 40000.0]]), 0.005)


def test_the_real_set_if_it_is_here():
    """Every file of MOTEKIT_DATA is read, with the speed and the rate it should have."""
    from motekit.data import catalog

    folder = catalog.locate(cwru.NAME)
    if folder is None:  # the layouts above are then all there is
        return
    found = cwru.load(folder)
    assert {recording.label for recording in found} == set(cwru.LABELS)
    for recording in found:
        assert 1700 < recording.rpm < 1800 and 4.5 < recording.duration_s < 45 and recording.rate_hz == 12000
