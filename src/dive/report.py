"""What a run gave: `report.json`, from the ledgers and the journal.

Takes a run directory and the registry; gives a `Report`. Diversity is counted over proofs, replayed on their recorded
results; times come from the journal, since ledgers have none. Does not know how tasks were made.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from dive import config, ledger
from dive.diversity import Counts, Diversity, Item
from dive.grade.agreement import Agreement
from dive.ledger import Record
from dive.minds.estimate import cost
from dive.minds.figures import Phrased, grading, phrased
from dive.nouns import GATES, Drop, Task, canonical
from dive.prove.evaluate import Done
from dive.prove.sandbox import Sandbox
from dive.registry import Registry
from dive.replay import Replay, recorded, replayed
from dive.tally import Facts

MANY_CALLS = 4
OPENING = 3


class Told(Struct, frozen=True):
    """What the street wrote into `facts` of a key's record, as far as a report reads it."""

    counts: dict[str, int] = {}
    told: Facts | None = None


class Stage(Struct, frozen=True):
    """How many keys came in and went on, and why the others were dropped."""

    into: int = field(name="in")
    out: int
    dropped: dict[str, int]


class Gate(Struct, frozen=True):
    """Candidates that a gate saw, and how many it refused: a draw is tried with several."""

    into: int = field(name="in")
    rejected: int


class RoundMeasure(Struct, frozen=True):
    """Proofs of round K of the same draws: the effect of evolving a question."""

    tasks: int
    mean_calls: float
    four_or_more_calls: float
    topology_classes: int
    unique_sequences: int
    unique_graphs: int


class Spread(Struct, frozen=True):
    """How many different ones there are, and the share of the most frequent."""

    distinct: int
    top: str
    top_share: float


class Speed(Struct, frozen=True):
    """Pauses between two executions do not count. `peak_rss_mb`: workers times the largest of them."""

    tasks_per_s: float
    cpu_s_per_task: float
    peak_rss_mb: float


class Report(Struct, frozen=True, kw_only=True):
    """`report.json`. `proved`: tasks among `tasks` that a reader or a judge has not judged; the others are verified."""

    tasks: int
    stages: dict[str, Stage]
    diversity: Diversity
    speed: Speed
    cost: dict[str, float]
    candidates_per_draw: float
    gates: dict[str, Gate]
    rounds: dict[str, RoundMeasure]
    skeletons: Spread
    openings: Spread
    patterns: Spread
    sequences: Spread
    not_checkable: dict[str, int]
    proved: int = 0
    phrased: Phrased | None = None
    grading: Agreement | None = None


def build(directory: Path, registry: Registry) -> Report:
    """The report of what lies in `directory`.

    Raises:
        RunDirError: it is no run directory, or a ledger is damaged.
    """
    settings = config.load(directory / "config.toml")
    work = _Work(directory, registry, settings.report.compare_rounds)
    drops = list(ledger.drops(directory))
    outs = {stage: ledger.count(directory, stage) for stage in ledger.STAGES}
    pace = Pace(work.keys)
    for made in ledger.journal(directory):
        pace.add(made)
    return Report(
        tasks=len(work.keys),
        stages=_stages(outs, drops),
        diversity=work.counts.diversity(),
        speed=pace.speed(len(work.keys), settings.flow.workers),
        cost=_cost(directory),
        proved=work.proved,
        candidates_per_draw=round(pace.counts["candidates"] / max(len(pace.whole) + pace.dropped, 1), 3),
        gates=_gates(pace.counts, [drop for drop in drops if drop.key in pace.whole], settings.minds.gates),
        rounds=work.rounds(),
        skeletons=_spread(pace.skeletons),
        openings=_spread(pace.openings),
        patterns=_spread(work.patterns),
        sequences=_spread(pace.sequences),
        not_checkable=dict(work.not_checkable),
        phrased=phrased(pace.counts),
        grading=grading(pace.counts),
    )


def save(directory: Path, report: Report) -> None:
    """Write `report.json`."""
    text = msgspec.json.format(msgspec.json.encode(report, order="sorted"), indent=2)
    ledger.write(directory / "report.json", text + b"\n")


def opening(skeleton: str) -> str:
    """The first words of a masked question."""
    return " ".join(re.findall(r"[\w'-]+", skeleton)[:OPENING])


# ---- parts ---------------------------------------------------------------------------------------------


def _cost(directory: Path) -> dict[str, float]:
    took = cost(directory)
    told: dict[str, float] = {"model_calls": took.calls, "usd": took.usd}
    more = {"tokens": took.tokens, "cached_tokens": took.cached, "output_tokens": took.output}
    return told | (more | {"unpriced_calls": took.unpriced} if took.calls else {})


def _stages(outs: Mapping[str, int], drops: Iterable[Drop]) -> dict[str, Stage]:
    reasons = {stage: Counter[str]() for stage in outs}
    for drop in drops:
        reasons[drop.stage][drop.reason] += 1
    return {
        stage: Stage(out + reasons[stage].total(), out, dict(reasons[stage].most_common()))
        for stage, out in outs.items()
    }


def _gates(counts: Mapping[str, int], folded: Sequence[Drop], asking: Sequence[str]) -> dict[str, Gate]:
    """Gates in the order in which they run, those that ask a model at last. `folded`: drops that only a whole block
    could tell.
    """
    late = Counter(drop.reason for drop in folded)
    left = counts.get("candidates", 0)
    gates: dict[str, Gate] = {}
    for name in (*GATES, *asking):
        rejected = counts.get(f"gate:{name}", 0) + late[name]
        gates[name] = Gate(left, rejected)
        left -= rejected
    return gates


class _Work:
    """The tasks of a run, replayed and counted one by one; of each only its key is kept."""

    def __init__(self, directory: Path, registry: Registry, compare_rounds: bool) -> None:
        self.counts = Counts(registry)
        self.keys: set[str] = set()
        self.proved = 0
        self.patterns: Counter[str] = Counter()
        self.not_checkable: Counter[str] = Counter()
        self._registry = registry
        self._rounds: dict[int, _Round] = {}
        with Sandbox() as sandbox:
            for task in ledger.tasks(directory):
                self._add(task, recorded(directory, task), sandbox, compare_rounds)

    def _add(self, task: Task, evidence: Sequence[Done], sandbox: Sandbox, compare_rounds: bool) -> None:
        proofs = [*(made.proof for made in task.lineage), task.proof]
        for k, proof in enumerate(proofs, start=1):
            if not compare_rounds and k < len(proofs):
                continue
            replay = replayed(proof, evidence, sandbox)
            calls = tuple((call.step, call.tool) for call in replay.calls)
            item = Item(proof=proof, calls=calls, toolset=task.toolset, pattern=task.pattern, rounds=len(proofs))
            if compare_rounds:
                if k not in self._rounds:
                    self._rounds[k] = _Round(self._registry)
                self._rounds[k].add(item, replay)
            if k == len(proofs):
                self.counts.add(item)
        self.keys.add(task.key)
        self.proved += task.status == "proved"
        self.patterns[task.pattern] += 1
        self.not_checkable.update(v.by for v in task.verdicts if v.passed is None)

    def rounds(self) -> dict[str, RoundMeasure]:
        """Measures by round, from the first on."""
        return {str(k): made.measure() for k, made in sorted(self._rounds.items())}


class _Round:
    """Proofs of one round, counted."""

    def __init__(self, registry: Registry) -> None:
        self._counts = Counts(registry)
        self._tasks = self._calls = self._many = 0

    def add(self, item: Item, replay: Replay) -> None:
        needed = len({canonical((call.tool, call.args)) for call in replay.calls})
        self._tasks += 1
        self._calls += needed
        self._many += needed >= MANY_CALLS
        self._counts.add(item)

    def measure(self) -> RoundMeasure:
        seen = self._counts.diversity()
        return RoundMeasure(
            tasks=self._tasks,
            mean_calls=round(self._calls / self._tasks, 3),
            four_or_more_calls=round(self._many / self._tasks, 3),
            topology_classes=seen.topology_classes,
            unique_sequences=seen.unique_sequences,
            unique_graphs=seen.unique_graphs,
        )


class Pace:
    """What the journal tells: times, counts of gates, and the wording of the tasks that are in the ledger.

    `whole` are the keys that ended without a drop: one of them that has one all the same fell at a fold.
    """

    def __init__(self, tasks: Collection[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.skeletons: Counter[str] = Counter()
        self.openings: Counter[str] = Counter()
        self.sequences: Counter[str] = Counter()
        self.whole: set[str] = set()
        self.dropped = 0
        self._tasks = tasks
        self._batches: dict[float, float] = {}
        self._cpu_s = self._rss_mb = 0.0

    def add(self, made: Record) -> None:
        """Counts one more record."""
        told = msgspec.json.decode(made.facts, type=Told | None) or Told()
        self.counts.update(told.counts)
        if made.drop is None:
            self.whole.add(made.key)
        else:
            self.dropped += 1
        if told.told is not None and made.key in self._tasks:
            self.skeletons[told.told.skeleton] += 1
            self.openings[opening(told.told.skeleton)] += 1
            self.sequences[" > ".join(told.told.sequence)] += 1
        self._batches[made.at] = max(self._batches.get(made.at, 0.0), made.wall_s)
        self._cpu_s += made.cpu_s
        self._rss_mb = max(self._rss_mb, made.rss_mb)

    def speed(self, tasks: int, workers: int) -> Speed:
        """The pace of `tasks` tasks; the clock may have jumped, so no pause and no step back counts."""
        if not self._batches:
            return Speed(0.0, 0.0, 0.0)
        times = sorted(self._batches)
        before = [float("-inf"), *times]
        # A batch cannot have taken much longer than its slowest key and the one before it in the worker's hands.
        elapsed = sum(min(at - last, 2 * self._batches[at] + 1) for at, last in zip(times, before, strict=False))
        return Speed(
            tasks_per_s=round(tasks / elapsed, 2),
            cpu_s_per_task=round(self._cpu_s / tasks, 4) if tasks else 0.0,
            peak_rss_mb=round(workers * self._rss_mb, 1),
        )


def _spread(counts: Mapping[str, int]) -> Spread:
    if not counts:
        return Spread(0, "", 0.0)
    top = min(counts, key=lambda name: (-counts[name], name))
    return Spread(len(counts), top, round(counts[top] / sum(counts.values()), 4))
