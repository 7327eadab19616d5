"""solvable: who has the question and the toolset has all that the proof uses.

Takes an exam; gives a Verdict. Every argument stands in the question, is a default of the schema or is computed;
every constant of an expression is stated; every tool called is offered. Does not run anything.
"""

import ast
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import UNSET

from dive.grade import match, read_number
from dive.grade.dates import find_dates, read_date
from dive.grade.text import plain
from dive.nouns import Arg, Entity, Json, Step, Verdict
from dive.prove.expr import FREE, nodes, spells_word, written
from dive.prove.rules import PATTERN_CALLS
from dive.registry import Param, Registry
from dive.tree import Con, Ent, walk
from dive.verify.exam import Exam, stated, verdict
from dive.verify.leaked import MIN_OPTIONS, numbers_said, says
from dive.words import SMALL, stands_in

TEXT_CALLS = PATTERN_CALLS | {
    "strptime",
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "strip",
    "replace",
    "join",
}
"""Methods whose string arguments say how a text is taken apart, not what is looked for."""


def gate(exam: Exam) -> Verdict:
    """The verdict `solvable`."""
    return verdict("solvable", next(_faults(exam), ""))


def _faults(exam: Exam) -> Iterator[str]:
    fields = _fields(exam)
    for step in exam.proof.steps:
        if step.call is not UNSET:
            yield from _call_faults(exam, fields, step)
        for text in (step.let, step.each):
            if text is not UNSET:
                yield from _constant_faults(exam, fields, str(text), step.id)
    yield from _constant_faults(exam, fields, exam.proof.program, "program")
    for text in exam.proof.assume:
        yield from _constant_faults(exam, fields, text, "assume")


def _call_faults(exam: Exam, fields: frozenset[str], step: Step) -> Iterator[str]:
    if step.call not in exam.toolset:
        yield f"step {step.id}: the tool {step.call} is not in the toolset"
        return
    params = {param.name: param for param in exam.registry.tool(str(step.call)).params}
    for name, arg in step.args.items():
        where = f"step {step.id}, {name}"
        if name not in params:
            yield f"{where}: {step.call} takes no such argument"
        elif arg.default is not UNSET:
            if arg.default != params[name].default:
                yield f"{where}: {arg.default!r} is not the default"
        elif arg.expr is not UNSET:
            yield from _constant_faults(exam, fields, str(arg.expr), where)
        else:
            yield from _text_faults(exam, arg, params[name], where)


def _text_faults(exam: Exam, arg: Arg, param: Param, where: str) -> Iterator[str]:
    text = str(arg.text)
    if not stands_in(plain(text), plain(exam.question)):
        yield f"{where}: {text!r} does not stand in the question"
    elif arg.is_ is not UNSET and not names(exam.registry, param.type, text, arg.is_):
        yield f"{where}: {text!r} does not name {arg.is_!r}; a call must find it"


def names(registry: Registry, kind: str, text: str, value: Json) -> bool:
    """Whether `text` stands for `value`: a label, a name that nothing else of its type has, a number, date or unit."""
    if isinstance(value, str) and value in registry.types:
        return plain(text) in (plain(registry.type(value).noun), plain(registry.type(value).plural))
    if kind in registry.pools:
        label = registry.label(kind, str(value))
        return plain(text) == plain(label) or _bearers(registry.pools[kind]).get(plain(text)) == {str(value)}
    if isinstance(value, int | float) and not isinstance(value, bool):
        said = read_number(text)
        return said is not None and float(said) == float(value)
    day = read_date(text)
    return plain(text) == plain(str(value)) or (day is not None and day.isoformat() == value)


@functools.cache
def _bearers(pool: Callable[[], Mapping[str, Entity]]) -> dict[str, set[str]]:
    """Ids of the entities that bear a name, an alias or an id."""
    found: dict[str, set[str]] = {}
    for entity in pool().values():
        for name in (entity.id, entity.name, *entity.aliases):
            found.setdefault(plain(name), set()).add(entity.id)
    return found


def _constant_faults(exam: Exam, fields: frozenset[str], expr: str, where: str) -> Iterator[str]:
    """Constants that the question does not state, and an answer that is only written down."""
    try:
        tree, every = written(expr), nodes(expr)
    except SyntaxError:
        yield f"{where}: no expression"
        return
    if isinstance(tree.body, ast.Constant):
        yield f"{where}: a constant is nothing that follows from evidence"
    keys = set(_keys(every, fields))
    for node in every:
        if not isinstance(node, ast.Constant) or node in keys or isinstance(node.value, bool | None):
            continue
        if isinstance(node.value, int | float) and node.value not in FREE and not _said(exam, node.value):
            yield f"{where}: the question does not state {node.value}"
        elif isinstance(node.value, str) and not _named(exam, node.value):
            yield f"{where}: the question does not state {node.value!r}"
        elif node.value not in FREE and match(node.value, exam.answer) and _options(exam) < MIN_OPTIONS:
            yield f"{where}: the answer {node.value!r} is written down"


def _keys(every: Sequence[ast.AST], fields: frozenset[str]) -> Iterator[ast.AST]:
    """Constants that name a field, or say how a text is taken apart; a word looked for in a text is neither."""
    for node in every:
        if isinstance(node, ast.Subscript):
            yield from _if_field(node.slice, fields)
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "get":
                yield from (key for arg in node.args[:1] for key in _if_field(arg, fields))
            elif node.func.attr in TEXT_CALLS:
                yield from (arg for arg in node.args if not spells_word(arg) or node.func.attr not in PATTERN_CALLS)
            if node.func.attr in ("join", "strip"):
                yield node.func.value


def _if_field(node: ast.expr, fields: frozenset[str]) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant) and node.value in fields:
        yield node


def _fields(exam: Exam) -> frozenset[str]:
    """Names of the fields of all results of the proof, and of the records that it makes itself."""
    tools = {str(step.call) for step in exam.proof.steps if step.call is not UNSET} & exam.registry.tools.keys()
    found = {part for name in tools for path in exam.registry.tools[name].fields for part in path.split(".")}
    texts = [exam.proof.program, *(str(step.let) for step in exam.proof.steps if step.let is not UNSET)]
    dicts = (node for text in texts for node in _walked(text) if isinstance(node, ast.Dict))
    return frozenset(found | {str(key.value) for node in dicts for key in node.keys if isinstance(key, ast.Constant)})


def _walked(text: str) -> Sequence[ast.AST]:
    try:
        return nodes(text)
    except SyntaxError:
        return ()


def _said(exam: Exam, value: float) -> bool:
    words = set(re.findall(r"[a-z]+", exam.question.casefold()))
    small = isinstance(value, int) and 0 <= value < len(SMALL) and SMALL[value] in words
    return small or any(float(said) == value for said in numbers_said(exam))


def _named(exam: Exam, text: str) -> bool:
    """Whether a string is in the question, or is the id of something that the question names."""
    if any(item.value == text for item in stated(exam)) or says(exam.question, text):
        return True
    if any(day.isoformat() == text for day, _ in find_dates(exam.question)):
        return True
    nodes = list(walk(exam.tree)) if exam.tree is not None else []
    if any(isinstance(node, Con) and node.value == text for node in nodes):
        return True
    own = [node for node in nodes if isinstance(node, Ent) and node.id == text]
    return any(plain(exam.registry.label(node.type, node.id)) in plain(exam.question) for node in own)


def _options(exam: Exam) -> int:
    """How many things of one kind the question names at most."""
    kinds = [item.type for item in stated(exam)]
    return max(map(kinds.count, kinds), default=0)
