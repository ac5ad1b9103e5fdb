"""Random Keras networks through the whole chain; `python -m motekit.compiler.fuzz` looks longer."""

import pytest

from motekit.compiler import fuzz
from motekit.errors import ToolError


@pytest.mark.timeout(1500)
def test_200_random_keras_networks_equal_the_oracle() -> None:
    found = fuzz.run(200, seed=0)
    assert found["wrong"] == {} and found["refused"] == {}
    assert found["compared"] >= 180


def test_a_converter_that_always_fails_is_one_line(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(fuzz, "_QUIET", {"PYTHONPATH": str(tmp_path)})
    package = tmp_path / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('this TensorFlow is broken')\n")
    with pytest.raises(ToolError, match="this TensorFlow is broken"):
        fuzz.make_models(tmp_path, 0, 4)
