"""`python -m bench.lane [CASE]...`: whole runs led by models, each a `dive run` of its own. One JSON object a line.

    {"bench": "lane", "value": 0.93, "unit": "share of concurrency / latency", "beside": {"concurrency": 64, ...}}

Takes cases by name (all: 64, messages, 256, 1024, faults); prints. The provider is `bench.mind`: every draw calls real
tools, is proved, judged and read, and is journaled. A rate is taken from the journal's own times over a steady window:
it begins when the first draws are long under way, and a run has more draws than it can finish, so nothing drains. CPU
is that of the window, by process: ours is the one that waits; benches prove and call tools, their sandboxes and fresh
processes with them. `ceiling` is the share that this machine's cores would allow if nothing else ran on them; above 1
the provider is the limit.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from bench.mind import COUNTRY_TOOLS, MindOptions, brain
from bench.provider import running
from msgspec import Struct
from tests.minds.brain import proposal

from dive import ledger
from dive.catalog import load
from dive.grade import grade
from dive.models import Toolset

DIVE = [sys.executable, "-c", "from dive.cli import main; main()"]
TOOLS = 30
SPARE = 1.25
"""Draws under way for each request that the provider takes at once: a draw that is being proved asks for nothing."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Case(Struct, frozen=True):
    """Requests at once, seconds that each takes, and the seconds of a run before its window and within."""

    concurrency: int
    latency_s: float
    ramp_s: float
    window_s: float
    api: str = "openai"


CASES = {
    "64": Case(64, 0.2, 8, 16), "messages": Case(64, 0.2, 8, 16, "anthropic"),
    "256": Case(256, 2.0, 40, 40), "1024": Case(1024, 10.0, 70, 100),
}  # fmt: skip
FAULTS = MindOptions(latency_s=0.02, retry_after="0", busy=0.2, broken=0.1, hang=0.01, truncated=0.02, empty=0.02,
                     wrong_tool=0.02, bad_args=0.02, flawed=True)  # fmt: skip
FAULTY_DRAWS = 200


def main(names: list[str]) -> None:
    """Runs the cases."""
    for name in names or [*CASES, "faults"]:
        with tempfile.TemporaryDirectory() as folder:
            line = faulty(Path(folder)) if name == "faults" else steady(CASES[name], Path(folder))
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()


# ---- a run -------------------------------------------------------------------------------------------------


def run_file(folder: Path, url: str, draws: int, concurrency: int, api: str = "openai", more: str = "") -> Path:
    """A run file whose toolsets are all `TOOLS` tools: those that the mind needs and the wordiest others."""
    tools = load().tools
    others = (name for name, loaded in tools.items() if loaded.tool.domain != "geography")
    wordy = sorted(others, key=lambda name: -len(msgspec.json.encode(Toolset.of([tools[name].tool]).specs)))
    allow = [*COUNTRY_TOOLS, *wordy[: TOOLS - len(COUNTRY_TOOLS)]]
    file = folder / "run.toml"
    file.write_text(
        f'name = "lane"\nseed = 5\nout = "{folder}/out"\n[draw]\ncount = {draws}\ndomains = ["geography"]\n'
        f"toolset_min = {TOOLS}\ntoolset_max = {TOOLS}\nmodes = {{ domain = 0.0, bridge = 0.0, uniform = 1.0 }}\n"
        f"tools = {{ allow = {msgspec.json.encode(allow).decode()} }}\n"
        '[minds]\ncollect = "mind"\nderive = "mind"\nread = "mind"\n'
        f'[models.mind]\nmodel = "fake"\napi = "{api}"\nbase_url = "{url}"\nconcurrency = {concurrency}\n'
        f'key_env = "BENCH_KEY"\nprice = {{ input = 1.0, output = 5.0 }}\n{more}\n'
        '[verify]\nallow_not_checkable = ["shaped", "sensible"]\n'
        f"[flow]\nworkers = {os.cpu_count() or 1}\nconcurrency = {int(SPARE * concurrency)}\n"
    )
    return file


def begun(file: Path) -> "subprocess.Popen[bytes]":
    """`dive run`."""
    env = {**os.environ, "BENCH_KEY": "loopback-needs-no-key"}
    return subprocess.Popen([*DIVE, "run", str(file)], env=env, stdout=subprocess.DEVNULL, stderr=sys.stderr)


# ---- a steady window ---------------------------------------------------------------------------------------


def steady(case: Case, folder: Path) -> dict[str, object]:
    """A run that is ended in its midst."""
    out = folder / "out"
    draws = int(2 * (case.ramp_s + case.window_s) * case.concurrency / case.latency_s / 10) + case.concurrency
    with running(MindOptions(latency_s=case.latency_s), "bench.mind") as url:
        ours = begun(run_file(folder, url, draws, case.concurrency, case.api))
        with ours:
            while not any((out / "journal").glob("*.jsonl")):
                time.sleep(0.05)
            time.sleep(case.latency_s + case.ramp_s)
            first, before = time.time(), spent(os.getpid())
            time.sleep(case.window_s)
            last, after = time.time(), spent(os.getpid())
            memory = sum(pss_mb(pid) for pid in (ours.pid, *family(ours.pid)))
            ours.send_signal(signal.SIGINT)
    if ours.returncode != 130:
        raise SystemExit(f"the run ended with {ours.returncode} before its window did")
    used = Counter({kind: after[kind] - before[kind] for kind in after})
    return told(case, out, first, last, used, memory)


def told(case: Case, out: Path, first: float, last: float, used: Counter[str], memory: float) -> dict[str, object]:
    """The line of a window; requests in it are those whose reply is journaled in it."""
    replies = sum(1 for said in ledger.replies(out) if first <= said.at < last)
    ended = [record for record in ledger.journal(out) if first <= record.at < last]
    ideal, rate = case.concurrency / case.latency_s, replies / (last - first)
    most = (os.cpu_count() or 1) / (used.total() / replies)
    beside = {
        "api": case.api, "concurrency": case.concurrency, "latency_s": case.latency_s,
        "window_s": round(last - first, 1), "requests": replies, "requests_per_s": round(rate, 1),
        "ceiling": round(most / ideal, 2), "share_of_ceiling": round(rate / min(ideal, most), 3),
        "draws": len(ended), "verified": sum(record.drop is None for record in ended),
        **{f"cpu_ms_{kind}": round(value / replies * 1000, 2) for kind, value in used.items()},
        "bench_cpu_s_per_draw": round(used["benches"] / max(1, len(ended)), 3),
        "dropped": dict(Counter(record.drop.reason for record in ended if record.drop)),
        "pss_mb": round(memory), "load": round(os.getloadavg()[0], 2),
    }  # fmt: skip
    return {"bench": "lane", "value": round(rate / ideal, 3), "unit": "share of concurrency / latency",
            "beside": beside}  # fmt: skip


# ---- faults ------------------------------------------------------------------------------------------------


def faulty(folder: Path) -> dict[str, object]:
    """A run against a provider that fails in every way, to its end; `value` is how many records are bad."""
    began = time.monotonic()
    with running(FAULTS, "bench.mind") as url, begun(
        run_file(folder, url, FAULTY_DRAWS, 64, more="deadline_s = 3")
    ) as ours:  # fmt: skip
        code = ours.wait()
    out = folder / "out"
    counts: Counter[str] = Counter()
    for record in ledger.journal(out):
        counts.update(msgspec.json.decode(record.facts)["counts"])
    drops = list(ledger.drops(out))
    beside = {
        "exit": code, "wall_s": round(time.monotonic() - began, 1), "draws": FAULTY_DRAWS,
        "tasks": ledger.count(out, "verify"), "dropped": dict(Counter(f"{d.kind} {d.reason}" for d in drops)),
        "repairs": counts["repairs"], "requests": sum(said.calls for said in ledger.replies(out)),
    }  # fmt: skip
    return {"bench": "lane_faults", "value": len(list(bad(out, FAULTY_DRAWS))), "unit": "bad records",
            "beside": beside}  # fmt: skip


def bad(out: Path, draws: int) -> Iterator[str]:
    """What is wrong with a run's records: a key without a task or a reason, or a task that is not what was asked."""
    tasks, drops = list(ledger.tasks(out)), list(ledger.drops(out))
    if sorted(made.key for made in (*tasks, *drops)) != [f"5/{n:06d}" for n in range(draws)]:
        yield "keys"
    yield from (f"{drop.key}: no reason" for drop in drops if not (drop.reason and drop.detail))
    mind = brain(MindOptions())
    for task in tasks:
        right = proposal(3, task.seed.name, task.seed.id, "")["question"]
        true = grade(f"The final answer is: {mind.truth(task.seed.id, 3)}", task.answer).passed
        if task.status != "verified" or task.question != right or not true:
            yield f"{task.key}: {task.question}"


# ---- processes ---------------------------------------------------------------------------------------------


def family(pid: int) -> list[int]:
    """All that a process has started, and what they have."""
    return [one for child in children(pid) for one in (child, *family(child))]


def children(pid: int) -> list[int]:
    """What a process has started, from any of its threads."""
    return [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]


def spent(pid: int) -> Counter[str]:
    """CPU seconds of the provider, of the `dive run` and of what that has started."""
    found: Counter[str] = Counter()
    for child in children(pid):
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        kind = "provider" if b"bench.mind" in command else "ours"
        found[kind] += cpu_s(child)
        if kind == "ours":
            found["benches"] += sum(cpu_s(one, ended=True) for one in family(child))
    return found


def cpu_s(pid: int, ended: bool = False) -> float:
    """User and system seconds of a process; and of those that it has started and that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS


def pss_mb(pid: int) -> float:
    """Memory, what is shared counted in shares."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(text.partition("Pss:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
