"""`python -m motekit.codegen APP OUT_DIR [TARGET]`: called by PlatformIO before it compiles an app."""

import sys
from pathlib import Path

from ..app import load
from ..errors import MotekitError
from .generate import generate

try:
    generate(load(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
except MotekitError as error:
    sys.exit(f"motekit: {error}")
