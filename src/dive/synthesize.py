"""synthesize without a model: K rounds of walk and compose; every round's question has its own proof.

Takes a draw and its evidence graph; gives a draft `Task` with its lineage, or raises `Exhausted` with the reason.
Evidence is collected first, then the graph is closed and only what it holds can be asked. Judges nothing (`verify`).
"""

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from msgspec import UNSET

from dive.collect.ahead import Ahead
from dive.collect.reach import Reach
from dive.collect.walk import WALKS
from dive.collect.walk import walk as collect
from dive.config import Config
from dive.derive.compile import compile_tree
from dive.derive.compose import candidates
from dive.derive.laid import Laid
from dive.errors import DiveError, ProofError
from dive.evidence import Graph
from dive.forms import answer_of, form_of
from dive.nouns import Draw, Exemplar, Json, Proof, Round, Task, short_id
from dive.phrase import Unspeakable, speak
from dive.pools import exemplars, generator, withheld
from dive.tree import Ent, Node, Op, walk

WIDTH = 3
GROWING = (
    ("convert", "narrow", "where", "top", "spread", "mean", "gap", "surpass", "where_equal", "distinct", "order",
     "count", "median", "total", "factor", "multiple", "deviation", "closest", "winner", "lead"),
    ("fact", "record", "describe", "superlative", "both"),
)  # fmt: skip
"""Moves that can follow a question, tried when no exemplar's fits: those that seldom do before those that often do, but
in the last round but one, which must lead on to the last, the other way round.
"""
OPENING = (("fact", "list", "both", "only"),)
"""Moves that a seed is opened by when no exemplar's fits."""


class Exhausted(DiveError):
    """No sound question in some round; the message says which round and move."""


class Past(Protocol):
    """What earlier tasks have had enough of: last moves, and whatever `fault` names."""

    @property
    def moves(self) -> frozenset[str]:
        """Moves that no last round need be made by."""
        ...

    def fault(self, pattern: str, tools: Iterable[str], calls: Iterable[tuple[str, Mapping[str, Json]]]) -> str:
        """Why a question of this pattern that needs these calls, by tools in this order, was had; empty: it was not."""
        ...


def synthesize(draw: Draw, graph: Graph, config: Config, weights: Mapping[str, float], attempt: int = 0,
               past: Past | None = None) -> Task:  # fmt: skip
    """One draft task.

    Args:
        draw: the configuration.
        graph: the evidence of the draw: its toolset, and what earlier attempts have called.
        config: rounds, steps, caps.
        weights: leaning by tool name.
        attempt: another attempt on the same draw takes other exemplars and other choices.
        past: what earlier tasks have had enough of; the last round asks something else.

    Raises:
        Exhausted: no exemplar of the draw leads to a question in every round.
    """
    rng = generator(config.seed, draw.index, "synthesize", attempt)
    known = {e.id: e for e in exemplars()}
    shown = [known[name] for name in draw.exemplars]
    rng.shuffle(shown)
    rounds = _Growth(graph, shown, config, weights, rng, past).grow(Ent(draw.seed.type, draw.seed.id), ())
    if not rounds:
        raise Exhausted(f"no chain of {config.synthesize.rounds} questions from {draw.seed.type} {draw.seed.id}")
    return _task(draw, _nearest(shown, rounds), rounds)


class _Growth:
    """One attempt: what its rounds are made from."""

    def __init__(self, graph: Graph, shown: list[Exemplar], config: Config, weights: Mapping[str, float],
                 rng: random.Random, past: Past | None) -> None:  # fmt: skip
        self.graph, self.shown, self.config, self.weights, self.rng = graph, shown, config, weights, rng
        self.past = past
        self.barred = withheld(config)
        self.ahead = Ahead(graph)

    def grow(self, tree: Node, moves: tuple[str, ...]) -> list[Round]:
        """The rounds after those made by `moves`; where a later round finds nothing, another question is taken here, in
        the last round but one thrice at most.
        """
        rounds = self.config.synthesize.rounds
        for made in itertools.islice(self.round(tree, moves), WIDTH if len(moves) + 2 == rounds else None):
            if made.k == rounds:
                return [made]
            assert made.tree is not None
            rest = self.grow(made.tree, (*moves, made.pattern))
            if rest:
                return [made, *rest]
        return []

    def round(self, tree: Node, moves: tuple[str, ...]) -> Iterator[Round]:
        """Questions of the next round: by the first exemplar's move, by the others', then by any that fits; one for
        each move.
        """
        k, config = len(moves) + 1, self.config
        open_, after = self.moves(k), self.moves(k + 1) if k < config.synthesize.rounds else []
        others = _others(k)[::-1] if k == config.synthesize.rounds - 1 else _others(k)
        ordered = [*self.wanted(k), *(move for same in others for move in self.rng.sample(same, len(same)))]
        laid: dict[object, Laid] = {}
        for move in self.ahead.open(tree, [m for m in dict.fromkeys(ordered) if m in open_]):
            if WALKS[move] not in laid:  # moves that look the same way round look once
                laid[WALKS[move]] = self.laid(tree, move, k)
            for candidate in itertools.islice(candidates(laid[WALKS[move]], move), config.synthesize.candidates):
                leads = not after or next(self.ahead.open(candidate, after), None)
                if leads and (spoken := self.spoken(candidate, (*moves, move))):
                    yield spoken
                    break

    def laid(self, tree: Node, move: str, k: int) -> Laid:
        """What a walk in round k lays open for `move`, and for all moves that walk alike."""
        graph, config = self.graph, self.config
        graph.round, graph.collecting = k, True
        reach = Reach(graph, self.rng, self.weights, config.synthesize.steps_per_round, config.synthesize.max_each,
                      ahead=self.ahead)  # fmt: skip
        found = collect(reach, tree, move)
        graph.collecting = False
        return Laid(graph, found, tree, self.rng, config.verify.tie_margin)

    def wanted(self, k: int) -> list[str]:
        """The exemplars' moves of round k."""
        return [e.moves[k - 1] for e in self.shown if k <= len(e.moves)]

    def moves(self, k: int) -> list[str]:
        """All moves that round k may be made by, each once."""
        barred = self.barred | (self.past.moves if self.past and k == self.config.synthesize.rounds else frozenset())
        others = (move for same in _others(k) for move in same)
        return [move for move in dict.fromkeys([*self.wanted(k), *others]) if move not in barred]

    def spoken(self, tree: Node, moves: tuple[str, ...]) -> Round | None:
        """The round that asks for `tree`, unless that cannot be said, or was asked before."""
        registry, graph = self.graph.registry, self.graph
        past = self.past if len(moves) == self.config.synthesize.rounds else None
        if self.barred & {node.pattern for node in walk(tree) if isinstance(node, Op)}:
            return None
        try:
            answer = answer_of(form_of(tree, registry), graph.value(tree), registry)
            proof = compile_tree(tree, registry, answer, self.config.synthesize.max_each)
            if past and past.fault(">".join(moves), _tools(proof), graph.calls_of(tree)):
                return None
            question = speak(tree, registry)
        except (Unspeakable, ProofError):
            return None
        return Round(k=len(moves), question=question, answer=answer, proof=proof, pattern=moves[-1], tree=tree)


def _others(k: int) -> tuple[tuple[str, ...], ...]:
    return GROWING if k > 1 else OPENING


def _tools(proof: Proof) -> list[str]:
    return [str(step.call) for step in proof.steps if step.call is not UNSET]


def _nearest(shown: list[Exemplar], rounds: list[Round]) -> Exemplar:
    """The exemplar whose moves the rounds followed the most."""
    made = [r.pattern for r in rounds]
    return max(shown, key=lambda e: sum(a == b for a, b in zip(e.moves, made, strict=False)))


def _task(draw: Draw, exemplar: Exemplar, rounds: list[Round]) -> Task:
    last = rounds[-1]
    return Task(
        id=short_id(last), key=draw.key, question=last.question, answer=last.answer, toolset=draw.toolset,
        proof=last.proof, evidence=(), controls=(), lineage=tuple(rounds[:-1]),
        pattern=">".join(r.pattern for r in rounds), seed=draw.seed, exemplar=exemplar.id, mode=draw.mode,
        tree=last.tree,
    )  # fmt: skip
