"""Pure counts that steer: what the accepted tasks of finished blocks hold, and weights that lean toward the rare.

Takes facts of accepted tasks; gives a `Tally` and a `Leaning`. Two parents that fold the same facts get equal tallies.
Does not know tasks, files or randomness: who draws by these weights brings a generator.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct


class Facts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What of one accepted task is counted.

    `tools` are those its proof needs, `pairs` those of which one reads what the other gave ("a > b"), `sequence` the
    ordered tool names without immediate repeats, `topology` the class of the proof's steps, `start` the type of the
    seed, `skeleton` the question with entities and numbers masked.
    """

    tools: tuple[str, ...]
    pattern: str
    sequence: tuple[str, ...]
    domains: tuple[str, ...]
    skeleton: str
    pairs: tuple[str, ...] = ()
    topology: str = ""
    start: str = ""


class Tally(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In how many tasks each tool, pair, pattern, (pattern, sequence), (last move, topology), domain, start occurs.

    `tried` counts the attempts by start, those without a task too; `idle`, by "type id" of the seed, those in a row
    that gave none.
    """

    tasks: int = 0
    tools: dict[str, int] = {}
    pairs: dict[str, int] = {}
    patterns: dict[str, int] = {}
    sequences: dict[str, int] = {}
    shapes: dict[str, int] = {}
    domains: dict[str, int] = {}
    starts: dict[str, int] = {}
    tried: dict[str, int] = {}
    idle: dict[str, int] = {}


class Attempt(NamedTuple):
    """What an attempt started from, and whether a task came of it."""

    type: str
    id: str
    led: bool


class Leaning(Struct, frozen=True, kw_only=True):
    """Weights in (0, 1] by name, low for what finished blocks are full of; an absent name weighs 1."""

    tools: dict[str, float] = {}
    domains: dict[str, float] = {}
    starts: dict[str, float] = {}
    moves: dict[str, float] = {}


EVEN = Leaning()
"""Leans nowhere."""


def sequence_key(pattern: str, sequence: Iterable[str]) -> str:
    """The name under which `Tally.sequences` counts a pattern over a tool sequence."""
    return f"{pattern}: {' > '.join(sequence)}"


def last_move(pattern: str) -> str:
    """The move of the last round of a task's pattern."""
    return pattern.rpartition(">")[2]


KNOWN = 20.0
"""So many attempts weigh as much as what was known of a start before the run."""
BARREN = 2
"""A seed is not drawn again after so many attempts in a row without a task: its questions are asked, or it has none."""


def add(tally: Tally, facts: Iterable[Facts], attempts: Iterable[Attempt] = ()) -> Tally:
    """`tally` with more tasks, and all attempts in their order; a block at a time, since the counts are copied."""
    tasks, made, idle = list(facts), list(attempts), dict(tally.idle)
    for kind, seed, led in made:
        name = f"{kind} {seed}"
        idle[name] = 0 if led else idle.get(name, 0) + 1
    return Tally(
        tasks=tally.tasks + len(tasks),
        tools=_more(tally.tools, (name for task in tasks for name in set(task.tools))),
        pairs=_more(tally.pairs, (name for task in tasks for name in set(task.pairs))),
        patterns=_more(tally.patterns, (task.pattern for task in tasks)),
        sequences=_more(tally.sequences, (sequence_key(task.pattern, task.sequence) for task in tasks)),
        shapes=_more(tally.shapes, (f"{last_move(task.pattern)}: {task.topology}" for task in tasks)),
        domains=_more(tally.domains, (name for task in tasks for name in set(task.domains))),
        starts=_more(tally.starts, (task.start for task in tasks)),
        tried=_more(tally.tried, (attempt.type for attempt in made)),
        idle={name: count for name, count in idle.items() if count},
    )


def barren(tally: Tally) -> dict[str, set[str]]:
    """By type the ids of the seeds that are not drawn again."""
    found: dict[str, set[str]] = {}
    for name, count in tally.idle.items():
        if count >= BARREN:
            kind, _, seed = name.partition(" ")
            found.setdefault(kind, set()).add(seed)
    return found


def leads(tally: Tally, known: Mapping[str, float]) -> dict[str, float]:
    """By start how often an attempt gives a task; `known` is what was known of each before the run.

    A start whose questions are nearly all asked is drawn less and less, although it is rare.
    """
    return {
        start: (KNOWN * share + tally.starts.get(start, 0)) / (KNOWN + tally.tried.get(start, 0))
        for start, share in sorted(known.items())
    }


def leaning(tally: Tally, tools: Iterable[str], domains: Iterable[str], starts: Iterable[str],
            moves: Iterable[str]) -> Leaning:  # fmt: skip
    """Where the next block leans, given all tools, domains, seed types and moves that a draw may have.

    A tool weighs less the more tasks need it and the more common its pairs are; a move the more tasks end with it and
    the more common the topologies are that it leads to.
    """
    made, topologies = Counter[str](), Counter[str]()
    for pattern, count in tally.patterns.items():
        made.update(dict.fromkeys(pattern.split(">")[1:], count))
    for shape, count in tally.shapes.items():
        topologies[shape.partition(": ")[2]] += count
    rare_pairs, rare_shapes = weights(tally.pairs, tally.pairs), weights(topologies, topologies)
    pairs = _mean((end, rare_pairs[pair], n) for pair, n in tally.pairs.items() for end in pair.split(" > "))
    shapes = _mean((s.partition(": ")[0], rare_shapes[s.partition(": ")[2]], n) for s, n in tally.shapes.items())
    by_tool, by_move = weights(tally.tools, tools), weights(made, moves)
    return Leaning(
        tools={name: weight * pairs.get(name, 1.0) for name, weight in by_tool.items()},
        domains=weights(tally.domains, domains),
        starts=weights(tally.starts, starts),
        moves={name: weight * shapes.get(name, 1.0) for name, weight in by_move.items()},
    )


def share(counts: Mapping[str, int], name: str, tasks: int) -> float:
    """In what part of `tasks` `name` occurs; 0 before the first task."""
    return counts.get(name, 0) / tasks if tasks else 0.0


def weights(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, float]:
    """A weight for each name, sorted by name: 1 for the unseen, 1/2 at the even share, less for the frequent."""
    ordered = sorted(set(names))
    total = sum(counts.get(name, 0) for name in ordered)
    return {name: 1.0 / (1.0 + share(counts, name, total) * len(ordered)) for name in ordered}


def _mean(rows: Iterable[tuple[str, float, int]]) -> dict[str, float]:
    """By name the mean of values that occurred so often."""
    sums: dict[str, float] = {}
    times = Counter[str]()
    for name, value, count in rows:
        sums[name] = sums.get(name, 0.0) + value * count
        times[name] += count
    return {name: total / times[name] for name, total in sums.items()}


def _more(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(names)).items()))
