"""A serial cable of a thread: firmware as a process on one pseudo-terminal, a port for pyserial on another."""

import os
import select
import subprocess
import threading
import tty
from pathlib import Path


class Desk:
    """A port that always has the same name; boards can be plugged in and pulled out.

    Parameters
    ----------
    folder : Path
        Where the port's name is put.
    harm : callable, optional
        Takes the bytes on their way, gives what arrives.
    """

    def __init__(self, folder: Path, harm=lambda data: data):
        self.port = str(folder / "ttyACM0")
        self._harm = harm
        self._process = None

    def plug(self, elf: Path) -> None:
        """Start a board's firmware and give it to the port."""
        master, slave = os.openpty()
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._process = subprocess.Popen([str(elf)], stdin=slave, stdout=slave)
        os.close(slave)
        Path(self.port).unlink(missing_ok=True)
        Path(self.port).symlink_to(os.ttyname(theirs))
        self._ends = (master, ours, theirs)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self) -> None:
        master, ours, _ = self._ends
        while not self._stop.is_set():
            for source, sink in ((master, ours), (ours, master)):
                if select.select([source], [], [], 0.001)[0]:
                    try:
                        os.write(sink, self._harm(os.read(source, 4096)))
                    except OSError:  # the firmware has gone
                        return

    def pull(self) -> None:
        """End the firmware, and with it the port."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._stop.set()
            self._thread.join()
            for descriptor in self._ends:
                os.close(descriptor)
            self._process = None

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_) -> None:
        self.pull()
