"""Features of recordings are made at least as fast as the field's library makes them."""

from motekit.throughput import log_mel


def test_log_mel_is_within_twice_librosas_time_on_one_thread():
    found = log_mel(minutes=10, turns=2)
    assert found["audio_s"] == 600
    assert found["ratio"] < 2, found
