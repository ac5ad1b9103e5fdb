"""What pyproject.toml cannot say: the C core is compiled in, and a wheel carries the project's sources."""

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
# the folders firmware is built from, at the same places below the package as below the checkout
CARRIED = ("apps", "boards", "datasets", "shared/core", "shared/firmware")
CARRIED_FILES = ("platformio.ini",)
SKIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.so", "*.o", ".pio", "build")


class BuildWithSources(build_py):
    def run(self):
        super().run()
        if self.editable_mode:
            return
        package = Path(self.build_lib) / "motekit"
        for folder in CARRIED:
            shutil.copytree(ROOT / folder, package / folder, ignore=SKIPPED, dirs_exist_ok=True)
        for name in CARRIED_FILES:
            self.copy_file(str(ROOT / name), str(package / name))


def package_tree(name: str, folder: str) -> dict[str, str]:
    inside = {f"{name}.{sub}": f"{folder}/{sub.replace('.', '/')}" for sub in find_packages(str(ROOT / folder))}
    return {name: folder} | inside


PACKAGES = (
    package_tree("motekit", "shared/motekit")
    | package_tree("motekit.apps", "apps")
    | package_tree("motekit.datasets", "datasets")
)

setup(
    packages=list(PACKAGES),
    package_dir=PACKAGES,
    package_data={"motekit": ["**/*.j2", "**/*.css", "**/*.toml"], "motekit.datasets": ["*.toml"]},
    cffi_modules=["shared/motekit/core_build.py:ffibuilder"],
    cmdclass={"build_py": BuildWithSources},
)
