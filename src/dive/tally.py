"""Pure counts that steer: what the accepted tasks of finished blocks hold, and weights that lean toward the rare.

Takes facts of accepted tasks; gives a `Tally` and weights. Two parents that fold the same facts get equal tallies.
Does not know tasks, files or randomness: who draws by these weights brings a generator.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct


class Facts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What of one accepted task is counted.

    `tools` are those its proof needs, `sequence` the ordered tool names without immediate repeats, `skeleton` the
    question with entities and numbers masked.
    """

    tools: tuple[str, ...]
    pattern: str
    sequence: tuple[str, ...]
    domains: tuple[str, ...]
    skeleton: str


class Tally(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In how many tasks each tool, pattern, (pattern, sequence), domain and skeleton occurs."""

    tasks: int = 0
    tools: dict[str, int] = {}
    patterns: dict[str, int] = {}
    sequences: dict[str, int] = {}
    domains: dict[str, int] = {}
    skeletons: dict[str, int] = {}


def sequence_key(pattern: str, sequence: Iterable[str]) -> str:
    """The name under which `Tally.sequences` counts a pattern over a tool sequence."""
    return f"{pattern}: {' > '.join(sequence)}"


def add(tally: Tally, facts: Iterable[Facts]) -> Tally:
    """`tally` with more tasks; a block at a time, since the counts are copied."""
    tasks = list(facts)
    return Tally(
        tasks=tally.tasks + len(tasks),
        tools=_more(tally.tools, (name for task in tasks for name in set(task.tools))),
        patterns=_more(tally.patterns, (task.pattern for task in tasks)),
        sequences=_more(tally.sequences, (sequence_key(task.pattern, task.sequence) for task in tasks)),
        domains=_more(tally.domains, (name for task in tasks for name in set(task.domains))),
        skeletons=_more(tally.skeletons, (task.skeleton for task in tasks)),
    )


def share(counts: Mapping[str, int], name: str, tasks: int) -> float:
    """In what part of `tasks` `name` occurs; 0 before the first task."""
    return counts.get(name, 0) / tasks if tasks else 0.0


def weights(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, float]:
    """A weight for each name, sorted by name: 1 for the unseen, 1/2 at the even share, less for the frequent."""
    ordered = sorted(set(names))
    total = sum(counts.get(name, 0) for name in ordered)
    return {name: 1.0 / (1.0 + share(counts, name, total) * len(ordered)) for name in ordered}


def _more(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(names)).items()))
