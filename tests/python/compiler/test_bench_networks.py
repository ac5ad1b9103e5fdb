"""Networks of the benchmarks: the streaming one as users export it, with state in variables."""

import numpy as np
import pytest

from motekit.bench_networks import write_networks
from motekit.compiler import HostModel
from motekit.errors import ConfigError
from motekit.oracle import Tflm


def test_an_exported_streaming_network_equals_the_oracle_over_time(tmp_path):
    [path] = write_networks(tmp_path, ["wake_word_stream"])
    host, oracle = HostModel(path, target="dsp"), Tflm(path)
    # ring buffers of 40 x 2, 32 x 4 and 64 x (10 + 14 + 22 + 4) bytes, not floats
    assert host.compiled.plan.state_bytes <= 80 + 128 + 64 * 50 + 6 * 16
    rng = np.random.default_rng(0)
    # longer than the longest memory; then one frame again and again, whose score depends on what was heard before
    frames = rng.integers(-128, 128, (60, 1, 3, 40)).astype(np.int8)
    frames = np.concatenate([frames, np.repeat(frames[:1], 30, axis=0)])
    scores = [host.invoke([frame])[0] for frame in frames]
    for frame, score in zip(frames, scores, strict=True):
        np.testing.assert_array_equal(score, oracle.invoke([frame])[0].reshape(score.shape))
    assert len({score.tobytes() for score in scores[60:]}) > 3
    # what is there is kept
    path.write_bytes(b"another file")
    assert write_networks(tmp_path, ["wake_word_stream"])[0].read_bytes() == b"another file"


def test_an_unknown_network_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no network 'resnet9'"):
        write_networks(tmp_path, ["resnet9"])
