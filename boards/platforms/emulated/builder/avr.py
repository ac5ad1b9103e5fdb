"""Builds a firmware for an AVR with the Arduino core: PlatformIO's package if it is installed, else Debian's.

A board's JSON says: build.mcu, build.f_cpu, build.core and build.variant of the Arduino core, and in
build.motekit_flags what makes the firmware's buffers fit.
"""

import os
from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
platform = env.PioPlatform()
# not the project's folder: other projects may use this platform too
shared = Path(platform.get_dir()).resolve().parents[2] / "shared"
arduino = Path(
    platform.get_package_dir("framework-arduino-avr")
    or os.environ.get("ARDUINO_AVR_CORE")
    or "/usr/share/arduino/hardware/arduino/avr"
)
core = arduino / "cores" / board.get("build.core")
if not (core / "Arduino.h").is_file():
    print(f"motekit: there is no Arduino core at {arduino}. Install it: sudo apt-get install arduino-core-avr")
    env.Exit(1)

mcu = ["-mmcu=$BOARD_MCU"]
# what -Os leaves on the table on this core
SMALLER = [
    "-mcall-prologues",
    "-mrelax",
    "-fno-split-wide-types",
    "-fno-tree-scev-cprop",
    "-fno-inline-small-functions",
    "-flto-partition=one",
    "-fno-move-loop-invariants",
    "-fno-jump-tables",
]
env.Replace(
    AR="avr-gcc-ar",
    AS="avr-as",
    CC="avr-gcc",
    CXX="avr-g++",
    OBJCOPY="avr-objcopy",
    RANLIB="avr-gcc-ranlib",
    SIZETOOL="avr-size",
    ARFLAGS=["rcs"],
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    SIZEPROGREGEXP=r"^(?:\.text|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.data|\.bss|\.noinit)\s+(\d+).*",
)
env.Append(
    ASFLAGS=mcu,
    ASPPFLAGS=["-x", "assembler-with-cpp"],
    # gnu11: its __flash keeps constants out of RAM; link-time optimisation makes it fit
    CCFLAGS=[*mcu, "-Os", "-g", "-flto", "-ffunction-sections", "-fdata-sections", "-fno-math-errno", *SMALLER],
    CFLAGS=["-std=gnu11"],
    CXXFLAGS=["-std=gnu++11", "-fno-exceptions", "-fno-threadsafe-statics"],
    LINKFLAGS=[*mcu, "-Os", "-flto", "-fuse-linker-plugin", "-Wl,--gc-sections", "-Wl,--relax", *SMALLER],
    LIBS=["m"],
    CPPDEFINES=[
        ("F_CPU", "$BOARD_F_CPU"),
        ("ARDUINO", 10819),
        "ARDUINO_ARCH_AVR",
        # avr-gcc 5.4 hides it from C++, and the core wants it
        ("DECIMAL_DIG", "__DECIMAL_DIG__"),
        ("MK_BOARD", env.StringifyMacro(env.subst("$BOARD"))),
        *[tuple(flag.split("=", 1)) for flag in board.get("build.motekit_flags", "").split()],
    ],
    CPPPATH=[
        str(core),
        str(arduino / "variants" / board.get("build.variant")),
        str(arduino / "libraries" / "EEPROM" / "src"),
        str(shared / "firmware" / "include"),
        str(shared / "core" / "include"),
    ],
)
env.BuildSources(os.path.join("$BUILD_DIR", "port"), str(shared / "firmware" / "ports" / "arduino"))
# wiring_pulse has two sources of one name (pulseIn): objects of one name for SCons, and nothing here wants it
sources = ["+<*>", "-<wiring_pulse.*>"]
env.Prepend(LIBS=[env.BuildLibrary(os.path.join("$BUILD_DIR", "FrameworkArduino"), str(core), sources)])

elf = env.BuildProgram()
command = env.VerboseAction("$OBJCOPY -O ihex -R .eeprom $SOURCE $TARGET", "Building $TARGET")
image = env.Command(os.path.join("$BUILD_DIR", "${PROGNAME}.hex"), elf, command)
# a board on the desk: avrdude talks to the Arduino boot loader
env.Replace(
    UPLOADER="avrdude",
    UPLOADERFLAGS=["-q", "-p", "$BOARD_MCU", "-c", board.get("upload.protocol"), "-P", "$UPLOAD_PORT", "-D"],
    UPLOADCMD=f"$UPLOADER $UPLOADERFLAGS -b {board.get('upload.speed')} -U flash:w:$SOURCE:i",
)
find_port = env.VerboseAction(env.AutodetectUploadPort, "Looking for the port...")
upload = env.Alias("upload", image, [find_port, env.VerboseAction("$UPLOADCMD", "Uploading $SOURCE")])
AlwaysBuild(upload, env.Alias("nobuild", [elf, image]))
Default([elf, image])
