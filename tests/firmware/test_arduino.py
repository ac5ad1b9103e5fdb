"""Every environment of a real board compiles against a stand-in of the Arduino API: port, drivers and app."""

import configparser
import json
import re
import shlex
import subprocess
import sys

import pytest

from motekit import app as apps
from motekit import chains
from motekit.firmware import boards
from motekit.paths import project_root

ROOT = project_root()
FIRMWARE = ROOT / "shared" / "firmware"
STAND_IN = ROOT / "tests" / "firmware" / "arduino_api"
#: what each platform's core defines for the processor
ARCHITECTURES = {
    "nano33ble": ["ARDUINO_ARCH_MBED", "ARDUINO_ARCH_NRF52840"],
    "adafruit_feather_nrf52840": ["ARDUINO_ARCH_NRF52", "NRF52_SERIES"],
    "nanorp2040connect": ["ARDUINO_ARCH_MBED", "ARDUINO_ARCH_RP2040"],
    "pico": ["ARDUINO_ARCH_RP2040"],
    "nicla_vision": ["ARDUINO_ARCH_MBED"],
    "nucleo_f446re": ["ARDUINO_ARCH_STM32"],
    "blackpill_f411ce": ["ARDUINO_ARCH_STM32"],
    "esp32-s3-devkitc-1": ["ARDUINO_ARCH_ESP32"],
    "seeed_xiao_esp32s3": ["ARDUINO_ARCH_ESP32"],
}

#: libraries that come with the boards' cores
WITH_CORES = ("SPI", "Wire", "PDM", "I2S", "Camera", "GC2145")


def environments() -> list[tuple[str, str]]:
    """(app, board) of every environment of a board that is not emulated."""
    real = [boards.load(name) for name in boards.board_names()]
    return [(app, board.name) for board in real if not board.emulated for app in board.apps]


@pytest.fixture(scope="module")
def flags() -> dict[str, list[str]]:
    """The build flags of every environment, as PlatformIO puts them together."""
    command = [sys.executable, "-m", "platformio", "project", "config", "--json-output", "-d", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = {}
    for section, options in json.loads(done.stdout):
        given = dict(options).get("build_flags", [])
        found[section] = shlex.split(" ".join(given if isinstance(given, list) else [given]))
    return found


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """An app's own C, once an app."""
    made = {}

    def make(app: str):
        if app not in made:
            made[app] = tmp_path_factory.mktemp(app)
            chains.of(app).generate(made[app], "generic")
        return made[app]

    return make


def compiled(source, include, flags: list[str], board: str) -> str:
    """The compiler's complaints about one file; nothing is written."""
    macros = [f"-D{name}" for name in ["ARDUINO=10819", *ARCHITECTURES[board]]]
    macros += [flag for flag in flags if flag.startswith("-D")]
    language = ["g++", "-std=gnu++14"] if source.suffix == ".cpp" else ["gcc", "-std=gnu11"]
    folders = [include, STAND_IN, FIRMWARE / "include", ROOT / "shared" / "core" / "include"]
    command = [*language, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *macros]
    command += [f"-I{folder}" for folder in folders]
    return subprocess.run([*command, str(source)], capture_output=True, text=True, timeout=120).stderr


@pytest.mark.parametrize(("app", "board"), environments())
def test_an_environment_compiles(app, board, flags, generated):
    sources = [*FIRMWARE.glob("ports/arduino/*.cpp"), *FIRMWARE.glob("sensors/*.cpp"), *FIRMWARE.glob("src/*.c")]
    sources += [*FIRMWARE.glob("radio/*.c*")]
    sources += [path for path in (ROOT / "apps" / app / "firmware").iterdir() if path.suffix in (".c", ".cpp")]
    given = flags[f"env:{app}-{board}"]
    assert f'-DMK_BOARD="{board}"' in given
    for source in sources:
        complaints = compiled(source, generated(app), given, board)
        assert not complaints, f"{source.name}: {complaints}"


@pytest.mark.parametrize(("app", "board"), environments())
def test_the_sensor_that_an_environment_names_is_there(app, board, flags):
    given = " ".join(flags[f"env:{app}-{board}"])
    named = re.search(r"-DMK_APP_SENSOR=(\w+)", given)
    chosen = re.search(r"-D(MK_SENSOR_\w+)", given)
    if app == "soil_irrigation":  # its probe, valve and weather are one file of the app
        return
    assert named and chosen
    files = [p.read_text() for p in FIRMWARE.glob("sensors/*.cpp") if f"const mk_sensor {named[1]} =" in p.read_text()]
    assert len(files) == 1 and chosen[1] in files[0]


#: drivers that no environment uses yet: app, board and macros of one that could
OTHERS = {
    "lis3dh.cpp": (
        "vibration_maintenance",
        "blackpill_f411ce",
        ["MK_SENSOR_LIS3DH", "MK_LIS3DH_CS=PA4", "MK_LIS3DH_INT1=PB0"],
    ),
    "imu_bmi270.cpp": ("wearable", "nano33ble", ["MK_SENSOR_WRIST_BMI270"]),
}


@pytest.mark.parametrize("driver", OTHERS)
def test_drivers_for_boards_to_come_compile(driver, generated):
    app, board, macros = OTHERS[driver]
    source = FIRMWARE / "sensors" / driver
    assert not compiled(source, generated(app), [f"-D{macro}" for macro in macros], board)


def test_the_core_s_example_compiles(tmp_path):
    core = ROOT / "shared" / "core"
    (example,) = json.loads((core / "library.json").read_text())["examples"]
    source = tmp_path / "example.cpp"  # what the IDE makes of a sketch
    source.write_text("".join((core / example["base"] / name).read_text() for name in example["files"]))
    assert not compiled(source, tmp_path, [], "pico")


def test_every_driver_belongs_to_a_macro_and_to_a_board():
    """A driver without its macro is empty: an app's build is never larger for what other boards have."""
    used = " ".join((boards.boards_dir() / f"{name}.ini").read_text() for name in boards.board_names())
    for path in FIRMWARE.glob("sensors/*.cpp"):
        text = path.read_text()
        macros = re.findall(r"MK_SENSOR_\w+", text)
        assert macros, path.name
        outside = re.sub(r"/\*.*?\*/", "", text, flags=re.S).strip()
        assert outside.startswith("#if") and outside.endswith("#endif"), path.name
        assert any(macro in used for macro in macros) or path.name in OTHERS, path.name


def test_versions_are_pinned_and_defaults_build_anywhere():
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    ini.read([ROOT / "platformio.ini", *boards.boards_dir().glob("*.ini")])
    emulated = {name for name in boards.board_names() if boards.load(name).emulated}
    for section in ini.sections():
        platform = ini[section].get("platform", "emulated")
        assert platform == "emulated" or "@" in platform or "#" in platform, section
        for library in ini[section].get("lib_deps", "").split("\n"):
            # what comes with a core has its version
            assert library.strip() in ("", *WITH_CORES) or "@" in library, f"{section}: {library}"
    for environment in ini["platformio"]["default_envs"].split(","):
        assert environment.strip().split("-", 1)[1] in emulated


def test_the_apps_of_real_boards_are_apps():
    assert {app for app, _ in environments()} <= set(apps.app_names())
