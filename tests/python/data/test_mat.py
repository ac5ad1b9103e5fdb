import numpy as np
import pytest
import scipy.io

from motekit.data import mat
from motekit.errors import DataError


@pytest.mark.parametrize("version", ["4", "5"])
def test_a_variable_of_either_version(tmp_path, version):
    values = np.arange(6, dtype=np.int16).reshape(2, 3)
    scipy.io.savemat(tmp_path / "a.mat", {"val": values, "other": np.ones(2)}, format=version)
    assert np.array_equal(mat.read(tmp_path / "a.mat", "val"), values)


def test_every_damage_is_one_line_that_names_the_file(tmp_path):
    path = tmp_path / "a.mat"
    with pytest.raises(DataError, match=r"a\.mat does not exist"):
        mat.read(path, "val")
    scipy.io.savemat(path, {"val": np.arange(4000.0), "text": "abc"})
    whole = path.read_bytes()
    for variable in ("missing", "text"):
        with pytest.raises(DataError, match=r"a\.mat has no numbers in the variable"):
            mat.read(path, variable)
    for damaged in (b"", b"not a MATLAB file at all", whole[: len(whole) // 2], whole[:140]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=r"^a\.mat (is not a readable|has no numbers)"):
            mat.read(path, "val")
