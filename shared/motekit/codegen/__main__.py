"""`python -m motekit.codegen APP OUT_DIR [TARGET]`: called by PlatformIO before it compiles an app."""

import sys
from pathlib import Path

from .. import chains
from ..errors import MotekitError

try:
    chains.of(sys.argv[1]).generate(Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "dsp")
except MotekitError as error:
    sys.exit(f"motekit: {error}")
