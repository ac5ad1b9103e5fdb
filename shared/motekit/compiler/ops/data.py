"""Operators that move, convert or reduce data: PAD, QUANTIZE, DEQUANTIZE, MEAN."""
