"""What a run gave: `report.json` and a summary, from the ledgers and the journal.

Takes a run directory and the registry; gives a `Report`. Diversity is counted over proofs, replayed on their recorded
results; times come from the journal, since ledgers have none. Does not know how tasks were made.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from dive import config, ledger
from dive.diversity import Diversity, Item, measure
from dive.ledger import Record
from dive.minds.estimate import cost
from dive.nouns import GATES, Drop, Task, canonical
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
    """`report.json`. `proved`: tasks among `tasks` whose question nobody has read; the others are verified."""

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


def build(directory: Path, registry: Registry) -> Report:
    """The report of what lies in `directory`.

    Raises:
        RunDirError: it is no run directory, or a ledger is damaged.
    """
    settings = config.load(directory / "config.toml")
    tasks = list(ledger.tasks(directory))
    drops = list(ledger.drops(directory))
    outs = {stage: sum(1 for _ in ledger.read(directory, stage)) for stage in ledger.STAGES}
    records = {made.key: made for made in ledger.journal(directory)}
    told = {key: msgspec.json.decode(made.facts, type=Told | None) or Told() for key, made in records.items()}
    counts: Counter[str] = sum((Counter(each.counts) for each in told.values()), Counter())
    facts = [f for task in tasks if (f := told[task.key].told) is not None]
    replays = _replays(directory, tasks)
    return Report(
        tasks=len(tasks),
        stages=_stages(outs, drops),
        diversity=measure(_items(tasks, [lineage[-1] for lineage in replays]), registry),
        speed=_speed(list(records.values()), len(tasks), settings.flow.workers),
        cost=_cost(directory),
        proved=sum(task.status == "proved" for task in tasks),
        candidates_per_draw=round(counts["candidates"] / max(len(records), 1), 3),
        gates=_gates(counts, [drop for drop in drops if drop.key in records and records[drop.key].drop is None]),
        rounds=_rounds(tasks, replays, registry) if settings.report.compare_rounds else {},
        skeletons=_spread(each.skeleton for each in facts),
        openings=_spread(opening(each.skeleton) for each in facts),
        patterns=_spread(task.pattern for task in tasks),
        sequences=_spread(" > ".join(each.sequence) for each in facts),
        not_checkable=dict(Counter(v.by for task in tasks for v in task.verdicts if v.passed is None)),
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


def _gates(counts: Mapping[str, int], folded: Sequence[Drop]) -> dict[str, Gate]:
    """Gates in the order in which they run. `folded`: drops that only a whole block could tell."""
    late = Counter(drop.reason for drop in folded)
    left = counts.get("candidates", 0)
    gates: dict[str, Gate] = {}
    for name in GATES:
        rejected = counts.get(f"gate:{name}", 0) + late[name]
        gates[name] = Gate(left, rejected)
        left -= rejected
    return gates


def _replays(directory: Path, tasks: Iterable[Task]) -> list[list[Replay]]:
    """For each task the replays of its rounds, the last one its own."""
    with Sandbox() as sandbox:
        return [
            [replayed(proof, evidence, sandbox) for proof in (*(made.proof for made in task.lineage), task.proof)]
            for task in tasks
            for evidence in [recorded(directory, task)]
        ]


def _items(tasks: Sequence[Task], replays: Sequence[Replay], k: int | None = None) -> list[Item]:
    items: list[Item] = []
    for task, replay in zip(tasks, replays, strict=True):
        proof = task.proof if k is None or k > len(task.lineage) else task.lineage[k - 1].proof
        calls = tuple((call.step, call.tool) for call in replay.calls)
        items.append(Item(proof=proof, calls=calls, toolset=task.toolset, pattern=task.pattern,
                          rounds=len(task.lineage) + 1))  # fmt: skip
    return items


def _rounds(tasks: Sequence[Task], replays: Sequence[Sequence[Replay]], registry: Registry) -> dict[str, RoundMeasure]:
    found: dict[str, RoundMeasure] = {}
    for k in range(1, max((len(lineage) for lineage in replays), default=0) + 1):
        both = [(task, lineage[k - 1]) for task, lineage in zip(tasks, replays, strict=True) if k <= len(lineage)]
        needed = [len({canonical((call.tool, call.args)) for call in replay.calls}) for _, replay in both]
        seen = measure(_items([task for task, _ in both], [replay for _, replay in both], k), registry)
        found[str(k)] = RoundMeasure(
            tasks=len(both),
            mean_calls=round(sum(needed) / len(needed), 3),
            four_or_more_calls=round(sum(n >= MANY_CALLS for n in needed) / len(needed), 3),
            topology_classes=seen.topology_classes,
            unique_sequences=seen.unique_sequences,
            unique_graphs=seen.unique_graphs,
        )
    return found


def _spread(names: Iterable[str]) -> Spread:
    counts = Counter(names)
    if not counts:
        return Spread(0, "", 0.0)
    top = min(counts, key=lambda name: (-counts[name], name))
    return Spread(len(counts), top, round(counts[top] / counts.total(), 4))


def _speed(records: Sequence[Record], tasks: int, workers: int) -> Speed:
    if not records:
        return Speed(0.0, 0.0, 0.0)
    batches: dict[float, float] = {}
    for made in records:
        batches[made.at] = max(batches.get(made.at, 0.0), made.wall_s)
    times = sorted(batches)
    before = [float("-inf"), *times]
    # A batch cannot have taken much longer than its slowest key and the one before it in the worker's hands.
    elapsed = sum(min(at - last, 2 * batches[at] + 1) for at, last in zip(times, before, strict=False))
    cpu_s = sum(made.cpu_s for made in records)
    return Speed(
        tasks_per_s=round(tasks / elapsed, 2),
        cpu_s_per_task=round(cpu_s / tasks, 4) if tasks else 0.0,
        peak_rss_mb=round(workers * max(made.rss_mb for made in records), 1),
    )


# ---- summary -------------------------------------------------------------------------------------------


def text(report: Report) -> str:
    """A summary for people."""
    lines = [f"{report.tasks:,} verified task{'s' if report.tasks != 1 else ''}"]
    lines += [*_stage_lines(report), "", *_gate_lines(report), *(_diversity_lines(report) if report.tasks else ())]
    if report.rounds:
        lines += ["", "Rounds, on the same draws"]
    for k, r in report.rounds.items():
        many = f"{r.four_or_more_calls:.0%} with four or more"
        lines.append(f"  K={k}  {r.mean_calls:.1f} calls on average, {many}; {r.topology_classes} topologies")
    s = report.speed
    lines += ["", f"Speed     {s.tasks_per_s:g} tasks/s, {s.cpu_s_per_task:g} CPU s per task, {s.peak_rss_mb:,.0f} MB"]
    if report.cost["model_calls"]:
        c = report.cost
        lines.append(f"Models    {c['model_calls']:,} calls, {c['tokens']:,} tokens, {c['usd']:,.2f} US dollars")
    if report.proved:
        lines.append(f"          {report.proved:,} of the tasks are proved, not verified: nobody has read the question")
    return "\n".join(lines)


def _diversity_lines(report: Report) -> list[str]:
    d, skeletons, openings = report.diversity, report.skeletons, report.openings
    return [
        "Diversity",
        f"  {d.tools_covered} tools ({d.tools_needed_effective:.1f} effective), {d.unique_toolsets:,} toolsets",
        f"  {d.tools_per_task:.1f} tools and {d.domains_per_task:.1f} domains per task",
        f"  {d.unique_sequences:,} call sequences, {d.unique_graphs:,} call graphs, {d.topology_classes} topologies",
        f"  {skeletons.distinct:,} question skeletons, the most frequent {skeletons.top_share:.1%}",
        f"  {openings.distinct:,} openings, the most frequent {openings.top_share:.1%} ({openings.top!r})",
        f"  answers: {_counted(d.answer_types)}; depth: {_counted(d.hops)}",
    ]


def _stage_lines(report: Report) -> list[str]:
    return [
        f"  {name:<11}{stage.into:>7,} in{stage.out:>8,} out   {_counted(stage.dropped)}".rstrip()
        for name, stage in report.stages.items()
    ]


def _gate_lines(report: Report) -> list[str]:
    active = {name: gate for name, gate in report.gates.items() if gate.rejected}
    if not active:
        return []
    shown = [f"  {name:<11}{gate.into:>7,} in{gate.rejected:>8,} rejected" for name, gate in active.items()]
    return [f"Gates, {report.candidates_per_draw:g} candidates per draw", *shown, ""]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
