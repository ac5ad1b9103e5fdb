"""TensorFlow Lite Micro's integer arithmetic in exact Python integers: multipliers, roundings, tables.

Everything here runs at compile time. The C side of the same rules is `motekit/nn_quant.h`.
"""

import math

import numpy as np

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def quantize_multiplier(value: float) -> tuple[int, int]:
    """Write a real factor as (Q31 multiplier, shift): value = multiplier / 2^31 * 2^shift.

    Parameters
    ----------
    value : float
        At least 0, finite.

    Returns
    -------
    multiplier : int
        0, or 2^30 <= multiplier < 2^31.
    shift : int
        At least -31; kernels take at most 30, which their operators check.
    """
    if value == 0.0:
        return 0, 0
    fraction, shift = math.frexp(value)
    multiplier = round_half_away(fraction * 2**31)
    if multiplier == 2**31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def round_half_away(value: float) -> int:
    """C's round(): to the nearest, ties away from zero."""
    return math.floor(abs(value) + 0.5) * (-1 if value < 0 else 1)


def mul_q31(a: int, b: int) -> int:
    """round(a * b / 2^31), ties upwards, saturated."""
    if a == INT32_MIN and b == INT32_MIN:
        return INT32_MAX
    return (a * b + (1 << 30)) >> 31


def round_shift(x: int, bits: int) -> int:
    """round(x / 2^bits), ties away from zero."""
    mask = (1 << bits) - 1
    return (x >> bits) + ((x & mask) > (mask >> 1) + (x < 0))


def wrap32(x: int) -> int:
    """Two's complement wrap to int32."""
    return (x + 2**31) % 2**32 - 2**31


def saturating_shift_left(x: int, bits: int) -> int:
    """x * 2^bits, saturated to int32."""
    return max(INT32_MIN, min(INT32_MAX, x << bits))


def requantize(x: int, multiplier: int, shift: int) -> int:
    """round(x * multiplier * 2^(shift - 31)), rounded twice as gemmlowp does."""
    if shift > 0:
        return mul_q31(wrap32(x << shift), multiplier)
    return round_shift(mul_q31(x, multiplier), -shift)


def requantize_array(x: np.ndarray, multiplier: np.ndarray | int, shift: np.ndarray | int) -> np.ndarray:
    """`requantize` over arrays (int64 inside, results int64)."""
    x = np.asarray(x, np.int64)
    multiplier = np.asarray(multiplier, np.int64)
    shift = np.asarray(shift, np.int64)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    product = ((x << left) * multiplier + (1 << 30)) >> 31
    mask = (np.int64(1) << right) - 1
    return (product >> right) + ((product & mask) > (mask >> 1) + (product < 0))


def activation_range(kind: str, scale: np.float32, zero_point: int, low: int, high: int) -> tuple[int, int]:
    """Stored values between which a fused activation clamps."""

    def stored(real: float) -> int:
        return zero_point + round_half_away(float(np.float32(real) / np.float32(scale)))

    if kind == "RELU":
        return max(low, stored(0.0)), high
    if kind == "RELU6":
        return max(low, stored(0.0)), min(high, stored(6.0))
    if kind == "RELU_N1_TO_1":
        return max(low, stored(-1.0)), min(high, stored(1.0))
    return low, high


def exp_on_interval(a: int) -> int:
    """exp(a) in Q31 for a in [-1/4, 0) in Q31: gemmlowp's fourth-order Taylor polynomial around -1/8."""
    constant_term, third = 1895147668, 715827883
    x = a + (1 << 28)
    x2 = mul_q31(x, x)
    x3 = mul_q31(x2, x)
    x4 = mul_q31(x2, x2)
    inner = mul_q31(round_shift(x4, 2) + x3, third) + x2
    return wrap32(constant_term + mul_q31(constant_term, x + round_shift(inner, 1)))


_EXP_STEPS = (
    (-2, 1672461947), (-1, 1302514674), (0, 790015084), (1, 290630308), (2, 39332535), (3, 720401), (4, 242),
)  # fmt: skip


def exp_on_negative(a: int, integer_bits: int) -> int:
    """exp(a) in Q31 for a <= 0 with `integer_bits` integer bits, as gemmlowp computes it."""
    fractional = 31 - integer_bits
    quarter = 1 << (fractional - 2)
    a_mod = (a & (quarter - 1)) - quarter
    result = exp_on_interval(saturating_shift_left(a_mod, integer_bits))
    remainder = a_mod - a
    for exponent, factor in _EXP_STEPS:
        if integer_bits > exponent and remainder & (1 << (fractional + exponent)):
            result = mul_q31(result, factor)
    if integer_bits > 5 and a < -(1 << (fractional + 5)):
        result = 0
    return INT32_MAX if a == 0 else result


def reciprocal_of_one_plus(x: int) -> int:
    """1 / (1 + x) in Q31 for x in [0, 1) in Q31: three Newton steps."""
    one = 1 << 29
    total = x + INT32_MAX
    half = (total + 1) // 2 if total >= 0 else -((-total + 1) // 2)
    y = 1515870810 + mul_q31(half, -1010580540)
    for _ in range(3):
        y += saturating_shift_left(mul_q31(y, one - mul_q31(half, y)), 2)
    return saturating_shift_left(y, 1)


def logistic_q31(a: int, integer_bits: int) -> int:
    """1 / (1 + exp(-a)) in Q31."""
    if a == 0:
        return 1 << 30
    result = reciprocal_of_one_plus(exp_on_negative(-abs(a), integer_bits))
    return result if a > 0 else INT32_MAX - result


def tanh_q31(a: int, integer_bits: int) -> int:
    """tanh(a) in Q31."""
    if a == 0:
        return 0
    e = exp_on_negative(-abs(a), integer_bits + 1)
    # tanh(|a|) = (1 - e) / (1 + e) with e = exp(-2 |a|): one more integer bit doubles the argument
    result = one_minus_over_one_plus(e)
    return result if a > 0 else -result


def one_minus_over_one_plus(x: int) -> int:
    """(1 - x) / (1 + x) in Q31 for x in [0, 1) in Q31."""
    total = x + INT32_MAX
    half = (total + 1) // 2
    one = 1 << 29
    y = 1515870810 + mul_q31(half, -1010580540)
    for _ in range(3):
        y += saturating_shift_left(mul_q31(y, one - mul_q31(half, y)), 2)
    return saturating_shift_left(y - one, 2)
