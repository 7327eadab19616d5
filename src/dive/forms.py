"""The form of a tree's value: its answer type, unit and digits; and the typed answer of a value in that form.

Takes a tree, the registry and a value; gives a `Form` and an `Answer`. The grammar says the form, the answer has
it: one function for both. Does not know how the value was found.
"""

from msgspec import Struct

from dive.nouns import Answer, Json
from dive.patterns import pattern
from dive.registry import Registry
from dive.tree import Get, Node, Op
from dive.words import unit_of

CONVERTED_PLACES = 1
"""Digits after the point where the field sets none: of a value that was converted to another unit."""


class Form(Struct, frozen=True):
    """`kind` is an answer type; `places` the digits after the point; `whole` that values are integers anyway."""

    kind: str
    type: str = ""
    unit: str = ""
    places: int | None = None
    whole: bool = False
    parts: tuple["Form", ...] = ()


def form_of(tree: Node, registry: Registry) -> Form:
    """The form in which the value of `tree` is asked for."""
    if isinstance(tree, Op):
        return _form_of_op(tree, registry)
    if not isinstance(tree, Get):
        return Form("entity", tree.type)
    field = registry.field(tree.tool, tree.field)
    if tree.many:
        return Form("set", tree.type, parts=(_member(tree.type, registry),))
    if registry.is_entity(tree.type):
        return Form("entity", tree.type)
    if field.kind in ("integer", "number"):
        places = field.says.places if field.says and field.says.places is not None else CONVERTED_PLACES
        whole = field.kind == "integer"
        return Form("number", tree.type, unit_of(registry, tree.type), 0 if whole else places, whole)
    return Form("date" if tree.type == "date" else "string", tree.type)


def _member(type: str, registry: Registry) -> Form:
    return Form("entity" if registry.is_entity(type) else "date" if type == "date" else "string", type)


def _form_of_op(tree: Op, registry: Registry) -> Form:
    gives = pattern(tree.pattern).gives
    slots = dict(tree.slots)
    if gives == "member":
        return _member(tree.type, registry)
    if gives == "members":
        kind = "list" if pattern(tree.pattern).ordered else "set"
        return Form(kind, tree.type, parts=(_member(tree.type, registry),))
    if gives == "record":
        return Form("record", parts=tuple(form_of(s, registry) for s in slots.values() if not isinstance(s, str)))
    if gives == "count":
        return Form("number", "count", places=0, whole=True)
    if tree.type == "ratio":
        return Form("number", "ratio", places=2)
    of = slots["key"] if "key" in slots else slots["a"]
    assert not isinstance(of, str)
    base = form_of(of, registry)
    if tree.pattern in ("mean", "deviation"):
        return Form("number", base.type, base.unit, 1 if base.whole else base.places)
    if tree.pattern in ("median", "total"):
        return base
    return Form("number", base.type, "years" if base.type == "year" else base.unit, base.places, base.whole)


def answer_of(form: Form, value: Json, registry: Registry) -> Answer:
    """The typed answer for a raw value of that form."""
    if form.kind == "entity":
        entity = registry.entity(form.type, str(value))
        other = {entity.id, registry.label(form.type, entity.id), *entity.aliases} - {entity.name}
        return Answer(type="entity", value=entity.name, aliases=tuple(sorted(other)))
    if form.kind in ("set", "list"):
        parts = [answer_of(form.parts[0], item, registry) for item in value]
        return Answer(type="set" if form.kind == "set" else "list", value=parts)
    if form.kind == "record":
        parts = {name: answer_of(f, value[name], registry) for name, f in zip(value, form.parts, strict=True)}
        return Answer(type="record", value=parts)
    if form.kind == "number":
        return Answer(type="number", value=value, unit=form.unit, decimals=form.places)
    return Answer(type="date" if form.kind == "date" else "string", value=value)
