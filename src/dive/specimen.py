"""A tool described for people, with a specimen of every wording derived from its `says` lines, on real values.

Takes the registry, a tool and (arguments, result) of its examples; gives text and titled lines: phrase, question,
superlative, threshold, gap. Does not know trees: what a whole question makes of a wording is the grammar's.
"""

import textwrap
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from dive.nouns import Json
from dive.registry import Field, Loaded, Param, Registry
from dive.says import Says, gap, having, phrase, question, superlative
from dive.show import WIDTH, compact
from dive.tree import Con
from dive.words import quantity, spell_constant

Example = tuple[dict[str, Json], Json]
Line = tuple[str, str]
SHOWN = 3


def tool_text(registry: Registry, loaded: Loaded, examples: Sequence[Example]) -> str:
    """Everything about one tool. Lines that do not start with a space are headings."""
    tool = loaded.tool
    kind = "looks facts up" if tool.kind == "R" else "computes from its arguments alone"
    lines = [f"{tool.name}   {tool.domain}, {tool.kind}: {kind}, effect {tool.effect}", ""]
    lines += textwrap.wrap(tool.description, WIDTH, initial_indent="  ", subsequent_indent="  ")
    lines += ["", "Takes", *(_param_line(registry, param) for param in loaded.params), "", "Gives"]
    lines += [_field_line(field) for field in loaded.fields.values()]
    lines += ["", "From", f"  code: {tool.package} ({tool.licence}); data: {tool.data_licence}"]
    lines += [f"  {part}" for part in (tool.attribution, f"may be redistributed: {tool.redistribute}") if part]
    lines += [f"  in questions: {loaded.spoken_source}"] if loaded.spoken_source else []
    lines += ["", "Examples"] if examples else []
    for args, result in examples[:SHOWN]:
        lines += [f"  {compact(args, WIDTH - 2)}", f"    -> {compact(result, WIDTH - 7)}"]
    for path, forms in specimens(registry, loaded, examples[:2]).items():
        lines += ["", f"Says {path}"]
        for form, said in forms:
            lines += textwrap.wrap(said, WIDTH, initial_indent=f"  {form:<12} ", subsequent_indent=" " * 15)
    return "\n".join(lines)


def _param_line(registry: Registry, param: Param) -> str:
    default = f", by default {param.default!r}" if param.default is not UNSET else ""
    example = f", e.g. {registry.types[param.type].example!r}" if param.type and not default else ""
    return f"  {param.name:<20} {param.type or param.kind} ({param.kind}){default}{example}"


def _field_line(field: Field) -> str:
    many = "list of " if field.many else ""
    return f"  {field.path:<20} {many}{field.type or field.kind} ({field.kind})"


def specimens(registry: Registry, loaded: Loaded, examples: Sequence[Example]) -> dict[str, list[Line]]:
    """For each spoken field its derived forms as (form, text).

    Args:
        registry: names of entities and units.
        loaded: the tool.
        examples: arguments, defaults included, and results; the second one is what the first is compared with.
    """
    found: dict[str, list[Line]] = {}
    for path, field in loaded.fields.items():
        if field.says is None:
            continue
        if "transparent" in field.says.flags:
            found[path] = [("phrase", "as its subject")]
            continue
        told = [_told(registry, loaded, field, *example) for example in examples]
        if told:
            found[path] = list(_forms(registry, field, field.says, told[0], told[-1]))
    return found


class _Told:
    """What stands in the slots of a field's wording for one example, and the field's value there."""

    def __init__(self, slots: dict[str, str], subject: str, value: Json) -> None:
        self.slots, self.subject, self.value = slots, subject, value


def _told(registry: Registry, loaded: Loaded, field: Field, args: dict[str, Json], result: Json) -> _Told:
    slots = slot_texts(registry, loaded.params, args)
    path, _, name = field.path.partition(".")
    if not name:
        return _Told(slots, slots["x"], result.get(path))
    owner = loaded.fields[path]
    member = owner.says.member if owner.says else ""
    row = next((row for row in result.get(path, ()) if name in row), {})
    slots["it"] = registry.label(owner.type, str(row[member])) if member in row and owner.type else "the member"
    return _Told(slots, slots["it"], row.get(name))


def slot_texts(registry: Registry, params: Sequence[Param], args: dict[str, Json]) -> dict[str, str]:
    """How a question would write each argument; a point's latitude stands for the point."""
    texts: dict[str, str] = {}
    for param in params:
        value = args[param.name]
        if registry.is_entity(param.type):
            texts[param.name] = registry.label(param.type, str(value))
        elif param.type.startswith("latitude:"):
            texts[param.name] = "that place"
        else:
            texts[param.name] = spell_constant(registry, Con(param.type, value))
    texts["x"] = texts[params[0].name] if params else ""
    return texts


def _forms(registry: Registry, field: Field, says: Says, one: _Told, other: _Told) -> Iterator[Line]:
    said = phrase(says, one.slots)
    if says.is_list:
        yield "list", f"the {said}"
        yield "question", f"which are the {said}?"
    else:
        yield "phrase", said
        yield "question", f"{question(says, one.slots)}?"
    if says.via[0]:
        yield "via", f"{says.via[0]} a {registry.type(field.type).noun} that ... / {says.via[1]} a ..."
    if not says.cls:
        return
    yield "superlative", f"{superlative(says, 'max')} / {superlative(says, 'min')}"
    if one.value is not None:
        bound = _bound(registry, field, one.value)
        for above in (True, False):
            yield "threshold", " / ".join(having(says, above, bound, plural) for plural in (False, True))
    yield "gap", f"{gap(says, one.subject, other.subject)}?"
    yield "gap, told", f"I want to know {gap(says, one.subject, other.subject, asked=False)}."


def _bound(registry: Registry, field: Field, value: Json) -> str:
    if field.type == "date" or isinstance(value, str):
        return spell_constant(registry, Con(field.type, value))
    return quantity(registry, field.type, value, field.says.places if field.says else None)
