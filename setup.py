"""What pyproject.toml cannot say: the C core is compiled in, and a wheel carries the project's sources."""

import importlib.util
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.errors import LinkError

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


class CheckedExtension(build_ext):
    """A library with a function that no source defines links, and fails where it is loaded: load it here first."""

    def build_extension(self, ext):
        place, self.build_lib = self.build_lib, str(Path(self.build_temp) / "unchecked")
        inplace, self.inplace = self.inplace, False
        try:
            super().build_extension(ext)
            made = Path(self.get_ext_fullpath(ext.name))
        finally:
            self.build_lib, self.inplace = place, inplace
        spec = importlib.util.spec_from_file_location(ext.name, made)
        try:
            importlib.util.module_from_spec(spec)
        except ImportError as error:
            raise LinkError(f"the C core does not link: {error}. Give the function a source.") from error
        wanted = Path(self.build_lib) / self.get_ext_filename(self.get_ext_fullname(ext.name))
        wanted.parent.mkdir(parents=True, exist_ok=True)
        # into its own place by renaming: whoever has the old one open keeps it
        shutil.copy2(made, wanted.with_suffix(".new"))
        wanted.with_suffix(".new").replace(wanted)

    def copy_extensions_to_source(self):
        build_py = self.get_finalized_command("build_py")
        for ext in self.extensions:
            name = self.get_ext_filename(self.get_ext_fullname(ext.name))
            package = ext.name.rpartition(".")[0]
            target = Path(build_py.get_package_dir(package)) / Path(name).name
            shutil.copy2(Path(self.build_lib) / name, target.with_suffix(".new"))
            target.with_suffix(".new").replace(target)


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
    cmdclass={"build_py": BuildWithSources, "build_ext": CheckedExtension},
)
