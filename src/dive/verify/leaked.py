"""leaked: neither the answer nor a part of it stands in the question, in any spelling.

Takes an exam; gives a Verdict. Nor do the names of a list's members say what is asked about them.
One of four or more options of a kind that the question names is no leak.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET

from dive.derive.laid import printed
from dive.grade.dates import find_dates
from dive.grade.match import parts, spellings, tolerance
from dive.grade.numbers import find_numbers, read_number
from dive.grade.text import fold, plain
from dive.nouns import Answer, Verdict
from dive.tree import Con, Get, Node, walk
from dive.verify.exam import Exam, column, operators, stated, value_of, verdict
from dive.words import SMALL, rounded, stands_in

MIN_OPTIONS = 4
_PRONOUNS = frozenset({"I", "A"})
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDED = {word: number for number, word in enumerate((*SMALL, *_TEENS))} | {
    f"{ten} {SMALL[k]}".removesuffix(" zero"): 20 + 10 * n + k for n, ten in enumerate(_TENS) for k in range(10)
}
"""Words for the numbers below a hundred."""
_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_WORDED, key=len, reverse=True))})\b")
SCALED = re.compile(r"(?<![\w.,])\d[\d,.]* (?:thousand|million|billion|trillion)\b")


def gate(exam: Exam) -> Verdict:
    """The verdict `leaked`."""
    return verdict("leaked", _leak(exam, exam.answer) or next(_told_by_names(exam), ""))


def _told_by_names(exam: Exam) -> Iterator[str]:
    """Lists whose members' own names say what is asked about them: "Paris, France" lies in France."""
    for op in operators(exam.tree):
        key, value = dict(op.slots).get("key"), dict(op.slots).get("value")
        if op.pattern in ("where_equal", "distinct") and isinstance(key, Get) and exam.graph and column(exam, op):
            wanted = str(value_of(exam, value)) if isinstance(value, Node) else ""
            if exam.registry.is_entity(key.type) and printed(exam.graph, op.node("list"), key, wanted):
                yield f"the members' names say their {key.field}"


def _leak(exam: Exam, answer: Answer) -> str:
    if isinstance(answer.value, dict | list):
        return next((reason for _, part in parts(answer) if (reason := _leak(exam, part))), "")
    if answer.type == "number":
        return _number(exam, answer)
    if answer.type == "date":
        days = {day.isoformat() for day, _ in find_dates(exam.question)}
        return f"the date {answer.value} stands in the question" if answer.value in days else ""
    if answer.type == "bool" or _is_option(exam, answer):
        return ""
    return next((f"{name!r} stands in the question" for name in spellings(answer) if says(exam.question, name)), "")


def says(question: str, name: str) -> bool:
    """Whether a name stands in the question as a word; names up to three letters only in their own case."""
    if name in _PRONOUNS or not plain(name):
        return False
    if len(name) <= 3:  # the ends of a range of codes name none of its members
        return re.search(rf"(?<!\w)(?<!\w-){re.escape(name)}(?!-?\w)", question) is not None
    return stands_in(_spaced(name), _spaced(question))


def _spaced(text: str) -> str:
    return fold(plain(text)).replace("-", " ")


def _is_option(exam: Exam, answer: Answer) -> bool:
    named = stated(exam)
    own = {item.type for item in named if {item.value, item.text} & set(spellings(answer))}
    if any(len({item.value for item in named if item.type == kind}) >= MIN_OPTIONS for kind in own):
        return True
    return any(answer.value in names for names in _lists_told(exam))


def _lists_told(exam: Exam) -> Iterator[list[str]]:
    """The members of each list of which the question names every one: "fuels (coal, oil, gas, wood)"."""
    for node in {op.node("list"): None for op in operators(exam.tree) if "list" in dict(op.slots)}:
        names = [exam.registry.entity(node.type, str(member)).name for member in value_of(exam, node) or ()]
        if len(names) >= MIN_OPTIONS and all(says(exam.question, name) for name in names):
            yield names


def _number(exam: Exam, answer: Answer) -> str:
    assert isinstance(answer.value, int | float)
    value = Decimal(repr(answer.value))
    for said in numbers_said(exam):
        if abs(said - value) <= tolerance(answer) or (abs(value) >= 20 and said == rounded(float(answer.value), 0)):
            return f"the number {said} stands in the question"
    return ""


def numbers_said(exam: Exam) -> Iterator[Decimal]:
    """Numbers that the question states: in digits, in its constants, and, if it has no tree, in words.

    Days of a month are no numbers, but years are; what stands in the name of a source, such as a version, is none.
    """
    text = exam.question
    for source in {exam.registry.tools[s.call].spoken_source for s in exam.proof.steps if s.call is not UNSET}:
        text = text.replace(source, " ") if source else text
    for day, (start, end) in find_dates(text):
        yield Decimal(day.year)
        text = text[:start] + " " * (end - start) + text[end:]
    yield from find_numbers(text)
    yield from (number for found in SCALED.finditer(text) if (number := read_number(found[0])) is not None)
    constants = [node.value for node in walk(exam.tree) if isinstance(node, Con)] if exam.tree is not None else []
    defaults = [arg.default for step in exam.proof.steps for arg in step.args.values() if arg.default is not UNSET]
    for constant in [*constants, *(item.value for item in stated(exam)), *defaults]:
        if isinstance(constant, int | float) and not isinstance(constant, bool):
            yield Decimal(repr(constant))
    if exam.tree is None:
        yield from numbers_in_words(text)


def numbers_in_words(text: str) -> Iterator[Decimal]:
    """Numbers below a hundred that a text writes out."""
    words = " ".join(re.findall(r"[a-z]+", text.casefold()))
    yield from (Decimal(_WORDED[word]) for word in _WORDS.findall(words))
