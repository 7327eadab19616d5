"""Speak an expression tree in English."""

from dive.phrase.grammar import Unspeakable, speak

__all__ = ["Unspeakable", "speak"]
