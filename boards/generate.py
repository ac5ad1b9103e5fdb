"""PlatformIO pre-script: has motekit write an app's tables and model as C, and adds them to the build."""

import os
import subprocess
import sys
from pathlib import Path

Import("env")  # noqa: F821
env = env  # noqa: F821


def python_with_motekit(root: Path) -> str:
    """The interpreter that has motekit: PlatformIO's own, or the one `./mk` has made."""
    candidates = [os.environ.get("MOTEKIT_PYTHON"), env.subst("$PYTHONEXE"), str(root / ".venv/bin/python")]
    for python in filter(None, candidates):
        if subprocess.run([python, "-c", "import motekit"], capture_output=True, check=False).returncode == 0:
            return python
    sys.exit("motekit: no Python here has motekit. Run ./mk once, or set MOTEKIT_PYTHON to one that has it.")


app = env.GetProjectOption("custom_app", "")
if app:
    root = Path(env.subst("$PROJECT_DIR"))
    folder = Path(env.subst("$BUILD_DIR")) / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    # the official platforms' boards say it in their ini
    target = env.GetProjectOption("custom_target", env.BoardConfig().get("build.motekit_target", "generic"))
    # a copy of the app elsewhere, with another model or other settings (motekit.firmware.build)
    variant = env.GetProjectOption("custom_variant", "")
    app = os.environ.get("MOTEKIT_APP_FOLDER") or (f"{app}@{variant}" if variant else app)
    arguments = [python_with_motekit(root), "-m", "motekit.codegen", app, str(folder), target]
    # a board may have a scale of its own in app.toml
    told = {**os.environ, "MOTEKIT_BOARD": env.subst("$BOARD")}
    if subprocess.run(arguments, env=told, check=False).returncode != 0:
        sys.exit(1)
    python = arguments[0]

    def within_budget(target, source, env):
        """Ends the build with one line if the program is larger than it may be."""
        command = [python, "-m", "motekit.firmware.budget", app, env.subst("$BOARD"), str(target[0])]
        command.append(env.subst("$PIOENV"))
        return None if os.environ.get("MOTEKIT_NO_BUDGET") else subprocess.run(command, check=False).returncode

    env.AddPostAction("$BUILD_DIR/${PROGNAME}.elf", env.VerboseAction(within_budget, "Checking the budget"))
    # libraries include app_config.h nowhere: only the app and its generated files see the folder
    env.Append(CPPPATH=[str(folder)])
    env.BuildSources(os.path.join("$BUILD_DIR", "generated_objects"), str(folder))
    env.Append(CPPPATH=[str(root / "shared" / "firmware" / "include"), str(root / "shared" / "core" / "include")])
    # as sources of the project, not beside it: only those see the libraries that a board's lib_deps bring
    arduino = "arduino" in env.get("PIOFRAMEWORK", [])
    shared = os.path.relpath(root / "shared" / "firmware", env.subst("$PROJECT_SRC_DIR"))
    # drivers in C need no Arduino; each is empty unless its board asks for it
    added = [f"+<{shared}/sensors/{'*' if arduino else '*.c'}>"]
    # the repository's own platform brings its ports itself
    if arduino and env["PIOPLATFORM"] != "emulated":
        added += [f"+<{shared}/ports/arduino/>", f"+<{shared}/radio/>"]
    given = env.get("SRC_FILTER", [])
    env.Replace(SRC_FILTER=[*([given] if isinstance(given, str) else given), *added])
