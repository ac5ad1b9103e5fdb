"""Every environment of a real board compiles against a stand-in of the Arduino API: port, drivers and app."""

import configparser
import json
import re
import shlex
import subprocess
import sys

import pytest

from motekit import _core, chains
from motekit import app as apps
from motekit.firmware import boards
from motekit.paths import project_root

ROOT = project_root()
FIRMWARE = ROOT / "shared" / "firmware"
CORE = ROOT / "shared" / "core"
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

LIBC = {"memcpy", "memmove", "memset", "memcmp", "strlen", "strcmp", "strcpy", "sqrtf", "fabsf"}
#: libraries that come with the boards' cores
WITH_CORES = ("SPI", "Wire", "PDM", "I2S", "Camera", "GC2145")


def environments() -> list[tuple[boards.Environment, str]]:
    """Every environment of a board that is not emulated, with the board's name."""
    real = [boards.load(name) for name in boards.board_names()]
    return [pytest.param(e, board.name, id=e.name) for board in real if not board.emulated for e in board.environments]


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
    """An app's own C, or a variant's, once each."""
    made = {}

    def make(app: str):
        if app not in made:
            made[app] = tmp_path_factory.mktemp("generated")
            chains.of(app).generate(made[app], "generic")
        return made[app]

    return make


def compiled(source, include, flags: list[str], board: str, out=None) -> str:
    """The compiler's complaints about one file; an object is written only if `out` names it."""
    macros = [f"-D{name}" for name in ["ARDUINO=10819", *ARCHITECTURES[board]]]
    macros += [flag for flag in flags if flag.startswith("-D")]
    language = ["g++", "-std=gnu++14"] if source.suffix == ".cpp" else ["gcc", "-std=gnu11"]
    folders = [include, STAND_IN, STAND_IN.parent / "tflm_api", FIRMWARE / "include", CORE / "include"]
    what = ["-c", "-o", str(out)] if out else ["-fsyntax-only"]
    command = [*language, *what, "-Wall", "-Wextra", "-Werror", *macros]
    command += [f"-I{folder}" for folder in folders]
    return subprocess.run([*command, str(source)], capture_output=True, text=True, timeout=120).stderr


def spec(environment: boards.Environment) -> str:
    """What `motekit.app.load` finds an environment's app by."""
    return f"{environment.app}@{environment.variant}" if environment.variant else environment.app


def public_names(program) -> set[str]:
    """Names of C functions and variables that an object or a library offers to others, but for weak ones."""
    done = subprocess.run(["nm", "-g", "--defined-only", str(program)], capture_output=True, text=True, check=True)
    found = (line.split() for line in done.stdout.splitlines())
    return {name for *_, kind, name in found if kind in "TDBR" and name.startswith("mk_")}


def missing_names(objects: list) -> set[str]:
    """C names that objects need and none of them has, nor the core, nor what a board's own core is known to offer."""
    done = subprocess.run(["nm", "-g", *map(str, objects)], capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines() if line and not line.endswith(":")]
    offered = {row[-1] for row in rows if row[-2] != "U"} | public_names(_core.__file__)
    api = "".join(path.read_text() for path in STAND_IN.rglob("*.h"))
    offered |= set(re.findall(r"\b(\w+)\(", api)) | set(re.findall(r"^extern .*?\b(\w+);", api, re.MULTILINE))
    needed = {row[-1] for row in rows if row[-2] == "U" and not row[-1].startswith(("_", "mk_stand_in"))}
    kernels = {name for path in CORE.glob("src/nn/*.c") for name in re.findall(r"\b(mk_\w+)\(", path.read_text())}
    return needed - offered - kernels - LIBC


@pytest.mark.parametrize(("environment", "board"), environments())
def test_an_environment_compiles(environment, board, flags, generated, tmp_path):
    """Each file compiles without a warning, no name is there twice (the core is linked to all), and none is missing."""
    taken = dict.fromkeys(public_names(_core.__file__), "the core")
    sources = [*FIRMWARE.glob("ports/arduino/*.cpp"), *FIRMWARE.glob("sensors/*.cpp"), *FIRMWARE.glob("src/*.c")]
    sources += [*FIRMWARE.glob("radio/*.c*")]
    sources += [p for p in (ROOT / "apps" / environment.app / "firmware").iterdir() if p.suffix in (".c", ".cpp")]
    given = flags[f"env:{environment.name}"]
    assert f'-DMK_BOARD="{board}"' in given
    for source in sources:
        written = tmp_path / f"{source.name}.o"
        complaints = compiled(source, generated(spec(environment)), given, board, written)
        assert not complaints, f"{source.name}: {complaints}"
        for name in public_names(written):
            assert name not in taken, f"{name} is defined in {source.name} and in {taken[name]}"
            taken[name] = source.name
    for source in generated(spec(environment)).glob("*.c*"):
        complaints = compiled(source, source.parent, given, board, tmp_path / f"{source.name}.o")
        assert not complaints, f"{source.name}: {complaints}"
    assert not missing_names(list(tmp_path.glob("*.o")))


@pytest.mark.parametrize(("environment", "board"), environments())
def test_the_sensor_that_an_environment_names_is_there(environment, board, flags):
    given = " ".join(flags[f"env:{environment.name}"])
    named = re.search(r"-DMK_APP_SENSOR=(\w+)", given)
    chosen = re.search(r"-D(MK_SENSOR_\w+)", given)
    if environment.app == "soil_irrigation":  # its probe, valve and weather are one file of the app
        return
    assert named and chosen
    files = [p.read_text() for p in FIRMWARE.glob("sensors/*.cpp") if f"const mk_sensor {named[1]} =" in p.read_text()]
    assert len(files) == 1 and chosen[1] in files[0]


#: drivers that no environment uses yet: app, board and macros of one that could
OTHERS = {
    "lis3dh.cpp": (
        "vibration_maintenance@adxl345",
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


PROGRAM = """
#include "tools.h"
#include <stdio.h>
int main(void)
{
    for (uint8_t channel = 0; channel < 3; channel++)
        printf("%d ", mk_counts(2.0f, channel));
    printf("%d %d", mk_counts(1e9f), mk_counts(0.0f / 0.0f));
}
"""


def test_a_board_s_calibration_is_applied_in_the_app_s_unit(tmp_path):
    """Gain and offset of one board's part, by its ini, for the channels that are told."""
    (tmp_path / "app_config.h").write_text("#define MK_APP_SCALE 0.5f\n#define MK_APP_CHANNELS 3\n")
    source = tmp_path / "main.cpp"
    source.write_text(PROGRAM)
    folders = [tmp_path, STAND_IN, FIRMWARE / "sensors", FIRMWARE / "include", CORE / "include"]
    for flags, wanted in (
        ([], "4 4 4 32767 -32768"),
        (["-DMK_SENSOR_GAIN=1.5f,0.5f", "-DMK_SENSOR_OFFSET=1.0f"], "8 2 4 32767 -32768"),
    ):
        command = ["g++", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", *flags, str(source)]
        command += ["-o", str(tmp_path / "main"), *[f"-I{folder}" for folder in folders]]
        subprocess.run(command, check=True, timeout=120)
        assert subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout == wanted


LIS3DH = """
#include "imu_lis3dh.cpp"
#include <stdio.h>
static uint8_t part[128], at, asked;
static bool told;
TwoWire Wire;
void TwoWire::begin() {}
void TwoWire::beginTransmission(uint8_t address) { told = false; asked = address; }
size_t TwoWire::write(uint8_t byte)
{
    if (told)
        part[at++ & 0x7F] = byte;
    else
        at = byte;
    told = true;
    return 1;
}
uint8_t TwoWire::endTransmission(void) { return asked == 0x18 ? 0 : 2; }
uint8_t TwoWire::endTransmission(bool) { return endTransmission(); }
size_t TwoWire::requestFrom(uint8_t, size_t n) { return n; }
int TwoWire::read() { return at & 0x80 ? part[at++ & 0x7F] : part[at & 0x7F]; }
int TwoWire::available() { return 1; }
int TwoWire::peek() { return 0; }
void Print::flush() {}
size_t Print::write(const uint8_t *, size_t) { return 0; }
int main(void)
{
    float xyz[3];
    const bool absent = mk_imu_begin();
    part[0x0F] = 0x33;
    const bool there = mk_imu_begin();
    printf("%d %d %d %02x %02x", absent, there, mk_imu_read(xyz), part[0x20], part[0x23]);
    const int16_t counts[3] = {4000, -8000, 32752}; /* 1 g, -2 g and the end of the range, at 4 mg in 12 bits */
    for (int i = 0; i < 6; i++)
        part[0x28 + i] = (uint8_t)(counts[i / 2] >> 8 * (i % 2));
    part[0x27] = 0x08;
    const bool new_sample = mk_imu_read(xyz);
    printf(" %d %.3f %.3f %.3f", new_sample, xyz[0], xyz[1], xyz[2]);
}
"""


def test_a_lis3dh_is_read_by_its_registers(tmp_path):
    source = tmp_path / "main.cpp"
    source.write_text(LIS3DH)
    command = ["g++", "-Wall", "-Wextra", "-Werror", "-DMK_SENSOR_WRIST_LIS3DH", "-o", str(tmp_path / "main")]
    command += [str(source), *(f"-I{folder}" for folder in (STAND_IN, FIRMWARE / "sensors"))]
    subprocess.run(command, check=True, timeout=120)
    told = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    assert told == "0 1 0 67 a8 1 1.000 -2.000 8.188"


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
            # what comes with a core has its version; another section's libraries are looked at there
            elsewhere = re.fullmatch(r"\$\{[\w:-]+\.lib_deps\}", library.strip())
            assert library.strip() in ("", *WITH_CORES) or "@" in library or elsewhere, f"{section}: {library}"
    for environment in ini["platformio"]["default_envs"].split(","):
        assert environment.strip().split("-", 1)[1] in emulated


def test_the_apps_of_real_boards_are_apps():
    found = [boards.load(name) for name in boards.board_names()]
    assert {app for board in found for app in board.apps} == {*apps.app_names(), "windows"}


def test_a_board_s_app_is_the_variant_that_its_parts_ask_for():
    """An ADXL345 gives 3,200 Hz: features, network and thresholds of that board follow from there."""
    nucleo = boards.load("nucleo_f446re")
    assert nucleo.variant_of("vibration_maintenance") == "adxl345"
    slow, fast = apps.load("vibration_maintenance@adxl345"), apps.load("vibration_maintenance")
    assert (slow.rate_hz, fast.rate_hz) == (3200, 12000) and slow.feature_hash != fast.feature_hash
    assert slow.pretrained != fast.pretrained and chains.of(slow).model != chains.of(fast).model


def test_a_rate_that_a_part_does_not_have_is_no_build(generated):
    source = FIRMWARE / "sensors" / "adxl345.cpp"
    given = ["-DMK_SENSOR_ADXL345", "-DMK_ADXL345_CS=10", "-DMK_ADXL345_INT1=2"]
    complaints = compiled(source, generated("vibration_maintenance"), given, "nucleo_f446re")
    assert "an ADXL345 samples at 3200, 1600" in complaints and "custom_variant" in complaints
