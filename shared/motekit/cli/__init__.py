"""The `motekit` command. Each module here adds its commands; heavy imports wait until a command runs."""

import os
import sys

import typer

from ..errors import MotekitError

app = typer.Typer(
    name="motekit",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Machine learning that really runs on microcontrollers: what you trained is what runs, bit for bit.",
)


def main() -> None:
    """Run the command; an error that a user can mend is one line, not a traceback."""
    # tensorflow writes its start-up news to standard error unless told not to before it is imported
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    try:
        app()
    except MotekitError as error:
        print(f"motekit: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("motekit: stopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


from . import compiling, data, demo, desk, devices, learning, looking, reporting  # noqa: E402

__all__ = ["app", "compiling", "data", "demo", "desk", "devices", "learning", "looking", "main", "reporting"]
