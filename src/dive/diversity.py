"""How different the tasks of a run are: sequences, graphs, topology classes, toolsets, effective numbers, skeletons.

Takes proofs with the calls that they made; gives counts. Counts over proofs only: never set them beside counts over
solver trajectories, which hold detours. Does not know questions' meaning, files or plots.
"""

import ast
import functools
import hashlib
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import UNSET, Struct

from dive.grade import read_number
from dive.nouns import Proof, Step, Task
from dive.prove.expr import nodes
from dive.registry import Registry
from dive.tree import Ent, walk
from dive.verify.novel import sequence
from dive.words import SMALL

Made = Sequence[tuple[str, str]]
"""Executed calls in order: step id and tool; a step over the members of a list made several."""
LIKE = 16_384
"""Graphs whose canonical text is kept: most tasks share theirs with others."""


class Item(Struct, frozen=True, kw_only=True):
    """What of one task is counted. `rounds` is K, `answer_type` and `pattern` are the task's own."""

    proof: Proof
    calls: tuple[tuple[str, str], ...]
    toolset: tuple[str, ...] = ()
    pattern: str = ""
    rounds: int = 1


class Graph(Struct, frozen=True):
    """Labels of the nodes, and edges (from, to) by their numbers; edges go forward."""

    labels: tuple[str, ...]
    edges: frozenset[tuple[int, int]] = frozenset()


class Diversity(Struct, frozen=True, kw_only=True):
    """The block `diversity` of report.json.

    A tool is needed by a task whose proof calls it. `distracted_share`: of the toolsets those that hold three or more
    tools which the proof does not call and which take a semantic type that one of its tools takes.
    """

    tools_covered: int
    tools_needed_effective: float
    tools_needed_thrice: int
    most_needed: str
    most_needed_share: float
    distracted_share: float
    offered_three_domains_share: float
    needed_three_domains_share: float
    unique_toolsets: int
    unique_sequences: int
    unique_graphs: int
    topology_classes: int
    tools_per_task: float
    domains_per_task: float
    patterns: dict[str, int]
    answer_types: dict[str, int]
    hops: dict[str, int]


def measure(items: Iterable[Item], registry: Registry) -> Diversity:
    """The diversity of a set of tasks."""
    counts = Counts(registry)
    for item in items:
        counts.add(item)
    return counts.diversity()


class Counts:
    """Diversity counted task by task: what is kept grows with what differs, not with the tasks."""

    def __init__(self, registry: Registry) -> None:
        self._kinds = {name: loaded.tool.kind for name, loaded in registry.tools.items()}
        self._domains = {name: loaded.tool.domain for name, loaded in registry.tools.items()}
        self._takes = {name: {p.type for p in loaded.params if p.type} for name, loaded in registry.tools.items()}
        self._tools: Counter[str] = Counter()
        self._patterns: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._hops: Counter[str] = Counter()
        self._toolsets: set[bytes] = set()
        self._graphs: set[bytes] = set()
        self._sequences: set[tuple[str, ...]] = set()
        self._topologies: set[str] = set()
        self._tasks = self._needed = self._crossed = 0
        self._distracted = self._offered = self._wide = 0

    def add(self, item: Item) -> None:
        """Counts one more task."""
        needed = {tool for _, tool in item.calls}
        graph = call_graph(item.proof, item.calls)
        self._tasks += 1
        self._needed += len(needed)
        homes, offered = ({self._domains[tool] for tool in tools} for tools in (needed, item.toolset))
        self._crossed += len(homes)
        self._wide += len(homes) >= 3
        self._offered += len(offered) >= 3
        wanted = set[str]().union(*(self._takes[tool] for tool in needed))
        self._distracted += sum(bool(wanted & self._takes[tool]) for tool in set(item.toolset) - needed) >= 3
        self._tools.update(needed)
        self._patterns[item.pattern] += 1
        self._answers[item.proof.answer.type] += 1
        self._hops[str(depth(graph))] += 1
        self._toolsets.add(_short(" ".join(sorted(set(item.toolset)))))
        self._graphs.add(_short(canonical_form(graph)))
        self._sequences.add(sequence(tool for _, tool in item.calls))
        self._topologies.add(topology(graph, self._kinds))

    def diversity(self) -> Diversity:
        """The diversity of what was counted."""
        most = min(self._tools, key=lambda name: (-self._tools[name], name), default="")
        return Diversity(
            tools_covered=len(self._tools),
            tools_needed_effective=hill(self._tools),
            tools_needed_thrice=sum(count >= 3 for count in self._tools.values()),
            most_needed=most,
            most_needed_share=self._share(self._tools[most]),
            distracted_share=self._share(self._distracted),
            offered_three_domains_share=self._share(self._offered),
            needed_three_domains_share=self._share(self._wide),
            unique_toolsets=len(self._toolsets),
            unique_sequences=len(self._sequences),
            unique_graphs=len(self._graphs),
            topology_classes=len(self._topologies),
            tools_per_task=self._share(self._needed),
            domains_per_task=self._share(self._crossed),
            patterns=dict(sorted(self._patterns.items())),
            answer_types=dict(sorted(self._answers.items())),
            hops=dict(sorted(self._hops.items())),
        )

    def _share(self, count: int) -> float:
        """A count per task."""
        return round(count / max(self._tasks, 1), 4)


def _short(text: str) -> bytes:
    """What stands for a long text in a set."""
    return hashlib.sha256(text.encode()).digest()[:16]


def hill(counts: Mapping[str, int]) -> float:
    """The effective number of kinds (Hill number, q = 1): n for n kinds equally frequent, 1 for a single one."""
    total = sum(counts.values())
    shares = [count / total for count in counts.values() if count]
    return math.exp(-math.fsum(share * math.log(share) for share in shares)) if shares else 0.0


def call_graph(proof: Proof, calls: Made) -> Graph:
    """One node for each call, labelled by its tool; an edge where an argument's expression reads an earlier result."""
    nodes: dict[str, list[int]] = {}
    for number, (step, _) in enumerate(calls):
        nodes.setdefault(step, []).append(number)
    read = _sources(proof)
    edges = {(a, b) for step in nodes for source in read[step] for a in nodes.get(source, ()) for b in nodes[step]}
    return Graph(tuple(tool for _, tool in calls), frozenset(edges))


def plan(proof: Proof) -> Graph:
    """The call graph of a proof before it is run: a step over the members of a list counts as one call."""
    return call_graph(proof, [(step.id, str(step.call)) for step in proof.steps if step.call is not UNSET])


def _sources(proof: Proof) -> dict[str, frozenset[str]]:
    """For each step the call steps that its expressions read, through named values."""
    sources: dict[str, frozenset[str]] = {}
    calls: set[str] = set()
    for step in proof.steps:
        names = frozenset(name for text in _expressions(step) for name in _names(text))
        direct = frozenset(name for name in names if name in calls)
        through = (sources[name] for name in names if name in sources and name not in calls)
        sources[step.id] = direct.union(*through)
        if step.call is not UNSET:
            calls.add(step.id)
    return sources


def _expressions(step: Step) -> list[str]:
    own = [str(text) for text in (step.let, step.each) if text is not UNSET]
    return own + [str(arg.expr) for arg in step.args.values() if arg.expr is not UNSET]


def _names(text: str) -> set[str]:
    return {node.id for node in nodes(text) if isinstance(node, ast.Name)}


@functools.lru_cache(maxsize=LIKE)
def canonical_form(graph: Graph) -> str:
    """A text that two graphs share exactly if one is the other with its nodes renumbered.

    Nodes are coloured by what they can reach; where a colour is shared, each of its nodes is set apart in turn
    and the least text is taken. Twins (same neighbours) are interchangeable, and so is what has one colour in a
    forest: one of them stands for all.
    """
    ranks = {label: rank for rank, label in enumerate(sorted(set(graph.labels)))}
    around = _Around(graph)
    return f"{'|'.join(sorted(graph.labels))} {around.least([ranks[label] for label in graph.labels])}"


class _Around:
    """A graph's neighbours by node, and the search for its least text."""

    def __init__(self, graph: Graph) -> None:
        nodes = range(len(graph.labels))
        self.edges = graph.edges
        self.forest = len(graph.edges) + _components(graph) == len(graph.labels)
        self.before = [frozenset(a for a, b in graph.edges if b == node) for node in nodes]
        self.after = [frozenset(b for a, b in graph.edges if a == node) for node in nodes]

    def least(self, colours: list[int]) -> tuple[tuple[int, int], ...]:
        """The least list of edges over all numberings that the colours leave open."""
        colours = self._refined(colours)
        shared = sorted(colour for colour, count in Counter(colours).items() if count > 1)
        if not shared:
            return tuple(sorted((colours[a], colours[b]) for a, b in self.edges))
        cell = [node for node, colour in enumerate(colours) if colour == shared[0]]
        unlike = {() if self.forest else (self.before[n], self.after[n]): n for n in reversed(cell)}
        return min(self.least([2 * c - (n == node) for n, c in enumerate(colours)]) for node in unlike.values())

    def _refined(self, colours: list[int]) -> list[int]:
        while True:
            seen = [
                (colour, sorted(colours[n] for n in self.before[node]), sorted(colours[n] for n in self.after[node]))
                for node, colour in enumerate(colours)
            ]
            order = sorted(range(len(seen)), key=seen.__getitem__)
            finer = [0] * len(seen)
            for one, other in itertools.pairwise(order):
                finer[other] = finer[one] + (seen[one] != seen[other])
            if finer == colours:
                return finer
            colours = finer


def topology(graph: Graph, kinds: Mapping[str, str]) -> str:
    """The R/P topology class, `composition/shape/depth/width`, e.g. R+P/tree/3-4/2.

    Composition is PureR, R+P or PureP. Depth is the number of calls on the longest path, width the most calls that
    are equally far from the start.
    """
    present = {kinds[label] for label in graph.labels}
    composition = "R+P" if len(present) > 1 else f"Pure{''.join(present)}"
    levels = _levels(graph)
    width = max(Counter(levels).values(), default=0)
    return f"{composition}/{shape(graph)}/{_bin(depth(graph))}/{_bin(width)}"


def shape(graph: Graph) -> str:
    """The first that fits of single, disjoint, chain, fan-in, fan-out, tree, DAG.

    fan-in: all calls feed one; fan-out: one feeds all; tree: no call reads two results, or none is read twice.
    """
    size = len(graph.labels)
    ins, outs = Counter(b for _, b in graph.edges), Counter(a for a, _ in graph.edges)
    most_in, most_out = max(ins.values(), default=0), max(outs.values(), default=0)
    if size <= 1:
        return "single"
    if _components(graph) > 1:
        return "disjoint"
    if most_in <= 1 and most_out <= 1:
        return "chain"
    if len(graph.edges) == size - 1:
        if most_in == size - 1:
            return "fan-in"
        if most_out == size - 1:
            return "fan-out"
    return "tree" if most_in <= 1 or most_out <= 1 else "DAG"


def depth(graph: Graph) -> int:
    """Calls on the longest path."""
    return max(_levels(graph), default=-1) + 1


def _levels(graph: Graph) -> list[int]:
    """How many calls stand before each node at most; edges go from lower to higher numbers."""
    levels = [0] * len(graph.labels)
    for a, b in sorted(graph.edges):
        levels[b] = max(levels[b], levels[a] + 1)
    return levels


def _components(graph: Graph) -> int:
    """In how many pieces the graph falls."""
    piece = list(range(len(graph.labels)))
    for a, b in graph.edges:
        old, new = piece[a], piece[b]
        piece = [new if name == old else name for name in piece]
    return len(set(piece))


def _bin(number: int) -> str:
    return str(number) if number <= 2 else "3-4" if number <= 4 else "5+"


def sequence_of(proof: Proof) -> tuple[str, ...]:
    """The tools that a proof calls in order, immediate repeats collapsed."""
    return sequence(str(step.call) for step in proof.steps if step.call is not UNSET)


def skeleton(task: Task, registry: Registry) -> str:
    """The task's question with entities as X and numbers as N: what is left is the wording."""
    named = [node for node in walk(task.tree) if isinstance(node, Ent)] if task.tree is not None else []
    labels = {
        label
        for node in named
        for label in (registry.label(node.type, node.id), registry.entity(node.type, node.id).name)
    }
    texts = {str(arg.text) for step in task.proof.steps for arg in step.args.values() if arg.text is not UNSET}
    numbers = {text for text in texts if read_number(text) is not None}
    return masked(task.question, labels | (texts - numbers), numbers)


def masked(question: str, labels: Iterable[str], constants: Iterable[str] = ()) -> str:
    """The question with labels as X, and constants and numbers as N."""
    for mark, texts in (("X", labels), ("N", constants)):
        for text in sorted(set(texts), key=lambda text: (-len(text), text)):
            question = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", mark, question, flags=re.IGNORECASE)
    return _number_words().sub("N", re.sub(r"(?<!\w)[-−]?\d[\d,.]*(?<=\d)(?!\w)", "N", question))


@functools.cache
def _number_words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(word for word in SMALL if word not in ('zero', 'one'))})\b", re.IGNORECASE)
