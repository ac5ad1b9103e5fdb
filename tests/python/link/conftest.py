import ctypes
import subprocess
from pathlib import Path

import pytest

from motekit.paths import core_dir, project_root

_BYTES = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint32)
_FRAME = ctypes.CFUNCTYPE(None, ctypes.c_uint8, ctypes.POINTER(ctypes.c_uint8), ctypes.c_uint16)


class Board:
    """The board's end of the link (link.c), with what it wrote and what it was given."""

    def __init__(self, library: ctypes.CDLL):
        self._library = library
        self.written = bytearray()
        self.taken: list[tuple[int, bytes]] = []
        self._functions = (
            _BYTES(lambda data, n: self.written.extend(ctypes.string_at(data, n))),
            _FRAME(lambda kind, data, n: self.taken.append((kind, ctypes.string_at(data, n) if n else b""))),
        )
        assert library.shim_begin(*self._functions) == 0

    def feed(self, data: bytes) -> None:
        self._library.shim_feed(data, len(data))

    def send(self, kind: int, payload: bytes) -> int:
        return self._library.shim_send(kind, payload, len(payload))

    def acknowledge(self, flags: int = 0) -> None:
        self._library.shim_acknowledge(flags)

    def owes(self) -> bool:
        return bool(self._library.shim_owes())

    def crc(self, data: bytes) -> int:
        return self._library.shim_crc(data, len(data))

    def take_written(self) -> bytes:
        data = bytes(self.written)
        self.written.clear()
        return data


@pytest.fixture(scope="session")
def make_board(tmp_path_factory):
    firmware = project_root() / "shared" / "firmware"
    library = tmp_path_factory.mktemp("link") / "link.so"
    sources = [Path(__file__).with_name("link_shim.c"), firmware / "src" / "link.c"]
    sources.append(core_dir() / "src" / "runtime" / "crc.c")
    includes = [f"-I{firmware / 'include'}", f"-I{core_dir() / 'include'}"]
    flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, *includes, *map(str, sources), "-o", str(library)], check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.shim_crc.restype = ctypes.c_uint16
    return lambda: Board(loaded)
