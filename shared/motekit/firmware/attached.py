"""A board on the desk, reached over its serial port; stands in for an `Emulation`."""

from ..errors import LinkError
from ..link import Disconnected, SerialStream


class Attached:
    """The link to a board whose firmware runs already; a context manager that closes the port.

    Parameters
    ----------
    port : str
        See `motekit.link.SerialStream`.

    Attributes
    ----------
    stream : SerialStream
        The link.

    Raises
    ------
    LinkError
        If the port cannot be opened.
    """

    def __init__(self, port: str):
        self.port = port
        self.stream = SerialStream(port)

    def __enter__(self) -> "Attached":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def explain(self, error: LinkError) -> LinkError:
        """The reason for a broken link, with the port's name."""
        if isinstance(error, Disconnected):
            return LinkError(f"the board on {self.port} is gone: unplugged, or reset into its boot loader. Attach it.")
        return error

    def close(self) -> None:
        """Give the port back. The board goes on."""
        self.stream.close()
