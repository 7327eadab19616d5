"""Typed grading: an answer's text or a program's value against a reference answer.

grade(given, reference) -> Verdict      match(value, reference) -> bool      spoken(answer) -> str
"""

from dive.grade.match import grade, match
from dive.grade.numbers import read_number
from dive.grade.show import spoken

__all__ = ["grade", "match", "read_number", "spoken"]
