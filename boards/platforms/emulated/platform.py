"""The repository's PlatformIO platform: emulated boards and the host, with what the system has installed."""

import importlib.util
import json
import os
import shutil
import tempfile

from platformio.dependencies import get_core_dependencies
from platformio.package.manager.tool import ToolPackageManager
from platformio.package.meta import PackageSpec
from platformio.platform.base import PlatformBase

SCONS_PY = "import sys\nimport SCons.Script\nsys.exit(SCons.Script.main())\n"


def provide_scons():
    """Make PlatformIO's package `tool-scons` out of the scons that pip installed.

    PlatformIO loads this file before it looks for the package, so a machine that cannot reach the registry
    never asks for it. Does nothing where the package is there, or scons is not (PlatformIO then fetches it).
    """
    requirements = get_core_dependencies()["tool-scons"]
    manager = ToolPackageManager()
    spec = PackageSpec(owner="platformio", name="tool-scons", requirements=requirements)
    if manager.get_package(spec) or not importlib.util.find_spec("SCons"):
        return
    version = requirements.lstrip("~^>=")
    os.makedirs(manager.package_dir, exist_ok=True)
    temporary = tempfile.mkdtemp(dir=os.path.dirname(manager.package_dir))
    # the owner matters: PlatformIO asks for platformio/tool-scons and passes over any other
    origin = {"owner": "platformio", "id": None, "name": "tool-scons", "requirements": None, "uri": None}
    files = {
        "scons.py": SCONS_PY,
        "package.json": json.dumps({"name": "tool-scons", "version": version, "system": "*"}),
        ".piopm": json.dumps({"type": "tool", "name": "tool-scons", "version": version, "spec": origin}),
    }
    for name, text in files.items():
        with open(os.path.join(temporary, name), "w", encoding="utf8") as file:
            file.write(text)
    try:
        os.rename(temporary, os.path.join(manager.package_dir, "tool-scons@pypi"))
    except OSError:  # another run was faster
        shutil.rmtree(temporary, ignore_errors=True)


class EmulatedPlatform(PlatformBase):
    """Boards that build and run anywhere."""

    def configure_default_packages(self, options, targets):
        """Have scons at hand, and no look for a newer PlatformIO: it stalls a minute without a network."""
        provide_scons()
        os.environ.setdefault("PLATFORMIO_DISABLE_UPGRADE_CHECK", "true")
        return super().configure_default_packages(options, targets)

    def is_embedded(self):
        """No: a program is started, nothing is uploaded."""
        return False
