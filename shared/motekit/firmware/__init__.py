"""Firmware: building it with PlatformIO, starting it in an emulator, replaying recordings through it."""
