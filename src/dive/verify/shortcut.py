"""shortcut: no single call, made with what the question states, returns the answer.

Takes an exam and a function that calls tools; gives a Verdict. Values are compared by semantic type: a number that is
equal by chance in another kind of field is no shortcut. A list with the answer among four or more is none either.
"""

import itertools
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from dive.errors import ToolError
from dive.grade import match
from dive.nouns import Answer, Json, Verdict
from dive.registry import Loaded
from dive.tools import CallFn
from dive.tree import Get, Node, Op
from dive.verify.exam import Exam, Stated, cells, stated, verdict

MAX_CALLS = 60
MIN_LIST = 4


def gate(exam: Exam, call: CallFn) -> Verdict:
    """The verdict `shortcut`."""
    for loaded, args in itertools.islice(_calls(exam), MAX_CALLS):
        try:
            result = call(loaded.name, args)
        except ToolError:
            continue
        if _gives(list(cells(loaded, result)), exam.answer, exam.tree):
            shown = ", ".join(f"{name}={value!r}" for name, value in args.items())
            return verdict("shortcut", f"{loaded.name}({shown}) gives the answer")
    return verdict("shortcut", "")


def _calls(exam: Exam) -> Iterator[tuple[Loaded, dict[str, Json]]]:
    """Every call with type-compatible stated values; tools take turns, so that none uses up the cap."""
    tools = [exam.registry.tools[name] for name in sorted(exam.toolset) if name in exam.registry.tools]
    said = stated(exam)
    turns = [_combinations(said, loaded) for loaded in tools if loaded.tool.effect != "write"]
    while turns:
        for turn in list(turns):
            made = next(turn, None)
            if made is None:
                turns.remove(turn)
            else:
                yield made


def _combinations(said: Sequence[Stated], loaded: Loaded) -> Iterator[tuple[Loaded, dict[str, Json]]]:
    choices: list[list[Json]] = []
    for param in loaded.params:
        fitting = [item.value for item in said if param.type and item.type == param.type]
        choices.append(fitting + ([] if param.default is UNSET else [param.default]))
    names = [param.name for param in loaded.params]
    for values in itertools.product(*choices):
        yield loaded, dict(zip(names, values, strict=True))


def _gives(found: list[tuple[str, str, Json]], answer: Answer, tree: Node | None) -> bool:
    if isinstance(answer.value, dict):
        slots = dict(tree.slots) if isinstance(tree, Op) else {}
        nodes = {name: slots.get(name) for name in answer.value}
        return all(
            _gives(found, part, None if isinstance(node := nodes[name], str) else node)
            for name, part in answer.value.items()
        )
    fitting = [value for path, kind, value in found if tree is None or _fits(tree, path, kind)]
    if isinstance(answer.value, list):
        return any(match(value, answer) for value in fitting if isinstance(value, list))
    return any(
        any(match(item, answer) for item in value) and len(value) < MIN_LIST
        if isinstance(value, list)
        else match(value, answer)
        for value in fitting
    )


def _fits(tree: Node, path: str, kind: str) -> bool:
    """Whether a field is of the answer's kind; numbers without a semantic type are told apart by field."""
    return kind == tree.type if tree.type else isinstance(tree, Get) and path == tree.field
