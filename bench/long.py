"""`python -m bench.long [DRAWS [OUT]]`: a long run, its tasks a second, the memory and CPU of all its processes.

    {"bench": "long", "tasks": 1000, "tasks_per_s": 66.1, "pss_mb": 811.0, "cpu_s_per_task": 0.0303, "processes": 7}

One line for each thousand verified tasks, one that counts the tools that three tasks or more need (at most six of one
module, which is one table), then the report of the run. Linux only: memory is the
proportional set size (pages that processes share are shared out among them), read from `/proc` while the run goes on.
On a machine that others use, compare CPU, not tasks a second.
"""

import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from os import sysconf
from pathlib import Path

import msgspec

from dive import config, ledger, report, summary
from dive.config import Config
from dive.registry import Registry
from dive.street import Street, run

DRAWS = 24_000
STEP = 1_000
NEEDED, A_TABLE = 3, 6
TICK_S = 0.5
TICKS = sysconf("SC_CLK_TCK")


def main() -> None:
    """Makes the run in a process of its own and watches it."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    with tempfile.TemporaryDirectory() as folder:
        out = sys.argv[2] if len(sys.argv) > 2 else str(Path(folder) / "run")
        given = {"name": "long", "seed": 7, "out": out, "draw": {"count": draws}}
        made = msgspec.convert(given, Config)
        ours, theirs = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.get_context("fork").Process(target=_run, args=(made, theirs))
        child.start()
        theirs.close()
        for line in _watched(ours, child.pid or 0):
            _say(line)
        child.join()
        registry = Street(made).registry
        _say(_counted(Path(made.out), registry))
        sys.stdout.write(summary.text(report.build(Path(made.out), registry)) + "\n")


def _run(made: Config, pipe: Connection) -> None:
    street = Street(made)
    pipe.send((0, 0))
    run(made, config.to_toml(made), lambda done, _, accepted: pipe.send((done, accepted)), street=street)
    pipe.close()


def _watched(pipe: Connection, root: int) -> Iterator[dict[str, object]]:
    """A line for each thousand tasks, counted from when the tables are loaded."""
    cpu: dict[int, float] = {}
    pipe.recv()
    _processes(root, cpu)
    loading = sum(cpu.values())
    began = last = time.monotonic()
    done = tasks = before = 0
    while True:
        try:
            pipe.poll(TICK_S)
            while pipe.poll():
                done, tasks = pipe.recv()
        except EOFError:
            return
        alive, now = _processes(root, cpu), time.monotonic()
        if tasks - before < STEP:
            continue
        yield {
            "bench": "long", "draws": done, "tasks": tasks, "tasks_per_s": round((tasks - before) / (now - last), 1),
            "since_start": round(tasks / (now - began), 1), "pss_mb": round(sum(map(_pss_mb, alive)), 1),
            "cpu_s_per_task": round((sum(cpu.values()) - loading) / tasks, 4), "processes": len(alive),
        }  # fmt: skip
        before, last = tasks, now


def _counted(out: Path, registry: Registry) -> dict[str, object]:
    """How many tools count: needed by so many tasks, and at most so many of one table."""
    needed = Counter(tool for task in ledger.tasks(out) for tool in {call.tool for call in task.evidence})
    often = [registry.tool(name) for name, tasks in needed.items() if tasks >= NEEDED]
    tables = Counter(loaded.run.__module__ for loaded in often)
    return {
        "bench": "counted tools", "value": sum(min(A_TABLE, tools) for tools in tables.values()), "unit": "tools",
        "beside": {"without the limit": len(often), "tables": len(tables),
                   "retrieval": sum(loaded.tool.kind == "R" for loaded in often)},
    }  # fmt: skip


def _processes(root: int, cpu: dict[int, float]) -> list[int]:
    """The processes below and with `root`; notes the CPU seconds of each, so that those of the dead count too."""
    below: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        pid = int(path.parent.name)
        below.setdefault(int(fields[1]), []).append(pid)
        spent[pid] = (int(fields[11]) + int(fields[12])) / TICKS
    found = [root]
    for pid in found:
        found += below.get(pid, ())
    cpu.update({pid: spent[pid] for pid in found if pid in spent})
    return found


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
