"""Renders a task as a person reads it: question, answer, evidence as a tree, proof, verdicts, history.

Takes a task, what its proof gave on the recorded results, and drops; gives plain text, at most `WIDTH` columns
unless a word is longer. A line that does not start with a space is a heading. Reads no file, runs nothing.
"""

import ast
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET

from dive.grade import spoken
from dive.nouns import Answer, Arg, Drop, Json, Proof, Round, Step, Task
from dive.prove.evaluate import Done
from dive.replay import Replay
from dive.words import small

WIDTH = 100
CELL = 76
"""How much of a result or a named value is shown."""


def task_text(task: Task, replay: Replay, nearby: Sequence[Drop] = (), lineage: bool = False) -> str:
    """Everything about one task.

    Args:
        task: the task, verified or a draft.
        replay: its proof on the recorded results.
        nearby: drops of the same block.
        lineage: whether earlier rounds are shown with their proofs.
    """
    parts = [
        f"{task.id}   {task.key}   {task.status}",
        _section("Question", [task.question]),
        _section("Before a model reworded it", [task.spoken if isinstance(task.spoken, str) else ""]),
        _section("Answer", [_answer_line(task.answer)]),
        _section("Evidence", _evidence(task.proof, replay), wrap=False),
        _section("Proof", _proof(task.proof, replay.values), wrap=False),
        _section("Verdicts", _verdicts(task)),
        _section("Controls, all of them wrong", [" | ".join(answer_text(c) for c in task.controls)]),
        _section("Rounds", _rounds(task, lineage), wrap=False),
        _section(f"Toolset of {len(task.toolset)}", [", ".join(task.toolset)]),
        _section("Drawn", [f"seed {task.seed.name} ({task.seed.type} {task.seed.id})",
                           f"mode {task.mode}, exemplar {task.exemplar}, pattern {task.pattern}"]),
        _section("Dropped nearby", [f"{d.key} at {d.stage}: {d.reason}: {d.detail}" for d in nearby]),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def compact_text(tasks: Sequence[Task]) -> str:
    """Question and answer of many tasks, numbered."""
    lines: list[str] = []
    for number, task in enumerate(tasks, 1):
        lines.append(f"{number}. {task.id}  {task.pattern}")
        lines += _wrapped(task.question, "   ")
        lines += [*_wrapped(f"=> {answer_text(task.answer)}", "   "), ""]
    return "\n".join(lines).rstrip()


def answer_text(answer: Answer) -> str:
    """An answer in the form asked, with its unit: "1,390 feet"; parts of a record after each other."""
    if isinstance(answer.value, dict):
        return "; ".join(answer_text(part) for part in answer.value.values())
    text = spoken(answer)
    return f"{text} {answer.unit}" if answer.unit and answer.type == "number" else text


def compact(value: Json, room: int = CELL) -> str:
    """A JSON value on one line of at most `room` characters: "airport LIM, elevation 113"."""
    text = _plain(value)
    return text if len(text) <= room else text[: room - 1].rstrip(" ,;") + "…"


def reads(expression: str) -> set[str]:
    """Names that an expression reads; a proof's step ids among them are what it depends on."""
    return {node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}


def _plain(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_nested(item)}" for key, item in value.items()) or "nothing"
    if isinstance(value, list):
        return "; ".join(_nested(item) for item in value) if value else "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _nested(value: Json) -> str:
    text = _plain(value)
    if isinstance(value, list) and value:
        return f"[{len(value)}: {text}]"
    return f"({text})" if isinstance(value, dict) else text


# ---- evidence: which call feeds which ------------------------------------------------------------------


def _evidence(proof: Proof, replay: Replay) -> list[str]:
    if replay.problem:
        return [replay.problem]
    feeds, used = _feeds(proof), _fields_read(proof)
    under: dict[str, list[Step]] = {}
    order = [step.id for step in proof.steps]
    for step in proof.steps:
        if step.call is not UNSET:
            under.setdefault(max(feeds[step.id], key=order.index, default=""), []).append(step)
    return list(_branch("", under, feeds, replay.calls, used, ""))


def _feeds(proof: Proof) -> dict[str, set[str]]:
    """For each step the call steps whose results it reads, named values seen through."""
    calls = {step.id for step in proof.steps if step.call is not UNSET}
    feeds: dict[str, set[str]] = {}
    for step in proof.steps:
        direct = set().union(*(reads(text) for text in _expressions(step))) & feeds.keys()
        feeds[step.id] = (direct & calls).union(*(feeds[name] for name in direct - calls))
    return feeds


def _expressions(step: Step) -> list[str]:
    found = [arg.expr for arg in step.args.values() if arg.expr is not UNSET]
    return found + [text for text in (step.let, step.each) if text is not UNSET]


def _fields_read(proof: Proof) -> dict[str, set[str]]:
    """For each step the texts in the expressions that read it: among them the names of all fields that are used."""
    found: dict[str, set[str]] = {step.id: set() for step in proof.steps}
    for text in [text for step in proof.steps for text in _expressions(step)] + [proof.program]:
        nodes = ast.walk(ast.parse(text, mode="eval"))
        texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        for name in reads(text) & found.keys():
            found[name] |= texts
    return found


def _branch(parent: str, under: Mapping[str, list[Step]], feeds: Mapping[str, set[str]], calls: Sequence[Done],
            used: Mapping[str, set[str]], indent: str) -> Iterator[str]:  # fmt: skip
    for step in under.get(parent, ()):
        also = sorted(feeds[step.id] - {parent})
        note = f"   (also from {', '.join(also)})" if also else ""
        done = [call for call in calls if call.step == step.id]
        many = f" for each of {small(len(done))}" if step.each is not UNSET else ""
        tool = "" if step.id == step.call else f": {step.call}"
        yield f"{indent}{step.id}{tool}{many}{note}"
        for call in done:
            given = compact(call.args, CELL // 2)
            room = WIDTH - len(indent) - len(given) - 12
            yield f"{indent}    {given} -> {compact(_only(call.result, used[step.id]), room)}"
        yield from _branch(step.id, under, feeds, calls, used, indent + "  ")


def _only(value: Json, used: set[str]) -> Json:
    """A result's fields that the proof reads; all of them where it reads none."""
    if isinstance(value, list):
        return [_only(item, used) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _only(item, used) for key, item in value.items() if key in used} or value


# ---- proof ---------------------------------------------------------------------------------------------


def _proof(proof: Proof, values: Mapping[str, Json]) -> list[str]:
    lines: list[str] = []
    for step in proof.steps:
        text = step.let if step.let is not UNSET else _call_text(step)
        lines += _wrapped(f"{step.id} = {text}", "", "    ")
        if step.id in values:
            lines.append(f"    -> {compact(values[step.id])}")
    for text in proof.assume:
        lines += _wrapped(f"assuming {text}", "", "    ")
    lines += _wrapped(f"answer = {proof.program}", "", "    ")
    if proof.data:
        lines += _wrapped("on " + ", ".join(f"{name} {version}" for name, version in proof.data.items()), "")
    return lines


def _call_text(step: Step) -> str:
    args = ", ".join(f"{name}={_arg_text(arg)}" for name, arg in step.args.items())
    over = f" for item in {step.each}" if step.each is not UNSET else ""
    return f"{step.call}({args}){over}"


def _arg_text(arg: Arg) -> str:
    if arg.expr is not UNSET:
        return arg.expr
    if arg.default is not UNSET:
        return f"{arg.default!r} by default"
    return f'"{arg.text}"' if arg.is_ is UNSET else f'{arg.is_!r} for "{arg.text}"'


# ---- the rest ------------------------------------------------------------------------------------------


def _answer_line(answer: Answer) -> str:
    aliases = f"   (also {', '.join(answer.aliases)})" if answer.aliases else ""
    return f"{answer_text(answer)}   [{answer.type}]{aliases}"


def _verdicts(task: Task) -> list[str]:
    passed = [v.by for v in task.verdicts if v.passed]
    others = [f"{'not checkable' if v.passed is None else 'FAILED'} {v.by}: {v.reason}" for v in task.verdicts
              if not v.passed]  # fmt: skip
    return ([f"passed {', '.join(passed)}"] if passed else []) + others


def _rounds(task: Task, full: bool) -> list[str]:
    rounds = [*task.lineage, _last(task)]
    lines: list[str] = []
    for made in rounds if len(rounds) > 1 else ():
        mark = f"Q{made.k} {made.pattern}: "
        lines += _wrapped(mark + made.question, "", "    ")
        lines += _wrapped(f"A{made.k} {answer_text(made.answer)}", "", "    ")
        if full:
            lines += [f"    {line}" for line in _proof(made.proof, {})]
    return lines


def _last(task: Task) -> Round:
    """Round K: the task itself."""
    pattern = task.pattern.rpartition(">")[2]
    return Round(k=len(task.lineage) + 1, question=task.question, answer=task.answer, proof=task.proof, pattern=pattern)


def _section(title: str, lines: Iterable[str], wrap: bool = True) -> str:
    shown = [line for line in lines if line]
    if not shown:
        return ""
    body = [piece for line in shown for piece in (_wrapped(line, "  ") if wrap else [f"  {line}"])]
    return "\n".join([title, *body])


def _wrapped(text: str, indent: str, hanging: str | None = None) -> list[str]:
    rest = indent if hanging is None else hanging
    return textwrap.wrap(text, WIDTH - 2, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False)
