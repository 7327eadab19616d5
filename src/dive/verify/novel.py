"""novel: not the same calls under the same pattern as an earlier task, and no shape more often than its share.

Takes an exam and what the tasks of earlier blocks hold; gives a Verdict. Does not know the tasks of the block
under way, so that order within it decides nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from dive.nouns import Json, Verdict, canonical, short_id
from dive.tally import Tally, last_move, sequence_key
from dive.verify.exam import Exam, verdict

MIN_TASKS = 256
"""Shares are judged from one whole block on."""
SEQUENCE_SHARE = 0.01
CAPPED: Mapping[str, float] = {
    "gap": 0.05,
    "ratio": 0.05,
    "convert": 0.05,
    "record": 0.2,
    "also": 0.1,
    "describe": 0.4,
}
"""Moves that fit nearly anywhere, and the most that each may have of the tasks' last rounds."""


def gate(
    exam: Exam,
    tally: Tally,
    signatures: Collection[str],
    sequence_share: float = SEQUENCE_SHARE,
    capped: Mapping[str, float] = CAPPED,
) -> Verdict:
    """The verdict `novel`.

    Args:
        exam: the task.
        tally: counts of the accepted tasks of earlier blocks.
        signatures: their `signature`s.
        sequence_share: most that one (pattern, tool sequence) may have.
        capped: most that a last move may have.
    """
    calls = [(done.tool, done.args) for done in exam.outcome.calls]
    if signature(exam.pattern, calls) in signatures:
        return verdict("novel", "the same calls under the same pattern are in an earlier task")
    if tally.tasks < MIN_TASKS:
        return verdict("novel", "")
    key = sequence_key(exam.pattern, sequence(tool for tool, _ in calls))
    if tally.sequences.get(key, 0) / tally.tasks >= sequence_share:
        return verdict("novel", f"{key} has its share of {sequence_share:.0%}")
    move = last_move(exam.pattern)
    made = sum(count for pattern, count in tally.patterns.items() if last_move(pattern) == move)
    full = made / tally.tasks >= capped.get(move, 1.0)
    return verdict("novel", f"{move} has its share of {capped[move]:.0%}" if full and move in capped else "")


def closed(tally: Tally, capped: Mapping[str, float] = CAPPED) -> frozenset[str]:
    """Moves that have had their share: no last round need be made by one of them."""
    if tally.tasks < MIN_TASKS:
        return frozenset()
    made = Counter[str]()
    for pattern, count in tally.patterns.items():
        made[last_move(pattern)] += count
    return frozenset(move for move, share in capped.items() if made[move] / tally.tasks >= share)


def signature(pattern: str, calls: Iterable[tuple[str, Mapping[str, Json]]]) -> str:
    """The name of a set of calls under the last move of a pattern: two tasks that ask the same of the same calls share
    it, whatever rounds led there.
    """
    return short_id([last_move(pattern), sorted({canonical([tool, dict(args)]).decode() for tool, args in calls})])


def sequence(tools: Iterable[str]) -> tuple[str, ...]:
    """Tool names in order, immediate repeats collapsed."""
    found: list[str] = []
    for tool in tools:
        if not found or found[-1] != tool:
            found.append(tool)
    return tuple(found)
