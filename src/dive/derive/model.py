"""derive with a model: question, answer form and proof as structured output.

Takes what a model said as JSON of `SCHEMA`; gives a `Proposal`, its `Proof` and the typed answer of the program's
value. The program gives the answer: the model only says its form, and what it expects. Aliases of an entity come from
the registry, never from the model. Judges nothing and calls no tool.
"""

import datetime as dt
from collections.abc import Collection
from typing import Literal, cast

import msgspec
from msgspec import Struct

from dive.errors import ProofError
from dive.forms import Form, answer_of
from dive.nouns import Answer, Arg, Json, Proof, Step
from dive.registry import Loaded, Registry, package_version
from dive.words import SMALL

TYPES = ("number", "string", "entity", "date", "set", "list", "record")
MAX_STEPS = 24


class GivenArg(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One argument as the model writes it."""

    name: str
    origin: Literal["question", "default", "steps"] = msgspec.field(name="from")
    text: str = ""
    value: str | int | float | bool | None = None
    expr: str = ""


class GivenStep(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step as the model writes it."""

    id: str
    do: Literal["call", "each", "let"]
    tool: str = ""
    over: str = ""
    expr: str = ""
    args: tuple[GivenArg, ...] = ()
    says: str = ""


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One part of a record."""

    name: str
    type: Literal["number", "string", "entity", "date", "set", "list"]
    kind: str = ""
    unit: str = ""
    decimals: int | None = None


class GivenAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form of the answer, and what the model expects it to be. `kind`: semantic type of an entity or a member."""

    type: Literal["number", "string", "entity", "date", "set", "list", "record"]
    expected: str
    kind: str = ""
    unit: str = ""
    decimals: int | None = None
    parts: tuple[Part, ...] = ()


class Mutant(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A program with a likely mistake."""

    program: str
    mistake: str = ""


class Proposal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that a model says of one round."""

    question: str
    steps: tuple[GivenStep, ...]
    program: str
    answer: GivenAnswer
    assume: tuple[str, ...] = ()
    mutants: tuple[Mutant, ...] = ()


def _object(**properties: Json) -> dict[str, Json]:
    """A closed object in which every property is required: what providers' strict modes take."""
    fields: dict[str, Json] = dict(properties)
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


_TEXT: dict[str, Json] = {"type": "string"}
_DIGITS: dict[str, Json] = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
_VALUE: dict[str, Json] = {"anyOf": [{"type": kind} for kind in ("string", "number", "boolean", "null")]}


def _list(item: Json) -> dict[str, Json]:
    return {"type": "array", "items": item}


def _one_of(*words: str) -> dict[str, Json]:
    return {"type": "string", "enum": list(words)}


_ARG = _object(**{"name": _TEXT, "from": _one_of("question", "default", "steps"), "text": _TEXT, "value": _VALUE,
                  "expr": _TEXT})  # fmt: skip
_STEP = _object(id=_TEXT, do=_one_of("call", "each", "let"), tool=_TEXT, over=_TEXT, expr=_TEXT, args=_list(_ARG),
                says=_TEXT)  # fmt: skip
_PART = _object(name=_TEXT, type=_one_of(*TYPES[:-1]), kind=_TEXT, unit=_TEXT, decimals=_DIGITS)
_FORM = _object(type=_one_of(*TYPES), expected=_TEXT, kind=_TEXT, unit=_TEXT, decimals=_DIGITS, parts=_list(_PART))
SCHEMA = _object(question=_TEXT, steps=_list(_STEP), assume=_list(_TEXT), program=_TEXT, answer=_FORM,
                 mutants=_list(_object(program=_TEXT, mistake=_TEXT)))  # fmt: skip
"""The shape of a derivation, in the subset of JSON Schema that providers enforce."""
TRIAL = _object(steps=_list(_STEP), program=_TEXT)
"""What `try_proof` takes."""


def parse(text: str) -> Proposal:
    """The proposal in a model's words; ProofError that says what is wrong with its shape."""
    try:
        return msgspec.json.decode(_bare(text), type=Proposal)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ProofError(f"the JSON: {error}. Give one JSON object of the shape that was asked for") from None


def _bare(text: str) -> str:
    """JSON without the fence that models like to put around it."""
    text = text.strip()
    if text.startswith("```"):
        text = text.partition("\n")[2].rpartition("```")[0]
    return text


def proof_of(made: Proposal, registry: Registry, max_each: int, toolset: Collection[str]) -> Proof:
    """The proof that a proposal states, with the form of its answer; ProofError with every fault of its steps.

    A tool that is not of the toolset is such a fault, so that nobody runs it.
    """
    faults: list[str] = []
    steps: list[Step] = []
    if len(made.steps) > MAX_STEPS:
        faults.append(f"steps: {len(made.steps)} are too many, at most {MAX_STEPS}. Use `each` for like calls")
    for given in made.steps[:MAX_STEPS]:
        try:
            steps.append(_step(given, registry, max_each, toolset))
        except ProofError as error:
            faults.append(str(error))
    if faults:
        raise ProofError("\n".join(faults))
    packages = sorted({registry.tool(str(step.call)).tool.package for step in steps if isinstance(step.call, str)})
    return Proof(steps=tuple(steps), assume=made.assume, program=made.program, answer=_empty(made.answer),
                 data={name: package_version(name) for name in packages})  # fmt: skip


def _step(given: GivenStep, registry: Registry, max_each: int, toolset: Collection[str]) -> Step:
    if given.do == "let":
        return Step(id=given.id, let=given.expr, says=given.says)
    loaded = registry.tools.get(given.tool)
    if loaded is None or given.tool not in toolset:
        raise ProofError(f"step {given.id}: there is no tool {given.tool!r}. Use one of the toolset")
    args = {arg.name: _arg(given, arg, loaded) for arg in given.args}
    missing = {p.name: p.default for p in loaded.params if p.name not in args}
    for name, default in missing.items():
        if default is msgspec.UNSET:
            raise ProofError(f"step {given.id}: {loaded.name} needs {name!r}. Say where its value comes from")
        args[name] = Arg(default=default)
    if given.do == "call":
        return Step(id=given.id, call=given.tool, args=args, says=given.says)
    return Step(id=given.id, call=given.tool, each=given.over, args=args, max=max_each, says=given.says)


def _arg(step: GivenStep, given: GivenArg, loaded: Loaded) -> Arg:
    param = next((param for param in loaded.params if param.name == given.name), None)
    if param is None:
        known = ", ".join(param.name for param in loaded.params)
        raise ProofError(f"step {step.id}: {loaded.name} takes no {given.name!r}; it takes {known}")
    if given.origin == "steps":
        return Arg(expr=given.expr)
    if given.origin == "default":
        if param.default is msgspec.UNSET:
            raise ProofError(
                f"step {step.id}, argument {given.name}: it has no default. Say where its value comes from"
            )
        return Arg(default=param.default)
    value: Json = given.text if given.value is None else given.value
    if param.kind in ("integer", "number") and isinstance(value, str):
        value = _number(value, f"step {step.id}, argument {given.name}")
    return Arg(text=given.text) if value == given.text else Arg(text=given.text, is_=value)


def _number(text: str, where: str) -> int | float:
    """A number in digits or, up to twelve, in words."""
    if text.casefold() in SMALL:
        return SMALL.index(text.casefold())
    try:
        read = float(text.replace(",", ""))
    except ValueError:
        raise ProofError(f"{where}: {text!r} is no number. Give it as `value`") from None
    return int(read) if read.is_integer() else read


def _empty(form: GivenAnswer) -> Answer:
    """An answer of that form with nothing in it: it tells the prover how to fit the program's value."""
    if form.type in ("set", "list"):
        return Answer(type=form.type, value=[])
    if form.type == "record":
        return Answer(type="record", value={part.name: _empty(_alone(part)) for part in form.parts})
    return Answer(type=form.type, value="", unit=form.unit, decimals=form.decimals)


def _alone(part: Part) -> GivenAnswer:
    return GivenAnswer(type=part.type, expected="", kind=part.kind, unit=part.unit, decimals=part.decimals)


def answer_from(form: GivenAnswer, value: Json, registry: Registry, where: str = "program") -> Answer:
    """The typed answer of a program's value (after `prove.values.fit`); ProofError if the value has another form."""
    match form.type:
        case "record":
            names = [part.name for part in form.parts]
            if not isinstance(value, dict) or sorted(cast("dict[str, Json]", value)) != sorted(names):
                raise ProofError(f"{where}: the answer says record {{{', '.join(names)}}}; it gives {_seen(value)}")
            held = cast("dict[str, Json]", value)
            parts = {p.name: answer_from(_alone(p), held[p.name], registry, f"{where}, {p.name}") for p in form.parts}
            return Answer(type="record", value=parts)
        case "set" | "list":
            if not isinstance(value, list) or not value:
                raise ProofError(
                    f"{where}: the answer says {form.type}; it gives {_seen(value)}. Give a list of values"
                )
            kind = "number" if all(isinstance(v, int | float) for v in value) else "entity" if form.kind else "string"
            one = msgspec.structs.replace(form, type=kind)
            return Answer(type=form.type, value=[answer_from(one, item, registry, where) for item in value])
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ProofError(f"{where}: the answer says number; it gives {_seen(value)}")
            whole = isinstance(value, int)
            if not whole and form.decimals is None:
                raise ProofError(
                    f"{where}: it gives {value!r}, and the answer says no decimals. Say how many are asked for"
                )
            return Answer(type="number", value=value, unit=form.unit, decimals=0 if whole else form.decimals)
        case _:
            return _named(form, value, registry, where)


def _named(form: GivenAnswer, value: Json, registry: Registry, where: str) -> Answer:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ProofError(f"{where}: the answer says {form.type}; it gives {_seen(value)}")
    if form.type == "entity" and form.kind in registry.pools:
        return answer_of(Form("entity", form.kind), value, registry)
    if form.type == "date" and _no_date(str(value)):
        raise ProofError(f"{where}: the answer says date; it gives {_seen(value)}. Give it as .isoformat()")
    return Answer(type=form.type, value=str(value))


def _no_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return True
    return False


def _seen(value: Json) -> str:
    if isinstance(value, list):
        return f"a list of {len(cast('list[Json]', value))}: {str(value)[:80]}"
    if isinstance(value, dict):
        return f"a record of {', '.join(cast('dict[str, Json]', value)) or 'nothing'}"
    return "nothing" if value is None else repr(value)[:80]
