"""novel: not the same calls under the same pattern as an earlier task, no shape or tool more often than its share.

Takes an exam and what the tasks of earlier blocks hold; gives a Verdict. Does not know the tasks of the block
under way, so that order within it decides nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from dive.nouns import Json, Verdict, canonical, short_id
from dive.tally import Tally, last_move, sequence_key
from dive.verify.exam import Exam, verdict

MIN_TASKS = 100
"""Shares are judged from so many on: from what the first block gives."""
SEQUENCE_SHARE = 0.02
TOOL_SHARE = 0.033
"""A tool is done without from this share on; a block later it has at most four per cent."""
ROOM = 9
"""Where tools are few, each may have so many times its even share."""
CAPPED: Mapping[str, float] = {
    "gap": 0.05,
    "ratio": 0.05,
    "convert": 0.05,
    "record": 0.3,
    "describe": 0.4,
}
"""Moves that fit nearly anywhere, and the most that each may have of the tasks' last rounds."""


class Past(Struct, frozen=True, kw_only=True):
    """What the tasks of earlier blocks have had enough of: sets of calls, tool sequences, last moves, tools.

    `share`, `capped` and `tool_share` are the shares that sequences, moves and tools may have.
    """

    signatures: Collection[str]
    sequences: frozenset[str]
    moves: frozenset[str]
    tools: frozenset[str]
    share: float
    capped: Mapping[str, float]
    tool_share: float

    def fault(self, pattern: str, tools: Iterable[str], calls: Iterable[tuple[str, Mapping[str, Json]]]) -> str:
        """Why a question of this pattern that needs these calls is not novel; `tools` are theirs in order."""
        named = sequence(tools)
        key = sequence_key(pattern, named)
        if key in self.sequences:
            return f"{key} has its share of {self.share:.0%}"
        if signature(pattern, calls) in self.signatures:
            return "the same calls under the same pattern are in an earlier task"
        common = next((name for name in named if name in self.tools), "")
        if common:
            return f"{common} has its share of {self.tool_share:.1%}"
        move = last_move(pattern)
        return f"{move} has its share of {self.capped[move]:.0%}" if move in self.moves else ""


def past(tally: Tally, signatures: Collection[str], pool: int, sequence_share: float = SEQUENCE_SHARE,
         capped: Mapping[str, float] = CAPPED) -> Past:  # fmt: skip
    """What earlier blocks have had enough of.

    Args:
        tally: counts of their accepted tasks.
        signatures: their `signature`s.
        pool: how many tools there are.
        sequence_share: most that one (pattern, tool sequence) may have.
        capped: most that a last move may have.
    """
    full, moves, common = frozenset[str](), frozenset[str](), frozenset[str]()
    tool_share = max(TOOL_SHARE, ROOM / max(pool, 1))
    if tally.tasks >= MIN_TASKS:
        made = Counter[str]()
        for pattern, count in tally.patterns.items():
            made[last_move(pattern)] += count
        full = frozenset(key for key, count in tally.sequences.items() if count / tally.tasks >= sequence_share)
        moves = frozenset(move for move, share in capped.items() if made[move] / tally.tasks >= share)
        common = frozenset(name for name, count in tally.tools.items() if count / tally.tasks >= tool_share)
    return Past(signatures=signatures, sequences=full, moves=moves, tools=common, share=sequence_share, capped=capped,
                tool_share=tool_share)  # fmt: skip


def gate(exam: Exam, past: Past) -> Verdict:
    """The verdict `novel`."""
    calls = [(done.tool, done.args) for done in exam.outcome.calls]
    return verdict("novel", past.fault(exam.pattern, (tool for tool, _ in calls), calls))


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
