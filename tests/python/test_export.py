"""Apps as libraries: they compile alone, and give the bits of the chain they were made from."""

import subprocess
import zipfile

import pytest

from motekit import app as apps
from motekit import chains
from motekit.errors import ConfigError
from motekit.export import export


def events(text: str) -> list[tuple[int, ...]]:
    return [tuple(int(number) for number in line.split()) for line in text.splitlines()]


def tally(what: str, rows: list[bytes]) -> str:
    """As main.c says it: how many, and FNV-1a of all their bytes."""
    value = 2166136261
    for byte in b"".join(rows):
        value = (value ^ byte) * 16777619 % 2**32
    return f"{what} {len(rows)} {value:08x}"


@pytest.mark.parametrize("name", apps.app_names())
def test_plain_c_gives_the_events_of_the_chain(name, tmp_path):
    chain = chains.of(name)
    folder = export(chain, "c", tmp_path / "out")
    made = subprocess.run(["make", "-s"], cwd=folder, capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    take = chain.scene()
    done = subprocess.run([folder / "app"], input=take.frames.astype("<i2").tobytes(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answer = chain.answer(take.frames)
    assert events(done.stdout.decode()) == [(event.at, event.code, event.value) for event in answer.events]
    assert done.stderr.decode().splitlines() == [tally("features", answer.features), tally("scores", answer.scores)]
    assert answer.scores


def test_an_arduino_library_is_what_the_ide_accepts(tmp_path):
    chain = chains.of("keyword_spotting")
    path = export(chain, "arduino", tmp_path / "library.zip")
    again = export(chain, "arduino", tmp_path / "again.zip")
    assert path.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    # one folder at the root, named as the library: the IDE's importer refuses anything else
    assert {name.split("/")[0] for name in files} == {"motekit_keyword_spotting"}
    properties = dict(
        line.split("=", 1) for line in files["motekit_keyword_spotting/library.properties"].decode().splitlines()
    )
    wanted = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures"}
    assert wanted <= set(properties) and all(properties[key] for key in wanted)
    assert f"motekit_keyword_spotting/src/{properties['includes']}" in files
    assert "motekit_keyword_spotting/examples/frames/frames.ino" in files
    # an IDE's compiler may contract a * b + c: every source says not to
    sources = [text for name, text in files.items() if name.endswith(".c")]
    assert len(sources) > 50 and all(b"fp-contract=off" in text for text in sources)


def test_the_multiplications_of_the_library_stay_separate(tmp_path):
    source = tmp_path / "product.c"
    chain = chains.of("keyword_spotting")
    with zipfile.ZipFile(export(chain, "arduino", tmp_path / "library.zip")) as archive:
        text = archive.read("motekit_keyword_spotting/src/core/runtime/stream.c").decode()
    pragma = text[: text.index("#endif") + len("#endif\n")]
    source.write_text(pragma + "float product(float a, float b, float c) { return a * b + c; }\n")
    cpu = ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-O2", "-S", "-o", "-"]
    made = subprocess.run(["arm-none-eabi-gcc", *cpu, source], capture_output=True, text=True, check=True, timeout=60)
    assert "vmul" in made.stdout and "vfma" not in made.stdout


def test_what_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not empty"):
        export(chains.of("keyword_spotting"), "c", tmp_path)
    with pytest.raises(ConfigError, match="c, arduino"):
        export(chains.of("keyword_spotting"), "rust", tmp_path / "x")
