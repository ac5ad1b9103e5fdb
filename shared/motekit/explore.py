"""How well features tell classes apart: what each says alone, and what they look like together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import DataError

#: windows that the estimates are made from, at most
MOST = 4000
#: pairs of features above this correlation say the same
ALIKE = 0.95


def spread(items: list, limit: int | None) -> list:
    """At most so many of a list, evenly over it: the first alone would often be of one label."""
    return items if limit is None or len(items) <= limit else [items[k * len(items) // limit] for k in range(limit)]


@dataclass(frozen=True, eq=False)
class Table:
    """Windows of a data set as one row of features each.

    Attributes
    ----------
    features : float32[windows, features]
    names : list of str
        Of the features.
    labels, groups : ndarray of str
        One a window.
    source : str
        "real" or "synthetic".
    left_out : int
        Windows that a quality flag kept out.
    """

    features: np.ndarray
    names: list[str]
    labels: np.ndarray
    groups: np.ndarray
    source: str
    left_out: int = 0


@dataclass(frozen=True, eq=False)
class Exploration:
    """What `explore` found.

    Attributes
    ----------
    table : Table
        The windows it looked at.
    information : float64[features]
        Mutual information of each feature with the label, in bits.
    entropy : float
        Of the label, in bits: more nothing can say.
    pca, lda : float64[windows, 2]
        Two projections. The LDA is fitted without the groups that it shows in each half.
    shares : tuple of float
        Variance in the two principal components.
    alike : list of (str, str, float)
        Features that say the same, strongest first.
    """

    table: Table
    information: np.ndarray
    entropy: float
    pca: np.ndarray
    lda: np.ndarray
    shares: tuple[float, float]
    alike: list[tuple[str, str, float]]

    @property
    def order(self) -> np.ndarray:
        """Features, the most informative first."""
        return np.argsort(-self.information, kind="stable")


def explore(table: Table, seed: int = 0) -> Exploration:
    """Measure and project a table of features.

    Raises
    ------
    DataError
        If there are fewer than two labels or ten windows, or a feature is not finite.

    Notes
    -----
    Mutual information by nearest neighbours (Ross 2014, `sklearn.feature_selection.mutual_info_classif`), from at
    most `MOST` windows drawn at random.
    """
    from sklearn.feature_selection import mutual_info_classif

    if len(table.labels) > MOST:
        chosen = np.sort(np.random.default_rng(seed).permutation(len(table.labels))[:MOST])
        table = Table(
            table.features[chosen],
            table.names,
            table.labels[chosen],
            table.groups[chosen],
            table.source,
            table.left_out,
        )
    labels, counts = np.unique(table.labels, return_counts=True)
    if len(labels) < 2 or len(table.labels) < 10:
        raise DataError(f"{len(table.labels)} windows of {len(labels)} label(s) tell nothing. Give 10 of 2 at least.")
    if not np.isfinite(table.features).all():
        column = table.names[int(np.flatnonzero(~np.isfinite(table.features).all(axis=0))[0])]
        raise DataError(f"{column} is not finite in a window without a quality flag. Report this as a bug.")
    wide = table.features.astype(np.float64)
    deviation = wide.std(axis=0)
    # a feature that never changes says nothing, and must not be divided by 0
    still = deviation <= 1e-9 * np.maximum(np.abs(wide).max(axis=0), 1e-30)
    normal = np.where(still, 0.0, (wide - wide.mean(axis=0)) / np.where(still, 1.0, deviation))
    neighbours = int(min(3, counts.min() - 1))
    if neighbours < 1:
        raise DataError(f"{labels[counts.argmin()]!r} has one window. Record more of it.")
    nats = mutual_info_classif(normal, table.labels, n_neighbors=neighbours, random_state=seed)
    shares = counts / counts.sum()
    projected, kept = _pca(normal)
    return Exploration(
        table,
        np.where(still, 0.0, nats / np.log(2)),
        float(-(shares * np.log2(shares)).sum()),
        projected,
        _lda(normal, table.labels, table.groups, seed),
        kept,
        _alike(normal, table.names),
    )


def _pca(normal: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    _, size, axes = np.linalg.svd(normal - normal.mean(axis=0), full_matrices=False)
    axes = axes[:2]
    # the sign of an axis is arbitrary: the largest weight is positive
    axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    variance = np.concatenate([size**2 / max((size**2).sum(), 1e-300), [0.0, 0.0]])
    return _two(normal @ axes.T), (float(variance[0]), float(variance[1]))


def _two(columns: np.ndarray) -> np.ndarray:
    """At least two columns."""
    missing = max(0, 2 - columns.shape[1])
    return np.hstack([columns, np.zeros((len(columns), missing))])[:, :2]


def _lda(normal: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Each group where a projection puts it that was fitted on the others, the two halves turned alike."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    names = np.random.default_rng(seed).permutation(np.unique(groups))
    second = np.isin(groups, names[len(names) // 2 :])
    halves = [second, ~second]
    shown = np.zeros((len(labels), 2))
    if len(names) < 2 or any(set(labels[half]) != set(labels) for half in halves):
        halves = [np.zeros(len(labels), bool)]  # no honest way: all are fitted and shown
    for half in halves:
        fitted = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.1).fit(normal[~half], labels[~half])
        rest = half if half.any() else ~half
        whole = _two(fitted.transform(normal))
        signs = np.sign((whole[:, None, :] * normal[:, :, None]).sum(axis=0))
        weight = np.abs((whole[:, None, :] * normal[:, :, None]).sum(axis=0)).argmax(axis=0)
        shown[rest] = whole[rest] * signs[weight, [0, 1]]
    return shown


def _alike(normal: np.ndarray, names: Sequence[str]) -> list[tuple[str, str, float]]:
    r = normal.T @ normal / len(normal)
    first, second = np.nonzero(np.triu(np.abs(r) > ALIKE, 1))
    pairs = [(names[i], names[j], float(r[i, j])) for i, j in zip(first, second, strict=True)]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))
