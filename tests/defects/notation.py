"""Trees and proofs in a line or two of Python's own syntax, so that a corpus of tasks can be read and edited.

Takes text and the registry; gives nodes and proofs, and writes nodes as text again. Runs nothing.

    largest_countries('SA', 6).countries                          a list; 'SA' is an entity, 6 a constant
    superlative('max', <list>, country_facts(it).area)            a pattern over its slots; `it` is the member
    airports_near(lat=airport_record('LIM').lat, ...).airports    arguments by place or by name
    Ent('city:geonames', 'Lima, Peru'), Con('year', 1990)         where the type does not tell which it is

A proof is one assignment for each step; the last line is the program:

    pe = country_borders(country=said('Peru', 'PE'))              an argument that the question states
    near = airports_near(lat=a['lat'], lon=a['lon'], n=default(5))
    facts = [country_facts(country=item) for item in pe['countries']]
    area = {r['country']: r['area'] for r in facts}
    assert len(area) > 3                                          a presupposition
    max(area, key=lambda k: area[k])
"""

import ast
from collections.abc import Iterator

from msgspec import UNSET

from dive.nouns import Answer, Arg, Proof, Step
from dive.patterns import pattern, patterns
from dive.registry import Registry
from dive.tree import Con, Ent, Get, It, Node, Op

UNIT = "unit:type"
QUOTIENTS = ("ratio", "factor", "multiple")


def tree(text: str, registry: Registry) -> Node:
    """The tree that `text` writes down."""
    return _node(ast.parse(text.strip(), mode="eval").body, registry, "", "")


def _node(part: ast.expr, registry: Registry, wanted: str, member: str) -> Node:
    """A node; `wanted` is the type that its place takes, `member` the type of `it`."""
    match part:
        case ast.Name(id="it"):
            return It(member)
        case ast.Constant(value=value):
            return Ent(wanted, str(value)) if _is_thing(wanted, registry) else Con(wanted, value)
        case ast.UnaryOp(operand=ast.Constant(value=value)):
            return Con(wanted, -value)
        case ast.Call(func=ast.Name(id="Ent" | "Con" as kind), args=[first, second]):
            type_name, value = ast.literal_eval(first), ast.literal_eval(second)
            return Ent(type_name, value) if kind == "Ent" else Con(type_name, value)
        case ast.Call(func=ast.Name(id=name)) if name in patterns():
            return _op(name, part.args, registry, member)
        case ast.Attribute():
            return _get(part, registry, member)
    raise ValueError(f"no tree: {ast.unparse(part)}")


def _get(part: ast.Attribute, registry: Registry, member: str) -> Get:
    path, owner = [part.attr], part.value
    while isinstance(owner, ast.Attribute):
        path, owner = [owner.attr, *path], owner.value
    assert isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name), ast.unparse(part)
    loaded = registry.tool(owner.func.id)
    types = {param.name: param.type for param in loaded.params}
    given = dict(zip(types, owner.args, strict=False)) | {str(k.arg): k.value for k in owner.keywords}
    args = tuple((name, _node(given[name], registry, types[name], member)) for name in types if name in given)
    field = loaded.fields[".".join(path)]
    units = [child.value for _, child in args if isinstance(child, Con) and child.type == UNIT]
    return Get(loaded.name, args, field.path, field.type or (units[-1] if units else ""), field.many)


def _op(name: str, parts: list[ast.expr], registry: Registry, member: str) -> Op:
    row = pattern(name)
    slots: dict[str, Node | str] = {}
    for slot, part in zip(row.slots, parts, strict=True):
        if slot in row.words:
            slots[slot] = ast.literal_eval(part)
        elif slot == "key":
            slots[slot] = _node(part, registry, "", type_of(slots["list"]))
        else:
            of = type_of(slots.get("key", ""))
            wanted = {"bound": of, "value": of, "n": "count"}.get(slot, "")
            slots[slot] = _node(part, registry, wanted, member)
    source = type_of(slots.get("list", slots.get("a", "")))
    kinds = {"member": source, "members": source, "count": "count", "record": "", "key": type_of(slots.get("key", ""))}
    made = kinds.get(row.gives, "ratio" if name in QUOTIENTS else source)
    return Op(name, tuple(slots.items()), made, row.gives == "members")


def _is_thing(kind: str, registry: Registry) -> bool:
    """Whether a bare value of the type is an entity; units are constants."""
    return kind != UNIT and registry.is_entity(kind)


def type_of(node: Node | str) -> str:
    """The type of a node; empty for a word."""
    return "" if isinstance(node, str) else node.type


def written(node: Node | str, registry: Registry, wanted: str | None = None) -> str:
    """The text of a node: `tree` makes the same node of it."""
    if isinstance(node, str):
        return repr(node)
    if isinstance(node, It):
        return "it"
    if isinstance(node, Ent | Con):
        value = node.id if isinstance(node, Ent) else node.value
        plain = wanted == node.type and _is_thing(node.type, registry) == isinstance(node, Ent)
        return repr(value) if plain else f"{type(node).__name__}({node.type!r}, {value!r})"
    if isinstance(node, Op):
        slots = dict(node.slots)
        of = type_of(slots.get("key", ""))
        types = {"bound": of, "value": of, "n": "count"}
        return f"{node.pattern}({', '.join(written(s, registry, types.get(n)) for n, s in node.slots)})"
    params = {param.name: param.type for param in registry.tool(node.tool).params}
    args = [(name, written(child, registry, params[name])) for name, child in node.args]
    in_order = [name for name, _ in args] == list(params)[: len(args)]
    return f"{node.tool}({', '.join(text if in_order else f'{name}={text}' for name, text in args)}).{node.field}"


def proof(text: str, answer: Answer, registry: Registry) -> Proof:
    """The proof that `text` writes down, with `answer` as its claim."""
    body = ast.parse(text.strip() + "\n").body
    steps = tuple(_step(line, registry) for line in body[:-1] if isinstance(line, ast.Assign))
    assume = tuple(ast.unparse(line.test) for line in body if isinstance(line, ast.Assert))
    assert isinstance(body[-1], ast.Expr), "the last line is the program"
    return Proof(steps=steps, assume=assume, program=ast.unparse(body[-1].value), answer=answer)


def _step(line: ast.Assign, registry: Registry) -> Step:
    name = ast.unparse(line.targets[0])
    match line.value:
        case ast.Call(func=ast.Name(id=tool)) as call if tool in registry.tools or tool.startswith("no_"):
            return Step(id=name, call=tool, args=dict(_args(call)))
        case ast.ListComp(elt=ast.Call(func=ast.Name(id=tool)) as call, generators=[loop]) if tool in registry.tools:
            return Step(id=name, call=tool, each=ast.unparse(loop.iter), args=dict(_args(call)))
        case value:
            return Step(id=name, let=ast.unparse(value))


def _args(call: ast.Call) -> Iterator[tuple[str, Arg]]:
    for keyword in call.keywords:
        match keyword.value:
            case ast.Call(func=ast.Name(id="said"), args=[text]):
                made = Arg(text=ast.literal_eval(text))
            case ast.Call(func=ast.Name(id="said"), args=[text, value]):
                made = Arg(text=ast.literal_eval(text), is_=ast.literal_eval(value))
            case ast.Call(func=ast.Name(id="default"), args=[value]):
                made = Arg(default=ast.literal_eval(value))
            case value:
                made = Arg(expr=ast.unparse(value), text=UNSET)
        yield str(keyword.arg), made
