"""The baseline's journal: a power cut at any write or erase leaves the old record or the new one, never a mix."""

import zlib

import numpy as np
import pytest

from motekit.core import ffi, lib, pointer

RECORD, SECTOR, SCHEMA = 40, 200, 0xABCD1234  # three slots of 56 bytes a sector


class Flash:
    """Simulated flash over a bytearray, with a journal on it."""

    def __init__(self, memory: np.ndarray, cut_at: int = 0, tear: int = 0):
        self.memory = memory
        self.device, self.flash = ffi.new("mk_flash_memory *"), ffi.new("mk_flash *")
        lib.mk_flash_memory_init(self.device, self.flash, pointer("uint8_t", memory), len(memory) // 2)
        self.device.cut_at, self.device.tear = cut_at, tear
        self.journal = ffi.new("mk_journal *")
        assert lib.mk_journal_init(self.journal, self.flash, RECORD, SCHEMA) == 0

    def save(self, payload: bytes) -> int:
        return lib.mk_journal_save(self.journal, payload)

    def load(self) -> bytes | None:
        found = lib.mk_journal_load(self.journal)
        return bytes(ffi.buffer(found, RECORD)) if found else None


def blank() -> np.ndarray:
    return np.full(2 * SECTOR, 255, np.uint8)


def payload(number: int) -> bytes:
    return bytes((number * 37 + 11 * i) % 251 for i in range(RECORD))


def test_crc_is_the_common_one():
    for text in (b"", b"123456789", bytes(range(256))):
        assert lib.mk_crc32(text, len(text), 0) == zlib.crc32(text)
    assert lib.mk_crc32(b"6789", 4, lib.mk_crc32(b"12345", 5, 0)) == zlib.crc32(b"123456789")


def test_the_newest_record_survives_a_restart():
    memory = blank()
    assert Flash(memory).load() is None
    for number in range(20):
        assert Flash(memory).save(payload(number)) == 0
        assert Flash(memory).load() == payload(number)


def test_sectors_are_erased_in_turn_and_seldom():
    flash = Flash(blank())
    for number in range(12):
        assert flash.save(payload(number)) == 0
    assert flash.journal.erases == 2  # 12 records in slots of 3: sector 0, 1, 0 again, 1 again


@pytest.mark.parametrize("tear", [0, 0xFFFFFFFF, 0x0F0F0F0F, 0xDEADBEEF])
def test_power_cut_at_every_write_and_erase_leaves_old_or_new(tear):
    """From every number of records kept: cut the next save at each of its operations, restart, look, save again."""
    memory = blank()
    cuts = erases = 0
    for kept in range(10):
        start = memory.copy()
        whole = Flash(memory)
        assert whole.save(payload(kept)) == 0
        operations = whole.device.operations
        erases += whole.journal.erases
        old = payload(kept - 1) if kept else None
        for cut in range(1, operations + 1):
            torn = start.copy()
            assert Flash(torn, cut, tear).save(payload(kept)) != 0 or cut == operations
            again = Flash(torn)
            assert again.load() in (old, payload(kept)), (kept, cut)
            # and whatever the cut has left, the next record is kept
            assert again.save(payload(99)) == 0, (kept, cut)
            assert Flash(torn).load() == payload(99)
            cuts += 1
    assert erases >= 2 and cuts > 100


def test_two_cuts_in_a_row():
    memory = blank()
    for number in range(3):
        Flash(memory).save(payload(number))
    for first in range(1, 22):
        for second in range(1, 22):
            torn = memory.copy()
            Flash(torn, first, 0x5A5A5A5A).save(payload(50))
            before = Flash(torn).load()
            assert before in (payload(2), payload(50))
            Flash(torn, second, 0xA5A5A5A5).save(payload(60))
            assert Flash(torn).load() in (before, payload(60))


def test_a_record_of_another_schema_or_a_flipped_bit_is_none():
    memory = blank()
    Flash(memory).save(payload(1))
    other = ffi.new("mk_journal *")
    flash = Flash(memory)
    assert lib.mk_journal_init(other, flash.flash, RECORD, SCHEMA + 1) == 0
    assert not lib.mk_journal_load(other)
    for bit in range(8 * (RECORD + lib.MK_JOURNAL_OVERHEAD)):
        damaged = memory.copy()
        damaged[bit // 8] ^= 1 << bit % 8
        assert Flash(damaged).load() is None


def test_flash_full_of_noise_is_taken_into_use():
    memory = np.random.default_rng(0).integers(0, 256, 2 * SECTOR).astype(np.uint8)
    flash = Flash(memory)
    assert flash.load() is None
    assert flash.save(payload(5)) == 0
    assert Flash(memory).load() == payload(5)


def test_arguments_are_checked():
    flash = Flash(blank())
    journal = ffi.new("mk_journal *")
    for record in (0, 42, SECTOR):
        assert lib.mk_journal_init(journal, flash.flash, record, 0) == 1
