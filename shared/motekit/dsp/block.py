"""What every feature block has in common: constants that can be hashed and written as C."""

import hashlib
import json
from typing import Any

import numpy as np


class Block:
    """Base of the feature blocks.

    A block holds constants (window, twiddles, matrices) computed once in Python, and drives the C code
    that uses them. `constants` is all that decides the output's bits, so its hash tells whether a model was
    trained on the same features.
    """

    #: raised when the meaning of the block's output changes, so that old models no longer match
    version = 1

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        raise TypeError(f"{type(self).__name__} declares no parameters")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Integer or float32 tables that decide the output, by name."""
        return {}

    def digest(self) -> bytes:
        """SHA-256 over name, version, parameters and tables."""
        head = json.dumps([type(self).__name__, self.version, self.parameters], sort_keys=True)
        digest = hashlib.sha256(head.encode())
        for name, table in sorted(self.tables.items()):
            digest.update(f"{name} {table.dtype.str} {table.shape} ".encode())
            digest.update(table.tobytes())
        return digest.digest()
