"""Decision blocks: from a network's scores to events."""

from .irrigation import Irrigation, IrrigationConfig
from .keyword import Keyword, KeywordEvent

__all__ = ["Irrigation", "IrrigationConfig", "Keyword", "KeywordEvent"]
