"""The street: one draw's whole way through draw, synthesize and verify, and a run of many draws.

Takes a config; gives a run directory. A draw runs in one worker and is a pure function of its key and of what
finished blocks hold: a refused draft is tried again with other choices, a draw that leads nowhere is exchanged.
Knows neither how workers are run (`flow`) nor how files are kept (`ledger`).
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from dive import __version__, ledger, minds, prompts, sources, tally, toolcheck
from dive.catalog.tables import kept
from dive.config import Config, fingerprint
from dive.diversity import plan, sequence_of, skeleton, topology
from dive.draw import Leads, draw, draw_from
from dive.errors import ConfigError, ToolError
from dive.evidence import Graph
from dive.flow import Speed, enter, map_blocks, mark
from dive.ledger import Record
from dive.minds.jobs import Composed, Shop, Sight
from dive.nouns import Answer, Draw, Drop, Noun, Task, sha
from dive.pools import Pools, generator
from dive.pools.closure import closure
from dive.prove.bend import Others
from dive.prove.sandbox import Sandbox
from dive.registry import Registry
from dive.synthesize import Exhausted, synthesize
from dive.tally import EVEN, Attempt, Facts, Leaning, Tally
from dive.tools import CallFn, Toolbox
from dive.tree import Node
from dive.verify import Desk, novel, verify
from dive.verify.fresh import Fresh
from dive.verify.guessable import calibrate

ATTEMPTS = 3
CALIBRATION = 20_260_311
DRAFTS_PER_TYPE = 60
Progress = Callable[[int, int, int], None]


class Tables(Struct, frozen=True):
    """The calibration tables of a pool: shares of answers by field and by pattern, and by seed type the tools that each
    draft needed which came to its last round.
    """

    by_field: Mapping[str, Mapping[str, float]]
    by_pattern: Mapping[str, Mapping[str, float]]
    starts: dict[str, list[list[str]]]


class State(Struct, frozen=True):
    """What a block sees of the finished ones: counts, signatures of accepted tasks, and keys dropped at a fold."""

    tally: Tally = Tally()
    seen: dict[str, str] = {}
    rejected: dict[str, Drop] = {}


class _Start(Struct, frozen=True):
    type: str
    id: str


class _Drawn(Struct, frozen=True):
    """As much of a draw's ledger line as a fold reads."""

    seed: _Start


class Street:
    """Everything that a worker needs, built once in the parent and shared by fork.

    Args:
        config: the run.
        until: the last stage to run.
        checking: told (tools checked, in all, passed) while tools are checked that never were.
        variables: the environment that sources may refer to.
    """

    def __init__(self, config: Config, until: str = "verify", checking: Progress = lambda *_: None,
                 variables: sources.Variables | None = None) -> None:  # fmt: skip
        self.config = config
        self.until = until
        self.registry = sources.load(config, variables)
        for type_name in self.registry.pools:
            self.registry.seeds(type_name)
        self.unfit = toolcheck.unfit(self.registry, config.flow.workers, config.flow.deadline_s, checking)
        self.pools = Pools(self.registry, config, self.unfit)
        self.box = Toolbox(self.registry, mark=mark)
        self._warm()
        self.kinds = {name: loaded.tool.kind for name, loaded in self.registry.tools.items()}
        closed = closure(self.registry, self.box.call, self.unfit)
        samples = {name: Others([sample.result for sample in found]) for name, found in closed.items()}
        marks = sha([_marks(self.registry), sorted(self.unfit), _mind()])
        tables = kept("calibration", marks, Tables, lambda: _calibrate(self.registry, self.unfit, self.box.call))
        self.starts = tables.starts
        self.desk = Desk(
            self.registry, self.box.call, Sandbox(), Fresh(config=config), samples,
            tables.by_field, tables.by_pattern, config,
        )  # fmt: skip
        self.rejected: dict[str, Drop] = {}
        self._leans: tuple[Tally, Leaning] | None = None
        self._past: tuple[Tally, novel.Past] | None = None
        self._leads: tuple[Tally, Leads] | None = None

    def _warm(self) -> None:
        """Loads the tables of all tools here, so that workers share them; whoever is not DIVE's own is left alone."""
        for name in self.pools.tools:
            loaded = self.registry.tools[name]
            if not loaded.foreign:
                with contextlib.suppress(ToolError):
                    self.box.call(name, loaded.tool.examples[0])

    def work(self, key: str, state: State, avoid: frozenset[str]) -> Record:
        """One key: its nouns by stage, and why it was dropped if it was."""
        drawn = self._without(avoid, self.pick(key, state))
        if self.until == "draw":
            return ledger.record(key, {"draw": drawn})
        made = self._attempts(drawn, state, avoid)
        task = made.nouns.get("verify")
        told = self.facts(task, made.counts) if isinstance(task, Task) else {"counts": made.counts}
        return ledger.record(key, made.nouns, drop=made.drop, facts=told | {"tried": made.tried}, blobs=made.blobs)

    def _without(self, avoid: frozenset[str], drawn: Draw) -> Draw:
        return msgspec.structs.replace(drawn, toolset=tuple(t for t in drawn.toolset if t not in avoid))

    def composed(self, drawn: Draw, sight: Sight) -> Composed:
        """What becomes of a draw without a model."""
        return self._attempts(drawn, State(sight.tally, dict(sight.seen)))

    def pick(self, key: str, state: State, attempt: int = 0) -> Draw:
        """The draw of a key."""
        index = int(key.rpartition("/")[2])
        return draw(self.pools, index, self._leaning(state.tally), self._leading(state), attempt)

    def _leading(self, state: State) -> Leads:
        """What leads on from each seed type; the same for all draws of a block."""
        if self._leads is None or self._leads[0] is not state.tally:
            often = {start: len(ways) / DRAFTS_PER_TYPE for start, ways in self.starts.items()}
            known = Leads(often=often, ways=self.starts)
            self._leads = state.tally, self._left(known, state) if self.config.draw.steer else known
        return self._leads[1]

    def _left(self, known: Leads, state: State) -> Leads:
        """What is left of it after finished blocks: no tool of which there are tasks enough, no barren seed."""
        had, often = self._had(state).tools, tally.leads(state.tally, known.often)
        free = {start: [way for way in ways if had.isdisjoint(way)] for start, ways in known.ways.items()}
        seeds = {start: [seed for seed in self.pools.seeds(start) if seed.id not in barren]
                 for start, barren in tally.barren(state.tally).items()}  # fmt: skip
        spent = {start for start, left in seeds.items() if not left}
        share = {start: 0.0 if start in spent else len(free[start]) / max(len(ways), 1)
                 for start, ways in known.ways.items()}  # fmt: skip
        return Leads(often={start: lead * share[start] for start, lead in often.items()}, ways=free, seeds=seeds)

    def _leaning(self, seen: Tally) -> Leaning:
        """Where the draws of a block lean; the same for all of them."""
        if not self.config.draw.steer:
            return EVEN
        if self._leans is None or self._leans[0] is not seen:
            moves = {move for e in self.pools.exemplars for move in e.moves[1:]}
            types = [t for domain in self.pools.domains for t in self.pools.seed_types(domain)]
            self._leans = seen, tally.leaning(seen, self.pools.tools, self.pools.domains, types, moves)
        return self._leans[1]

    def _had(self, state: State) -> novel.Past:
        """What a block sees as had; the same for all its draws."""
        if self._past is None or self._past[0] is not state.tally:
            self._past = state.tally, novel.past(state.tally, state.seen, len(self.registry.tools))
        return self._past[1]

    def _attempts(self, drawn: Draw, state: State, avoid: frozenset[str] = frozenset()) -> Composed:
        leaning, past = self._leaning(state.tally), self._had(state)
        nouns: dict[str, Noun] = {"draw": drawn}
        counts: Counter[str] = Counter()
        drop: Drop | None = None
        tried: list[tuple[str, str]] = []
        graph = self._graph(drawn, past)
        for attempt in range(ATTEMPTS):
            enter("synthesize")
            tried.append((drawn.seed.type, drawn.seed.id))
            try:
                draft = synthesize(drawn, graph, self.config, leaning.tools, attempt, past)
            except Exhausted as error:
                counts["exhausted"] += 1
                drop = drop or _drop(drawn.key, "synthesize", "exhausted", str(error))
                drawn = self._without(avoid, self.pick(drawn.key, state, attempt + 1))
                graph = self._graph(drawn, past)
                continue
            nouns |= {"draw": drawn, "synthesize": draft}
            if self.until == "synthesize":
                return Composed(nouns=nouns, counts=dict(counts))
            enter("verify")
            counts["candidates"] += 1
            task, blobs = verify(draft, self.desk, state.seen, state.tally)
            bad = next((v for v in task.verdicts if not v.passed), None)
            if bad is None:
                return Composed(
                    nouns=nouns | {"verify": task}, counts=dict(counts), blobs=tuple(blobs), tried=tuple(tried)
                )
            counts[f"gate:{bad.by}"] += 1
            drop = _drop(drawn.key, "verify", bad.by, bad.reason)
        assert drop is not None
        return Composed(nouns=nouns, counts=dict(counts), drop=drop, tried=tuple(tried))

    def _graph(self, drawn: Draw, past: novel.Past) -> Graph:
        """An empty graph over the tools that more tasks may need; the others of the toolset are distractors."""
        return Graph(self.registry, [name for name in drawn.toolset if name not in past.tools], self.box.call)

    def facts(self, task: Task, counts: Mapping[str, int]) -> dict[str, Any]:
        """What steering and report want to know of an accepted task."""
        tools = tuple(call.tool for call in task.evidence)
        homes = {self.registry.tool(name).tool.domain for name in tools}
        graph = plan(task.proof)
        told = Facts(
            tools=tuple(sorted(set(tools))), pattern=task.pattern, sequence=sequence_of(task.proof),
            domains=tuple(sorted(homes)), skeleton=skeleton(task, self.registry),
            pairs=tuple(sorted({f"{graph.labels[a]} > {graph.labels[b]}" for a, b in graph.edges})),
            topology=topology(graph, self.kinds), start=task.seed.type,
        )  # fmt: skip
        calls = [(call.tool, call.args) for call in task.evidence]
        mark = novel.signature(task.pattern, calls)
        return {"counts": dict(counts), "told": msgspec.to_builtins(told), "signature": mark}

    def fold(self, state: State, records: Sequence[Record]) -> State:
        """The next block's state; a task like an earlier one of its own block is dropped here, in key order."""
        seen, rejected, told, attempts = dict(state.seen), dict(state.rejected), [], []
        for record in records:
            facts = msgspec.json.decode(record.facts) or {}
            made = record.drop is None and "told" in facts
            if made and facts["signature"] in seen:
                rejected[record.key] = _drop(record.key, "verify", "novel", f"like {seen[facts['signature']]}")
                made = False
            if made:
                seen[facts["signature"]] = record.key
                told.append(msgspec.convert(facts["told"], Facts))
            if "draw" in record.lines:
                started = msgspec.json.decode(record.lines["draw"], type=_Drawn).seed
                *idle, last = facts.get("tried") or [(started.type, started.id)]
                attempts += [*(Attempt(*seed, led=False) for seed in idle), Attempt(*last, led=made)]
        self.rejected = rejected
        return State(tally.add(state.tally, told, attempts if self.until == "verify" else ()), seen, rejected)


def run(config: Config, text: str, progress: Progress, until: str = "verify", street: Street | None = None,
        opener: minds.Opener | None = None, hide: Callable[[bytes], bytes] = bytes) -> Speed:  # fmt: skip
    """The whole street for one run file; resumes where an earlier run of the same fingerprint stopped.

    Args:
        config: the run.
        text: the config as TOML, kept in the run directory.
        progress: told (keys done, keys in all, keys accepted).
        until: the last stage to run.
        street: an already built street of the same config.
        opener: opens the models that the run file names; needed where it names any.
        hide: takes secrets out of whatever is written.

    Returns:
        What it cost, and why it ended early if a budget was spent.

    Raises:
        RunDirError: the directory belongs to another run or another writer.
        KeyboardInterrupt: on Ctrl-C, with everything that was done kept.
    """
    street = street or Street(config, until)
    led = bool(config.minds.aliases) and until == "verify"
    parts = {"tools": _marks(street.registry), "unfit tools": sha(sorted(street.unfit))[:16], "until": until,
             "code": __version__}  # fmt: skip
    parts |= {"prompts": prompts.digest()} if led else {}
    keys = [f"{config.seed}/{index:06d}" for index in range(config.draw.count)]
    with ledger.open_run(Path(config.out), hide(text.encode()).decode(), fingerprint(config, parts)) as held:
        held.hide = street.box.hide = hide
        try:
            if led:
                return minds.run(_stage(street, held, progress), keys, _needed(opener))
            _, speed = map_blocks(
                keys, street.work, state=State(), fold=street.fold, recall=held.recall, keep=held.append, stage="draw",
                workers=config.flow.workers, deadline_s=config.flow.deadline_s, on_progress=progress,
            )  # fmt: skip
        finally:
            held.derive(keys, street.rejected)
    return speed


def _stage(street: Street, held: ledger.Run, progress: Progress) -> minds.Stage:
    return minds.Stage(
        config=street.config, shop=Shop(street.desk, street.box, street.composed), held=held, start=State(),
        pick=street.pick, sight=lambda state: Sight(state.seen, state.tally), fold=street.fold, facts=street.facts,
        on_progress=progress,
    )  # fmt: skip


def _needed(opener: minds.Opener | None) -> minds.Opener:
    if opener is None:
        raise ConfigError("the run file names models, and nobody opens them")
    return opener


def _marks(registry: Registry) -> str:
    """What a table over all tools is made from."""
    return sha([[loaded.tool.hash, loaded.tool.says] for loaded in registry.tools.values()])


def _mind() -> str:
    """What decides, beside tools, which drafts are made: draws, moves, wording, exemplars."""
    here = Path(__file__).parent
    paths = [p for name in ("collect", "derive", "phrase", "pools") for p in (here / name).iterdir() if p.is_file()]
    paths += [here / name for name in ("draw.py", "synthesize.py", "patterns.toml", "says.py")]
    return sha([path.read_text(encoding="utf-8") for path in sorted(paths)])


def _calibrate(registry: Registry, unfit: Mapping[str, str], call: CallFn) -> Tables:
    """Drafts from every seed type that no gate has seen: how often each answer comes up, and each type leads on."""
    config = Config(name="calibration", seed=CALIBRATION)
    pools = Pools(registry, config, unfit)
    answered: list[tuple[Node, Answer]] = []
    starts: dict[str, list[list[str]]] = {}
    for domain in pools.domains:
        for seed_type in pools.seed_types(domain):
            starts[seed_type] = []
            for index in range(DRAFTS_PER_TYPE):
                rng = generator(config.seed, index, "calibrate", seed_type)
                mode = ("domain", "bridge", "uniform")[index % 3]
                with contextlib.suppress(Exhausted):
                    drawn = draw_from(pools, index, rng, mode, domain, seed_type)
                    task = synthesize(drawn, Graph(registry, drawn.toolset, call), config, {})
                    answered += [(r.tree, r.answer) for r in (*task.lineage, task) if r.tree is not None]
                    starts[seed_type].append(sorted({str(s.call) for s in task.proof.steps if s.call is not UNSET}))
    by_field, by_pattern = calibrate(answered)
    return Tables(by_field, by_pattern, starts)


def _drop(key: str, stage: str, reason: str, detail: str) -> Drop:
    return Drop(key=key, stage=stage, kind="rejected", reason=reason, detail=detail)
