"""Writes mismatches.toml: questions beside programs that compute something else, made from the good tasks.

    python tests/defects/plant.py        from the repository's root, with src on the path

Each row holds the question as text, the tree of the program, and, where somebody could write a program for the
question, the tree that the question asks for. Wording is stored, so that rows stay what they are when the grammar
changes.
"""

import itertools
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from msgspec import Struct

from defects.corpus import Maker, good
from defects.notation import tree, written
from dive.catalog import load
from dive.evidence import Graph, Unknown
from dive.phrase import Unspeakable, speak
from dive.registry import Registry
from dive.tools import Toolbox
from dive.tree import Con, Ent, Get, Node, Op, replace, walk

EACH = 9
"""Rows of a kind, at most."""
MODIFIERS = (
    "Count only those that have a coastline.", "Leave aside the islands.", "Consider only the permanent ones.",
    "Only those founded before the war are meant.", "Ignore disputed cases.", "Only international ones are asked for.",
    "Exclude whatever is radioactive.", "Only publicly traded ones matter.", "Restrict this to the northern half.",
)  # fmt: skip
ADJECTIVES = ("landlocked", "stable", "tropical", "coastal", "bilingual", "nuclear", "volcanic", "royal", "private")
SWAPS = (
    ("highest", "lowest"), ("lowest", "highest"), ("largest", "smallest"), ("smallest", "largest"), ("most", "fewest"),
    ("fewest", "most"), ("higher", "lower"), ("more than", "fewer than"), ("last", "first"),
)  # fmt: skip


def _near(country: str) -> str:
    return f"country_borders('{country}').countries"


MORE = (
    "count(where(country_borders('DE').countries, country_facts(it).population, '>', 10000000))",
    "where(country_borders('BR').countries, country_facts(it).area, '<', 500000)",
    "both(country_borders('DE').countries, country_borders('PL').countries)",
    "only(country_borders('AT').countries, country_borders('DE').countries)",
    "where(elements_in_group('1').elements, element_record(it).atomic_weight, '>', 50)",
    "both(country_borders('FR').countries, country_borders('CH').countries)",
    f"superlative('max', only({_near('BR')}, {_near('PE')}), country_facts(it).area)",
    f"superlative('min', both({_near('CN')}, {_near('RU')}), country_facts(it).population)",
    "spread(country_borders('PE').countries, country_facts(it).area)",
)  # fmt: skip
"""Trees of which the good tasks have few."""
UNITS = (("metres", "yards"), ("feet", "furlongs"), ("square kilometres", "square miles"), ("kilometres", "miles"))


class Row(Struct, frozen=True):
    """One planted mismatch."""

    kind: str
    question: str
    tree: str
    asks: str = ""


def rows(registry: Registry, maker: Maker) -> Iterator[Row]:
    """All rows that the good tasks lend themselves to."""
    for key, trees in [("more", MORE), *((one.key, one.trees[1:]) for one in good())]:
        for shown in trees:
            program = tree(shown, registry)
            asked = _spoken(program, registry)
            if asked:
                yield from _by_tree(program, shown, registry, maker)
                yield from _by_text(asked, shown, key)


def _by_tree(program: Node, shown: str, registry: Registry, maker: Maker) -> Iterator[Row]:
    for kind, change in CHANGES.items():
        for other in change(program, registry):
            said = _spoken(other, registry)
            if said and other != program and _value(other, maker) not in (None, _value(program, maker)):
                yield Row(kind, said, shown, written(other, registry))


def _by_text(asked: str, shown: str, key: str) -> Iterator[Row]:
    rng = random.Random(key + shown)
    yield Row("sentence added", f"{asked} {rng.choice(MODIFIERS)}", shown)
    noun = re.search(r"\b(?:the|of the) (?:\w+ )?(airports|countries|cities|elements|currencies|companies)\b", asked)
    if noun:
        yield Row("adjective added", asked.replace(noun[1], f"{rng.choice(ADJECTIVES)} {noun[1]}", 1), shown)
    for old, new in SWAPS:
        if re.search(rf"\b{old}\b", asked):
            yield Row("direction in words", re.sub(rf"\b{old}\b", new, asked, count=1), shown)
    for old, new in UNITS:
        if re.search(rf"\bin {old}\b", asked) and new not in asked:
            yield Row("unit in words", re.sub(rf"\bin {old}\b", f"in {new}", asked, count=1), shown)
    if shown.startswith(("both", "superlative('min', both")) and " and " in asked:
        yield Row("or for and", re.sub(r",? and (?:also )?", " or ", asked, count=1), shown)


def _opposite(node: Node, _: Registry) -> Iterator[Node]:
    other = {"max": "min", "min": "max", "reverse=True": "reverse=False", "reverse=False": "reverse=True"}
    for op in _ops(node):
        how = dict(op.slots).get("how")
        if isinstance(how, str) and how in other:
            yield replace(node, op, Op(op.pattern, _with(op, "how", other[how]), op.type, op.many))


def _bound(node: Node, _: Registry) -> Iterator[Node]:
    for op in _ops(node):
        bound = dict(op.slots).get("bound")
        if isinstance(bound, Con):
            yield replace(
                node, op, Op(op.pattern, _with(op, "bound", Con(bound.type, bound.value * 2)), op.type, op.many)
            )
            turned = _with(op, "how", "<" if op.slot("how") == ">" else ">")
            yield replace(node, op, Op(op.pattern, turned, op.type, op.many))


def _dropped(node: Node, _: Registry) -> Iterator[Node]:
    for op in _ops(node):
        inner = dict(op.slots).get("a" if op.pattern in ("both", "only") else "list")
        if op.pattern in ("where", "both", "only") and op != node and isinstance(inner, Node):
            yield replace(node, op, inner)


def _sides(node: Node, _: Registry) -> Iterator[Node]:
    for op in _ops(node):
        if op.pattern in ("both", "only"):
            yield replace(node, op, Op("only" if op.pattern == "both" else "both", op.slots, op.type, op.many))
            turned = (("a", op.slot("b")), ("b", op.slot("a")))
            yield replace(node, op, Op("only", turned, op.type, op.many))


def _field(node: Node, registry: Registry) -> Iterator[Node]:
    for op in _ops(node):
        key = dict(op.slots).get("key")
        if isinstance(key, Get) and "." not in key.field:
            for path, field in registry.tool(key.tool).fields.items():
                if path != key.field and field.says and field.says.cls and not field.many:
                    new = Get(key.tool, key.args, path, field.type)
                    yield replace(node, op, Op(op.pattern, _with(op, "key", new), op.type, op.many))
    if isinstance(node, Get) and not node.many:
        for path, field in registry.tool(node.tool).fields.items():
            if path != node.field and field.spoken and not field.many and "." not in path:
                yield Get(node.tool, node.args, path, field.type)


def _entity(node: Node, registry: Registry) -> Iterator[Node]:
    for ent in dict.fromkeys(n for n in walk(node) if isinstance(n, Ent)):
        pool = [e.id for e in registry.seeds(ent.type)]
        place = pool.index(ent.id) if ent.id in pool else 0
        for other in pool[place + 1 : place + 3]:
            yield replace(node, ent, Ent(ent.type, other))


def _number(node: Node, _: Registry) -> Iterator[Node]:
    for con in dict.fromkeys(n for n in walk(node) if isinstance(n, Con)):
        if isinstance(con.value, int) and con.type in ("count", "year"):
            yield replace(node, con, Con(con.type, con.value + 1))


def _hop(node: Node, _: Registry) -> Iterator[Node]:
    if isinstance(node, Get):
        yield from (child for _, child in node.args if isinstance(child, Op | Get))


CHANGES: dict[str, Callable[[Node, Registry], Iterator[Node]]] = {
    "opposite superlative": _opposite, "bound": _bound, "clause dropped": _dropped, "both and only": _sides,
    "other field": _field, "other entity": _entity, "other number": _number, "one hop less": _hop,
}  # fmt: skip


def _ops(node: Node) -> Iterator[Op]:
    return (n for n in dict.fromkeys(walk(node)) if isinstance(n, Op))


def _with(op: Op, slot: str, new: Node | str) -> tuple[tuple[str, Node | str], ...]:
    return tuple((name, new if name == slot else old) for name, old in op.slots)


def _spoken(node: Node, registry: Registry) -> str:
    try:
        return speak(node, registry)
    except (Unspeakable, LookupError, AssertionError, ValueError):
        return ""


def _value(node: Node, maker: Maker) -> object:
    try:
        return repr(Graph(maker.registry, sorted(maker.registry.tools), maker.call).value(node))
    except (Unknown, KeyError, TypeError):
        return None


def main() -> None:
    """Writes the file: of each kind the rows that differ most in their programs."""
    registry = load()
    maker = Maker(registry, Toolbox(registry).call)
    by_kind: dict[str, list[Row]] = {}
    for row in rows(registry, maker):
        known = by_kind.setdefault(row.kind, [])
        if row.tree not in [r.tree for r in known] and len(known) < 40:
            known.append(row)
    lines = [
        "# Questions beside programs that compute something else; made by plant.py. `asks`: what the question asks."
    ]
    for row in itertools.chain.from_iterable(found[:: max(1, len(found) // EACH)][:EACH] for found in by_kind.values()):
        lines.append(
            f"\n[[pair]]\nkind = {json.dumps(row.kind)}\nquestion = {json.dumps(row.question, ensure_ascii=False)}"
        )
        lines.append(f"tree = '''{row.tree}'''" + (f"\nasks = '''{row.asks}'''" if row.asks else ""))
    Path(__file__).with_name("mismatches.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
