"""Types from samples: which parameters and columns hold the same things, what these things are called, what is a date.

Takes what calls showed; gives semantic types of parameters and columns, rows for `types.toml` and the entities of each
type. A type is called `<source>:<name>`, the name being that of the parameter which takes it. Makes no calls.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from dive.nouns import Json
from dive.sources import names
from dive.sources.kinds import Scalar, Slot
from dive.sources.probe import LONGEST, Column, Param, Probed

OVERLAP = 0.9
"""The part of a text column that must lie among a type's entities to be of that type without a call."""
ENOUGH = 5
"""Distinct values of such a column."""
POOL = 5000
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CODE = re.compile(r"[A-Z0-9_./-]{1,12}")
YEARS = range(1000, 2101)
YEAR_NAMES = frozenset({"year", "founded", "established", "built", "released"})


class Types(Struct):
    """Types by parameter and by column, their rows, and entities by type: id and name."""

    takes: dict[Param, str]
    gives: dict[Column, str]
    rows: dict[str, dict[str, Json]]
    pools: dict[str, dict[str, str]]
    members: dict[Column, str]


def infer(source: str, tools: Mapping[str, Sequence[Slot]], probed: Probed) -> Types:
    """The types of everything that the samples hold."""
    made = _Maker(source, tools, probed)
    for name, ports in sorted(made.groups().items()):
        made.add_entity(name, ports)
    made.add_members()
    made.add_quantities()
    return made.types


class _Maker:
    """The types made so far."""

    def __init__(self, source: str, tools: Mapping[str, Sequence[Slot]], probed: Probed) -> None:
        self.source, self.probed, self.values = source, probed, probed.values()
        given = probed.accepted
        self.needed = {
            name: [slot for slot in slots if Param(name, slot.name) in given] for name, slots in tools.items()
        }
        self.types = Types({}, {}, {}, {}, {})

    # ---- entities ---------------------------------------------------------------------------------------

    def groups(self) -> dict[str, set[Param | Column]]:
        """Parameters and columns that hold the same things, by the concept of the parameters."""
        sets: list[set[Param | Column]] = []
        for tool, slots in sorted(self.needed.items()):
            for slot in slots:
                param = Param(tool, slot.name)
                linked: set[Param | Column] = {param, *self.probed.links.get(param, ())}
                if not self._names_things(param, slot, lonely=len(linked) == 1):
                    continue
                near = [other for other in sets if other & linked or self._same_things(other, param)]
                sets = [other for other in sets if other not in near]
                sets.append(linked.union(*near))
        found: dict[str, set[Param | Column]] = {}
        for ports in sets:
            params = sorted(port for port in ports if isinstance(port, Param))
            concepts = Counter(map(self._concept, params))
            records = {names.owner_of(param.tool, "", "") for param in params}  # `get_person` gives a person
            name = max(sorted(concepts), key=lambda c: (c in records, concepts[c]))
            name = self._keyed(name, params) or name
            while name in found:
                name += f"_{names.snake(params[0].name)}"
            found[name] = ports
        return found

    def _keyed(self, concept: str, params: Sequence[Param]) -> str:
        """What a code stands for that is called by a name of its own: `get_star(hip)` gives back its `hip`: a star."""
        known = {names.singular(token) for tool in self.needed for token in names.head(tool)[0]}
        for param in params:
            codes = all(isinstance(value, int) or CODE.fullmatch(str(value)) for value in self._taken(param))
            samples = self.probed.samples[param.tool]
            echoed = all(sample.result.get(param.name) == sample.args[param.name] for sample in samples)
            if concept == param.name not in known and codes and echoed and len(self.needed[param.tool]) == 1:
                return names.owner_of(param.tool, "", "")
        return ""

    def _concept(self, param: Param) -> str:
        return names.concept(param.name, names.owner_of(param.tool, "", ""))

    def _names_things(self, param: Param, slot: Slot, lonely: bool) -> bool:
        """Whether a parameter takes names of things: no amount, date or year, and something was accepted."""
        taken = self._taken(param)
        if slot.kind not in ("string", "integer") or param.name in names.listed("amounts") or len(taken) < 2:
            return False
        if all(isinstance(v, str) and ISO_DATE.fullmatch(v) for v in taken) or self._is_year(param.name, taken):
            return False
        return not lonely or (len(self.needed[param.tool]) == 1 and self._tells(param))

    def _tells(self, param: Param) -> bool:
        """Whether the results differ with the argument."""
        return len({str(sample.result) for sample in self.probed.samples[param.tool]}) > 1

    def _taken(self, param: Param) -> list[Scalar]:
        return [value for value, told in self.probed.accepted.get(param, {}).items() if told]

    def _same_things(self, ports: set[Param | Column], param: Param) -> bool:
        """Whether a parameter of the same concept was given the same values."""
        mine = set(self._taken(param))
        for port in ports:
            if isinstance(port, Param) and self._concept(port) == self._concept(param):
                theirs = set(self._taken(port))
                if mine & theirs and 2 * len(mine & theirs) >= min(len(mine), len(theirs)):
                    return True
        return False

    def add_entity(self, name: str, ports: set[Param | Column]) -> None:
        """A type for things that tools take."""
        params = sorted(port for port in ports if isinstance(port, Param))
        taken = {value for param in params for value in self._taken(param)}
        failed = {value for param in params for value in self.probed.accepted[param]} - taken
        ids: dict[Scalar, None] = {}
        for value in (v for param in params for v in self._taken(param)):
            ids[value] = None
        for column in sorted(port for port in ports if isinstance(port, Column)):
            ids |= self.values.get(column, {})
        known = [value for value in ids if value not in failed and value != ""][:POOL]
        if not known:
            return
        type_name = f"{self.source}:{name}"
        self.types.takes |= dict.fromkeys(params, type_name)
        self.types.gives |= {port: type_name for port in ports if isinstance(port, Column)}
        if isinstance(known[0], str):
            self._overlapping(type_name, frozenset(known))
        called = self._called(type_name, name)
        self.types.pools[type_name] = {str(v): called.get(str(v), str(v)) for v in sorted(known, key=str)}
        self.types.rows[type_name] = _entity_row(_noun(name, params), known, called, params[0].name)

    def _overlapping(self, type_name: str, ids: frozenset[Scalar]) -> None:
        for column, values in self.values.items():
            inside = sum(value in ids for value in values)
            if column not in self.types.gives and len(values) >= ENOUGH and inside >= OVERLAP * len(values):
                self.types.gives[column] = type_name

    def _called(self, type_name: str, name: str) -> dict[str, str]:
        """What entities are called, by id: from their own records, and from lists whose members they are."""
        found: dict[str, str] = {}
        for tool, samples in sorted(self.probed.samples.items()):
            columns = [c for c, t in self.types.gives.items() if t == type_name and c.tool == tool]
            keys = [c.path.split(".") for c in columns if "." in c.path and self._unique(c)]
            needed = [slot.name for slot in self.needed[tool]]
            about = [p for p in needed if self.types.takes.get(Param(tool, p)) == type_name]
            own = names.owner_of(tool, "", name) == name or any("." not in c.path for c in columns)
            for sample in samples:
                for param in about if needed == about and own else ():
                    _note(found, sample.args[param], sample.result, name)
                for outer, inner in keys:
                    for row in sample.result.get(outer, ()):
                        _note(found, row[inner], row, name)
        return found

    # ---- members of lists -------------------------------------------------------------------------------

    def add_members(self) -> None:
        """For each list of records the field that names the member; a type of its own where no tool takes it."""
        for column in sorted({Column(c.tool, c.path.partition(".")[0]) for c in self.values if "." in c.path}):
            fields = [c for c in self.values if c.tool == column.tool and c.path.startswith(f"{column.path}.")]
            owner = names.owner_of(column.tool, f"{column.path}.x", "")
            usable = [c for c in fields if self._unique(c)]
            typed = [c for c in usable if c in self.types.gives]
            typed.sort(key=lambda c: self.types.gives[c] != f"{self.source}:{owner}")
            plain = [c for c in usable if c.path.partition(".")[2] in (*names.words()["names"]["called"], owner)]
            if not typed and plain and all(isinstance(v, str) for v in self.values[plain[0]]):
                self._add_plain_member(plain[0], owner)
                typed = plain
            if typed:
                self.types.members[column] = typed[0].path.partition(".")[2]

    def _add_plain_member(self, column: Column, owner: str) -> None:
        type_name = f"{self.source}:{owner}"
        if type_name in self.types.rows and type_name in self.types.pools and column not in self.types.gives:
            type_name += "_name"
        ids = [str(value) for value in self.values[column]]
        self.types.gives[column] = type_name
        self.types.pools.setdefault(type_name, {}).update((value, value) for value in ids)
        self.types.rows.setdefault(type_name, _entity_row(owner, ids, {}, ""))

    def _unique(self, column: Column) -> bool:
        """Whether every member of every list has the field, each with a value of its own."""
        path, _, name = column.path.partition(".")
        lists = [sample.result.get(path, []) for sample in self.probed.samples[column.tool]]
        if not all(
            isinstance(rows, list) and all(isinstance(row, dict) and name in row for row in rows) for rows in lists
        ):
            return False
        return all(len({str(row[name]) for row in rows}) == len(rows) for rows in lists)

    # ---- quantities -------------------------------------------------------------------------------------

    def add_quantities(self) -> None:
        """Dates, years, figures and texts: each name is a type of its own."""
        for column, values in sorted(self.values.items()):
            if column in self.types.gives:
                continue
            made = self._quantity(column, list(values))
            if made:
                self.types.gives[column] = made
        for tool, slots in sorted(self.needed.items()):
            for slot in slots:
                param = Param(tool, slot.name)
                taken = self._taken(param)
                if param in self.types.takes or not taken:
                    continue
                if all(isinstance(v, str) and ISO_DATE.fullmatch(v) for v in taken):
                    self.types.takes[param] = "date"
                elif self._is_year(slot.name, taken):
                    self.types.takes[param] = "year"

    def _quantity(self, column: Column, values: list[Scalar]) -> str:
        field = names.snake(column.path.rpartition(".")[2])
        texts = [value for value in values if isinstance(value, str)]
        if texts:
            if len(texts) == len(values) and all(ISO_DATE.fullmatch(text) for text in texts):
                return "date"
            if len(texts) < len(values) or any(len(text) > LONGEST for text in texts):
                return ""
        elif self._is_year(field, values):
            return "year"
        elif set(field.split("_")) & (names.listed("codelike") | names.listed("codes")):
            return ""
        type_name = f"{self.source}:{field}"
        if type_name in self.types.pools:
            return ""
        _, one, more = unit(field)
        self.types.rows.setdefault(type_name, {"noun": one, "plural": more, "example": values[0]})
        return type_name

    def _is_year(self, name: str, values: Sequence[Scalar]) -> bool:
        named = names.snake(name).split("_")[-1] in YEAR_NAMES
        return named and all(isinstance(v, int) and v in YEARS for v in values)


def unit(field: str) -> tuple[str, str, str]:
    """What a field measures, and its unit in singular and plural: ("duration", "second", "seconds") for `seconds`."""
    tokens = names.snake(field).split("_")
    for length in (2, 1):
        measured, one, more = names.words()["units"].get("_".join(tokens[-length:]), ("", "", ""))
        before = names.spaced("_".join(tokens[:-length])) if tokens[:-length] else ""
        if one and (before or measured):
            return before or measured, one, more
    return names.spaced(field), "", ""


def _noun(name: str, params: Sequence[Param]) -> str:
    """ "star" for `star_name`, if every tool that takes it takes nothing but a name."""
    *before, last = name.split("_")
    named = before and last in names.listed("called") and all(param.name in names.listed("called") for param in params)
    return "_".join(before) if named else name


def _entity_row(name: str, ids: Sequence[Scalar], called: Mapping[str, str], key: str) -> dict[str, Json]:
    noun = names.spaced(name)
    row: dict[str, Json] = {"noun": noun, "plural": names.plural(noun), "anaphor": f"that {noun}", "example": ids[0]}
    texts = [str(value) for value in ids]
    other = {text: called[text] for text in texts if called.get(text, text) != text}
    if other:
        inside = sum(name in text for text, name in other.items())
        last = names.snake(key).rpartition("_")[2]
        code = names.spaced(last) if last in names.listed("codes") else last.upper()
        numbered = f"{{name}} ({code} {{id}})" if isinstance(ids[0], int) else "{name} ({id})"
        row["label"] = "{id}" if 2 * inside > len(other) else numbered
    elif name in names.listed("sorts"):
        row["label"] = f'the {noun} "{{name}}"'
    elif 2 * sum(CODE.fullmatch(text) is not None for text in texts) > len(texts):
        row["label"] = f"{noun} {{id}}"
    return row


def _note(found: dict[str, str], id: Scalar, row: Mapping[str, Json], name: str) -> None:
    """Notes what a record calls the thing that it is about."""
    for text in _candidates(row, name):
        if isinstance(text, str) and 0 < len(text) <= LONGEST:
            found.setdefault(str(id), text)
            return


def _candidates(row: Mapping[str, Json], name: str) -> Iterator[Json]:
    for field in (*names.words()["names"]["called"], f"{name}_name", f"{name}_title"):
        yield row.get(field)
    if "first_name" in row and "last_name" in row:
        yield f"{row['first_name']} {row['last_name']}"
