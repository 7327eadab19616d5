"""Finds out by calling what tools take: from seeds and schemas to results, from results to further arguments.

Takes tools with their parameters, seeds and a function that calls; gives samples and links: which columns of results
hold values that a parameter accepts. A name suggests a link, calls decide; without a name only texts are tried, and
only where the tool turns nonsense away. Calls are capped. Does not know which tools may be called: a call that is
refused is a failure like any other.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET, Struct

from dive.errors import ToolError
from dive.nouns import Json, canonical
from dive.sources import names
from dive.sources.columns import columns, filled
from dive.sources.kinds import Call, Scalar, Slot

PASSES = 4
TRIED = 4
"""Values of a column that are tried on a parameter."""
SHARE = 0.5
"""The part of them that must be accepted where a name suggests the link."""
STRANGERS = 12
"""Columns without a like name that are tried on a parameter."""
NAMING = 2
"""Rounds of look-ups: what a record mentions may be a thing whose name is not known yet."""
NAMED = 5
"""How many times the cap may be called to learn what things are called."""
NONSENSE = "no-such-thing-9d1f"
LONGEST = 60
"""A text longer than this is no name of anything."""


class Param(Struct, frozen=True, order=True):
    """A parameter of a tool."""

    tool: str
    name: str


class Column(Struct, frozen=True, order=True):
    """A column of a tool's results: `field`, `list` or `list.field`."""

    tool: str
    path: str


class Sample(Struct, frozen=True):
    """One call that worked."""

    args: dict[str, Json]
    result: dict[str, Json]


class Probed(Struct):
    """What the calls showed: samples by tool, the last error of a tool, values that a parameter took, and links."""

    samples: dict[str, list[Sample]]
    errors: dict[str, str]
    accepted: dict[Param, dict[Scalar, bool]]
    links: dict[Param, list[Column]]

    def values(self) -> dict[Column, dict[Scalar, None]]:
        """The distinct values of every column."""
        found: dict[Column, dict[Scalar, None]] = {}
        for tool, samples in self.samples.items():
            for sample in samples:
                for path, value in columns(sample.result):
                    found.setdefault(Column(tool, path), {})[value] = None
        return found


def probe(tools: Mapping[str, Sequence[Slot]], seeds: Mapping[str, Sequence[Scalar]], call: Call, cap: int) -> Probed:
    """Samples and links.

    Args:
        tools: the parameters of each tool that may be called.
        seeds: values by `parameter` or `tool.parameter`.
        call: runs a tool; ToolError for whatever goes wrong.
        cap: calls of one tool that are made for samples.
    """
    prober = _Prober(tools, seeds, call, cap)
    for turn in range(PASSES):
        before = prober.made
        prober.fill()
        prober.link(strangers=turn > 0)
        if prober.made == before:
            break
    for _ in range(NAMING):
        prober.name()
    return prober.found


class _Prober:
    """Calls made so far, and the values that each parameter may still be given."""

    def __init__(self, tools: Mapping[str, Sequence[Slot]], seeds: Mapping[str, Sequence[Scalar]], call: Call,
                 cap: int) -> None:  # fmt: skip
        self.call, self.cap, self.made = call, cap, 0
        self.tools = {name: [slot for slot in slots if slot.default is UNSET] for name, slots in sorted(tools.items())}
        self.subject = {n: names.concept(slots[0].name, names.owner_of(n, "", "")) if slots else ""
                        for n, slots in self.tools.items()}  # fmt: skip
        self.found = Probed({name: [] for name in self.tools}, {}, {}, {})
        self.done: dict[tuple[str, bytes], bool] = {}
        self.judged: set[tuple[Param, Column]] = set()
        self.known: dict[Param, dict[Scalar, None]] = {}
        for name, slots in self.tools.items():
            for slot in slots:
                own = (*seeds.get(f"{name}.{slot.name}", ()), *seeds.get(slot.name, ()))
                given = (value for value in (*own, *slot.choices, *slot.examples) if fits(value, slot.kind))
                self.known[Param(name, slot.name)] = dict.fromkeys(given)

    def fill(self) -> None:
        """Calls each tool on what is known for its parameters, up to the cap."""
        for name, slots in self.tools.items():
            choices = [list(self.known[Param(name, slot.name)]) for slot in slots]
            room = self.cap - len(self.found.samples[name])
            for values in itertools.islice(_spread(choices), 2 * self.cap):
                if room <= 0:
                    break
                room -= self._try(name, dict(zip((slot.name for slot in slots), values, strict=True)))

    def link(self, strangers: bool) -> None:
        """Tries columns on parameters: those of a like name, then, if asked, other texts."""
        values = self.found.values()
        for name, slots in self.tools.items():
            for slot in slots:
                param = Param(name, slot.name)
                if slot.kind not in ("string", "integer") or slot.name in names.listed("amounts"):
                    continue
                like = [c for c in values if self._alike(param, c)]
                for column in like:
                    self._judge(param, column, slot.kind, list(values[column]), SHARE)
                if strangers and slot.kind == "string" and self._picky(param):
                    others = [c for c in values if c not in like and _nameable(list(values[c]))]
                    for column in others[:STRANGERS]:
                        self._judge(param, column, slot.kind, list(values[column]), 1.0)

    def name(self) -> None:
        """Looks up more of the things that other tools gave, where the record says what they are called."""
        called = names.listed("called")
        for tool, slots in self.tools.items():
            if len(slots) != 1 or not any(called & set(sample.result) for sample in self.found.samples[tool]):
                continue
            values = self.found.values()
            linked = self.found.links.get(Param(tool, slots[0].name), ())
            things = dict.fromkeys(v for column in linked for v in values[column] if fits(v, slots[0].kind))
            calls = ({slots[0].name: value} for value in things)
            new = (args for args in calls if (tool, canonical(args)) not in self.done)
            for args in itertools.islice(new, NAMED * self.cap):
                self._try(tool, args)

    def _alike(self, param: Param, column: Column) -> bool:
        """Whether the names say that the column holds what the parameter takes: equal, or "home_city" and "city"."""
        wanted = names.concept(param.name, names.owner_of(param.tool, "", ""))
        field = column.path.rpartition(".")[2]
        if field in names.listed("wrappers"):
            field = "id"
        have = names.concept(field, names.owner_of(column.tool, column.path, self.subject[column.tool]))
        return have == wanted or have.endswith(f"_{wanted}")

    def _judge(self, param: Param, column: Column, kind: str, values: list[Scalar], share: float) -> None:
        fitting = [value for value in values if fits(value, kind)]
        if column in self.found.links.get(param, ()):
            self.known[param] |= dict.fromkeys(spread(fitting, self.cap))  # what was found since
        if (param, column) in self.judged or len(fitting) < min(len(values), 1) or not fitting:
            return
        tried = spread(fitting, TRIED)
        answers = [self._takes(param, value) for value in tried]
        if None in answers:
            return  # its other parameters are not known yet
        self.judged.add((param, column))
        if sum(map(bool, answers)) >= max(1.0, share * len(tried)):
            self.found.links.setdefault(param, []).append(column)
            self.known[param] |= dict.fromkeys(spread(fitting, self.cap))

    def _takes(self, param: Param, value: Scalar, keep: bool = True) -> bool | None:
        """Whether the tool tells anything about a value; None if it cannot be asked."""
        args: dict[str, Json] = {}
        for slot in self.tools[param.tool]:
            known = self.known[Param(param.tool, slot.name)]
            if slot.name != param.name and not known:
                return None
            args[slot.name] = value if slot.name == param.name else next(iter(known))
        return self._try(param.tool, args, keep)

    def _picky(self, param: Param) -> bool:
        """Whether nonsense is turned away, so that being taken means something."""
        return self._takes(param, NONSENSE, keep=False) is False

    def _try(self, name: str, args: dict[str, Json], keep: bool = True) -> bool:
        key = (name, canonical(args))
        if key in self.done:
            return self.done[key]
        self.made += 1
        try:
            result = self.call(name, args)
        except ToolError as error:
            told = False
            if keep:
                self.found.errors[name] = str(error)
        else:
            told = filled(result)
            if keep and (told or not args):
                self.found.samples[name].append(Sample(args, result))
        self.done[key] = told
        for param, value in args.items() if keep else ():
            self.found.accepted.setdefault(Param(name, param), {})[value] = told
        return told


def fits(value: Scalar, kind: str) -> bool:
    """Whether a value is of a JSON kind."""
    if kind == "number":
        return isinstance(value, int | float)
    return isinstance(value, {"string": str, "integer": int}.get(kind, ())) and not isinstance(value, bool)


def spread(values: Sequence[Scalar], count: int) -> list[Scalar]:
    """At most `count` values, from the whole length of the sequence."""
    step = max(1, len(values) // count)
    return list(values[::step][:count])


def _spread(choices: Sequence[Sequence[Scalar]]) -> Iterator[tuple[Scalar, ...]]:
    """Combinations in which every value comes up early: the diagonal first, then all."""
    if not all(choices):
        return
    longest = max((len(values) for values in choices), default=1)
    seen = dict.fromkeys(tuple(values[n % len(values)] for values in choices) for n in range(longest))
    yield from seen
    yield from (values for values in itertools.product(*choices) if values not in seen)


def _nameable(values: Sequence[Scalar]) -> bool:
    """Whether a column holds short texts of which several differ."""
    texts = [value for value in values if isinstance(value, str)]
    return len(texts) == len(values) >= 2 and all(0 < len(text) <= LONGEST for text in texts)
