"""`python -m motekit`."""

from .cli import main

main()
