"""A cache of features of a test's own, and what is written into it."""

from motekit import feature_cache


def watched(monkeypatch, folder) -> list[str]:
    """Keys of what is computed from now on, in `folder` instead of the user's cache: what is kept is not written."""
    written: list[str] = []
    write = feature_cache.write
    monkeypatch.setenv("MOTEKIT_CACHE", str(folder))
    monkeypatch.setattr(feature_cache, "write", lambda key, arrays: (written.append(key), write(key, arrays)))
    return written
