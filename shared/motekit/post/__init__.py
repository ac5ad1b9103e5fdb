"""Decision blocks: from a network's scores to events."""

from .keyword import Keyword, KeywordEvent

__all__ = ["Keyword", "KeywordEvent"]
