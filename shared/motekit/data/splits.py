"""Splits by group: no speaker, subject, machine or station is ever on both sides."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ..errors import ConfigError, DataError


@dataclass(frozen=True, eq=False)
class Split:
    """One division of a data set.

    Attributes
    ----------
    name : str
        What is held out ("speaker", "subject", "machine", ...), "official", or "leaky".
    fold : int
        Number of the fold, from 0.
    train, test : ndarray
        int64 indices into the recordings, ascending.
    train_groups, test_groups : int
        How many different groups each side has.
    """

    name: str
    fold: int
    train: np.ndarray
    test: np.ndarray
    train_groups: int
    test_groups: int

    @property
    def leaky(self) -> bool:
        """Whether a group may be on both sides, so that the figures are too good."""
        return self.name == "leaky"


def by_group(
    labels: Sequence[str], groups: Sequence[str], *, folds: int = 5, seed: int = 0, held_out: str = "speaker"
) -> list[Split]:
    """Make k folds over groups, stratified by label as far as whole groups allow.

    Parameters
    ----------
    labels, groups : sequence of str, one a recording
    folds : int
        2 or more, at most the number of groups.
    seed : int
        The same seed gives the same folds.
    held_out : str
        What a group is, for the report.

    Returns
    -------
    list of Split
        Every recording is in exactly one `test`.

    Raises
    ------
    ConfigError
        If there are fewer than 2 folds.
    DataError
        If there are fewer groups than folds.

    Notes
    -----
    By `sklearn.model_selection.StratifiedGroupKFold`.
    """
    labels, groups = _columns(labels, groups)
    _check_folds(folds)
    count = len(np.unique(groups))
    if count < folds:
        raise DataError(f"{count} {held_out}s cannot make {folds} folds. Ask for fewer folds, or add recordings.")
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    return _folds(held_out, folds, lambda: splitter.split(np.zeros(len(labels)), labels, groups), groups)


def hold_out(
    labels: Sequence[str],
    groups: Sequence[str],
    *,
    share: float = 0.2,
    seed: int = 0,
    held_out: str = "speaker",
) -> Split:
    """Hold out about `share` of the recordings (0 < share <= 0.5), whole groups at a time, by label."""
    if not 0 < share <= 0.5:
        raise ConfigError(f"a held-out share of {share:g} is not possible. Give one above 0, up to 0.5.")
    return by_group(labels, groups, folds=max(2, round(1 / share)), seed=seed, held_out=held_out)[0]


def official(partitions: Sequence[str], groups: Sequence[str], *, test: str = "testing") -> Split:
    """Split the way a data set's authors did, by the partition each recording carries.

    Parameters
    ----------
    partitions : sequence of {"training", "validation", "testing"}, one a recording
    groups : sequence of str, one a recording
    test : str
        The partition to test on; "training" is trained on, the third is left out.
    """
    names, groups = _columns(partitions, groups)
    train, held = np.flatnonzero(names == "training"), np.flatnonzero(names == test)
    if len(train) == 0 or len(held) == 0:
        missing = "training" if len(train) == 0 else test
        raise DataError(f'the official split has no "{missing}" recording here. Split by group instead.')
    return _split("official", 0, train, held, groups)


def leaky(labels: Sequence[str], groups: Sequence[str], *, folds: int = 5, seed: int = 0) -> list[Split]:
    """Make k folds that ignore the groups. The figures are too good; every report calls them "leaky"."""
    labels, groups = _columns(labels, groups)
    _check_folds(folds)
    splitter = StratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
    return _folds("leaky", folds, lambda: splitter.split(np.zeros(len(labels)), labels), groups)


def _folds(name: str, folds: int, divide: Callable[[], Iterable], groups: np.ndarray) -> list[Split]:
    with warnings.catch_warnings():
        # a label with fewer recordings than folds is missing from some test sides; the counts show it
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        try:
            parts = list(divide())
        except ValueError as error:
            raise DataError(f"no label has enough recordings for {folds} folds. Ask for fewer folds.") from error
    return [_split(name, fold, train, test, groups) for fold, (train, test) in enumerate(parts)]


def _columns(labels: Sequence[str], groups: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    if len(labels) != len(groups):
        raise DataError(f"{len(labels)} labels and {len(groups)} groups. Give one of each a recording.")
    if len(labels) == 0:
        raise DataError("there is nothing to split. Check the folder and the words asked for.")
    return np.asarray(labels, dtype=str), np.asarray(groups, dtype=str)


def _check_folds(folds: int) -> None:
    if folds < 2:
        raise ConfigError(f"{folds} folds are not a split. Ask for 2 or more.")


def _split(name: str, fold: int, train: np.ndarray, test: np.ndarray, groups: np.ndarray) -> Split:
    train, test = np.sort(train), np.sort(test)
    return Split(
        name=name,
        fold=fold,
        train=train,
        test=test,
        train_groups=len(np.unique(groups[train])),
        test_groups=len(np.unique(groups[test])),
    )
