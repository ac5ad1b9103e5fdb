"""Quantization beyond the default: what it costs and where, training for it, 16 bits where 8 do not do, pruning."""
