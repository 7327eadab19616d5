"""Speak an expression tree in English."""

from dive.errors import Unspeakable
from dive.phrase.grammar import speak

__all__ = ["Unspeakable", "speak"]
