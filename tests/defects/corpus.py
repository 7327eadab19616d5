"""The corpus: rows of the TOML files beside this one, made into tasks for the gates.

Takes a gate's name and the registry; gives its planted defects, and the good tasks. A row starts from a tree (spoken
and compiled anew, so that no wording is stored) or from a question with a proof of its own; what else it holds is laid
over that. Judges nothing.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from defects.notation import proof, tree
from dive.config import Config
from dive.derive.compile import compile_tree
from dive.errors import ProofError
from dive.evidence import Graph, Unknown
from dive.forms import answer_of, form_of
from dive.grade import spoken
from dive.nouns import Answer, Entity, Json, Proof, Round, Task
from dive.phrase import Unspeakable, speak
from dive.registry import Registry
from dive.tally import Tally
from dive.tools import CallFn
from dive.tree import Node, Op
from dive.verify import novel

HERE = Path(__file__).parent
SEED = Entity(type="country:iso2", id="PE", name="Peru")
MAX_EACH = Config(name="corpus").synthesize.max_each
NOTHING = Answer(type="string", value="-")


class Bad(Struct, forbid_unknown_fields=True):
    """A planted defect.

    tree, trees: what is asked (in the last of several rounds). asks, runs: trees that give the question, the proof
    instead. question, program: texts, with {question}, {answer}, {program} for what was there. proof: a whole proof
    in the notation; more: steps laid in front of the program. answer: fields laid over the answer. without: tools not
    offered; tools: the only ones offered. controls: wrong answers that come with the task. moves, earlier,
    earlier_moves, tally: its pattern, trees and pattern of earlier tasks, and counts over them. shares: how common
    answers are, by field.
    """

    why: str
    tree: str = ""
    trees: list[str] = []
    asks: str = ""
    runs: str = ""
    question: str = ""
    program: str = ""
    proof: str = ""
    more: str = ""
    answer: dict[str, Json] = {}
    without: list[str] = []
    tools: list[str] = []
    controls: list[Json] = []
    moves: str = ""
    earlier: list[str] = []
    earlier_moves: str = ""
    tally: dict[str, Json] = {}
    shares: dict[str, dict[str, float]] = {}


class Good(Struct, forbid_unknown_fields=True):
    """A task that the street made and verified, as its trees."""

    key: str
    moves: str
    tools: str
    trees: list[str]


class Planted(Struct):
    """A task to be judged, with what `verify` wants to know of earlier ones."""

    why: str
    task: Task
    signatures: frozenset[str] = frozenset()
    tally: Tally = Tally()
    shares: dict[str, dict[str, float]] = {}


class Maker:
    """Makes tasks over one registry."""

    def __init__(self, registry: Registry, call: CallFn) -> None:
        self.registry, self.call = registry, call

    def bad(self, row: Bad) -> Planted:
        """The task of a row."""
        texts = row.trees or [row.tree] if row.tree or row.trees else []
        rounds = [self._round(k, text) for k, text in enumerate(texts, start=1)]
        last = self._laid_over(rounds[-1] if rounds else None, row)
        tools = row.tools or [name for name in self.registry.tools if name not in row.without]
        moves = row.moves or ">".join(r.pattern for r in (*rounds[:-1], last))
        marks = (self._signature(text, row.earlier_moves or moves) for text in row.earlier)
        tally = msgspec.convert(row.tally, Tally)
        return Planted(row.why, _task("0/000000", rounds[:-1], last, tools, moves), frozenset(marks), tally, row.shares)

    def good(self, row: Good) -> Planted:
        """The task of a row."""
        pairs = zip(row.trees, row.moves.split(">"), strict=True)
        rounds = [self._round(k, text, move) for k, (text, move) in enumerate(pairs, 1)]
        return Planted(row.key, _task(row.key, rounds[:-1], rounds[-1], row.tools.split(), row.moves))

    def _round(self, k: int, text: str, move: str = "") -> Round:
        node = tree(text, self.registry)
        answer = self._value(node)
        empty = Proof(steps=(), program="0", answer=answer)
        made = self._or(lambda: compile_tree(node, self.registry, answer, MAX_EACH), empty)
        question = self._or(lambda: speak(node, self.registry), "Nobody can say this?")
        move = move or (node.pattern if isinstance(node, Op) else "fact")
        return Round(k=k, question=question, answer=answer, proof=made, pattern=move, tree=node)

    def _value(self, node: Node) -> Answer:
        graph = Graph(self.registry, sorted(self.registry.tools), self.call)
        try:
            return answer_of(form_of(node, self.registry), graph.value(node), self.registry)
        except (Unknown, AssertionError, KeyError, TypeError):
            return NOTHING

    @staticmethod
    def _or(make: Callable, other: object):
        try:
            return make()
        except (Unspeakable, ProofError, LookupError):
            return other

    def _laid_over(self, made: Round | None, row: Bad) -> Round:
        base = made or Round(k=1, question="", answer=NOTHING, proof=Proof(steps=(), program="0", answer=NOTHING),
                             pattern="asked")  # fmt: skip
        source = self._round(base.k, row.runs).proof if row.runs else base.proof
        answer = base.answer
        if row.runs and not row.asks:
            answer = self._value(tree(row.runs, self.registry))
        answer = _overlaid(answer, row.answer)
        source = proof(row.proof, answer, self.registry) if row.proof else source
        extra = proof(row.more + "\n0", answer, self.registry).steps if row.more else ()
        program = row.program.replace("{program}", source.program) or source.program
        question = self._round(base.k, row.asks).question if row.asks else base.question
        slots = {"{question}": question, "{answer}": spoken(answer)}
        question = _filled(row.question, slots) or question
        controls = tuple(_overlaid(answer, {"value": v, "aliases": []}) for v in row.controls)
        source = replace(source, steps=(*source.steps, *extra), program=program, answer=answer)
        return replace(base, question=question, answer=answer, controls=controls, proof=source)

    def _signature(self, text: str, moves: str) -> str:
        node = tree(text, self.registry)
        graph = Graph(self.registry, sorted(self.registry.tools), self.call)
        graph.value(node)
        return novel.signature(moves, [(tool, msgspec.json.decode(args)) for tool, args in graph.calls])


def _overlaid(answer: Answer, fields: Mapping[str, Json]) -> Answer:
    return msgspec.convert({**msgspec.to_builtins(answer), **fields}, Answer) if fields else answer


def _filled(text: str, slots: Mapping[str, str]) -> str:
    for name, value in slots.items():
        text = text.replace(name, value)
    return text


def _task(key: str, lineage: list[Round], last: Round, tools: list[str], moves: str) -> Task:
    return Task(id="0" * 16, key=key, question=last.question, answer=last.answer, toolset=tuple(tools),
                proof=last.proof, evidence=(), controls=last.controls, lineage=tuple(lineage), pattern=moves, seed=SEED,
                exemplar="x", mode="domain", tree=last.tree)  # fmt: skip


def bad(gate: str) -> list[Bad]:
    """The planted defects of a gate."""
    rows = tomllib.loads((HERE / f"{gate}.toml").read_text(encoding="utf-8"))["bad"]
    return msgspec.convert(rows, list[Bad])


def good() -> list[Good]:
    """The good tasks."""
    return msgspec.convert(tomllib.loads((HERE / "good.toml").read_text(encoding="utf-8"))["good"], list[Good])
