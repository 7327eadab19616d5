"""What the scripted model can ask: questions with proofs, made of the calls that it has seen.

Takes calls with their results; gives ideas, each with a question, a proof and the way to its answer. The same ideas
serve who writes a question and who reads one: a reader looks for the idea that is asked in these words.
Knows no tool, no semantic type and no prompt: wording comes from names of tools and fields.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from dive.minds.script.heard import Seen, limited, listing, phrase, subject, words
from dive.nouns import Json

MOST = 7
"""Members of a list that are asked about: a solver has twelve calls."""
KEYS = frozenset(["id", "code", "key", "hip", "iata", "abbr"])
"""Last words of names of fields that only point to something."""
UNITS = {
    "km2": "square kilometres", "km": "kilometres", "m": "metres", "ft": "feet", "ly": "light-years",
    "sq deg": "square degrees", "arcmin": "arcminutes", "kg": "kilograms", "usd": "US dollars",
}  # fmt: skip
BEST: tuple[tuple[str, str, Callable[..., Any]], ...] = (("largest", "max", max), ("smallest", "min", min))
Find = Callable[[str, Json], Any]
"""(tool, subject) -> the result; `Missing` where nobody has called it."""
Thing = Callable[[Find], Any]
Value = Callable[[Find, Json], Any]


class Missing(LookupError):
    """A call that an answer needs: `args` are its tool and its subject."""


class Idea(Struct, frozen=True, kw_only=True):
    """A question, with `{x}` for what it begins with, and its proof.

    Attributes:
        first: whether it says nothing but what one call gives, so that another question can be built on it.
        ids: the members of its list: what holds for one of them must be asked of all.
        answer: the way to its answer, where a solver can be asked it.
    """

    ask: str
    steps: tuple[dict[str, Any], ...]
    program: str
    form: dict[str, Json]
    mutants: tuple[str, ...]
    ids: tuple[Json, ...]
    answer: Thing | None

    def read(self, question: str) -> str | None:
        """What stands for `{x}` where this is the question."""
        first, *rest = map(re.escape, self.ask.split("{x}"))
        found = re.fullmatch(f"{first}(.+?)" + r"\1".join(rest), question)
        return found[1] if found else None

    @property
    def calls(self) -> frozenset[tuple[str, str]]:
        """Its calls: tools, each for one thing or for every member of a list."""
        return frozenset((step["do"], step["tool"]) for step in self.steps if step["tool"])


class Field(NamedTuple):
    """A field of a record: what it is called, in what unit it is, and the form of its value."""

    name: str
    words: str
    form: dict[str, Json]


class Members(NamedTuple):
    """A list that a call gave: what it is called, the expression of its rows, their key, the rows, the members."""

    base: Seen
    phrase: str
    rows: str
    key: str
    items: list[Any]
    ids: list[Json]


def ideas(calls: Sequence[Seen], begins: Callable[[Json], bool]) -> Iterator[Idea]:
    """Everything that can be asked; `begins`: whether a subject may be what the question begins with."""
    for base in calls:
        if not begins(subject(base.args)[1]):
            continue
        listed = members(base)
        if listed is not None:
            yield from _first(listed)
            told = {call.tool: call for call in reversed(calls) if subject(call.args)[1] in listed.ids}
            for call in told.values():
                if isinstance(call.value, dict) and listing(call.value)[1] is None:
                    yield from _each(listed, call, list(told.values()))
                    yield from _one(listed, call)
        elif isinstance(base.value, dict):
            yield from _facts(base)
            yield from _hops(base, calls)


def members(base: Seen) -> Members | None:
    """The list that a call gave, if it gave one that is neither too long nor too short."""
    name, value = listing(base.value)
    rows = f"base{name}"
    if value is None or not 2 <= len(value) <= MOST:
        return None
    told = "{} {} {{x}}".format(*phrase(base.tool, base.args))
    if all(isinstance(row, str | int) for row in value):
        return Members(base, told, rows, "", [], value)
    if not all(isinstance(row, dict) and row for row in value):
        return None
    keys = [name for name in value[0] if len({str(row.get(name)) for row in value}) == len(value)]
    keys.sort(key=lambda name: (words(name)[-1] not in KEYS, name == "name"))
    return Members(base, told, rows, keys[0], value, [row[keys[0]] for row in value]) if keys else None


# ---- a list --------------------------------------------------------------------------------------------


def _first(m: Members) -> Iterator[Idea]:
    """What the list itself says."""
    if not limited(m.base.args):
        yield _idea(f"How many {m.phrase} are there?", _listed(m)[:1], f"len({m.rows})", number())
    for field in figures(m.items[0]) if m.items else ():
        for word, pick, _ in BEST:
            steps = [*_listed(m), _own(m, field), _best(pick)]
            yield _idea(f"Which of the {m.phrase} has the {word} {field.words}?", steps, "best", named())


def _each(m: Members, told: Seen, lists: Sequence[Seen]) -> Iterator[Idea]:
    """What a tool tells of every member."""
    steps = [*_listed(m), _call("rows", told, over="members")]
    shown = "name" if isinstance(told.value.get("name"), str) else ""
    for field in figures(told.value):
        value = _of(told.tool, field.name)
        held = [*steps, _let("value", _pairs(field.name))]
        yield from _sums(m, told, field, held)
        for word, pick, pick_of in BEST:
            best, ranked = _ranked(m, value, pick_of), [*held, _best(pick)]
            which = f"the one of the {m.phrase} that has the {word} {field.words}"
            wrong = ["max(members, key=lambda m: value[m])", "min(members, key=lambda m: value[m])"]
            yield _idea(f"Which of the {m.phrase} has the {word} {field.words}?", ranked, _at_best(shown), named(),
                        [_at_best(shown, text) for text in wrong if not text.startswith(pick)],
                        _at(best, _of(told.tool, shown)) if shown else best, m.ids)  # fmt: skip
            for other in figures(told.value, texts=True):
                if other.name not in (field.name, "name"):
                    yield _idea(f"What is the {other.words} of {which}?", ranked, _at_best(other.name), other.form, (),
                                _at(best, _of(told.tool, other.name)), m.ids)  # fmt: skip
            for call in lists:
                yield from _counted(call, which, [*ranked, _call("told", call, expr="best")], best, m.ids)


def _sums(m: Members, told: Seen, field: Field, steps: Sequence[dict[str, Any]]) -> Iterator[Idea]:
    """Figures of the whole list."""
    start, value = subject(m.base.args)[1], _of(told.tool, field.name)
    of, ends = f"{field.words} of the {m.phrase}", ["max(value.values())", "min(value.values())"]

    def all_of(find: Find) -> list[Any]:
        return [value(find, one) for one in m.ids]

    yield _idea(f"What is the difference between the largest and the smallest {of}?", steps, " - ".join(ends),
                field.form, ends, lambda find: max(all_of(find)) - min(all_of(find)), m.ids)  # fmt: skip
    mean = number(str(field.form["unit"]), 1 if field.form["decimals"] is None else 2)
    yield _idea(f"What is the average {of}?", steps, "sum(value.values()) / len(members)", mean,
                [*ends, "sum(value.values())"], lambda find: sum(all_of(find)) / len(m.ids), m.ids)  # fmt: skip
    if field.form["decimals"] is None:
        yield _idea(f"What is the total {of}?", steps, "sum(value.values())", field.form, ends,
                    lambda find: sum(all_of(find)), m.ids)  # fmt: skip
    own = _call("own", Seen(told.tool, {**told.args, subject(told.args)[0]: start}, None), begins=True)
    sign = "len([m for m in members if value[m] {} own['{}']])"
    yield _idea(f"How many of the {m.phrase} have a larger {field.words} than {{x}}?", [*steps, own],
                sign.format(">", field.name), number(), [sign.format("<", field.name), "len(members)"],
                lambda find: sum(one > value(find, start) for one in all_of(find)), m.ids)  # fmt: skip


def _one(m: Members, told: Seen) -> Iterator[Idea]:
    """What a tool tells of the member that the list itself ranks first."""
    for field in figures(m.items[0]) if m.items else ():
        rank = {str(one): row.get(field.name) for one, row in zip(m.ids, m.items, strict=True)}
        for word, pick, pick_of in BEST:
            best = _ranked(m, lambda _, one, rank=rank: rank[str(one)], pick_of)
            which = f"the one of the {m.phrase} that has the {word} {field.words}"
            steps = [*_listed(m), _own(m, field), _best(pick), _call("told", told, expr="best")]
            for other in figures(told.value, texts=True):
                if other.name not in (field.name, "name"):
                    yield _idea(f"What is the {other.words} of {which}?", steps, f"told['{other.name}']", other.form,
                                (), _at(best, _of(told.tool, other.name)))  # fmt: skip


# ---- a record ------------------------------------------------------------------------------------------


def _facts(base: Seen) -> Iterator[Idea]:
    for field in figures(base.value, texts=True):
        if field.name != "name":
            steps = [_call("base", base, begins=True)]
            yield _idea(f"What is the {field.words} of {{x}}?", steps, f"base['{field.name}']", field.form)


def _hops(base: Seen, calls: Sequence[Seen]) -> Iterator[Idea]:
    """What another tool tells of a thing that the record names."""
    start = subject(base.args)[1]
    for key, value in base.value.items():
        name = " ".join(part for part in words(key) if part not in KEYS)
        if not name or value in (None, start) or isinstance(value, float | list | dict):
            continue
        for call in {call.tool: call for call in reversed(calls) if subject(call.args)[1] == value}.values():
            steps = [_call("base", base, begins=True), _call("told", call, expr=f"base['{key}']")]
            which, named_by = f"the {name} of {{x}}", _of(base.tool, key)

            def thing(find: Find, named_by: Value = named_by) -> Any:
                return named_by(find, start)

            if isinstance(call.value, dict) and listing(call.value)[1] is None:
                for field in figures(call.value, texts=True):
                    if field.name not in ("name", key):
                        yield _idea(f"What is the {field.words} of {which}?", steps, f"told['{field.name}']",
                                    field.form, (), _at(thing, _of(call.tool, field.name)))  # fmt: skip
            yield from _counted(call, which, steps, thing)


def _counted(call: Seen, which: str, steps: Sequence[dict[str, Any]], thing: Thing, ids: Sequence[Json] = ()
             ) -> Iterator[Idea]:  # fmt: skip
    """How many there are in a list that a tool gives of a thing."""
    name, rows = listing(call.value)
    if rows is not None and not limited(call.args):
        head, join = phrase(call.tool, call.args)
        counted = _at(thing, lambda find, one: len(listing(find(call.tool, one))[1] or ()))
        yield _idea(f"How many {head} are there {join} {which}?", steps, f"len(told{name})", number(), (), counted, ids)


# ---- parts ---------------------------------------------------------------------------------------------


def figures(record: Mapping[str, Any], texts: bool = False) -> Iterator[Field]:
    """The figures of a record, and its texts if so; nothing that only points to something else."""
    for name, value in record.items():
        parts = words(name)
        if not parts or parts[-1] in KEYS or isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        if isinstance(value, str):
            if texts:
                yield Field(name, " ".join(parts), named())
            continue
        told = " ".join(parts)
        unit = next((unit for unit in UNITS if told.endswith(f" {unit}")), "")
        form = number(UNITS.get(unit, ""), 2 if isinstance(value, float) else None)
        yield Field(name, told.removesuffix(f" {unit}") if unit else told, form)


def named() -> dict[str, Json]:
    """The form of a name."""
    return {"type": "string", "kind": "", "unit": "", "decimals": None, "parts": []}


def number(unit: str = "", decimals: int | None = None) -> dict[str, Json]:
    """The form of a number."""
    return {**named(), "type": "number", "unit": unit, "decimals": decimals}


def _of(tool: str, name: str) -> Value:
    return lambda find, one: find(tool, one)[name]


def _at(thing: Thing, value: Value) -> Thing:
    return lambda find: value(find, thing(find))


def _ranked(m: Members, value: Value, pick: Callable[..., Any]) -> Thing:
    return lambda find: pick(m.ids, key=lambda one: value(find, one))


def _idea(ask: str, steps: Sequence[dict[str, Any]], program: str, form: dict[str, Json], mutants: Sequence[str] = (),
          answer: Thing | None = None, ids: Sequence[Json] = ()) -> Idea:  # fmt: skip
    ends = [f"in {form['unit']}"] if form["unit"] else []
    if form["decimals"] is not None:
        ends.append(f"rounded to {form['decimals']} decimal place{'s' * (form['decimals'] != 1)}")
    wrong = [text for text in mutants if text != program]
    if form["type"] == "number":
        wrong += [f"({program}) * 2", f"({program}) / 2", f"({program}) + 1"]
    return Idea(ask=f"{ask} Give it {', '.join(ends)}." if ends else ask, steps=tuple(steps), program=program,
                form=form, mutants=tuple(wrong[:4]), ids=tuple(ids), answer=answer)  # fmt: skip


def _listed(m: Members) -> list[dict[str, Any]]:
    each = f"[r['{m.key}'] for r in {m.rows}]" if m.key else m.rows
    return [_call("base", m.base, begins=True), _let("members", each)]


def _own(m: Members, field: Field) -> dict[str, Any]:
    return _let("value", f"{{r['{m.key}']: r['{field.name}'] for r in {m.rows}}}")


def _pairs(name: str) -> str:
    return f"{{m: r['{name}'] for m, r in zip(members, rows)}}"


def _best(pick: str) -> dict[str, Any]:
    return _let("best", f"{pick}(members, key=lambda m: value[m])")


def _at_best(name: str, best: str = "best") -> str:
    return f"{_pairs(name)}[{best}]" if name else best


def _let(id: str, expr: str) -> dict[str, Any]:
    return {"id": id, "do": "let", "tool": "", "over": "", "expr": expr, "args": [], "says": ""}


def _call(id: str, like: Seen, begins: bool = False, expr: str = "", over: str = "") -> dict[str, Any]:
    """A call like one that was seen: of what the question begins with, of a value, or of each of a list."""
    name, value = subject(like.args)
    given = {"name": name, "from": "question" if begins else "steps", "text": "{x}" if begins else "",
             "value": value if begins else None, "expr": "" if begins else "item" if over else expr}  # fmt: skip
    rest = [{"name": n, "from": "default", "text": "", "value": None, "expr": ""} for n in like.args if n != name]
    return {"id": id, "do": "each" if over else "call", "tool": like.tool, "over": over, "expr": "",
            "args": [given, *rest], "says": ""}  # fmt: skip
