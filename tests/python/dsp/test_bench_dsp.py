"""Every feature block in the emulator: the host's bits on every core, and within its budget on Cortex-M4F."""

import pytest

from motekit.bench_dsp import SOURCES, bench_dsp, host_hashes

BOARDS = ["mps2_an385", "mps2_an385_m0plus", "mps2_an500", "mps2_an505", "mps3_an547"]
#: most instructions on Cortex-M4F (issue 4)
BARS = {
    "sos_4x1000": 32_000,
    "rfft_512": 24_000,
    "activity_3x125": 40_000,
    "rfft_q31_512": 37_000,
    "mfcc_1s": 2_000_000,
    "logmel_pcan_vad_1s": 2_400_000,
}


def test_every_block_is_measured():
    assert set(host_hashes()) == set(SOURCES)


def test_cortex_m4f_gives_the_hosts_bits_within_the_budget():
    result = bench_dsp("mps2_an386")
    assert [block["block"] for block in result["blocks"] if not block["exact"]] == []
    cost = {block["block"]: block["instructions"] for block in result["blocks"]}
    assert {name: cost[name] for name, bar in BARS.items() if cost[name] > bar} == {}


@pytest.mark.parametrize("board", BOARDS)
def test_other_cores_give_the_hosts_bits(board):
    result = bench_dsp(board)
    assert [block["block"] for block in result["blocks"] if not block["exact"]] == []
    assert result["exact"]
