"""synthesize without a model: K rounds of walk and compose; every round's question has its own proof.

Takes a draw and its evidence graph; gives a draft `Task` with its lineage, or raises `Exhausted` with the reason.
Evidence is collected first, then the graph is closed and only what it holds can be asked. Judges nothing (`verify`).
"""

import itertools
import random
from collections.abc import Iterator, Mapping

from dive.collect.reach import Reach
from dive.collect.walk import walk as collect
from dive.config import Config
from dive.derive.compile import compile_tree
from dive.derive.compose import candidates
from dive.errors import DiveError, ProofError
from dive.evidence import Graph
from dive.forms import answer_of, form_of
from dive.nouns import Draw, Exemplar, Round, Task, short_id
from dive.phrase import Unspeakable, speak
from dive.pools import exemplars, generator, withheld
from dive.tree import Ent, Node, Op, walk

WIDTH = 3
GROWING = (
    ("convert", "narrow", "where", "top", "spread", "mean", "gap", "surpass", "where_equal", "distinct", "order",
     "count", "median", "total", "factor", "multiple", "deviation", "closest", "nth", "winner", "also", "lead"),
    ("fact", "record", "describe", "superlative", "both"),
)  # fmt: skip
"""Moves that can follow a question, tried when no exemplar's fits: those that seldom do before those that often do."""
OPENING = (("fact", "list", "both", "only"),)
"""Moves that a seed is opened by when no exemplar's fits."""


class Exhausted(DiveError):
    """No sound question in some round; the message says which round and move."""


def synthesize(draw: Draw, graph: Graph, config: Config, weights: Mapping[str, float], attempt: int = 0,
               closed: frozenset[str] = frozenset()) -> Task:  # fmt: skip
    """One draft task.

    Args:
        draw: the configuration.
        graph: the evidence of the draw: its toolset, and what earlier attempts have called.
        config: rounds, steps, caps.
        weights: leaning by tool name.
        attempt: another attempt on the same draw takes other exemplars and other choices.
        closed: moves that the last round may not be made by, since they have had their share.

    Raises:
        Exhausted: no exemplar of the draw leads to a question in every round.
    """
    rng = generator(config.seed, draw.index, "synthesize", attempt)
    known = {e.id: e for e in exemplars()}
    shown = [known[name] for name in draw.exemplars]
    rng.shuffle(shown)
    rounds = _grow(graph, Ent(draw.seed.type, draw.seed.id), shown, 1, config, weights, rng, closed)
    if not rounds:
        raise Exhausted(f"no chain of {config.synthesize.rounds} questions from {draw.seed.type} {draw.seed.id}")
    return _task(draw, _nearest(shown, rounds), rounds)


def _grow(graph: Graph, tree: Node, shown: list[Exemplar], k: int, config: Config, weights: Mapping[str, float],
          rng: random.Random, closed: frozenset[str]) -> list[Round]:  # fmt: skip
    """Rounds k..K from `tree`; where a later round finds nothing, another question is taken here, thrice at most."""
    last = k == config.synthesize.rounds
    barred = withheld(config) | (closed if last else frozenset())
    for made in itertools.islice(_round(graph, tree, shown, k, config, weights, rng, barred), WIDTH):
        if last:
            return [made]
        assert made.tree is not None
        rest = _grow(graph, made.tree, shown, k + 1, config, weights, rng, closed)
        if rest:
            return [made, *rest]
    return []


def _round(graph: Graph, tree: Node, shown: list[Exemplar], k: int, config: Config, weights: Mapping[str, float],
           rng: random.Random, barred: frozenset[str]) -> Iterator[Round]:  # fmt: skip
    """Questions of round k: by the first exemplar's move, by the others', then by any that fits; one for each move."""
    wanted = [e.moves[k - 1] for e in shown if k <= len(e.moves)]
    others = [move for moves in (GROWING if k > 1 else OPENING) for move in rng.sample(moves, len(moves))]
    for move in (m for m in dict.fromkeys([*wanted, *others]) if m not in barred):
        graph.round, graph.collecting = k, True
        reach = Reach(graph, rng, weights, config.synthesize.steps_per_round, config.synthesize.max_each)
        found = collect(reach, tree, move)
        graph.collecting = False
        made = candidates(graph, found, tree, move, rng, config.verify.tie_margin)
        spoken = (_spoken(graph, c, k, move, config) for c in itertools.islice(made, config.synthesize.candidates))
        first = next((r for r in spoken if r is not None), None)
        if first is not None:
            yield first


def _nearest(shown: list[Exemplar], rounds: list[Round]) -> Exemplar:
    """The exemplar whose moves the rounds followed the most."""
    made = [r.pattern for r in rounds]
    return max(shown, key=lambda e: sum(a == b for a, b in zip(e.moves, made, strict=False)))


def _spoken(graph: Graph, tree: Node, k: int, move: str, config: Config) -> Round | None:
    registry = graph.registry
    if withheld(config) & {node.pattern for node in walk(tree) if isinstance(node, Op)}:
        return None
    try:
        question = speak(tree, registry)
        answer = answer_of(form_of(tree, registry), graph.value(tree), registry)
        proof = compile_tree(tree, registry, answer, config.synthesize.max_each)
    except (Unspeakable, ProofError):
        return None
    return Round(k=k, question=question, answer=answer, proof=proof, pattern=move, tree=tree)


def _task(draw: Draw, exemplar: Exemplar, rounds: list[Round]) -> Task:
    last = rounds[-1]
    return Task(
        id=short_id(last), key=draw.key, question=last.question, answer=last.answer, toolset=draw.toolset,
        proof=last.proof, evidence=(), controls=(), lineage=tuple(rounds[:-1]),
        pattern=">".join(r.pattern for r in rounds), seed=draw.seed, exemplar=exemplar.id, mode=draw.mode,
        tree=last.tree,
    )  # fmt: skip
