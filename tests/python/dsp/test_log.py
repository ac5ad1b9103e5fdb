import itertools
import math

import numpy as np

from motekit.core import lib


def test_error_is_what_the_header_promises():
    generator = np.random.default_rng(1)
    values = [int(v) for bits in range(1, 65) for v in generator.integers(2 ** (bits - 1), 2**bits, 40, np.uint64)]
    values += [1, 2, 3, 2**32 - 1, 2**32, 2**63, 2**64 - 1]
    errors = [abs(lib.mk_log2_q16(v) / 65536 - math.log2(v)) for v in values]
    assert max(errors) < 1.2e-5


def test_never_falls_when_its_argument_rises():
    values = [lib.mk_log2_q16(v) for v in range(1, 70_000)]
    assert all(a <= b for a, b in itertools.pairwise(values))


def test_zero_is_defined():
    assert lib.mk_log2_q16(0) == 0
