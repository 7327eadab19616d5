"""`make bench`: what the parts of the street cost. One JSON object a line; CPU time, and ratios within one run.

    {"bench": "street", "value": 0.18, "unit": "cpu_s per verified task", "beside": {...}}

Takes nothing; prints. Machines differ and are shared: compare `beside`, not seconds of two machines.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from dive import ledger
from dive.catalog import load
from dive.config import Config
from dive.evidence import Graph
from dive.nouns import Task
from dive.prove.evaluate import RECORDED, run
from dive.prove.sandbox import Plain, Sandbox
from dive.street import State, Street
from dive.synthesize import Exhausted, synthesize
from dive.tally import Tally
from dive.tools import Toolbox
from dive.verify import verify

DRAWS = 200
SEED = 11


def main() -> None:
    """Runs every bench and prints its line."""
    for line in (*start(), *street(), *proofs(), *calls(), *writes()):
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process and its children that have ended."""
    before = time.process_time()
    work()
    return time.process_time() - before


def row(bench: str, value: float, unit: str, **beside: float) -> dict[str, object]:
    """One line of output."""
    return {
        "bench": bench,
        "value": round(value, 6),
        "unit": unit,
        "beside": {k: round(v, 6) for k, v in beside.items()},
    }


def start() -> Iterator[dict[str, object]]:
    """What must be loaded before the first draw, once the tables are built."""
    Street(Config(name="bench"))
    registry = spent(load)
    pools = spent(lambda: [load().seeds(name) for name in load().pools])
    yield row(
        "start",
        spent(lambda: Street(Config(name="bench"))),
        "cpu_s of a street with warm tables",
        registry=registry,
        pools=pools,
    )


def drafts(built: Street) -> Iterator[Task]:
    """Drafts of the first draws."""
    for index in range(DRAWS):
        with suppress(Exhausted):
            drawn = built.pick(f"{SEED}/{index:06d}", State())
            yield synthesize(drawn, Graph(built.registry, drawn.toolset, built.box.call), built.config, {})


def street() -> Iterator[dict[str, object]]:
    """Synthesis and verification of the same drafts, one process."""
    built = Street(Config(name="bench", seed=SEED))
    made: list[Task] = []
    first = spent(lambda: made.extend(drafts(built)))
    judged: list[Task] = []
    second = spent(lambda: judged.extend(verify(task, built.desk, (), Tally())[0] for task in made))
    good = sum(task.status == "verified" for task in judged)
    yield row("street", (first + second) / max(good, 1), "cpu_s per verified task, sandbox process apart",
              draws=DRAWS, drafts=len(made), verified=good, synthesize_s=first, verify_s=second)  # fmt: skip


def proofs() -> Iterator[dict[str, object]]:
    """One proof in the recorded world: sandbox against plain CPython."""
    built = Street(Config(name="bench", seed=SEED))
    some = list(drafts(built))[:40]
    with Sandbox() as monty:
        run(some[0].proof, built.box.call, [RECORDED], monty)
        wall = time.perf_counter()
        for task in some:
            run(task.proof, built.box.call, [RECORDED], monty)
        wall = time.perf_counter() - wall
    plain = time.perf_counter()
    for task in some:
        run(task.proof, built.box.call, [RECORDED], Plain())
    plain = time.perf_counter() - plain
    yield row(
        "proof",
        wall / len(some) * 1000,
        "ms per proof in the sandbox",
        plain_ms=plain / len(some) * 1000,
        ratio=wall / plain,
    )


def calls() -> Iterator[dict[str, object]]:
    """`call()` against the bare function, on every tool's first example."""
    registry = load()
    pairs = [(name, loaded.tool.examples[0]) for name, loaded in registry.tools.items() if loaded.tool.effect == "pure"]

    def bare() -> None:
        for name, args in pairs:
            registry.tools[name].run(**args)

    bare()
    direct = spent(lambda: [bare() for _ in range(20)])
    fresh = spent(lambda: [[Toolbox(registry).call(n, a) for n, a in pairs] for _ in range(20)])
    box = Toolbox(registry)
    cached = spent(lambda: [[box.call(n, a) for n, a in pairs] for _ in range(20)])
    each = 20 * len(pairs)
    yield row(
        "call",
        fresh / each * 1000,
        "cpu_ms per checked call",
        bare_ms=direct / each * 1000,
        cached_ms=cached / each * 1000,
    )


def writes() -> Iterator[dict[str, object]]:
    """Durable records a second, in batches of 64."""
    task = next(drafts(Street(Config(name="bench", seed=SEED))))
    with tempfile.TemporaryDirectory() as folder, ledger.open_run(Path(folder) / "run", "", {}) as held:
        records = [ledger.record(f"0/{n:06d}", {"verify": task}) for n in range(1024)]
        began = time.perf_counter()
        for start in range(0, len(records), 64):
            held.append(records[start : start + 64])
        yield row(
            "ledger",
            len(records) / (time.perf_counter() - began),
            "durable records per s",
            bytes_per_record=len(ledger.line("0/0", task)),
        )


if __name__ == "__main__":
    main()
