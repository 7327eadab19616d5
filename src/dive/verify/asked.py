"""asked: does a question that a model wrote ask what its program computes? The part of `faithful` that needs no model.

Takes an exam and the fields that matter; gives faults, each with what to write instead. Every operator has a cue word
in its own direction, every field that decides is said, and every number, name and word of the question stands for
something: an argument, a constant, a field, a tool, a type, a unit. What words mean it does not know: see `second`.
"""

import ast
import functools
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import UNSET

from dive.grade.dates import find_dates
from dive.grade.text import fold, plain
from dive.grade.units import is_unit, same_unit
from dive.nouns import Answer
from dive.prove.bend import expressions
from dive.prove.expr import literals, parsed
from dive.registry import Field, Loaded
from dive.verify.exam import Exam
from dive.verify.leaked import numbers_said
from dive.verify.operators import MEANS, called, operator
from dive.words import SMALL, stands_in

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?", re.UNICODE)
FREE_NUMBERS = frozenset(("0", "1", "one", "zero"))
OTHER_UNIT = re.compile(r"\b(?:not in|instead of|rather than) [^\W\d_]+(?: [^\W\d_]+)?(?=[,.;)]|$| to )")
"""Words that only set the unit apart: "in metres, not in feet"."""
_MEASURED = re.compile(r"\b(?=(?:in|how many) ((?:[^\W\d_]+[ -]){0,2}[^\W\d_]+))")
"""Where a question may say in what it wants to be answered."""
_ASKED = re.compile(
    r"\bhow (?:far|large|high|long|old|big|small|low)\b|\bwould like\b|\b(?:full|short) (?=names?\b|titles?\b|codes?\b)"
)
"""Words that hold no condition where they stand, and would elsewhere."""
_SCALED = re.compile(r"\b(\d[\d,]*(?:\.\d+)?) (thousand|million|billion|trillion)\b")
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
TELLING = "most fewest least first last above below over under after before fewer less more"
PLAIN = frozenset(TELLING.split())
"""Cue words that are told by themselves to mean one direction, beside those in -est."""
RANKING = frozenset({"max", "min", "order", "difference", "more", "less"})
"""Operators whose question may say "highest" or "most"."""
SUFFIXES = ("'s", "ies", "ing", "es", "ed", "s", "y", "e")


@functools.cache
def cues() -> Mapping[str, frozenset[str]]:
    """Cue words by operator."""
    table = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in table.items() if name not in ("idle", "opposite")}


@functools.cache
def idle() -> frozenset[str]:
    """Words that carry no condition."""
    table = tomllib.loads(Path(__file__).with_name("cues.toml").read_text(encoding="utf-8"))
    return frozenset(table["idle"].split())


def faults(exam: Exam) -> list[str]:
    """Everything that the question and the program do not have in common; empty: nothing was found."""
    book = Book(exam)
    return [*book.unsaid_operators(), *book.opposites(), *book.unsaid_fields(), *book.other_units(), *book.ungrounded()]


class Book:
    """One question and one proof, taken apart."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self.question = OTHER_UNIT.sub(" ", fold(exam.question.casefold()))
        self.words = WORD.findall(self.question)
        self.claims = set(WORD.findall(_ASKED.sub(" ", self.question)))
        self.trees = [parsed(text) for text in expressions(exam.proof)]
        self.lets = {step.id: parsed(step.let) for step in exam.proof.steps if step.let is not UNSET}
        names = {str(step.call) for step in exam.proof.steps if step.call is not UNSET}
        self.tools = [exam.registry.tools[name] for name in sorted(names & exam.registry.tools.keys())]
        self.fields = list(self._fields())
        self.own = self._words_of_tools(forms=True)
        self.lent = self._words_of_tools(forms=False)
        self.operators = Counter(self._operators())

    def _fields(self) -> Iterator[tuple[Loaded, Field]]:
        """The fields that some expression reads by name."""
        named = {n.value for tree in self.trees for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        for loaded in self.tools:
            yield from ((loaded, f) for path, f in loaded.fields.items() if set(path.split(".")) & named)

    def _words_of_tools(self, forms: bool) -> set[str]:
        """Words that a tool's or a field's own wording lends to a question; `forms`: those of comparison too."""
        registry = self.exam.registry
        texts: list[str] = []
        for loaded, field in self.fields:
            texts += [field.path.replace("_", " "), *_wording(field, forms)]
            texts += _typed(registry.types.get(field.type))
            owner = loaded.fields.get(field.path.partition(".")[0])
            texts += _wording(owner, forms) if owner is not None else []
        for loaded in self.tools:
            texts += [loaded.name.replace("_", " "), loaded.spoken_source]
            texts += [text for param in loaded.params for text in (*_typed(registry.types.get(param.type)), param.name)]
        return set(WORD.findall(fold(" ".join(texts).casefold())))

    # ---- operators -------------------------------------------------------------------------------------

    def _operators(self) -> Iterator[str]:
        for tree in self.trees:
            for node in ast.walk(tree):
                yield from operator(node)

    def unsaid_operators(self) -> Iterator[str]:
        """Operators for which the question has no word."""
        for name in self.operators:
            wanted = self.cues(name)
            if not any(self._has(cue) for cue in wanted):
                some = ", ".join(sorted(wanted)[:4])
                yield f"the program does {MEANS[name]}, and the question has no word for it (such as {some})"

    def opposites(self) -> Iterator[str]:
        """Words that ask for what the program does not do."""
        for name, other in (("max", "min"), ("min", "max"), ("more", "less"), ("less", "more")):
            if name not in self.operators or other in self.operators:
                continue
            if self.operators.keys() & {"difference", "mean"} and name in ("more", "less"):
                continue
            strange = (self.cues(other, strict=True) - self.cues(name) - idle()) & self.claims
            for word in sorted(strange - self.lent):
                yield f"the question says {word!r}, and the program does {MEANS[name]} only"
        for other in ("max", "min"):
            if other in self.operators or self.operators.keys() & RANKING:
                continue
            for word in sorted(((self.cues(other, strict=True) - idle()) & self.claims) - self.lent):
                yield f"the question says {word!r}, and the program ranks nothing"
        if "at least one of" in self.question and not self.operators.keys() & {"either", "more"}:
            yield "the question says 'at least one of', and the program takes no union"
        if "or" in self.words and "either" not in self.operators and "or" not in self.own and not self._choice():
            yield "the question says 'or', and the program takes no union"
        for word in ("not", "without", "except", "neither", "nor", "excluding"):
            if word in self.words and "without" not in self.operators and word not in self.own:
                yield f"the question says {word!r}, and the program leaves nothing out"

    def _choice(self) -> bool:
        """Whether "or" stands between names that are arguments of calls: which of the two."""
        texts = [fold(text.casefold()) for text in self._arg_texts()]
        return any(re.search(rf"\bor {re.escape(text)}", self.question) for text in texts)

    def cues(self, name: str, strict: bool = False) -> set[str]:
        """Cue words of an operator: general ones, and the forms of the fields that are read."""
        found = set(cues()[name])
        if strict:
            found = {word for word in found if word.endswith("est") or word in PLAIN}
        place = {"max": (2, 1, 0), "more": (1, 0), "min": (5, 4, 3), "less": (4, 3)}.get(name, ())
        for _, field in self.fields:
            if field.says is not None and field.says.words:
                found |= {word for i in place for word in WORD.findall(field.says.words[i].casefold())[:1]}
        return found

    def _has(self, cue: str) -> bool:
        return stands_in(cue, self.question)

    # ---- fields ----------------------------------------------------------------------------------------

    def unsaid_fields(self) -> Iterator[str]:
        """Fields by which the program decides, or which it gives, and which the question does not speak of."""
        for name in sorted(self._deciding()):
            own = [field for _, field in self.fields if field.path.rpartition(".")[2] == name]
            told = [field for field in own if field.says is not None and field.spoken]
            if not told or any(self._said(field) for field in told):
                continue
            shown = told[0].says.phrase if told[0].says else name
            yield f"the program decides by {name!r} ({shown}), and the question does not speak of it"

    def _deciding(self) -> set[str]:
        found = self._read(parsed(self.exam.proof.program), set())
        for tree in self.trees:
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and called(node) in ("max", "min", "sorted", "sum"):
                    for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                        found |= self._read(part, set())
                elif isinstance(node, ast.Compare):
                    found |= self._read(node, set())
        return found

    def _read(self, tree: ast.AST, seen: set[str]) -> set[str]:
        """Names of fields that an expression reads, by way of named values too, but not of calls."""
        found: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                found.add(str(node.slice.value))
            elif isinstance(node, ast.Name) and node.id in self.lets and node.id not in seen:
                found |= self._read(self.lets[node.id], seen | {node.id})
        return found

    def _said(self, field: Field) -> bool:
        texts = [field.path.rpartition(".")[2].replace("_", " "), *_wording(field)]
        own = set(WORD.findall(fold(" ".join(texts).casefold()))) - idle()
        told = WORD.findall(" ".join(_wording(field)).casefold())
        heads = own | {word for word in told if word in self._field_cues(field)}
        return any(alike(word, other) for word in self.words for other in heads)

    @staticmethod
    def _field_cues(field: Field) -> set[str]:
        words = field.says.words if field.says is not None else ()
        return {part for word in words for part in WORD.findall(word.casefold())}

    def other_units(self) -> Iterator[str]:
        """Units that the question wants an answer in, and that no type, argument or wording of the proof has."""
        types = (self.exam.registry.types.get(name) for name in self._types())
        known = [*_units(self.exam.answer), *self._arg_texts(), *(text for row in types for text in _typed(row)[:2])]
        said = set(WORD.findall(" ".join(text for _, field in self.fields for text in _wording(field)).casefold()))
        for found in _MEASURED.finditer(self.question):
            words = re.split("[ -]", found[1])
            spelled = (" ".join(words[:end]) for end in range(len(words), 0, -1))
            unit = next((text for text in spelled if text != "second" and is_unit(text)), "")
            if not unit or set(unit.split()) <= said:
                continue
            if not any(same_unit(unit, other) or other.startswith(f"{unit} per") for other in known):
                yield f"the question asks for {unit!r}, and the program gives no such unit"

    def _types(self) -> set[str]:
        """The types of fields that are read and of their tools' parameters."""
        return {f.type for _, f in self.fields} | {param.type for loaded in self.tools for param in loaded.params}

    # ---- words -----------------------------------------------------------------------------------------

    def ungrounded(self) -> Iterator[str]:
        """Numbers, names and words of the question that stand for nothing in the proof."""
        said = self._grounds()
        text = self.question
        for day, (start, end) in find_dates(self.exam.question):
            if day.isoformat() in said:
                text = text[:start] + " " * (end - start) + text[end:]
        numbers = {str(number) for number in self._numbers()}
        text = _ASKED.sub(" ", _SCALED.sub(_in_full, text))
        for word in dict.fromkeys(WORD.findall(text)):
            if word in FREE_NUMBERS or word in idle():
                continue
            if word.isdecimal() or word in SMALL:
                value = str(SMALL.index(word)) if word in SMALL else word.lstrip("0") or "0"
                if value not in numbers and word not in said and not self._in_number(word, numbers):
                    yield f"the question says {word}, and no argument or condition is {word}. Remove it or use it"
            elif not any(alike(word, other) for other in said):
                yield f"the question says {word!r}, and nothing in the proof stands for it. Use the tools' words"

    def _grounds(self) -> set[str]:
        """All words that an argument, a constant, a field, a tool, a type, a unit or an operator lends."""
        texts = [*self._arg_texts(), *(str(value) for tree in expressions(self.exam.proof) for value in literals(tree))]
        texts += list(_units(self.exam.answer)) + list(_part_names(self.exam.answer))
        found = set(WORD.findall(fold(" ".join(texts).casefold()))) | self.own
        for step in self.exam.proof.steps:
            found |= {str(arg.is_) for arg in step.args.values() if arg.is_ is not UNSET}
        for name in self.operators:
            found |= {word for cue in self.cues(name) for word in cue.split()}
        return found

    def _arg_texts(self) -> list[str]:
        return [str(arg.text) for step in self.exam.proof.steps for arg in step.args.values() if arg.text is not UNSET]

    def _numbers(self) -> Iterator[int | float]:
        for step in self.exam.proof.steps:
            for arg in step.args.values():
                for value in (arg.is_, arg.default):
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        yield int(value) if value == int(value) else value
        for tree in self.trees:
            held = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            yield from (v for v in held if isinstance(v, int | float) and not isinstance(v, bool))

    def _in_number(self, word: str, numbers: Collection[str]) -> bool:
        """Whether digits are a piece of a longer number: 10 and 000 of 10,000; what an answer is rounded to."""
        whole = [str(said) for said in numbers_said(self.exam) if word in re.split(r"[,.]", f"{said:,}")]
        known = {float(number) for number in numbers}
        places = _places(self.exam.answer)
        shown = {str(number) for number in places} | {SMALL[number] for number in places if number < len(SMALL)}
        return word in shown or any(float(said) in known for said in whole)


def _in_full(found: re.Match[str]) -> str:
    """ "2.5 million" as 2500000."""
    return f"{float(found[1].replace(',', '')) * SCALES[found[2]]:.0f}"


def _wording(field: Field, forms: bool = True) -> list[str]:
    says = field.says
    if says is None:
        return []
    words = says.words if forms else ()
    return [re.sub(r"\{\w+\}", " ", text) for text in (
        says.phrase, says.ask, says.head, says.rest, says.when, says.note, *says.verb, *says.via, *words
    )]  # fmt: skip


def _typed(row: object) -> list[str]:
    """A type's nouns, unit and sentences."""
    if row is None:
        return []
    openings: Iterable[str] = getattr(row, "openings", ())
    names = [str(getattr(row, key, "")) for key in ("noun", "plural", "anaphor", "symbol")]
    return [*names, *(re.sub(r"\{\w+\}", " ", text) for text in openings)]


def _units(answer: Answer) -> Iterator[str]:
    yield answer.unit
    held = answer.value
    for part in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from _units(part)


def _places(answer: Answer) -> set[int]:
    """Digits after the point that an answer or a part of it is asked to."""
    held = answer.value
    inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    return {number for part in inner for number in _places(part)} | ({answer.decimals} if answer.decimals else set())


def _part_names(answer: Answer) -> Iterator[str]:
    if isinstance(answer.value, dict):
        yield from (name.replace("_", " ") for name in answer.value)


def alike(word: str, other: str) -> bool:
    """Whether two words are forms of one."""
    if word == other or _stem(word) == _stem(other):
        return True
    shared = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return shared >= 5 and shared >= min(len(word), len(other)) - 1 and abs(len(word) - len(other)) <= 3


@functools.cache
def _stem(word: str) -> str:
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return plain(word)
