"""Builds a firmware for an emulated Cortex-M or for this computer; avr.py does for an AVR.

A board's JSON says: build.arch (arm, host), build.cpuflags, build.uart (source of the port), build.uart_base,
build.tick_hz, build.memory {flash: [origin, length], ram: [origin, length], stack: length}, and where the
machine has one, build.watchdog_base.
"""

import os
from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
if board.get("build.arch") == "avr":
    env.SConscript("avr.py")
    Return()  # noqa: F821
arm = board.get("build.arch") == "arm"
prefix = "arm-none-eabi-" if arm else ""
# not the project's folder: other projects may use this platform too
shared = Path(env.PioPlatform().get_dir()).resolve().parents[2] / "shared"
port = shared / "firmware" / "ports" / ("cortexm" if arm else "host")
name = env.subst("$BOARD")

env.Replace(
    AR=prefix + "gcc-ar",
    AS=prefix + "as",
    CC=prefix + "gcc",
    CXX=prefix + "g++",
    GDB=prefix + "gdb",
    OBJCOPY=prefix + "objcopy",
    RANLIB=prefix + "gcc-ranlib",
    SIZETOOL=prefix + "size",
    ARFLAGS=["rcs"],
    PROGNAME="firmware",
    PROGSUFFIX=".elf",
)
cpu = board.get("build.cpuflags", "").split()
env.Append(
    ASFLAGS=cpu,
    ASPPFLAGS=["-x", "assembler-with-cpp"],
    CCFLAGS=[*cpu, "-g", "-ffunction-sections", "-fdata-sections", "-fno-math-errno"],
    CFLAGS=["-std=gnu11"],
    LINKFLAGS=[*cpu, "-Wl,--gc-sections"],
    CPPDEFINES=[("MK_BOARD", env.StringifyMacro(name))],
)
sources = ["+<hal.c>"]
if arm:
    memory = board.get("build.memory")
    places = {
        "FLASH_ORIGIN": memory["flash"][0],
        "FLASH_LENGTH": memory["flash"][1],
        "RAM_ORIGIN": memory["ram"][0],
        "RAM_LENGTH": memory["ram"][1],
        # an app whose painted high-water mark is low may ask for less
        "STACK_LENGTH": env.GetProjectOption("custom_stack", memory["stack"]),
    }
    env.Append(
        CPPDEFINES=[
            ("MK_UART_BASE", board.get("build.uart_base")),
            ("MK_TICK_HZ", board.get("build.tick_hz")),
        ],
        LINKFLAGS=[
            "-nostartfiles",
            "--specs=nano.specs",
            "-Wl,-Map,${BUILD_DIR}/${PROGNAME}.map",
            *[f"-Wl,--defsym={symbol}={value}" for symbol, value in places.items()],
        ],
        SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
        SIZEPROGREGEXP=r"^(?:\.vectors|\.text|\.rodata|\.ARM\.exidx|\.data)\s+(\d+).*",
        SIZEDATAREGEXP=r"^(?:\.data|\.bss|\.stack)\s+(\d+).*",
    )
    env.Replace(LDSCRIPT_PATH=str(port / "cortexm.ld"))
    if board.get("build.watchdog_base", ""):
        env.Append(CPPDEFINES=[("MK_WATCHDOG_BASE", board.get("build.watchdog_base"))])
    sources += ["+<startup.c>", "+<semihost.c>", "+<watchdog.c>", f"+<uart_{board.get('build.uart')}.c>"]

# the port sees the library's headers whether or not the library finder has come by
env.Append(CPPPATH=[str(shared / "firmware" / "include"), str(shared / "core" / "include")])
env.BuildSources(os.path.join("$BUILD_DIR", "port"), str(port), sources)

elf = env.BuildProgram()
images = [elf]
if arm:
    command = env.VerboseAction("$OBJCOPY -O binary $SOURCE $TARGET", "Building $TARGET")
    images.append(env.Command(os.path.join("$BUILD_DIR", "${PROGNAME}.bin"), elf, command))
AlwaysBuild(env.Alias("nobuild", images))
Default(images)
