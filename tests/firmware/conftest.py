from pathlib import Path

import pytest

from motekit.firmware.build import compile_environment
from motekit.firmware.emulate import Emulation
from motekit.link import Session
from motekit.paths import work_dir

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def echo_elf():
    """Builds an environment of the test project; the result is kept, PlatformIO knows what has changed."""
    built = {}

    def make(environment: str) -> Path:
        if environment not in built:
            built[environment] = compile_environment(HERE, environment, work_dir() / "tests")
        return built[environment]

    return make


@pytest.fixture
def echo(echo_elf):
    """Starts the test app on a board and opens a session."""
    running = []

    def start(board: str, environment: str | None = None, **options) -> tuple[Emulation, Session]:
        timeout = options.pop("timeout", 10.0)
        emulation = Emulation(echo_elf(environment or f"echo-{board}"), board, time_limit=60, **options)
        running.append(emulation)
        return emulation, Session(emulation.stream, timeout=timeout)

    yield start
    for emulation in running:
        emulation.close()
