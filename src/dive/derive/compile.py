"""Compiles an expression tree into a proof: steps, named values and the answer program.

Takes a tree and the registry; gives a `Proof` without its answer. Every `Get` becomes a call step, a `Get` that
speaks of a list's member an `each` step, every list and selection a `let`. Does not evaluate anything.
"""

import builtins
import keyword

from msgspec import UNSET

from dive.errors import ProofError
from dive.nouns import Answer, Arg, Proof, Step
from dive.patterns import pattern
from dive.registry import Registry, package_version
from dive.tree import Con, Ent, Get, It, Node, Op, depends_on_it
from dive.words import spell_constant

RESERVED = frozenset(
    [*dir(builtins), *keyword.kwlist, "re", "math", "datetime", "collections", "itertools", "item", "m", "r", "k"]
)


def compile_tree(tree: Node, registry: Registry, answer: Answer, max_each: int = 8) -> Proof:
    """The proof of `tree` with `answer` as its claim.

    Raises:
        ProofError: the tree has a form that no step can express.
    """
    maker = _Compiler(registry, max_each)
    program = maker.expression(tree)
    used = {step.call for step in maker.steps if step.call is not UNSET}
    packages = sorted({registry.tool(str(name)).tool.package for name in used})
    data = {name: package_version(name) for name in packages}
    return Proof(steps=tuple(maker.steps), program=program, answer=answer, data=data)


class _Compiler:
    """Steps made so far, and the expression that stands for each node."""

    def __init__(self, registry: Registry, max_each: int) -> None:
        self.registry = registry
        self.max_each = max_each
        self.steps: list[Step] = []
        self.known: dict[object, str] = {}
        self.ids: set[str] = set()

    def expression(self, node: Node) -> str:
        """The expression over step ids that gives the value of a node that speaks of no member."""
        if node not in self.known:
            if isinstance(node, Get):
                self.known[node] = self._get(node)
            elif isinstance(node, Op):
                self.known[node] = self._op(node)
            elif isinstance(node, Con):
                self.known[node] = repr(node.value)
            elif isinstance(node, Ent):
                self.known[node] = repr(self.registry.value(node.type, node.id))
            else:
                raise ProofError("a member is spoken of outside of its list")
        return self.known[node]

    def _get(self, node: Get) -> str:
        source = self._call(node)
        if not node.many:
            return f"{source}[{node.field!r}]"
        member = self._member_key(node)
        if not member:
            return f"{source}[{node.field!r}]"
        return self._let(member + "s", f"[r[{member!r}] for r in {source}[{node.field!r}]]")

    def _member_key(self, node: Get) -> str:
        says = self.registry.field(node.tool, node.field).says
        return says.member if says else ""

    def _call(self, node: Get) -> str:
        key = (node.tool, node.args)
        if key not in self.known:
            args = {name: self._arg(child) for name, child in node.args}
            args |= self._defaults(node)
            step_id = self._name(node.tool)
            self.steps.append(Step(id=step_id, call=node.tool, args=args))
            self.known[key] = step_id
        return self.known[key]

    def _defaults(self, node: Get) -> dict[str, Arg]:
        given = dict(node.args)
        params = self.registry.tool(node.tool).params
        return {p.name: Arg(default=p.default) for p in params if p.name not in given and p.default is not UNSET}

    def _arg(self, child: Node) -> Arg:
        if isinstance(child, Ent):
            text, value = self.registry.label(child.type, child.id), self.registry.value(child.type, child.id)
            return Arg(text=text) if text == value else Arg(text=text, is_=value)
        if isinstance(child, Con):
            text = spell_constant(self.registry, child)
            return Arg(text=text) if text == child.value else Arg(text=text, is_=child.value)
        return Arg(expr=self.expression(child))

    def member(self, key: Node, members: Node) -> str:
        """The expression that gives `key` for the member `m` of `members`."""
        if isinstance(key, It):
            return "m"
        if isinstance(key, Get) and "." in key.field:
            return f"{self._column(key)}[m]"
        if isinstance(key, Get):
            inner = next(child for _, child in key.args if depends_on_it(child))
            return f"{self._each(key, inner, members)}[{self.member(inner, members)}]"
        raise ProofError("a key must be a field of the list's member")

    def _column(self, key: Get) -> str:
        path, _, name = key.field.partition(".")
        owner = Get(key.tool, key.args, path, "", many=True)
        if key not in self.known:
            member = self._member_key(owner)
            text = f"{{r[{member!r}]: r[{name!r}] for r in {self._call(owner)}[{path!r}]}}"
            self.known[key] = self._let(name, text)
        return self.known[key]

    def _each(self, key: Get, inner: Node, members: Node) -> str:
        """Id of the named value {member: field} that one call per member gives."""
        field = (key, members)
        if field not in self.known:
            over = self._domain(inner, members)
            call = (key.tool, key.args, members)
            if call not in self.known:
                args = {n: Arg(expr="item") if depends_on_it(c) else self._arg(c) for n, c in key.args}
                step_id = self._name(f"{key.tool}_each")
                args |= self._defaults(key)
                self.steps.append(Step(id=step_id, call=key.tool, each=over, args=args, max=self.max_each))
                self.known[call] = step_id
            text = f"{{k: r[{key.field!r}] for k, r in zip({over}, {self.known[call]})}}"
            self.known[field] = self._let(key.field, text)
        return self.known[field]

    def _domain(self, inner: Node, members: Node) -> str:
        """Name of the list of distinct values over which a tool is called."""
        base = self.expression(members)
        if isinstance(inner, It):
            return self._as_let(base, "members")
        if (inner, members, "domain") not in self.known:
            text = f"sorted({{{self.member(inner, members)} for m in {base}}})"
            self.known[inner, members, "domain"] = self._let("values", text)
        return self.known[inner, members, "domain"]

    def _op(self, node: Op) -> str:
        row, texts = pattern(node.pattern), {}
        members = dict(node.slots).get("list")
        for name, slot in node.slots:
            if isinstance(slot, str):
                texts[name] = slot
            elif name == "key":
                assert isinstance(members, Get | Op)
                texts[name] = self.member(slot, members)
            elif name in ("list", "a", "b") and not isinstance(slot, Con):
                texts[name] = (
                    self._as_let(self.expression(slot), "members") if slot_many(slot) else self.expression(slot)
                )
            else:
                texts[name] = self.expression(slot)
        text = row.expression(texts)
        return self._let("picked" if row.gives == "member" else node.pattern, text)

    def _as_let(self, text: str, name: str) -> str:
        return text if text.isidentifier() else self._let(name, text)

    def _let(self, name: str, text: str) -> str:
        same = next((s.id for s in self.steps if s.let == text), None)
        if same:
            return same
        step_id = self._name(name)
        self.steps.append(Step(id=step_id, let=text))
        return step_id

    def _name(self, wish: str) -> str:
        name, count = wish, 1
        while name in self.ids or name in RESERVED:
            count += 1
            name = f"{wish}_{count}"
        self.ids.add(name)
        return name


def slot_many(node: Node) -> bool:
    """Whether a node's value is a list."""
    return isinstance(node, Get | Op) and node.many
