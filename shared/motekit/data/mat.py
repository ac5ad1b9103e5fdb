"""Variables of MATLAB files (version 4 to 7.2), as arrays or as one line that says what is wrong."""

from pathlib import Path

import numpy as np
import scipy.io

from ..errors import DataError


def read(path: Path, variable: str) -> np.ndarray:
    """Read one numeric variable of a .mat file.

    Parameters
    ----------
    path : Path
    variable : str
        Its name in the file.

    Returns
    -------
    ndarray
        Two-dimensional, as MATLAB keeps every array.

    Raises
    ------
    DataError
        If the file is missing, is no such .mat file, or has no numeric variable of that name.
    """
    if not path.is_file():
        raise DataError(f"{path} does not exist. Fetch or copy the data set again.")
    try:
        # scipy's reader raises whatever a damaged field led it into
        content = scipy.io.loadmat(path, variable_names=[variable])
    except Exception as error:
        raise DataError(f"{path.name} is not a readable .mat file. Fetch or copy it again.") from error
    values = content.get(variable)
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf" or values.size == 0:
        raise DataError(f'{path.name} has no numbers in the variable "{variable}". Fetch or copy it again.')
    return values
